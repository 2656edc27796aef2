"""A source ticket and its journal -> the steps that copy it. Pure: the same bundle always gives the same steps."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from anybacklog.abilities import Limits, MetadataKind
from anybacklog.migration.mapping import MappingTable, Noun
from anybacklog.migration.mark import Mark
from anybacklog.migration.pieces import HEADER_ROOM, length, split
from anybacklog.migration.references import Refer, Wording
from anybacklog.migration.rewriting import Forms
from anybacklog.migration.riding import files, is_remark, is_withheld, rides, riding, withheld_files
from anybacklog.migration.settings import History, LongTexts, LongTitles
from anybacklog.migration.telling import comment_header, commented, described, header, titled, wordings
from anybacklog.migration.texts import Heading, Writing, headed
from anybacklog.model import Attachment, Comment, CustomField, CustomFieldValue, Text, Ticket, TicketDraft, User
from anybacklog.steps import (
    AddAttachment,
    AddComment,
    AddLink,
    CreateTicket,
    Item,
    ItemKind,
    SetParent,
    SetState,
    Step,
    Upload,
)

CUT = "\n[…]"
"""What a text ends with that the plan has cut."""
Transform: TypeAlias = Callable[[TicketDraft, Ticket], TicketDraft]


@dataclass(frozen=True, slots=True)
class Bundle:
    """One ticket of the source with its whole journal, oldest entry first."""

    ticket: Ticket
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """All that planning decides by: the mapping, what the target holds natively, how texts are written there."""

    source: str
    mapping: MappingTable
    native: Callable[[str], bool]
    writing: Writing
    marks: bool = True
    history: History = "native"
    transform: Transform | None = None
    after_creation: Collection[str] = ()
    suited: Mapping[tuple[str, str], Noun] = field(default_factory=dict)
    never_empty: Collection[str] = ()
    limits: Limits = field(default_factory=Limits)
    tops: Collection[str] = ()
    leave_out: Collection[str] = ()
    too_long: LongTexts = "continue"
    too_long_titles: LongTitles = "refuse"
    shown: Forms = field(default_factory=dict)
    refer: Refer | None = None

    def parent(self, ticket: Ticket) -> str | None:
        """Give a ticket's parent, unless the target has no level left for it."""
        return None if ticket.id in self.tops else ticket.parent

    def nobody(self, user: User | None) -> bool:
        """Tell whether a person of the source is known, and nobody in the target stands for them, or will."""
        match = self.mapping.match("users", user)
        return user is not None and (match is None or (match.target is None and not match.create))

    def heading(self, heading: Heading, author: User | None) -> Heading:
        """Give what a header line has to say: of an author for whom nobody stands it keeps the name."""
        return replace(heading, attributed=True) if self.nobody(author) else heading

    def cuts(self, text: Text, room: int | None) -> bool:
        """Tell whether the plan cuts a text that has no room."""
        long = room is not None and length(text.source) > room > len(CUT)
        return self.too_long == "cut" and long and text.format != "html"

    def cut(self, text: Text, room: int | None) -> tuple[Text, list[Text]]:
        """Cut a text that has no room: its first piece, and those that go on in comments. HTML cannot be cut."""
        if room is not None and self.cuts(text, room):
            return Text(split(text.source, room - len(CUT), room)[0] + CUT, text.format), []
        if room is None or length(text.source) <= room or not self.native("comments") or text.format == "html":
            return text, []
        following = self.limits.comment_length or room
        if min(room, following) < 2 * HEADER_ROOM:  # a target so small has no room for what names the pieces
            return text, []
        first, *rest = split(text.source, room, following - HEADER_ROOM)
        return Text(first, text.format), [Text(piece, text.format) for piece in rest]


