"""The steps of a migration: one planned write each, as data. Planning makes them, applying carries them out.

A step names the source's items it carries: they are done or unsure together. Every id in a step is the source's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, TypeAlias

from anybacklog.model import Attachment, Change, Text, TicketDraft, User

ItemKind: TypeAlias = Literal[
    "ticket", "comment", "history", "continuation", "attachment", "link", "parent", "state", "text", "kept", "moved",
]  # fmt: skip
StepState: TypeAlias = Literal["intended", "done", "unsure", "refused", "quarantined", "held"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing of the source: its kind, its id there, and the id and key of the ticket it belongs to.

    A continuation is what did not fit: `5+2` is the second piece of comment 5, `description+2` that of the ticket's.
    What is kept is an attachment in the fallback folder; the continuation `file-7+kept` names attachment 7 there.
    A text is one that is there already: `description`, or the comment's or continuation's id. What has moved is
    a ticket of the source; its id is that of its copy.
    """

    kind: ItemKind
    id: str
    ticket_id: str
    ticket_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file that rides on a step: the source's attachment, and who put it there, when, in the target's words.

    `content` is what a file holds that is made here; None: the source has it.
    """

    attachment: Attachment
    author: User | None
    created_at: datetime | None
    mark: str
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateTicket:
    """Create the ticket, its files with it; `parent` waits for a later step if the parent comes later in the source.

    `plain` is its description without the new names of what it names; None where it names nothing.
    """

    item: Item
    draft: TicketDraft
    parent: str | None
    mark: str
    plain: Text | None = None
    uploads: tuple[Upload, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddComment:
    """Add one journal entry, its files with it; `plain` is its body without the new names of what it names.

    `state` is what of the ticket changes in the same write; a step of its own, which finds it so, follows.
    """

    item: Item
    body: Text
    author: User | None
    created_at: datetime | None
    updated_at: datetime | None
    changes: tuple[Change, ...]
    private: bool
    uploads: tuple[Upload, ...]
    mark: str
    plain: Text | None = None
    state: Mapping[str, Any] = field(default_factory=dict)
    kept: Upload | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAttachment:
    """Put one file at the ticket."""

    item: Item
    upload: Upload
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepFile:
    """Put one file that the target cannot take into the fallback folder."""

    item: Item
    upload: Upload


@dataclass(frozen=True, slots=True, kw_only=True)
class SetParent:
    """Give a ticket the parent that did not exist yet when it was created; `updated_at` stays what it was."""

    item: Item
    parent: str
    updated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetState:
    """Give a ticket what no ticket there can have from its creation: its status, say. Field names -> words there."""

    item: Item
    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddLink:
    """Tie two tickets together."""

    item: Item
    kind: str
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RewriteText:
    """Write a text anew that was written when not all it names had arrived; `updated_at` stays what it was.

    `over` is the fingerprint of the text that it goes over: one that is another by then is somebody's. None: whatever
    is there.
    """

    item: Item
    text: Text
    updated_at: datetime | None = None
    over: str | None = None


Step: TypeAlias = CreateTicket | SetState | AddComment | AddAttachment | KeepFile | SetParent | AddLink | RewriteText


def items_of(step: Step) -> tuple[Item, ...]:
    """Name every item a step carries, the leading one first; of a ticket's state its own step tells."""
    uploads = () if isinstance(step, AddAttachment | KeepFile) else uploads_of(step)
    return (step.item, *(alone(step, upload).item for upload in uploads))


def key_of(step: Step) -> str:
    """Name a step for good: the kind of its leading item, the ticket's id and the item's own."""
    return step_key(step.item)


def step_key(item: Item) -> str:
    """Name the step that carries an item as its leading one. A link has two ends and one key."""
    kind = landing(item.kind)
    return f"link:{item.id}" if kind == "link" else f"{kind}:{item.ticket_id}:{item.id}"


def text_key(item: Item) -> str:
    """Name the step that writes the text of a ticket or of a comment anew."""
    return f"text:{item.ticket_id}:{'description' if item.kind == 'ticket' else item.id}"


def landing(kind: ItemKind) -> ItemKind:
    """Say what an item of this kind becomes in the target: history and continuations are comments there."""
    return "comment" if kind in ("history", "continuation") else kind


def describe(step: Step) -> str:
    """Name a step for a person."""
    return f"{step.item.kind} {step.item.id} of {step.item.ticket_key}"


def digest_of(step: Step) -> str:
    """Hash what a step would write, marks and keys aside: another digest later means that it would now differ."""
    content: tuple[object, ...] = ()
    match step:
        case CreateTicket():
            plain = step.plain if step.plain is not None else step.draft.description
            content = (replace(step.draft, external_id=None, key=None, description=plain), step.parent)
        case AddComment():
            content = _commented(step)
        case AddAttachment() | KeepFile():
            made = step.upload.attachment.sha256 if step.upload.content is not None else None
            content = (step.upload.attachment.name, step.upload.attachment.size, *([made] if made else []))
        case SetState():
            content = tuple(sorted(step.changes.items()))
        case SetParent():
            content = (step.parent,)
        case AddLink():
            content = tuple(sorted((step.item.ticket_id, step.other)))
        case RewriteText():
            content = (step.text,)
    written = repr(content).replace(mark_of(step) or "\0", "")
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _commented(step: AddComment) -> tuple[object, ...]:
    """Give what a comment says; of one that names a kept file which one it is, for where it lies shows later."""
    if step.kept is not None:
        return step.kept.attachment.id, step.kept.attachment.name, step.kept.attachment.size
    files = tuple(upload.attachment.id for upload in step.uploads)
    text = step.plain or step.body
    return text, step.author, step.created_at, step.updated_at, step.changes, step.private, files


def mark_of(step: Step) -> str | None:
    """Give the mark a step writes; states, ties and texts that are there already carry none of their own."""
    return None if isinstance(step, KeepFile | SetState | SetParent | AddLink | RewriteText) else step.mark


def alone(step: Step, upload: Upload) -> AddAttachment:
    """Give the step that brings one file of a step by itself."""
    item = replace(step.item, kind="attachment", id=upload.attachment.id)
    return AddAttachment(item=item, upload=upload, mark=upload.mark)


def uploads_of(step: Step) -> tuple[Upload, ...]:
    """Give the files a step carries."""
    if isinstance(step, AddAttachment | KeepFile):
        return (step.upload,)
    return step.uploads if isinstance(step, AddComment | CreateTicket) else ()


def state_of(step: AddComment) -> tuple[Item, ...]:
    """Name the state that comes with a comment, if one does."""
    ticket_id = step.item.ticket_id
    return (replace(step.item, kind="state", id=ticket_id),) if step.state else ()


def unaccompanied(steps: Iterable[Step]) -> Iterator[Step]:
    """Leave out a state that comes with a comment: what remains is sent when nothing goes wrong."""
    came: set[Item] = set()
    for step in steps:
        came.update(state_of(step) if isinstance(step, AddComment) else ())
        if step.item not in came:
            yield step
