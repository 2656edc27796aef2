"""The JSON of what is around tickets -> values. What a service of 2015 or of tomorrow leaves out is None.

The values are in the vendor's words already, so each class says itself which keys are read, and as what.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field
from dataclasses import fields as fields_of
from functools import lru_cache
from typing import Any, TypeVar

from marshmallow import Schema, ValidationError, fields

from anybacklog.plugin import WireSchema
from anybacklog_nulab import convert
from anybacklog_nulab.kinds import EventType, Reason
from anybacklog_nulab.schemas import ATTACHMENT, OPTIONAL, USER, Day
from anybacklog_nulab.words import Item

T = TypeVar("T")


class Made(fields.Field[Any]):
    """A value that a function makes; what the function does not take is not as documented."""

    def __init__(self, make: Callable[[Any], Any], **options: Any) -> None:
        super().__init__(**options)
        self.make = make

    def quick(self, value: Any) -> Any:
        """Make the value."""
        return self.make(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:  # noqa: ARG002  # theirs
        try:
            return self.quick(value)
        except (ValueError, TypeError):
            raise ValidationError("Not as documented") from None


def read(kind: type[T], raw: Any) -> T:
    """Make a value of this kind; ProtocolError names each field that is not as documented."""
    make: Callable[..., T] = kind
    loaded = _schema_of(kind).load(raw)
    return make(**{name: value for name, value in loaded.items() if value is not None}, raw=raw)


def _schema(kind: type[Any]) -> Schema:
    made = WireSchema.from_dict({each.name: _field(each) for each in fields_of(kind) if each.name != "raw"})
    made.__name__ = f"{kind.__name__}Schema"
    return made()


_schema_of: Any = lru_cache(_schema)  # Any, because mypy doubts that a class is hashable


def _field(declared: Field[Any]) -> fields.Field[Any]:
    told = str(declared.type).removesuffix(" | None")
    given: dict[str, Any] = {"required": True} if declared.default is declared.default_factory is MISSING else OPTIONAL
    if told in _PLAIN:
        return _PLAIN[told](**given)
    one = told.removeprefix("tuple[").removesuffix(", ...]")
    return Made(_MADE[one] if one == told else _many(_MADE[one]), **given)


def _id(value: Any) -> str:
    if type(value) is not int:
        raise ValueError("no id")
    return str(value)


def _object(value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise TypeError("no object")
    return value


def _many(make: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...]]:
    def made(values: Any) -> tuple[Any, ...]:
        if not isinstance(values, list):
            raise TypeError("no list")
        return tuple(make(each) for each in values)

    return made


def _number(kind: type[T]) -> Callable[[Any], T]:
    def made(value: Any) -> T:
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError("no number")
        return kind(int(value))  # type: ignore[call-arg]  # an enum of numbers

    return made


_PLAIN: Mapping[str, Callable[..., fields.Field[Any]]] = {
    "str": fields.String, "int": fields.Integer, "float": fields.Float, "bool": fields.Boolean, "date": Day,
    "datetime": fields.AwareDateTime,
}  # fmt: skip
_MADE: Mapping[str, Callable[[Any], Any]] = {
    "Id": _id,
    "Raw": _object,
    "Tag": lambda value: str(_object(value).get("name") or ""),
    "User": USER.load,
    "Attachment": lambda value: convert.to_attachment(ATTACHMENT.load(value)),
    "EventType": _number(EventType),
    "Reason": _number(Reason),
    "Item": lambda value: read(Item, value),
}
"""What stands in an annotation -> how its JSON is read."""
