"""The fields of a ticket as they are given -> as they are kept: ids into nouns, texts and instants checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anybacklog.backend import TicketFields
from anybacklog.errors import ValidationError
from anybacklog.model import CustomField, CustomFieldValue, FieldValue, Ticket
from anybacklog.store.memory.project import MemoryProject
from anybacklog.store.memory.words import MemoryWords
from anybacklog.store.values import (
    PLAIN_FIELDS,
    REFERENCE_LISTS,
    REFERENCES,
    custom_value,
    plain_value,
    unique,
    unknown_field,
    unknown_id,
)


def resolved(project: MemoryProject, fields: TicketFields, ticket: Ticket | None = None) -> dict[str, Any]:
    """Give each field as it is kept; `ticket` is what is there already."""
    if ticket is None and "title" not in fields:
        raise ValidationError("a ticket needs a title", field="title")
    return {name: _resolve(project, name, value, ticket) for name, value in fields.items()}


def _resolve(project: MemoryProject, name: str, value: Any, ticket: Ticket | None) -> Any:
    words = project.words
    if name in PLAIN_FIELDS:
        return plain_value(name, value)
    if name in REFERENCES:
        return None if value is None else words.known(REFERENCES[name], name, value)
    if name in REFERENCE_LISTS:
        return tuple(words.known(REFERENCE_LISTS[name], name, each) for each in unique(value or ()))
    if name == "custom_fields":
        return _custom_values(words, value, ticket)
    if name == "parent":
        return _parent(project, value)
    raise unknown_field(name)


def _parent(project: MemoryProject, ticket_id: str | None) -> str | None:
    if ticket_id is not None and ticket_id not in project.tickets:
        raise unknown_id("parent", ticket_id)
    return ticket_id


def _custom_values(
    words: MemoryWords, given: Mapping[str, FieldValue] | None, ticket: Ticket | None
) -> tuple[CustomFieldValue, ...]:
    values = {each.id: each for each in ticket.custom_fields} if ticket and given else {}
    for field_id, value in (given or {}).items():
        definition = words.known(CustomField, "custom_fields", field_id)
        kept = custom_value(definition, value)
        values.pop(field_id, None)
        if kept is not None:
            values[field_id] = CustomFieldValue(id=field_id, name=definition.name, type=definition.type, value=kept)
    return tuple(values[field_id] for field_id in words.held(CustomField) if field_id in values)
