"""A generated loader reads each field class, with each option, as marshmallow does; values from `conftest.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date
from enum import Enum, IntEnum
from functools import partial
from typing import Any

import pytest
from marshmallow import INCLUDE, RAISE, Schema, ValidationError, fields, missing, post_load, validate

from anybacklog.wire import WireSchema

AssertSame = Callable[..., None]
Kind = Callable[..., fields.Field[Any]]


class Colour(Enum):
    RED = "r"
    BLUE = "b"


class Level(IntEnum):
    LOW = 1


class Day(fields.Field[date]):
    def quick(self, value: Any) -> date:
        return date.fromisoformat(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> date:
        try:
            return self.quick(value)
        except (TypeError, ValueError):
            raise ValidationError("Not a day") from None


class LastDay(Day):
    """Says anew how it reads, and says nothing of quick reading."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> date:
        return super()._deserialize(value, attr, data).replace(day=28)


class DayOrDoom(Day):
    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        return date.max if value == "2026-01-05" else super().deserialize(value, *args, **kwargs)


class Shout(fields.String):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:
        return super()._deserialize(value, attr, data).upper()


class Neighbours(fields.Field[Any]):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> list[str]:
        return [str(attr), *map(str, data)]


class Person(WireSchema):
    id = fields.Integer(required=True)
    nick_name = fields.String()


class Plain(Schema):
    id = fields.Integer(required=True)


class Hooked(Person):
    @post_load
    def only_the_id(self, loaded: Any, **_: Any) -> Any:
        return loaded["id"]


class Overriding(Person):
    def load(self, *args: Any, **kwargs: Any) -> Any:
        return {"loaded": super().load(*args, **kwargs)}


class Tree(WireSchema):
    id = fields.Integer(required=True)
    below = fields.List(fields.Nested(lambda: Tree()), load_default=list)


KINDS: Mapping[str, Kind] = {
    "Raw": fields.Raw, "String": fields.String, "Integer": fields.Integer, "Float": fields.Float,
    "strict Integer": partial(fields.Integer, strict=True), "Float with NaN": partial(fields.Float, allow_nan=True),
    "Decimal": fields.Decimal, "Boolean": fields.Boolean, "UUID": fields.UUID, "TimeDelta": fields.TimeDelta,
    "Boolean of ja": partial(fields.Boolean, truthy={"ja"}, falsy={"nein"}),
    "Boolean of anything": partial(fields.Boolean, truthy=set()),
    "DateTime": fields.DateTime, "AwareDateTime": fields.AwareDateTime, "NaiveDateTime": fields.NaiveDateTime,
    "AwareDateTime with a zone": partial(fields.AwareDateTime, default_timezone=UTC),
    "NaiveDateTime with a zone": partial(fields.NaiveDateTime, timezone=UTC),
    "DateTime of seconds": partial(fields.DateTime, format="timestamp"),
    "DateTime of a mail": partial(fields.DateTime, format="rfc"),
    "DateTime of our own": partial(fields.AwareDateTime, format="%Y %z"),
    "Date": fields.Date, "Date of our own": partial(fields.Date, format="%Y/%m/%d"), "Time": fields.Time,
    "Dict": fields.Dict, "Dict of Integer": partial(fields.Dict, fields.String(), fields.Integer()),
    "Dict of names": partial(fields.Dict, keys=fields.String(validate=validate.Length(max=2))),
    "Enum": partial(fields.Enum, Colour), "Enum by value": partial(fields.Enum, Level, by_value=True),
    "Enum by Integer": partial(fields.Enum, Level, by_value=fields.Integer),
    "Url": fields.Url, "Email": fields.Email, "IP": fields.IP, "IPv4": fields.IPv4, "IPv6": fields.IPv6,
    "IPInterface": fields.IPInterface, "IPv4Interface": fields.IPv4Interface, "IPv6Interface": fields.IPv6Interface,
    "Tuple": partial(fields.Tuple, (fields.String(), fields.Integer())),
    "Constant": partial(fields.Constant, 7), "Constant None": partial(fields.Constant, None),
    "Function": partial(fields.Function, deserialize=lambda value: [value]),
    "Method": partial(fields.Method, deserialize="within"),
    "List of String": partial(fields.List, fields.String()), "List of Raw": partial(fields.List, fields.Raw),
    "List of Integer or null": partial(fields.List, fields.Integer(allow_none=True)),
    "List of List": partial(fields.List, fields.List(fields.List(fields.Integer()))),
    "List of Url": partial(fields.List, fields.Url()), "List of Day": partial(fields.List, Day()),
    "List of short String": partial(fields.List, fields.String(validate=validate.Length(max=1))),
    "Nested": partial(fields.Nested, Person), "Nested many": partial(fields.Nested, Person, many=True),
    "Nested instance": partial(fields.Nested, Person()),
    "Nested many instance": partial(fields.Nested, Person(many=True)),
    "Nested by function": partial(fields.Nested, lambda: Person()), "Nested Tree": partial(fields.Nested, Tree),
    "Nested by name": partial(fields.Nested, "Named"),
    "Nested by dict": partial(fields.Nested, {"id": fields.Integer(required=True)}),
    "Nested only": partial(fields.Nested, Person, only=("nick_name",)),
    "Nested exclude": partial(fields.Nested, Person(), exclude=("id",)),
    "Nested raising": partial(fields.Nested, Person, unknown=RAISE),
    "Nested including": partial(fields.Nested, Person(unknown=INCLUDE)),
    "Nested partial": partial(fields.Nested, Person(partial=True)),
    "Nested plain": partial(fields.Nested, Plain), "Nested hooked": partial(fields.Nested, Hooked),
    "Nested overriding": partial(fields.Nested, Overriding),
    "List of Nested": partial(fields.List, fields.Nested(Person)),
    "List of Nested or null": partial(fields.List, fields.Nested(Person, allow_none=True)),
    "Pluck": partial(fields.Pluck, Person, "id"), "Pluck many": partial(fields.Pluck, Person, "id", many=True),
    "Day": Day, "LastDay": LastDay, "DayOrDoom": DayOrDoom, "Shout": Shout, "Neighbours": Neighbours,
}  # fmt: skip
OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "bare": {}, "required": {"required": True}, "null": {"allow_none": True},
    "required or null": {"required": True, "allow_none": True},
    "default null": {"load_default": None}, "default null, null refused": {"load_default": None, "allow_none": False},
    "default": {"load_default": 7}, "default or null": {"load_default": 7, "allow_none": True},
    "default made": {"load_default": list}, "default of nothing": {"load_default": lambda: missing},
    "validated": {"validate": validate.Equal("a")},
    "before": {"pre_load": lambda value: "2026-01-05"}, "after": {"post_load": repr},
    "other key": {"data_key": "Given", "required": True}, "other name": {"attribute": "kept"},
    "own words": {"error_messages": {"required": "Where is it?", "null": "No.", "invalid": "Hm."}, "required": True},
}  # fmt: skip


