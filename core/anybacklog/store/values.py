"""What a value must be for a store to keep it exactly; the same refusals in every store."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, BinaryIO, TypeVar

from anybacklog.backend import Metadata
from anybacklog.errors import Conflict, ValidationError
from anybacklog.model import (
    Category,
    Change,
    CustomField,
    FieldValue,
    Milestone,
    Named,
    Priority,
    Resolution,
    Status,
    Text,
    TicketType,
    User,
    Version,
)
from anybacklog.query import instant

_LONGEST_NUMBER = 18  # digits; what comes after it still fits a 64-bit integer
CHUNK = 1 << 20
"""Bytes read and kept at once: a large file goes in and out in constant memory."""

_Value = TypeVar("_Value")

_TEXTS = frozenset({"title", "key", "external_id"})
_DAYS = frozenset({"start_date", "due_date"})
_HOURS = frozenset({"estimated_hours", "actual_hours"})
_INSTANTS = frozenset({"created_at", "updated_at"})
PLAIN_FIELDS = _TEXTS | _DAYS | _HOURS | _INSTANTS | {"description"}
"""The ticket fields that refer to nothing else."""
REFERENCES: Mapping[str, type[Named] | type[User]] = {
    "type": TicketType,
    "status": Status,
    "priority": Priority,
    "resolution": Resolution,
    "reporter": User,
}
"""The ticket fields that hold one id, and what it names; `parent` names a ticket."""
REFERENCE_LISTS: Mapping[str, type[Named] | type[User]] = {
    "assignees": User,
    "watchers": User,
    "categories": Category,
    "affected_versions": Version,
    "milestones": Milestone,
}
"""The ticket fields that hold several ids, each once, in the order given."""


def encodable(text: str) -> bool:
    """Tell whether a text can be written down at all: a lone surrogate has no UTF-8 form."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def checked_text(text: str, field: str) -> str:
    """Let a text pass unchanged, or name the field that holds a lone surrogate."""
    if encodable(text):
        return text
    position = next(index for index, character in enumerate(text) if "\ud800" <= character <= "\udfff")
    raise ValidationError(
        f"{field} has a lone surrogate (U+{ord(text[position]):04X}) at position {position}, which has no UTF-8 form;"
        " remove it, or write the whole character",
        field=field,
        value=text,
    )


def checked_noun(noun: Metadata) -> Metadata:
    """Let metadata pass whose every text can be kept."""
    checked_text(noun.name, "name")
    if isinstance(noun, User):
        checked_text(noun.login or "", "login")
        checked_text(noun.email or "", "email")
    if isinstance(noun, CustomField):
        for option in noun.options:
            checked_text(option.name, "options")
    return noun


def plain_value(field: str, value: Any) -> Any:
    """Check one of `PLAIN_FIELDS`: instants come back in UTC, all else unchanged."""
    if value is None:
        if field == "title":
            raise ValidationError("title cannot be empty: every ticket has one", field="title", value=None)
        return None
    if field in _TEXTS:
        return checked_text(value, field)
    if field in _INSTANTS:
        return instant(value, field)
    if field in _DAYS:
        return _day(value, field)
    if field in _HOURS:
        return float(_number(value, field))
    return checked_body(value, field)


def checked_body(text: Text, field: str) -> Text:
    """Let a text with its format pass unchanged."""
    checked_text(text.source, field)
    return text


def checked_changes(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Let a journal entry's changes pass whose every text can be kept."""
    kept = tuple(changes)
    for change in kept:
        for text in (change.field, change.old, change.new, change.id):
            checked_text(text or "", "changes")
    return kept


def own_ancestor(key: str) -> ValidationError:
    """Word the refusal of a parent that is the ticket itself or one of its descendants."""
    return ValidationError(f"{key} cannot be its own parent or grandparent; give another parent", field="parent")


def chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Read a stream to its end in chunks of `CHUNK` bytes, the last one shorter, however little it gives at a time."""
    rest = b""
    while piece := stream.read(CHUNK - len(rest)):
        rest += piece
        if len(rest) == CHUNK:
            yield rest
            rest = b""
    if rest:
        yield rest


def same_person(one: User, other: User) -> bool:
    """Tell whether two are one: by login and e-mail together; a name alone may be shared."""
    known = bool(one.login or one.email)
    return known and (one.login, one.email) == (other.login, other.email)


def number_in(key: str, project: str) -> int:
    """Give n of the key `PROJECT-n` as a store would write it, 0 for any other key."""
    digits = key.removeprefix(f"{project}-")
    known = digits != key and digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_NUMBER
    return int(digits) if known and not digits.startswith("0") else 0


def in_use(noun: Named | User) -> Conflict:
    """Say that something uses a noun, which therefore stays."""
    return Conflict(f"{type(noun).__name__} {noun.name!r} is in use, so it stays; change what uses it first")


def name_taken(noun: Metadata) -> Conflict:
    """Word the refusal of metadata that is there already."""
    what = "login and e-mail" if isinstance(noun, User) else "name"
    return Conflict(f"there is a {type(noun).__name__} with this {what} already: {noun.name!r}; use that one")


def unknown_id(field: str, id: object) -> ValidationError:
    """Word the refusal of an id that nothing in the project has."""
    return ValidationError(
        f"{field}: nothing here has the id {id!r}; list what there is and give one of those", field=field, value=id
    )


def unknown_field(name: str) -> ValidationError:
    """Word the refusal of a field that tickets do not have."""
    return ValidationError(f"tickets have no field {name!r}; leave it out", field=name)


def custom_value(definition: CustomField, value: Any) -> FieldValue:
    """Turn what is written into what is read: option ids into names, in the order given and as often as given.

    What clears the field comes back as None.
    """
    field = f"custom_fields.{definition.name}"
    if value is None or value in ("", (), []):
        return None
    match definition.type:
        case "number":
            return _number(value, field)
        case "date":
            return _day(value, field)
        case "choices":
            words = (value,) if isinstance(value, str) else value
            return tuple(_choice(definition, word, field) for word in words)
        case "choice":
            return _choice(definition, value, field)
    return checked_text(_string(value, field), field)


def unique(values: Iterable[_Value]) -> tuple[_Value, ...]:
    """Drop what is there already, keep the order."""
    return tuple(dict.fromkeys(values))


def _choice(definition: CustomField, word: Any, field: str) -> str:
    names = {option.id: option.name for option in definition.options}
    return checked_text(names.get(word) or _string(word, field), field)


def _string(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise ValidationError(f"{field} takes text, not {value!r}", field=field, value=value)
    return value


def _day(value: Any, field: str) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValidationError(f"{field} takes a date without a time, not {value!r}", field=field, value=value)
    return value


def _number(value: Any, field: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
        raise ValidationError(f"{field} takes a finite number, not {value!r}", field=field, value=value)
    return value


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an int beyond the largest float
        return False
