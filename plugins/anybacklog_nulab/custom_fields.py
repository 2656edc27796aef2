"""A space's own fields, read and written, pure. What `value` is depends on `fieldTypeId`, and not as documented.

Of a text, or of a type nobody knows yet, whatever comes is kept: a text as it is, anything else as its JSON. Of a
number, a day or a choice, only what is one, or is written like one, is taken: the type would lie about anything else,
and so that is a ProtocolError which names the field.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Any

from anybacklog.plugin import (
    CustomField,
    CustomFieldValue,
    FieldType,
    FieldValue,
    Named,
    ProtocolError,
    ValidationError,
    maker,
)  # fmt: skip
from anybacklog_nulab.schemas import to_day

Loaded = Mapping[str, Any]

make_value = maker(CustomFieldValue)

FIELD_TYPES: Mapping[int | None, FieldType] = {
    1: "text", 2: "text", 3: "number", 4: "date", 5: "choice", 6: "choices", 7: "choices", 8: "choice",
}  # fmt: skip
_NUMBER = re.compile(r"\s*[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?\s*")


def to_field(loaded: Loaded, raw: Loaded) -> CustomField:
    """Make the definition of a custom field."""
    items = sorted(loaded["items"] or (), key=lambda item: item["display_order"] or 0)
    return CustomField(
        id=str(loaded["id"]),
        name=loaded["name"],
        type=FIELD_TYPES.get(loaded["type_id"], "text"),
        options=tuple(Named(id=str(item["id"]), name=item["name"]) for item in items),
        required=bool(loaded["required"]),
        raw=raw,
    )


def to_field_value(loaded: Loaded) -> CustomFieldValue:
    """Make a custom field's value in a ticket; a type nobody knows yet is shown as text."""
    number, kind = str(loaded["id"]), FIELD_TYPES.get(loaded["field_type_id"], "text")
    try:
        value = _value(kind, loaded["value"], loaded["other_value"])
    except ValueError as error:
        raise ProtocolError(
            f"custom field {loaded['name']!r} (id {number}) {error}; mend it there, or report it"
        ) from None
    return make_value(id=number, name=loaded["name"], type=kind, value=value)


def _value(kind: FieldType, value: Any, other: str | None) -> FieldValue:
    match kind:
        case "choices":
            return (*_names(value), other) if other else _names(value)
        case "choice":
            return _choice(_names(value), other)
        case "text":
            return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if value in (None, ""):
        return None
    return _number(value) if kind == "number" else to_day(value)


def _names(value: Any) -> tuple[str, ...]:
    """Name the chosen items: objects with a name, or names; nothing is no item."""
    items = value if isinstance(value, list) else [value]
    names = [item.get("name") if isinstance(item, dict) else item for item in items if item not in (None, "")]
    if [name for name in names if not isinstance(name, str)]:
        raise ValueError("has a choice without a name")
    return tuple(filter(None, names))


def _choice(names: tuple[str, ...], other: str | None) -> str | None:
    """Give the one choice; where a text of one's own stands beside it, `choice: text`."""
    if len(names) > 1:
        raise ValueError("has several choices where only one can be")
    return ": ".join((*names, other) if other else names) or None


def _number(value: Any) -> int | float:
    number = float(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else value
    endless = isinstance(number, float) and not isfinite(number)
    if endless or isinstance(number, bool) or not isinstance(number, int | float):
        raise ValueError("holds something that is no number")
    return number


def to_parameters(field: CustomField, value: FieldValue) -> dict[str, Any]:
    """Spell a value for add-issue and update-issue; None or empty clears.

    Several items repeat the bare name: with brackets the service refuses them (observed). A word that is no item is
    the text of one's own beside them, which a field has if it allows input.
    """
    name = f"customField_{field.id}"
    if field.type not in ("choice", "choices"):
        return {name: _spelt(value)}
    items, other = _chosen(field, value)
    typed = (field.raw or {}).get("allowInput")
    if other and not typed:
        raise ValidationError(
            f"{field.name} has no choice {other!r} and takes no text of one's own; give one of its choices",
            field=f"custom_fields.{field.name}",
            value=other,
        )
    return {name: items or [""]} | ({f"{name}_otherValue": other} if typed else {})


def value_read(field: CustomField, value: FieldValue) -> FieldValue:
    """Say how a value that is written will be read; None for nothing."""
    if field.type not in ("choice", "choices"):
        return value if value != "" else None
    items, other = _chosen(field, value)
    names = tuple(option.name for option in field.options if option.id in items)
    if field.type == "choice":
        return _choice(names, other)
    return ((*names, other) if other else names) or None


def _spelt(value: FieldValue) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return decimal(value) if isinstance(value, int | float) else str(value)


def decimal(value: float) -> str:
    """Write a number without an exponent, which the service does not read."""
    return format(Decimal(str(value)), "f")


def _chosen(field: CustomField, value: FieldValue) -> tuple[list[str], str]:
    """Tell the ids of items from the text beside them; `item: text` is both, as such a choice is read."""
    words = (value,) if isinstance(value, str) else value if isinstance(value, tuple | list) else ()
    known = {option.id for option in field.options}
    items = [word for word in dict.fromkeys(words) if word in known]
    others = [word for word in words if word and word not in known]
    if len(others) > 1:
        raise ValidationError(
            f"{field.name} takes one text of one's own beside its choices, not {len(others)}: {', '.join(others)}",
            field=f"custom_fields.{field.name}",
            limit=1,
        )
    other = others[0] if others else ""
    for option in field.options if field.type == "choice" and other else ():
        if other.startswith(f"{option.name}: "):
            return [option.id], other.removeprefix(f"{option.name}: ")
    return items, other
