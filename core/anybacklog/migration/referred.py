"""The words and people that a ticket refers to: those that nothing stands for, and those that were renamed. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any

from anybacklog.abilities import MetadataKind
from anybacklog.migration.comparison import Odd, compare_ticket, shown
from anybacklog.migration.course import Bundle, Course
from anybacklog.migration.mapping import SAID_NOTHING
from anybacklog.migration.planning import draft_of
from anybacklog.migration.riding import riding, told_of
from anybacklog.model import Ticket


def compare_copy(
    bundle: Bundle,
    there: Ticket,
    course: Course,
    lost: Container[str],
    hidden: Container[str] = (),
    emptied: Container[str] = (),
) -> Iterator[Odd]:
    """Yield each field of a ticket's copy that is not as it should be, once; so is one whose word was renamed.

    `lost` are the words and people, `KIND:ID`, that it was agreed to lose; `hidden` fields the target never shows,
    `emptied` ones the source has emptied since they were written.
    """
    nameless = [_whole(odd, bundle.ticket, there) for odd in missing_words(bundle, course, lost)]
    yield from {(odd.field, repr(odd.wanted)): odd for odd in nameless}.values()
    named = {odd.field for odd in nameless}
    for odd in compare_ticket(draft_of(bundle.ticket, course), there, course, hidden, emptied):
        if odd.field not in named:
            named.add(odd.field)
            yield odd
    renamed = [_whole(odd, bundle.ticket, there) for odd in renamed_words(bundle, course)]
    yield from {odd.field: odd for odd in renamed if odd.field not in named and odd.wanted != odd.found}.values()


def missing_words(bundle: Bundle, course: Course, lost: Container[str]) -> Iterator[Odd]:
    """Yield what a ticket refers to and nothing in the target stands for, losses agreed upon or planned aside.

    People for whom nobody stands are named in header lines, but for who put up a file: a text differs then. Of a file
    that a comment of the same author brings, the comment tells it.
    """
    for name, kind, noun in _referred(bundle, course):
        held = noun is not None and course.native(name) and f"{kind}:{noun.id}" not in lost
        told = kind == "users" and name != "attachments.author" and course.nobody(noun)
        match = course.mapping.match(kind, noun)
        planned = match is not None and match.reason == SAID_NOTHING
        if held and not told and not planned and course.mapping.of(kind, noun) is None:
            shown_name = f"custom_fields.{noun.name}" if kind == "custom_fields" else name
            yield Odd(shown_name, shown(noun.value if kind == "custom_fields" else noun), None)


def renamed_words(bundle: Bundle, course: Course) -> Iterator[Odd]:
    """Yield what a ticket refers to and this migration made under another name than it has by now."""
    for name, kind, noun in _referred(bundle, course):
        match = course.mapping.match(kind, noun)
        if match is not None and match.target is not None and match.noun is not None and course.native(name):
            yield Odd(name, match.noun.name, match.target.name)


def _whole(odd: Odd, ticket: Ticket, there: Ticket) -> Odd:
    """Give a field of a ticket with all that it holds at both ends."""
    if odd.field not in Ticket.__dataclass_fields__:
        return odd
    return Odd(odd.field, shown(getattr(ticket, odd.field)), shown(getattr(there, odd.field)))


def _referred(bundle: Bundle, course: Course) -> list[tuple[str, MetadataKind, Any]]:
    """List the words and people that a ticket refers to, each with its field; a field without one has None."""
    ticket, brought = bundle.ticket, riding(bundle, course)
    files = [each for each in ticket.attachments if "attachments.author" not in told_of(each, brought.get(each.id))]
    return [
        ("type", "ticket_types", ticket.type),
        ("status", "statuses", ticket.status),
        ("priority", "priorities", ticket.priority),
        ("resolution", "resolutions", ticket.resolution),
        ("reporter", "users", ticket.reporter),
        *(("assignees", "users", each) for each in ticket.assignees),
        *(("watchers", "users", each) for each in ticket.watchers),
        *(("categories", "categories", each) for each in ticket.categories),
        *(("affected_versions", "versions", each) for each in ticket.affected_versions),
        *(("milestones", "milestones", each) for each in ticket.milestones),
        *(
            ("custom_fields", "custom_fields", each)
            for each in ticket.custom_fields
            if each.value not in (None, "", ())
        ),
        *(("comments.author", "users", comment.author) for comment in bundle.comments),
        *(("attachments.author", "users", each.author) for each in files),
    ]
