"""Which schemas have a generated loader, and that with or without one the same is read, by any thread, of any root."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from copy import copy
from functools import partial
from typing import Any

import pytest
from marshmallow import INCLUDE, RAISE, ValidationError, fields, post_load, pre_load, validates, validates_schema

from anybacklog.wire import UnexpectedJson, WireSchema

AssertSame = Callable[..., None]


class Person(WireSchema):
    id = fields.Integer(required=True)
    nick_name = fields.String()


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


@pytest.mark.parametrize("many", [True, False])
def test_a_root_of_any_kind_is_read_or_refused_as_by_marshmallow(
    many: bool, assert_same: AssertSame, odd_values: list[Any]
) -> None:
    documents = [
        *odd_values,
        [{"id": 1}] * 3,
        [{"id": 1}, {"id": "2"}],
        [{"id": 1}, {"id": "b"}],
        [[{"id": 1}]],
        ({"id": 1},),
    ]
    assert_same(Person, documents, many=many)
    assert_same(partial(Person, many=True), documents)
    assert_same(partial(Person, many=many), documents, many=not many)


ASKED: list[Mapping[str, Any]] = [
    {"partial": True}, {"partial": ("id",)}, {"partial": False}, {"unknown": RAISE}, {"unknown": INCLUDE},
]  # fmt: skip


@pytest.mark.parametrize("options", ASKED)
def test_what_the_caller_asks_for_besides_is_left_to_marshmallow(
    options: Mapping[str, Any], assert_same: AssertSame
) -> None:
    assert_same(Person, [{}, {"id": 1}, {"id": 1, "extra": 2}, {"nickName": 4}], **options)


class BeforeSchema(Person):
    @pre_load
    def unwrap(self, data: Any, **_: Any) -> Any:
        return data["person"]


class CheckedSchema(Person):
    @validates("id")
    def not_zero(self, value: int, **_: Any) -> None:
        if value == 0:
            raise ValidationError("zero")


class WholeSchema(Person):
    @validates_schema
    def two(self, data: Any, **_: Any) -> None:
        if len(data) != 2:
            raise ValidationError("not two")


class DottedSchema(WireSchema):
    id = fields.Integer(attribute="person.id")


class OrderedSchema(Person):
    class dict_class(dict[str, Any]):  # noqa: N801
        pass


class StrictSchema(Person):
    class Meta:
        unknown = RAISE


class OwnWaySchema(Person):
    def _deserialize(self, *args: Any, **kwargs: Any) -> Any:
        return {"own": super()._deserialize(*args, **kwargs)}


ALONE: list[Callable[[], WireSchema]] = [
    Hooked, BeforeSchema, CheckedSchema, WholeSchema, DottedSchema, OrderedSchema, StrictSchema, OwnWaySchema,
    Overriding,
    partial(Person, partial=True), partial(Person, unknown=INCLUDE),
]  # fmt: skip


@pytest.mark.parametrize("make", ALONE)
def test_a_schema_that_does_more_than_read_its_fields_has_no_loader(
    make: Callable[[], WireSchema], assert_same: AssertSame
) -> None:
    assert make().loader is None
    assert_same(make, [{}, {"id": 0}, {"id": 1, "nickName": "n"}, {"person": {"id": 1}}, {"id": 1, "extra": 1}, 5])


def test_a_copy_with_other_fields_has_a_loader_of_its_own() -> None:
    person = Person()
    assert person.load({"id": 1, "nickName": "n"}) == {"id": 1, "nick_name": "n"}
    assert "loader" not in vars(copy(person))
    outer = WireSchema.from_dict({"person": fields.Nested(person, only=("id",))})
    assert outer().load({"person": {"id": 1, "nickName": "n"}}) == {"person": {"id": 1}}


def test_threads_that_load_first_at_once_read_the_same() -> None:
    tree, found, ready = Tree(), list[Any](), threading.Barrier(8)

    def load() -> None:
        ready.wait()
        found.append(tree.load({"id": 1, "below": [{"id": 2}]}))

    threads = [threading.Thread(target=load) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == [{"id": 1, "below": [{"id": 2, "below": []}]}] * 8


def test_a_surprise_leaves_no_trace_in_the_error() -> None:
    with pytest.raises(UnexpectedJson) as caught:
        Person().load({"id": "a private text"})
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
