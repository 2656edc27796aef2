"""What a write leaves to the target to choose, such as an instant that the source does not have. Pure.

An intent keeps it, so that `verify` can tell what was emptied at the source since from what the target chose.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING, Any

from anybacklog.model import Attachment, Comment, Ticket
from anybacklog.steps import AddComment, CreateTicket, Step, Upload, uploads_of

if TYPE_CHECKING:
    from anybacklog.migration.ledger.rows import Row

OPEN = "open"
ASSIGNED = ("status", "reporter", "created_at", "updated_at")
"""The fields of a ticket that every tracker assigns by itself where a draft says nothing."""
STAMPED = ("author", "created_at")
"""Those of a comment and of a file."""


def left_open(step: Step, native: Callable[[str], bool]) -> dict[str, list[str]]:
    """Give what an intent keeps of it: the names of fields, of a file's behind its id; nothing where all is said."""
    names = [*_of_step(step, native), *(name for upload in uploads_of(step) for name in _of_file(upload, native))]
    return {OPEN: names} if names else {}


def emptied(thing: Ticket | Comment | Attachment, row: Row | None, native: Callable[[str], bool]) -> Collection[str]:
    """Name the fields that the source has emptied since the step of `row` wrote them; none where nobody knows."""
    if row is None or "digest" not in row.before:
        return ()
    open_then = row.before.get(OPEN, ())
    match thing:
        case Ticket():
            return {*_unsaid(thing, ASSIGNED, "", native)}.difference(open_then)
        case Comment():
            return {*_unsaid(thing, STAMPED, "comments.", native)}.difference(open_then)
        case Attachment():
            now = _unsaid(thing, STAMPED, "attachments.", native)
            return {name for name in now if f"{thing.id}.{name}" not in open_then}


def still_open(row: Row, step: Step, native: Callable[[str], bool]) -> dict[str, list[str]]:
    """Give what has been left open all the time, where a step would be written otherwise by now."""
    now = left_open(step, native).get(OPEN, ())
    return {OPEN: [name for name in row.before.get(OPEN, ()) if name in now]} if OPEN in row.before else {}


def _of_step(step: Step, native: Callable[[str], bool]) -> Iterator[str]:
    match step:
        case CreateTicket():
            yield from _unsaid(step.draft, ASSIGNED, "", native)
        case AddComment():
            yield from _unsaid(step, STAMPED, "comments.", native)


def _of_file(upload: Upload, native: Callable[[str], bool]) -> Iterator[str]:
    for name in _unsaid(upload, STAMPED, "attachments.", native):
        yield f"{upload.attachment.id}.{name}"


def _unsaid(thing: Any, names: tuple[str, ...], prefix: str, native: Callable[[str], bool]) -> Iterator[str]:
    yield from (name for name in names if native(prefix + name) and getattr(thing, name) is None)
