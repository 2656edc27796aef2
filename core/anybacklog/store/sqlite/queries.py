"""What is asked for -> SQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, func, select

from anybacklog.model import Status
from anybacklog.query import TicketQuery, known_order
from anybacklog.store.sqlite.project import Opened
from anybacklog.store.sqlite.rows import instant_text
from anybacklog.store.sqlite.tables import LISTS, TICKETS
from anybacklog.store.sqlite.words import number_of
from anybacklog.store.values import REFERENCE_LISTS, REFERENCES

_T = TICKETS.c
_FILTERED_LISTS = {"category": "categories", "assignee": "assignees", "milestone": "milestones"}
_ORDERS = {
    "created": _T.created_at,
    "updated": _T.updated_at,
    "due": _T.due_date,
    "title": _T.title,
    "id": _T.id,
}


def listing(opened: Opened, query: TicketQuery) -> Select[Any]:
    """Build the SELECT for a query; `text` is not in it, for SQLite folds no letters beyond ASCII."""
    order = known_order(query.order)
    columns = dict.fromkeys((_ORDERS[order.lstrip("-")], _T.id))
    directed = [column.desc() if order.startswith("-") else column.asc() for column in columns]
    return select(TICKETS).where(*_conditions(opened, query)).order_by(*directed)


def count(opened: Opened, query: TicketQuery) -> int:
    """Count what a query without `text` asks for."""
    counted = select(func.count()).select_from(TICKETS).where(*_conditions(opened, query))
    return int(opened.connection.execute(counted).scalar_one())


def _conditions(opened: Opened, query: TicketQuery) -> Iterator[ColumnElement[bool]]:
    yield _T.project_id == opened.number
    for name in ("status", "type", "priority", "reporter"):
        wanted = getattr(query, name)
        if wanted is not None:
            yield _T[f"{name}_id"].in_(opened.words.wanted(REFERENCES[name], wanted))
    for name, list_name in _FILTERED_LISTS.items():
        wanted = getattr(query, name)
        if wanted is not None:
            ticket_id, _, item = LISTS[list_name].c
            yield _T.id.in_(select(ticket_id).where(item.in_(opened.words.wanted(REFERENCE_LISTS[list_name], wanted))))
    if query.status_category is not None:
        every = opened.words.all_of(Status).items()
        yield _T.status_id.in_([number for number, status in every if status.category in query.status_category])
    if query.parent is not None:
        yield _T.parent_id.in_([number_of(each) for each in query.parent])
    yield from _between(_T.created_at, query.created_since, query.created_until)
    yield from _between(_T.updated_at, query.updated_since, query.updated_until)


def _between(column: Column[str], since: datetime | None, until: datetime | None) -> Iterator[ColumnElement[bool]]:
    if since is not None:
        yield column >= instant_text(since)
    if until is not None:
        yield column < instant_text(until)
