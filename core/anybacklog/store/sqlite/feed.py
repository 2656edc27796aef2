"""The project's feed, read from its tickets and comments: newest first, in constant memory."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import bindparam, literal, select, union_all

from anybacklog.model import Activity
from anybacklog.store.feed import COMMENTED, CREATED
from anybacklog.store.sqlite.project import Opened
from anybacklog.store.sqlite.rows import read_instant
from anybacklog.store.sqlite.tables import COMMENTS, TICKETS

_T, _C = TICKETS.c, COMMENTS.c
_CREATED = select(
    literal("t").label("letter"),
    _T.id.label("number"),
    _T.created_at,
    _T.reporter_id.label("author"),
    _T.id.label("ticket"),
).where(_T.project_id == bindparam("project"))
_COMMENTED = (
    select(literal("c"), _C.id, _C.created_at, _C.author_id, _C.ticket_id)
    .select_from(COMMENTS.join(TICKETS, _T.id == _C.ticket_id))
    .where(_T.project_id == bindparam("project"))
)
_EVERY = union_all(_CREATED, _COMMENTED).subquery()
_FEED = select(_EVERY).order_by(_EVERY.c.created_at.desc(), _EVERY.c.letter.desc(), _EVERY.c.number.desc())


def activities(opened: Opened) -> Iterator[Activity]:
    """Yield the creation of every ticket and the adding of every comment."""
    rows = opened.connection.execution_options(yield_per=500).execute(_FEED, {"project": opened.number})
    for row in rows:
        yield Activity(
            id=f"{row.letter}{row.number}",
            kind=CREATED if row.letter == "t" else COMMENTED,
            author=opened.words.user(row.author),
            created_at=read_instant(row.created_at),
            ticket=str(row.ticket),
        )
