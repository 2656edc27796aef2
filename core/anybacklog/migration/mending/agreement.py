"""What a verification found equal is as it is planned: the ledger takes it so, and no later run names it again."""

from __future__ import annotations

from anybacklog.migration.ledger import Pair
from anybacklog.migration.planning import Bundle, Course, plan_ticket, plan_ties
from anybacklog.steps import RewriteText, SetState, Step, digest_of, key_of


def agree(pair: Pair, bundle: Bundle, course: Course) -> None:
    """Take every step of a ticket, whose copy is seen to be right, for done as it is planned now."""
    for step in (*plan_ticket(bundle, course), *plan_ties(bundle.ticket, course)):
        row = None if isinstance(step, RewriteText) else pair.row(key_of(step))
        if row is None or not _is_settled(step, row.state) or row.before.get("digest") == digest_of(step):
            continue
        before = {name: value for name, value in row.before.items() if name != "refused"}
        pair.set(row.key, "done", source_key=row.source_key, before=before | {"digest": digest_of(step)})


def _is_settled(step: Step, state: str) -> bool:
    """Tell a step that is done; a state that was refused has been set by the repair itself."""
    return state == "done" or (isinstance(step, SetState) and state in ("refused", "quarantined"))
