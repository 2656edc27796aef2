"""A user's draft or changes -> the fields a backend writes: names looked up, limits and abilities checked."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from difflib import get_close_matches
from typing import Any, cast

from anybacklog.abilities import Abilities
from anybacklog.backend import TicketFields
from anybacklog.errors import UnsupportedOperation, ValidationError
from anybacklog.model import CustomField, FieldValue, Named, Text, TicketDraft, User
from anybacklog.tracker.capabilities import Capabilities
from anybacklog.tracker.words import Words, option_ids

ONE = {
    "type": "ticket_types",
    "status": "statuses",
    "priority": "priorities",
    "resolution": "resolutions",
    "reporter": "users",
}
MANY = {
    "assignees": "users", "watchers": "users", "categories": "categories", "affected_versions": "versions",
    "milestones": "milestones",
}  # fmt: skip
CHOSEN = ("type", "priority", "resolution")
"""What a backend may choose by itself when it is not given."""
FIELDS = tuple(each.name for each in fields(TicketDraft))


class Drafts:
    """Reads drafts for one tracker; `ticket_id` looks a ref up."""

    def __init__(
        self, abilities: Abilities, capabilities: Capabilities, words: Words, ticket_id: Callable[[Any], str]
    ) -> None:
        self._abilities = abilities
        self._capabilities = capabilities
        self._words = words
        self._ticket_id = ticket_id

    def to_create(self, draft: TicketDraft, *, exact: bool = False) -> TicketFields:
        """Read a draft: what it leaves empty is left to the backend, or, when `exact`, left empty where that can be."""
        if not isinstance(draft, TicketDraft):
            raise ValidationError(
                f"a ticket is made from a TicketDraft, not from {type(draft).__name__}", field="draft", value=draft
            )
        given = {name: getattr(draft, name) for name in FIELDS}
        kept = {"title", *(name for name in CHOSEN if exact and self._capabilities.native(name))}
        return self._read({name: value for name, value in given.items() if name in kept or not _empty(value)})

    def to_change(self, changes: Mapping[str, Any]) -> TicketFields:
        """Read changes: what is named is written, None or empty clears."""
        if not isinstance(changes, Mapping):
            raise ValidationError(
                f"changes map field names to values; {type(changes).__name__} does not", field="changes", value=changes
            )
        for name in changes:
            if name not in FIELDS:
                near = get_close_matches(name, FIELDS, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise ValidationError(f"a ticket has no field {name!r} to change{hint}", field=name)
            if name in self._abilities.never_empty and _empty(changes[name]):
                raise ValidationError(f"{name} cannot be cleared, every ticket here has one; give another", field=name)
        return self._read(changes)

    def text(self, value: str | Text, field: str, limit: str) -> Text:
        """Read a text: a `str` is in the backend's own format; one in a format it does not take is refused."""
        text: Any = Text(value, self._abilities.text_format) if isinstance(value, str) else value
        if not isinstance(text, Text) or not isinstance(text.source, str):
            raise ValidationError(
                f"{field} must be a str or a Text, not {type(value).__name__}", field=field, value=value
            )
        if text.format not in self._abilities.text_formats:
            taken = ", ".join(sorted(self._abilities.text_formats))
            raise ValidationError(
                f"{field} is {text.format}, but only {taken} is taken here; convert it first",
                field=field,
                value=text.format,
            )
        self._within(text.source, field, getattr(self._abilities.limits, limit))
        if field == "description":
            self._at_least(text.source, field, self._abilities.limits.description_minimum)
        return text

    def _read(self, given: Mapping[str, Any]) -> TicketFields:
        for name in given:
            reason = self._capabilities.why_not(name)
            if reason is not None:
                raise UnsupportedOperation(name, reason)
        return cast("TicketFields", {name: self._value(name, value) for name, value in given.items()})

    def _value(self, name: str, value: Any) -> Any:
        if name == "title":
            return self._title(value)
        if name in MANY:
            return tuple(self._words.id_of(MANY[name], name, word) for word in _several(name, value))
        if name == "custom_fields":
            return self._custom_fields({} if value is None else value)
        if _empty(value):
            return None
        if name in ONE:
            return self._words.id_of(ONE[name], name, value)
        if name == "description":
            return self.text(value, "description", "description_length")
        return self._ticket_id(value) if name == "parent" else _plain(name, value)

    def _title(self, value: Any) -> str:
        if not isinstance(value, str) or not value:
            raise ValidationError("a ticket needs a title", field="title", value=value)
        self._within(value, "title", self._abilities.limits.title_length)
        self._at_least(value, "title", self._abilities.limits.title_minimum)
        return value

    def _custom_fields(self, given: Mapping[str, Any]) -> dict[str, Any]:
        if not isinstance(given, Mapping):
            raise ValidationError(
                f"custom_fields maps names to values, {type(given).__name__} does not; write {{name: value}}",
                field="custom_fields",
                value=given,
            )
        found = {name: self._words.field_id(name) for name in given}
        return {found[name].id: _field_value(found[name], value) for name, value in given.items()}

    def _at_least(self, value: str, field: str, limit: int | None) -> None:
        if limit is not None and 0 < len(value) < limit:
            raise ValidationError(
                f"{field} has {len(value)} characters, at least {limit} are wanted here; say more",
                field=field, limit=limit, value=len(value),
            )  # fmt: skip

    def _within(self, value: str, field: str, limit: int | None) -> None:
        if limit is not None and len(value) > limit:
            raise ValidationError(
                f"{field} has {len(value)} characters, at most {limit} are taken here; shorten it",
                field=field, limit=limit, value=len(value),
            )  # fmt: skip


