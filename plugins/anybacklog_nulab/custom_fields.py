"""A space's own fields, pure. What `value` is depends on `fieldTypeId`, and is not always what is documented.

Of a text, or of a type nobody knows yet, whatever comes is kept: a text as it is, anything else as its JSON. Of a
number, a day or a choice, only what is one, or is written like one, is taken: the type would lie about anything else,
and so that is a ProtocolError which names the field.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

from anybacklog.plugin import CustomField, CustomFieldValue, FieldType, FieldValue, Named, ProtocolError
from anybacklog_nulab.schemas import to_day

Loaded = Mapping[str, Any]

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
    return CustomFieldValue(id=number, name=loaded["name"], type=kind, value=value)


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
