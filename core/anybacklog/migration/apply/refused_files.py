"""A file that the target refuses, for its size or its name, goes into the fallback folder: nobody could tell before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from anybacklog.errors import AnyBacklogError, ValidationError
from anybacklog.migration.course import Course
from anybacklog.migration.falling_back import REFUSED, could_fall_back, keep, kept_for, point_to
from anybacklog.migration.ledger import Pair
from anybacklog.migration.report import Fidelity, Report
from anybacklog.steps import AddAttachment, AddComment, Step, Upload, key_of

_NAME = "attachments.name"
_OF_A_FILE = ("attachments.size", "request.size", _NAME)
"""The fields of a refusal that is about a file: its size, or that of the request that brings it, or its name."""


class Instead(Exception):
    """Other steps go instead of one that was refused; `pointer` goes behind all others of its ticket."""

    def __init__(self, steps: Sequence[Step], pointer: AddComment) -> None:
        super().__init__(f"{len(steps)} steps go instead, and one at the end")
        self.steps = steps
        self.pointer = pointer


@dataclass(frozen=True, slots=True)
class RefusedFiles:
    """Plans anew what was refused for a file: the ledger knows no other way.

    Planning finds the file in the folder from then on, and plans it so by itself: killed in between, the next run
    sends the file once more, is refused once more, and puts the same bytes into the same place.
    """

    course: Course
    pair: Pair
    report: Report

    def refused(self, step: Step, error: AnyBacklogError) -> None:
        """Raise Instead: the file goes into the folder, then the rest; returns where that is no way out."""
        if not isinstance(step, AddAttachment | AddComment) or not self._is_for_a_file(error):
            return
        upload, others = self._parted(step, error)
        if upload is None:
            return
        self.pair.replan(key_of(step))
        self.report.fidelity = _with_kept(self.report.fidelity, kept_for(REFUSED))
        rest = [replace(step, uploads=others)] if isinstance(step, AddComment) else []
        raise Instead([keep(upload.attachment, step.item), *rest], point_to(upload.attachment, step.item, self.course))

    def _is_for_a_file(self, error: AnyBacklogError) -> bool:
        return bool(self.course.fallback_folder) and could_fall_back(self.course) and is_of_a_file(error)

    def _parted(
        self, step: AddAttachment | AddComment, error: AnyBacklogError
    ) -> tuple[Upload | None, tuple[Upload, ...]]:
        """Part the file that was refused, by its name or as the largest that was sent, from the others."""
        uploads = (step.upload,) if isinstance(step, AddAttachment) else step.uploads
        row = self.pair.row(key_of(step))
        sent = row.sent() if row is not None else {}
        known = [each for each in uploads if each.attachment.id in sent and each.content is None]
        if isinstance(error, ValidationError) and error.field == _NAME:
            known = [each for each in known if each.attachment.name == error.value]
        largest = max(known, key=lambda each: sent[each.attachment.id].size, default=None)
        return largest, tuple(each for each in uploads if each is not largest)


def is_of_a_file(error: AnyBacklogError) -> bool:
    """Tell a refusal for the size of a file, or its name."""
    return isinstance(error, ValidationError) and error.field in _OF_A_FILE


def _with_kept(rows: list[Fidelity], reason: str) -> list[Fidelity]:
    """Count one file as kept that was weighed as arriving."""
    held = next((row for row in rows if row.field == "attachments" and row.level == "native" and row.count), None)
    if held is None:
        return rows
    there = next((row for row in rows if row.reason == reason), None)
    kept = Fidelity(field="attachments", level="emulated", count=1 + (there.count if there else 0), reason=reason)
    left = [replace(held, count=held.count - 1)] if held.count > 1 else []
    first = [row for row in rows if row is not there and row is not held]
    return [*(row for row in first if row.level != "native"), kept, *left, *(r for r in first if r.level == "native")]