class Zoo(WireSchema):
    def within(self, value: Any) -> dict[str, Any]:
        return {"within": value}


class Named(Person):
    pass


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_of_any_class_with_any_option_reads_any_value_as_marshmallow_reads_it(
    kind: str, assert_same: AssertSame, odd_values: list[Any]
) -> None:
    for options in OPTIONS.values():
        if "error_messages" in options and kind == "Url":
            continue  # its validator is made of them
        name = options.get("data_key", "found")
        documents = [{}, {"other": 1}, *({name: each, "last": 1} for each in [*odd_values, *Level, *Colour])]
        made = Zoo.from_dict({"found": KINDS[kind](**options), "last": fields.Raw()})
        assert made().loader  # type: ignore[attr-defined]  # a WireSchema
        assert_same(made, documents)


EXPECTED: Mapping[str, Any] = {
    "Raw": [1], "String": "a", "Integer": 2**70, "strict Integer": 1, "Float": 1, "Boolean": False, "Dict": {"a": 1},
    "DateTime": "2026-01-05T01:02:03", "AwareDateTime": "2026-01-05T01:02:03Z", "NaiveDateTime": "2026-01-05T01:02:03",
    "Date": "2026-01-05", "Time": "01:02", "Enum": "RED", "List of String": ["a"], "List of List": [[[1], []]],
    "List of Integer or null": [1, None], "Nested": {"id": 1}, "Nested many": [{"id": 1}], "Nested only": {},
    "List of Nested": [{"id": 1, "nickName": "n"}], "List of Nested or null": [None, {"id": 1}],
    "Nested instance": {"id": 1},
    "Day": "2026-01-05", "List of Day": ["2026-01-05"], "Shout": "a", "UUID": "7d3f4b0e-3b0a-4b6e-8f3e-0d8f5b1c2a3d",
}  # fmt: skip


@pytest.mark.parametrize("kind", EXPECTED)
def test_what_is_as_declared_is_read_without_asking_marshmallow_again(kind: str) -> None:
    schema: Any = Zoo.from_dict({"found": KINDS[kind](), "nothing": KINDS[kind](allow_none=True)})()
    assert schema.loader({"found": EXPECTED[kind], "nothing": None})["nothing"] is None


def test_an_object_that_is_taken_as_it_is_is_still_a_copy() -> None:
    words = {"a": 1}
    assert Zoo.from_dict({"words": fields.Dict()})().load({"words": words})["words"] is not words


def test_every_field_class_of_marshmallow_is_in_the_zoo() -> None:
    abstract = {fields.Field, fields.Number, fields.Mapping}
    classes = {getattr(fields, name) for name in fields.__all__}
    assert classes - {type(kind()) for kind in KINDS.values()} == abstract
