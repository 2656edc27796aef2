"""What became of a step, written down, told to the plugins, and named in the report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from anybacklog.errors import AnyBacklogError, MigrationError, NotFound, ValidationError
from anybacklog.migration.apply.counting import Counting, Fate
from anybacklog.migration.apply.refused_files import is_of_a_file
from anybacklog.migration.course import Course
from anybacklog.migration.falling_back import WAY_OUT, could_fall_back
from anybacklog.migration.faults import log_fault
from anybacklog.migration.ledger import Pair
from anybacklog.migration.ledger.rows import Row
from anybacklog.migration.settings import CUT_TITLES
from anybacklog.redact import redact
from anybacklog.steps import Step, StepState, describe, digest_of, items_of, key_of

QUARANTINE = 3
"""After so many runs with one and the same refusal a step is left alone."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Writes into one pair of a ledger, and into one report; `observe` is told of every outcome."""

    pair: Pair
    counting: Counting
    observe: Callable[[Step, StepState], None]

    def refuse(self, step: Step, reason: str) -> Fate:
        """Write down that nothing happened, and why; for the third time alike the step goes into quarantine."""
        row = self.pair.row(key_of(step))
        times, said = (row.before.get("refused") if row is not None else None) or (0, "")
        times = times + 1 if said == redact(reason) else 1
        before = {**(row.before if row is not None else {}), "refused": [times, redact(reason)]}
        self._set(
            step, "quarantined" if times >= QUARANTINE else "refused", reason, before | {"digest": digest_of(step)}
        )
        return self.fail(step, "write", reason)

    def hold(self, step: Step, reason: str, before: dict[str, object] | None = None) -> Fate:
        """Write down that nobody can tell what happened; only a person's word settles it."""
        self._set(step, "held", reason, before)
        return self.fail(step, "held", reason, held=True)

    def doubt(self, step: Step, reason: str, before: dict[str, object] | None = None) -> None:
        """Write down that nobody knows yet what happened."""
        self._set(step, "unsure", reason, before)

    def quarantined(self, step: Step, row: Row) -> Fate | None:
        """Leave a step alone that was refused too often; None: it is not, or it would now write something else."""
        if row.state != "quarantined" or row.before.get("digest") != digest_of(step):
            return None
        why = f"it is left alone after {QUARANTINE} runs that ended so: mend the cause, then repair tries again"
        return self.fail(step, "quarantine", f"{row.error}; {why}")

    def fail(self, step: Step, stage: str, error: str, *, held: bool = False) -> Fate:
        """Report every item of a step as failed, or held, with the stage and one sentence."""
        error = f"{error}; {settled_by(key_of(step))}" if held else error
        return self.counting.fail(items_of(step), stage, error, held=held)

    def told(self, step: Step, state: StepState) -> None:
        """Tell the plugins; one that breaks over it is named, and changes nothing of what happened."""
        try:
            self.observe(step, state)
        except MigrationError as error:
            log_fault(error)
            self.counting.tell([step.item], "observe", str(error))

    def _set(self, step: Step, state: StepState, reason: str, before: dict[str, object] | None) -> None:
        self.pair.set(key_of(step), state, source_key=step.item.ticket_key, error=reason, before=before)
        self.told(step, state)


def settled_by(key: str) -> str:
    """Say how a person settles a held step, by its key."""
    return f"look there, then repair with --settle {key}=there:ID or absent"


def said_of(error: AnyBacklogError, course: Course) -> str:
    """Say why a write was refused, and the way out where there is one."""
    match error:
        case ValidationError() if is_of_a_file(error) and not course.fallback_folder and could_fall_back(course):
            return f"{error}; {WAY_OUT}"
        case ValidationError(field="title", limit=int(limit), value=int(size)) if size > limit:
            return f"{error}; {CUT_TITLES}"
    return str(error)


def gone(error: NotFound) -> str:
    """Say that somebody deleted in the target what a step belongs to, and the way out."""
    return f"what it belongs to is gone from the target: {error}; repair copies it again"


def refused_before(row: Row | None) -> dict[str, object]:
    """Give what an intent keeps of earlier refusals."""
    return {"refused": row.before["refused"]} if row is not None and "refused" in row.before else {}


def remarks(step: Step, row: Row) -> Iterator[str]:
    """Say what a person should know of a write that was found to be there, though no answer had said so."""
    trouble = row.before.get("answered") or row.before.get("broke")
    if trouble:
        yield f"{describe(step)} was written, but {trouble}"
    if "copied" in row.before:
        told = "is there by the count in its ticket's description alone"
        yield f"{describe(step)} {told}: its answer was lost, and comments are not shown; look whether it is"


def remarks_again(step: Step, row: Row) -> Iterator[str]:
    """Say what a person should know of a write that is sent again, for it was found not to be there."""
    if "copied" in row.before:
        told = "was not there by the count in its ticket's description alone, and is sent again"
        yield f"{describe(step)} {told}: comments are not shown; look whether it is there twice"
