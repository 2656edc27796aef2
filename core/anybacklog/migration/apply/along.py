"""What is there though its own step did not write it: it came with another write, or the ledger lost the step."""

from __future__ import annotations

from anybacklog.migration.ledger import Pair
from anybacklog.migration.ledger.rows import Row
from anybacklog.steps import AddAttachment, KeepFile, SetParent, SetState, Step, alone, landing, uploads_of


def came_along(step: Step, pair: Pair) -> bool:
    """Tell whether a parent was given when its child was created, or a state with the last comment."""
    item = step.item
    return isinstance(step, SetParent | SetState) and pair.landed(item.kind, item.ticket_id, item.id) is not None


def arrived(step: Step, row: Row | None, pair: Pair) -> bool:
    """Tell whether the ledger knows where an item is, though its step was lost: damage must not double it."""
    item = step.item
    return row is None and pair.landed(landing(item.kind), item.ticket_id, item.id) is not None


def left_behind(step: Step, pair: Pair) -> list[AddAttachment]:
    """Give what brings the files of a step that is done and that have not come along with it, each alone."""
    uploads = () if isinstance(step, AddAttachment | KeepFile) else uploads_of(step)
    behind = (each for each in uploads if pair.landed("attachment", step.item.ticket_id, each.attachment.id) is None)
    return [alone(step, upload) for upload in behind]
