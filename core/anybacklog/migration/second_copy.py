"""What a ledger must know of its target, or else all would be copied a second time."""

from __future__ import annotations

from anybacklog.errors import ConfigurationError
from anybacklog.migration.asked import Show
from anybacklog.migration.charting import natives
from anybacklog.migration.ends import last_key, number_of
from anybacklog.migration.ledger import Pair
from anybacklog.migration.mark import Mark, find_mark
from anybacklog.migration.newest import tickets_above
from anybacklog.migration.rebuilding import already_copied
from anybacklog.steps import Item, step_key
from anybacklog.tracker import Tracker

WAY_OUT = "use the ledger of that run, or --rebuild-ledger"


def refuse_second_copy(target: Tracker, pair: Pair, source: str, show: Show) -> None:
    """Refuse a ledger that does not know what another one has copied already, or it itself before it was restored."""
    native = natives(target).__contains__
    if pair.untouched():
        if already_copied(target, native, source, show):
            raise ConfigurationError(
                "the target already holds tickets copied from this source, but this ledger does not know them; "
                f"{WAY_OUT}"
            )
    elif not native("external_id"):  # where marks have a field of their own, each is asked for before it is written
        _refuse_older(target, pair, source)


def _refuse_older(target: Tracker, pair: Pair, source: str) -> None:
    """Refuse a ledger from before the last run: a backup that was restored, say."""
    newest = max((number_of(each.target_id) for each in pair.each("ticket")), default=0)
    for ticket in tickets_above(target, last_key(pair), newest):
        mark = find_mark(ticket.description.source) if ticket.description is not None else None
        if mark is not None and (mark.source, mark.kind) == (source, "ticket") and _is_unknown(pair, mark):
            raise ConfigurationError(
                f"the target already holds {ticket.key}, copied from {mark.key}, but this ledger does not know it: "
                f"it is older than that copy; {WAY_OUT}"
            )


def _is_unknown(pair: Pair, mark: Mark) -> bool:
    row = pair.row(step_key(Item(kind="ticket", id=mark.id, ticket_id=mark.id, ticket_key=mark.key)))
    return row is None or row.state not in ("intended", "unsure", "held", "done")
