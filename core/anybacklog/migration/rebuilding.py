"""The marks in a target, read back: whether it holds copies already, and which item is where."""

from __future__ import annotations

from collections.abc import Iterator

from anybacklog.backend import Marked
from anybacklog.migration.ledger import Pair
from anybacklog.migration.ledger_rows import Landed
from anybacklog.migration.mark import Mark, find_mark
from anybacklog.migration.snapshot import Snapshot
from anybacklog.steps import Item, step_key
from anybacklog.tracker import Tracker


def marks_in(target: Tracker, source: str) -> Iterator[tuple[Mark, Marked]]:
    """Yield every mark of one source in the target.

    From its external ids, else from its tickets' and comments' texts.
    """
    for marked in target.externals() if target.capabilities.can("externals") else _in_texts(target):
        mark = find_mark(marked.external_id)
        if mark is not None and mark.source == source:
            yield mark, marked


def already_copied(target: Tracker, source: str) -> bool:
    """Tell whether the target holds anything copied from this source."""
    return next(marks_in(target, source), None) is not None


def rebuild(pair: Pair, target: Tracker, snapshot: Snapshot, source: str) -> int:
    """Fill the ledger from the marks: tickets first, then what hangs on them; gives how many items were found."""
    ids = {bundle.ticket.key: bundle.ticket.id for bundle in snapshot.bundles()}
    tickets = ((mark, marked) for mark, marked in marks_in(target, source) if mark.kind == "ticket")
    count = pair.adopt(_landed(mark, mark.id, marked, target) for mark, marked in tickets)
    others = ((mark, marked) for mark, marked in marks_in(target, source) if mark.kind != "ticket" and mark.key in ids)
    return count + pair.adopt(_landed(mark, ids[mark.key], marked, target) for mark, marked in others)


def _landed(mark: Mark, ticket_id: str, marked: Marked, target: Tracker) -> tuple[str, Landed]:
    item = Item(kind=mark.kind, id=mark.id, ticket_id=ticket_id, ticket_key=mark.key)
    key = target.ticket(marked.ticket_id).key if mark.kind == "ticket" else None
    return step_key(item), Landed(item=item, target_ticket=marked.ticket_id, target_id=marked.id, target_key=key)


def _in_texts(target: Tracker) -> Iterator[Marked]:
    for ticket in target.tickets():
        if ticket.description is not None and find_mark(ticket.description.source):
            yield Marked(kind="ticket", id=ticket.id, ticket_id=ticket.id, external_id=ticket.description.source)
        for comment in target.comments(ticket) if target.capabilities.can("comments") else ():
            if find_mark(comment.body.source):
                yield Marked(kind="comment", id=comment.id, ticket_id=ticket.id, external_id=comment.body.source)
