"""At which level each field of a ticket arrives, its texts, files and links aside. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from anybacklog.abilities import MetadataKind
from anybacklog.migration.fidelity.levels import Levels, Row
from anybacklog.migration.telling import left_over, shortens
from anybacklog.model import CustomFieldValue, Ticket

_PLAIN = ("start_date", "due_date", "estimated_hours", "actual_hours", "updated_at", "parent")
_NOUNS: dict[str, MetadataKind] = {
    "type": "ticket_types",
    "status": "statuses",
    "priority": "priorities",
    "resolution": "resolutions",
    "categories": "categories",
    "affected_versions": "versions",
    "milestones": "milestones",
}
KeyTaken: TypeAlias = Callable[[str, str], bool]
"""Tells of a ticket's id and key whether another ticket of the target has that key."""


def of_ticket(ticket: Ticket, levels: Levels, key_taken: KeyTaken) -> Iterator[Row]:
    """Yield a row for every value of a ticket."""
    yield _title(ticket, levels)
    for name in _PLAIN:
        if getattr(ticket, name) not in (None, (), ""):
            yield levels.held(name)
    yield from _nouns(ticket, levels)
    yield _key(ticket, levels, key_taken)
    yield from levels.attributed(ticket.reporter, ticket.created_at, "reporter", "created_at")


def _title(ticket: Ticket, levels: Levels) -> Row:
    least = levels.course.limits.title_minimum or 0
    if shortens(ticket, levels.course):
        return "title", "emulated", "longer than what is taken there: the plan shortens it; the header line says it"
    if 0 < len(ticket.title) < least:
        return "title", "emulated", f"shorter than the {least} characters wanted there; the key stands behind it"
    return levels.held("title")


def _nouns(ticket: Ticket, levels: Levels) -> Iterator[Row]:
    for name, kind in _NOUNS.items():
        value = getattr(ticket, name)
        for noun in value if isinstance(value, tuple) else (value,) if value is not None else ():
            yield levels.noun(name, kind, noun)
    for name in ("assignees", "watchers"):
        yield from _people(ticket, name, levels)
    for held in ticket.custom_fields:
        if held.value not in (None, "", ()):
            yield _custom(held, levels)


def _people(ticket: Ticket, name: str, levels: Levels) -> Iterator[Row]:
    told = {person.id for person in left_over(ticket, name, levels.course)}
    full = f"a ticket there has at most {levels.course.limits.assignees_per_ticket}"
    for person in getattr(ticket, name):
        row = levels.noun(name, "users", person)
        why = full if row[1] == "native" else row[2]
        yield levels.told(name, why) if person.id in told else row


def _custom(held: CustomFieldValue, levels: Levels) -> Row:
    shown = f"custom_fields.{held.name}"
    row = levels.noun("custom_fields", "custom_fields", held, shown)
    there = levels.course.mapping.value(held)
    if row[1] == "lost" or there == held.value:
        return row
    if there in (None, ()):
        return shown, "lost", "the plan says that nothing stands for this option"
    return shown, "emulated", "the plan says which option stands for it"


def _key(ticket: Ticket, levels: Levels, key_taken: KeyTaken) -> Row:
    answer = levels.answer("key")
    if answer and key_taken(ticket.id, ticket.key):
        return "key", "emulated", "taken by another ticket there; the copy gets the next free one, its mark names this"
    if not answer and levels.course.marks:
        return "key", "emulated", f"{answer.reason}; the mark names it"
    return levels.held("key")