def plan_ticket(bundle: Bundle, course: Course) -> Iterator[Step]:
    """Yield what copies the ticket, its files and its journal, in the order to write them."""
    ticket = bundle.ticket
    mark = Mark(course.source, ticket.key, "ticket", ticket.id)
    item = Item(kind="ticket", id=ticket.id, ticket_id=ticket.id, ticket_key=ticket.key)
    draft, (first, *rest) = _cut_draft(ticket, course)
    later = _later(draft, course)
    later_empty: dict[str, Any] = dict.fromkeys(later)
    parent = course.parent(ticket)
    yield CreateTicket(item=item, draft=replace(draft, **later_empty), parent=parent, mark=str(mark), plain=first.plain)
    if later:
        later |= {"updated_at": draft.updated_at} if draft.updated_at is not None else {}
        yield SetState(item=_item("state", ticket.id, ticket), changes=later)
    if course.native("attachments"):
        elsewhere = riding(bundle, course) | withheld_files(bundle, course)
        for attachment in ticket.attachments:
            if attachment.id not in elsewhere:
                upload = _upload(attachment, ticket, course)
                yield AddAttachment(item=_item("attachment", attachment.id, ticket), upload=upload, mark=upload.mark)
    if course.native("comments"):
        yield from _follow_ups(rest, _description_as_comment(ticket), ticket, course)
        for comment in bundle.comments:
            if not is_withheld(comment, course):
                yield from _add_comment(comment, ticket, course)


def plan_ties(ticket: Ticket, course: Course) -> Iterator[SetParent | AddLink]:
    """Yield what ties the ticket to others, to be written when all tickets exist."""
    parent = course.parent(ticket)
    if parent is not None and course.native("parent"):
        updated_at = ticket.updated_at if course.native("updated_at") else None
        yield SetParent(item=_item("parent", ticket.id, ticket), parent=parent, updated_at=updated_at)
    if course.native("links"):
        for link in ticket.links:
            yield AddLink(item=_item("link", link.id, ticket), kind=link.kind, other=link.target)


def draft_of(ticket: Ticket, course: Course) -> TicketDraft:
    """Say what the target is to hold of a ticket, parent, links and journal aside.

    Every word one of the target's nouns, the description as much of it as there is room for.
    """
    return _cut_draft(ticket, course)[0]


def _cut_draft(ticket: Ticket, course: Course) -> tuple[TicketDraft, list[Wording]]:
    """Give the draft, and the wording of its description: of the piece in it, and of those that have no room there."""
    draft = _whole_draft(ticket, course)
    if not isinstance(draft.description, Text):
        return draft, [Wording(Text("", course.writing.native_format))]
    mark = Mark(course.source, ticket.key, "ticket", ticket.id)
    line = header(ticket, course, mark)
    pieces = wordings(draft.description, line, course.limits.description_length, course)
    return replace(draft, description=pieces[0].text), pieces


def _whole_draft(ticket: Ticket, course: Course) -> TicketDraft:
    mark = Mark(course.source, ticket.key, "ticket", ticket.id)
    draft = TicketDraft(
        title=titled(ticket, course),
        description=described(ticket, course, mark),
        type=_one(course, "ticket_types", ticket.type),
        status=_status(ticket, course),
        priority=_one(course, "priorities", ticket.priority),
        resolution=_one(course, "resolutions", ticket.resolution),
        assignees=_many(course, "users", ticket.assignees)[: course.limits.assignees_per_ticket],
        start_date=ticket.start_date,
        due_date=ticket.due_date,
        estimated_hours=ticket.estimated_hours,
        actual_hours=ticket.actual_hours,
        categories=_many(course, "categories", ticket.categories),
        affected_versions=_many(course, "versions", ticket.affected_versions),
        milestones=_many(course, "milestones", ticket.milestones),
        custom_fields={f"id:{definition.id}": value.value for value, definition in _custom(course, ticket)},
        watchers=_many(course, "users", ticket.watchers),
        key=ticket.key,
        reporter=_one(course, "users", ticket.reporter),
        created_at=ticket.created_at,
        updated_at=ticket.updated_at,
        external_id=str(mark) if course.marks else None,
    )
    if course.transform is not None:
        draft = course.transform(draft, ticket)
    return _held(draft, course)


def _later(draft: TicketDraft, course: Course) -> dict[str, Any]:
    """Pick what a new ticket cannot have there."""
    given = {name: getattr(draft, name) for name in sorted(course.after_creation)}
    return {name: value for name, value in given.items() if value is not None}


def _status(ticket: Ticket, course: Course) -> Any:
    """Give the status, or the one of its category that a ticket of this type can have."""
    status, kind = _one(course, "statuses", ticket.status), _one(course, "ticket_types", ticket.type)
    return course.suited.get((status.id, kind.id), status) if status is not None and kind is not None else status


def _held(draft: TicketDraft, course: Course) -> TicketDraft:
    """Leave out what the target cannot hold; fidelity has counted it."""
    empty = TicketDraft(title=draft.title)
    dropped = {name: getattr(empty, name) for name in TicketDraft.__dataclass_fields__ if not course.native(name)}
    return replace(draft, **{name: value for name, value in dropped.items() if name != "title"})