def _field_value(custom: CustomField, value: Any) -> FieldValue:
    """Take a value that is what its field says, so that none is written and then reads as something else."""
    name = f"custom_fields.{custom.name}"
    if _empty(value):
        return None
    match custom.type:
        case "number":
            return _number(value, name)
        case "date":
            return day(value, name)
        case "text":
            return _string(value, name)
    return option_ids(custom, value)


def _plain(name: str, value: Any) -> Any:
    if name in ("start_date", "due_date"):
        return day(value, name)
    if name in ("created_at", "updated_at"):
        return aware(value, name)
    if name in ("estimated_hours", "actual_hours"):
        return _hours(value, name)
    return _string(value, name)


def _string(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise ValidationError(f"{field} must be a str, not {type(value).__name__}", field=field, value=value)
    return value


def _several(name: str, value: Any) -> Collection[Any]:
    if value is None:
        return ()
    if isinstance(value, str | Named | User):
        shown = repr(value) if isinstance(value, str) else f"<{type(value).__name__}>"
        raise ValidationError(
            f"{name} holds a list and {shown} is no list; write {name}=[{shown}]", field=name, value=value
        )
    if not isinstance(value, Collection):
        raise ValidationError(f"{name} holds a list, not {type(value).__name__}", field=name, value=value)
    return value


def aware(value: Any, field: str) -> datetime | None:
    """Move an instant to UTC; a naive one is refused."""
    if value is None:
        return None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValidationError(f"{field} must be a datetime with a time zone", field=field, value=value)
    return value.astimezone(UTC)


def day(value: Any, field: str) -> date:
    """Take a calendar day; an instant is refused, because which day it is depends on where one stands."""
    if isinstance(value, datetime) or not isinstance(value, date):
        raise ValidationError(f"{field} must be a date, not {type(value).__name__}", field=field, value=value)
    return value


def _hours(value: Any, field: str) -> float:
    if not _is_number(value) or value < 0:
        raise ValidationError(f"{field} must be a number of hours, 0 or more", field=field, value=value)
    return float(value)


def _number(value: Any, field: str) -> int | float:
    if not _is_number(value):
        raise ValidationError(
            f"{field} must be an int or a float within ±1.8e308, which this {type(value).__name__} is not",
            field=field,
            value=value,
        )
    number: int | float = value
    return number


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, (str, list, tuple, dict)) and not value)
