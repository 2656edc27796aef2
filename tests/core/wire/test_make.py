"""A schema may give something else than a dict: what a function makes of the values read, however they were read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pytest
from marshmallow import fields

from anybacklog.errors import ProtocolError
from anybacklog.wire import WireSchema


@dataclass(frozen=True)
class Person:
    id: int
    name: str | None


class PersonSchema(WireSchema):
    name = fields.String(load_default=None, allow_none=True)  # not in the order of the function's parameters
    id = fields.Integer(required=True)
    make = staticmethod(lru_cache(Person))


class NoteSchema(WireSchema):
    """`words` may be missing altogether, which the function below has a default for."""

    words = fields.String()
    author = fields.Nested(PersonSchema, load_default=None, allow_none=True)

    @staticmethod
    def make(*, author: Person | None, words: str = "none") -> tuple[str, Person | None]:
        return words, author


class ThreadSchema(WireSchema):
    notes = fields.List(fields.Nested(NoteSchema), required=True)
    readers = fields.Nested(PersonSchema, many=True, load_default=list)


ANN = {"id": 1, "name": "Ann"}
THREAD = {"notes": [{"words": "a", "author": ANN}, {"author": {"id": 2}}, {"words": "c"}], "readers": [ANN]}
MADE = {
    "notes": [("a", Person(1, "Ann")), ("none", Person(2, None)), ("c", None)],
    "readers": [Person(1, "Ann")],
}


def test_what_is_nested_is_made_too() -> None:
    schema = ThreadSchema()
    assert schema.load(THREAD) == MADE
    assert schema.loader
    assert schema.loader(THREAD) == MADE


def test_many_are_made_one_by_one() -> None:
    assert PersonSchema().load([ANN, {"id": 2}], many=True) == [Person(1, "Ann"), Person(2, None)]


def test_marshmallow_alone_makes_the_same(assert_same: Callable[..., None], odd_values: list[Any]) -> None:
    spelt = {"id": "1", "name": "Ann"}  # its number is a text, which marshmallow reads as well
    people = [ANN, spelt, {}, *({"id": 1, "name": odd} for odd in odd_values), *({"id": odd} for odd in odd_values)]
    assert_same(PersonSchema, [*people, *odd_values])
    assert_same(ThreadSchema, [THREAD, *({"notes": [{"author": each}], "readers": [each]} for each in people)])


def test_a_surprise_in_what_is_nested_is_told_by_its_place() -> None:
    with pytest.raises(ProtocolError, match=r"notes\.1\.author\.id: Not a valid integer \(got list\)"):
        ThreadSchema().load({"notes": [{}, {"author": {"id": []}}]})


def test_a_function_that_does_not_take_the_fields_is_refused_at_once() -> None:
    class WrongSchema(WireSchema):
        name = fields.String()
        make = staticmethod(len)

    with pytest.raises(TypeError, match="argument"):
        WrongSchema().load(ANN)