def _add_comment(comment: Comment, ticket: Ticket, course: Course) -> Iterator[AddComment]:
    attached = files(comment, ticket) if rides(course) else ()
    kind: ItemKind = "comment" if is_remark(comment) else "history"
    mark = Mark(course.source, ticket.key, "comment", comment.id)
    changes = comment.changes if course.native("comments.changes") else ()
    text, line = commented(comment, ticket, course), comment_header(comment, ticket, course)
    first, *rest = wordings(text, line, course.limits.comment_length, course)
    yield AddComment(
        item=_item(kind, comment.id, ticket),
        body=first.text,
        plain=first.plain,
        author=_author(course, comment.author, "comments.author"),
        created_at=comment.created_at if course.native("comments.created_at") else None,
        updated_at=comment.updated_at if course.native("comments.updated_at") else None,
        changes=changes,
        private=comment.private and course.native("comments.private"),
        uploads=tuple(_upload(attachment, ticket, course) for attachment in attached),
        mark=str(mark),
    )
    yield from _follow_ups(rest, comment, ticket, course)


def cut_texts(bundle: Bundle, course: Course) -> dict[str, int]:
    """Give the texts that the plan cuts, and how long they are: `description`, or the id of a comment."""
    if course.too_long != "cut":
        return {}
    texts = {"description": (_whole_draft(bundle.ticket, course).description, course.limits.description_length)}
    for comment in bundle.comments:
        if course.native("comments") and not is_withheld(comment, course):
            texts[comment.id] = commented(comment, bundle.ticket, course), course.limits.comment_length
    return {
        name: length(text.source)
        for name, (text, room) in texts.items()
        if isinstance(text, Text) and course.cuts(text, room)
    }


def _description_as_comment(ticket: Ticket) -> Comment:
    """Give the comment whose continuations those of the description are."""
    return Comment(id="description", author=ticket.reporter, body=Text("", "plain"), created_at=ticket.created_at)


def _follow_ups(pieces: Iterable[Wording], start: Comment, ticket: Ticket, course: Course) -> Iterator[AddComment]:
    """Yield the comments in which a text goes on: `start` says whose it is, and since when."""
    for number, piece in enumerate(pieces, 2):
        item = _item("continuation", f"{start.id}+{number}", ticket)
        mark = Mark(course.source, ticket.key, "continuation", item.id)
        heading = course.heading(course.writing.comment, start.author)
        line = course.writing.line(heading, mark, start.author, start.created_at)
        yield AddComment(
            item=item,
            body=headed(piece.text, line),
            plain=headed(piece.plain, line) if piece.plain is not None else None,
            author=_author(course, start.author, "comments.author"),
            created_at=start.created_at if course.native("comments.created_at") else None,
            updated_at=start.updated_at if course.native("comments.updated_at") else None,
            changes=(),
            private=start.private and course.native("comments.private"),
            uploads=(),
            mark=str(mark),
        )


def _upload(attachment: Attachment, ticket: Ticket, course: Course) -> Upload:
    return Upload(
        attachment=replace(attachment, ticket=ticket.id),
        author=_author(course, attachment.author, "attachments.author"),
        created_at=attachment.created_at if course.native("attachments.created_at") else None,
        mark=str(Mark(course.source, ticket.key, "attachment", attachment.id)),
    )


def _item(kind: ItemKind, id: str, ticket: Ticket) -> Item:
    return Item(kind=kind, id=id, ticket_id=ticket.id, ticket_key=ticket.key)


def _author(course: Course, user: User | None, field: str) -> User | None:
    return course.mapping.of("users", user) if course.native(field) else None


def _one(course: Course, kind: MetadataKind, noun: Noun | None) -> Any:
    return course.mapping.of(kind, noun)


def _many(course: Course, kind: MetadataKind, nouns: Iterable[Noun]) -> tuple[Any, ...]:
    found = (course.mapping.of(kind, noun) for noun in nouns)
    return tuple(dict.fromkeys(noun for noun in found if noun is not None))


def _custom(course: Course, ticket: Ticket) -> Iterator[tuple[CustomFieldValue, CustomField]]:
    for held in ticket.custom_fields:
        found = course.mapping.of("custom_fields", held)
        value = replace(held, value=course.mapping.value(held))
        if found is not None and value.value not in (None, "", ()):
            yield value, found
