"""A source ticket and its journal -> the steps that copy it. Pure: the same bundle always gives the same steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from anybacklog.abilities import MetadataKind
from anybacklog.migration.course import Bundle, Course
from anybacklog.migration.entries import item_of, journal, own_files
from anybacklog.migration.falling_back import keep
from anybacklog.migration.mapping import Noun
from anybacklog.migration.mark import Mark
from anybacklog.migration.pieces import length
from anybacklog.migration.references import Wording
from anybacklog.migration.riding import come_along, held_back, is_withheld, last_with
from anybacklog.migration.telling import commented, described, header, titled, wordings
from anybacklog.model import CustomField, CustomFieldValue, Text, Ticket, TicketDraft
from anybacklog.steps import (
    AddLink,
    CreateTicket,
    Item,
    SetParent,
    SetState,
    Step,
    alone,
)


def plan_ticket(bundle: Bundle, course: Course) -> Iterator[Step]:
    """Yield what copies the ticket, its files and its journal, in the order to write them."""
    ticket = bundle.ticket
    mark = Mark(course.source, ticket.key, "ticket", ticket.id)
    item = Item(kind="ticket", id=ticket.id, ticket_id=ticket.id, ticket_key=ticket.key)
    draft, (first, *rest) = _cut_draft(ticket, course)
    later = _later(draft, course)
    later_empty: dict[str, Any] = dict.fromkeys(later)
    parent = course.parent(ticket)
    uploads = list(own_files(bundle, course))
    aboard = tuple(come_along(uploads, course))
    create = CreateTicket(
        item=item, draft=replace(draft, **later_empty), parent=parent, mark=str(mark), plain=first.plain, uploads=aboard
    )
    yield create
    yield from (alone(create, upload) for upload in uploads if upload not in aboard)
    yield from (keep(attachment, item) for attachment in held_back(bundle, course))
    if later:
        later |= {"updated_at": draft.updated_at} if draft.updated_at is not None else {}
    yield from last_with(later, journal(bundle, rest, course), course)
    if later:
        yield SetState(item=item_of("state", ticket.id, ticket), changes=later)


def plan_ties(ticket: Ticket, course: Course) -> Iterator[SetParent | AddLink]:
    """Yield what ties the ticket to others, to be written when all tickets exist."""
    parent = course.parent(ticket)
    if parent is not None and course.native("parent"):
        updated_at = ticket.updated_at if course.native("updated_at") else None
        yield SetParent(item=item_of("parent", ticket.id, ticket), parent=parent, updated_at=updated_at)
    if course.native("links"):
        for link in ticket.links:
            kind = course.link_kind(link.kind)
            if kind is not None:
                yield AddLink(item=item_of("link", link.id, ticket), kind=kind, other=link.target)


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
