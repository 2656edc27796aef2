"""What of a ticket is longer, larger or more than the target takes: refused there, and so lost. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from anybacklog.migration.course import Bundle, Course
from anybacklog.migration.falling_back import WAY_OUT, falls_back
from anybacklog.migration.plans.limits import files_of
from anybacklog.migration.riding import kept_files
from anybacklog.model import Text
from anybacklog.steps import AddComment, CreateTicket, Step

Excess: TypeAlias = tuple[str, str, int]
"""A field, why values of it do not arrive, and how many."""


def excess(bundle: Bundle, steps: Sequence[Step], course: Course) -> Iterator[Excess]:
    """Yield what is over a limit; `steps` are those that copy the ticket."""
    for name, size, limit in (*_texts(steps, course), *_files(bundle, course)):
        if limit is not None and size > limit:
            reason = f"over the {limit} that are taken there; such an item is refused and named"
            way_out = f"; {WAY_OUT}" if name == "attachments" and course.native("comments") else ""
            yield name, reason + way_out, 1
    most = course.limits.attachments_per_ticket
    if most is not None and (over := files_of(steps) - most) > 0:
        refused = f"a ticket there has at most {most}; others are refused and named, with the comment that brings them"
        yield "attachments", f"{refused}; {WAY_OUT}", over


def _texts(steps: Sequence[Step], course: Course) -> Iterator[tuple[str, int, int | None]]:
    limits = course.limits
    for step in steps:
        if isinstance(step, CreateTicket):
            yield "title", len(step.draft.title), limits.title_length
            if isinstance(step.draft.description, Text) and step.draft.description.source:
                yield "description", len(step.draft.description.source), limits.description_length
        elif isinstance(step, AddComment) and step.item.kind == "comment":
            yield "comments", len(step.body.source), limits.comment_length


def _files(bundle: Bundle, course: Course) -> Iterator[tuple[str, int, int | None]]:
    for attachment in kept_files(bundle, course):
        if not falls_back(attachment, bundle.ticket, course):
            yield "attachments", attachment.size or 0, course.limits.attachment_size
