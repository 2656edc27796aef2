"""One step, one write on the target: what is sent, and where the answer says that it ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from anybacklog.backend import AttachmentDraft
from anybacklog.errors import Conflict, MigrationError
from anybacklog.markup.wording import shown_as
from anybacklog.migration.apply.comment_count import CommentCount
from anybacklog.migration.apply.fallback import Fallback
from anybacklog.migration.ends import last_key
from anybacklog.migration.falling_back import completed
from anybacklog.migration.ledger.rows import Landed, Row
from anybacklog.migration.meanwhile import prints_before
from anybacklog.migration.places import (
    CannotTell,
    is_so,
    landed_comment,
    landed_ticket,
    landed_untold,
    state_landed,
)
from anybacklog.migration.questions import BEFORE, STATE, Questions
from anybacklog.migration.report import Report
from anybacklog.migration.riding import is_named_later
from anybacklog.migration.round_trip import ALTERED, Shown
from anybacklog.model import Text, Ticket, TicketId
from anybacklog.steps import (
    AddAttachment,
    AddComment,
    AddLink,
    CreateTicket,
    Item,
    KeepFile,
    RewriteText,
    SetParent,
    SetState,
    Step,
    key_of,
)

MARK_FIELDS = {
    CreateTicket: "external_id",
    AddComment: "comments.external_id",
    AddAttachment: "attachments.external_id",
}


@dataclass(slots=True)
class Calls:
    """The writes of one run; remembers what the target's answers told of it, and what a person should know."""

    ask: Questions
    report: Report
    count: CommentCount = field(init=False)
    shown: Shown = field(default_factory=Counter)
    """In which formats this run's texts came back; those altered are left out."""
    told: Ticket | None = None
    """The ticket in hand as the target last said that it holds it."""
    unanswered: bool = False
    """Whether the answer to a write of it was lost in this run."""
    _before: Ticket | None = None
    """The ticket in hand as it was before a step that sets its fields."""
    _newest: list[str | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.count = CommentCount(self.ask, self.home)

    def begin(self, steps: Sequence[Step]) -> None:
        """Take the steps of the next ticket in hand."""
        self.count.begin(steps)
        self.told, self.unanswered, self._before = None, False, None

    def waits(self, step: Step) -> str | None:
        """Say why a step cannot be written yet: the file it names is not where it says."""
        needs = isinstance(step, AddComment) and step.kept is not None
        return "waits for its file" if needs and self._kept_path(step) is None else None

    def completed(self, step: Step) -> Step:
        """Have the comment that names a kept file say where that is."""
        path = self._kept_path(step)
        return completed(step, path, self.ask.course) if isinstance(step, AddComment) and path is not None else step

    def _kept_path(self, step: Step) -> str | None:
        upload = step.kept if isinstance(step, AddComment) else None
        landed = self.ask.pair.landed("kept", step.item.ticket_id, upload.attachment.id) if upload is not None else None
        return landed.target_id if landed is not None else None

    def write(self, step: Step, files: Sequence[AttachmentDraft]) -> list[Landed]:
        """Send the step, and give where its items ended. CannotTell: it was written, but not as it can be told."""
        target = self.ask.target
        match step:
            case CreateTicket():
                return self._create(step, files)
            case AddComment():
                return self._comment(step, files)
            case AddAttachment() | KeepFile():
                return self._attach(step, files[0]) if isinstance(step, AddAttachment) else self._keep(step, files[0])
            case SetState():
                return self._set_state(step)
            case SetParent():
                return self._set_parent(step)
            case RewriteText():
                return self._rewrite(step)
            case AddLink():
                link = target.add_link(self.home(step.item), step.kind, self._target_of(step.other))
                return [Landed(item=step.item, target_ticket=self.home(step.item), target_id=link.id)]

    def marks(self, step: Step) -> bool:
        """Tell whether this step's mark goes into a field of its own."""
        return self.ask.external(MARK_FIELDS[type(step)]) if type(step) in MARK_FIELDS else False

    def before(self, step: Step) -> dict[str, Any]:
        """Say what the target held before, as a question would want to know: its last key, its count of comments."""
        if isinstance(step, SetState):
            return {BEFORE: prints_before(self._before, step.changes)} if self._before is not None else {}
        if isinstance(step, AddComment):
            return self.count.before(step) | ({STATE: "rides"} if self._brings_state(step) else {})
        if isinstance(step, RewriteText):
            row = self.ask.pair.row(key_of(step))
            return {"was": row.before.get("text") if row is not None else None}
        if not isinstance(step, CreateTicket) or not self.ask.target.capabilities.can("tickets_after"):
            return {}
        if not self._newest:
            self._newest = [last_key(self.ask.pair)]
        return {"after": self._newest[0]}

    def _comment(self, step: AddComment, files: Sequence[AttachmentDraft]) -> list[Landed]:
        if self.count.due is not None:
            return self.count.write(step, *self.count.due)
        if self._brings_state(step):
            return self._change_with_comment(step, files)
        step = replace(step, state={})
        comment = self.ask.target.add_comment(
            self.home(step.item), step.body, attachments=files, author=step.author, created_at=step.created_at,
            updated_at=step.updated_at, changes=step.changes, private=step.private,
            external_id=step.mark if self.marks(step) else None,
        )  # fmt: skip
        self._came_back(step.item, "comments.body", step.body, comment.body)
        return landed_comment(step, self.home(step.item), comment)

    def _brings_state(self, step: AddComment) -> bool:
        """Tell whether the ticket's state still has to go with the comment: given once, people may have changed it."""
        ticket_id = step.item.ticket_id
        if not step.state or (self.told is not None and is_so(self.told, step.state)):
            return False
        return self.ask.pair.landed("state", ticket_id, ticket_id) is None

    def home(self, item: Item) -> TicketId:
        """Give the target's ticket that an item belongs to."""
        return self._target_of(item.ticket_id)

    def already(self, step: Step, row: Row | None) -> list[Landed] | None:
        """Find where the items of a step are before it is written; of a new ticket's state its answer has told."""
        if not isinstance(step, SetState):
            return self.ask.landed(step, row)
        self._before = self.told or self.ask.target.ticket(self.home(step.item))
        return state_landed(step, self._before)

    def _change_with_comment(self, step: AddComment, files: Sequence[AttachmentDraft]) -> list[Landed]:
        """Send a comment together with the ticket's state: no answer tells its id, which its mark tells when needed."""
        home = self.home(step.item)
        self.told = self.ask.target.change_with_comment(home, step.state, step.body, attachments=files)
        if is_named_later(step, self.ask.course):
            return landed_untold(step, home)
        landed = self.ask.comment(step, None)
        if landed is None:
            raise CannotTell("it was written together with the ticket's state, but the journal does not show it")
        return landed

    def _create(self, step: CreateTicket, files: Sequence[AttachmentDraft]) -> list[Landed]:
        target, pair = self.ask.target, self.ask.pair
        parent = pair.landed("ticket", step.parent, step.parent) if step.parent else None
        draft = step.draft
        if parent is not None and self.ask.course.native("parent"):
            draft = replace(draft, parent=parent.target_ticket)
        try:
            ticket = (
                target.create_with_files(draft, files, exact=True) if files else target.create_ticket(draft, exact=True)
            )
        except Conflict:
            if draft.key is None:
                raise
            late = self.ask.landed(step, None)
            if late is not None:  # an earlier write of our own holds the key: it arrived after we had given it up
                return late
            # Somebody else's ticket has this key already; ours gets the next free one, and its mark names the old.
            ticket = target.create_ticket(replace(draft, key=None), exact=True)  # its files follow one by one
            self.report.rekeyed.add(f"{step.item.ticket_key} became {ticket.key}")
        self._came_back(step.item, "description", draft.description, ticket.description)
        self.count.answered, self._newest, self.told = True, [ticket.key], ticket
        return landed_ticket(step, ticket)

    def _came_back(self, item: Item, name: str, written: Text | str | None, found: Text | None) -> None:
        """Note in which format a target that turns some into others gives a text back, if it is still the same."""
        forms = self.ask.course.writing.texts_become
        if forms and isinstance(written, Text) and found is not None:
            form = shown_as(written, found.source, forms)
            self.shown[name, written.format, form or ALTERED] += 1
            if form is None:
                self.report.rewritten.add(item)

    def _attach(self, step: AddAttachment, file: AttachmentDraft) -> list[Landed]:
        home = self.home(step.item)
        made = self.ask.target.add_attachment(
            home, file.name, file.stream, author=step.upload.author, created_at=file.created_at,
            content_type=file.content_type, external_id=file.external_id,
        )  # fmt: skip
        if made.id in {landed.target_id for landed in self.ask.pair.landed_on(home) if _is_file(landed)}:
            raise CannotTell(f"the target answered with a file that was there before, {made.name!r}")
        return [Landed(item=step.item, target_ticket=home, target_id=made.id, told=made)]

    def _set_state(self, step: SetState) -> list[Landed]:
        self._before = None
        ticket = self.told = self.ask.target.update_ticket(self.home(step.item), step.changes)
        return [Landed(item=step.item, target_ticket=self.home(step.item), target_id=ticket.id)]

    def _rewrite(self, step: RewriteText) -> list[Landed]:
        """Write a text anew; it is where its ticket or comment is, and nothing lands."""
        target, home = self.ask.target, self.home(step.item)
        if step.item.id == "description":
            moment = {"updated_at": step.updated_at} if step.updated_at is not None else {}
            target.update_ticket(home, {"description": step.text, **moment})
        else:
            keep = self.ask.course.native("comments.updated_at")
            target.update_comment(home, self.ask.comment_of(step), step.text, keep_time=keep)
        return []

    def _keep(self, step: KeepFile, file: AttachmentDraft) -> list[Landed]:
        folder = Fallback(Path(self.ask.course.fallback_folder))
        path, sent = folder.keep(step.item.ticket_key, file.name, file.stream)
        home = self.home(step.item)
        return [Landed(item=step.item, target_ticket=home, target_id=path, size=sent.size, sha256=sent.sha256)]

    def _set_parent(self, step: SetParent) -> list[Landed]:
        parent = self._target_of(step.parent)
        changes = {"parent": parent} | ({"updated_at": step.updated_at} if step.updated_at else {})
        self.ask.target.update_ticket(self.home(step.item), changes)
        return [Landed(item=step.item, target_ticket=self.home(step.item), target_id=parent)]

    def _target_of(self, ticket_id: str) -> TicketId:
        landed = self.ask.pair.landed("ticket", ticket_id, ticket_id)
        if landed is None:
            raise MigrationError(f"the source's ticket {ticket_id} has not arrived in the target")
        return landed.target_ticket


def _is_file(landed: Landed) -> bool:
    return landed.item.kind == "attachment"
