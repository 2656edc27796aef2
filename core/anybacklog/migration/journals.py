"""The journal of a copy in the target: read, it tells the ledger the ids there that no answer had told.

The answer to a write on which a comment rides does not name the comment. It bears its mark, and is known again by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from anybacklog.migration.ledger import Pair
from anybacklog.migration.ledger.rows import Landed
from anybacklog.migration.mark import Mark, find_mark
from anybacklog.model import Comment, TicketId
from anybacklog.steps import step_key
from anybacklog.tracker import Tracker


def journal(target: Tracker, pair: Pair, home: TicketId) -> tuple[Comment, ...]:
    """Read every entry, oldest first; the ledger learns from it."""
    comments = tuple(target.comments(home))
    learn(pair, home, comments)
    return comments


def learn(pair: Pair, home: str, comments: Iterable[Comment]) -> None:
    """Write down where those comments of a copy are whose ids were not told, once and for all."""
    untold = [each for each in pair.landed_on(home) if each.untold]
    if untold:
        pair.adopt((step_key(each.item), each) for each in _found(untold, comments, pair.source))


def _found(untold: Iterable[Landed], comments: Iterable[Comment], source: str) -> Iterator[Landed]:
    """Yield those whose marks are there, each where its mark stands first: a second one is one too many."""
    first: dict[tuple[str, str, str], str] = {}
    for mark, comment in ((find_mark(each.body.source), each) for each in comments):
        if mark is not None:
            first.setdefault(mark.item, comment.id)
    for each in untold:
        there = first.get(Mark(source, "", each.item.kind, each.item.id).item)
        if there is not None:
            yield replace(each, target_id=there)
