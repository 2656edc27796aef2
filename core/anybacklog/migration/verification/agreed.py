"""What is in the target as it is planned by now: the ledger takes it so, and no later run names it as changed."""

from __future__ import annotations

from collections.abc import Iterable

from anybacklog.migration.course import Bundle, Course
from anybacklog.migration.ledger import Pair
from anybacklog.migration.left_open import still_open
from anybacklog.migration.planning import plan_ticket, plan_ties
from anybacklog.migration.report import Difference
from anybacklog.steps import SetState, Step, digest_of, key_of, landing

_FIELDS_OF_A_TICKET = ("state", "parent")


def take_note(pair: Pair, bundle: Bundle, course: Course, named: Iterable[Difference]) -> None:
    """Take each step of a ticket for done as it is planned now, unless a difference of its item is named."""
    odd = {(each.kind, each.id) for each in named}
    for step in (*plan_ticket(bundle, course), *plan_ties(bundle.ticket, course)):
        row = pair.row(key_of(step))
        if row is None or _named_as(step) in odd or not _is_settled(step, row.state):
            continue
        if row.before.get("digest") not in (None, digest_of(step)):
            before = {name: value for name, value in row.before.items() if name != "refused"}
            before |= {"digest": digest_of(step), **still_open(row, step, course.native)}
            pair.set(row.key, "done", source_key=row.source_key, before=before)


def _named_as(step: Step) -> tuple[str, str]:
    kind = landing(step.item.kind)
    return "ticket" if kind in _FIELDS_OF_A_TICKET else kind, step.item.id


def _is_settled(step: Step, state: str) -> bool:
    """Tell a step that is done; a state that was refused has been set by a repair."""
    return state == "done" or (isinstance(step, SetState) and state in ("refused", "quarantined"))
