"""Which schemas and fields a generated loader may read as marshmallow would: exact classes, and options it knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from marshmallow import EXCLUDE, Schema, fields
from marshmallow.decorators import POST_LOAD, PRE_LOAD, VALIDATES, VALIDATES_SCHEMA

Loader: TypeAlias = "Callable[[Any], Any]"
Field: TypeAlias = "fields.Field[Any]"

HOOKS = (PRE_LOAD, POST_LOAD, VALIDATES, VALIDATES_SCHEMA)
LOADING = ("_do_load", "_deserialize", "_call_and_store", "dict_class")
READING = ("deserialize", "_validate", "_validate_all", "_validate_missing")
ISO = (None, "iso", "iso8601")


READ: Mapping[type[Field], str] = {
    fields.Raw: "",
    fields.String: "if type({v}) is not str: raise Surprise",
    fields.Integer: "if type({v}) is not int: raise Surprise",
    fields.Boolean: "if type({v}) is not bool: raise Surprise",
    fields.Float: "if type({v}) is int: {v} = float({v})\n"
    "elif type({v}) is not float or not -INFINITE < {v} < INFINITE: raise Surprise",
    fields.Dict: "if type({v}) is not dict: raise Surprise\n{v} = {v}.copy()",
    fields.Date: "{v} = to_date({v})",
    fields.Time: "{v} = to_time({v})",
    fields.DateTime: "{v} = to_datetime({v})",
    fields.AwareDateTime: "{v} = to_datetime({v})\nif {v}.tzinfo is None: raise Surprise",
    fields.NaiveDateTime: "{v} = to_datetime({v})\nif {v}.tzinfo is not None: raise Surprise",
}
"""What the code does with a value `v` that is not None, for fields without options of their own."""


def only_reads(schema: Schema) -> bool:
    """Say whether loading is nothing but reading the declared fields."""
    hooks = schema._hooks  # noqa: SLF001  # marshmallow has no other way to ask
    return (
        schema.unknown == EXCLUDE
        and schema.partial is None
        and not any(hooks[tag] for tag in HOOKS)
        and _inherits(type(schema), Schema, LOADING)
        and not any("." in (field.attribute or name) for name, field in schema.load_fields.items())
    )


def is_known(field: Field) -> bool:
    """Say whether the loader can read a field in the field's stead."""
    if field.validators or field.pre_load or field.post_load:
        return False
    if type(field) in READ or type(field) in (fields.List, fields.Enum, fields.Nested):
        return _has_known_options(field)
    return quick_of(field) is not None


def loader_of(field: Any) -> Loader | None:
    """Give the loader of a nested schema, None where it has none or is not to be asked for it yet."""
    declared = isinstance(field.nested, Schema | type)  # a name or a function may lead back here, without end
    loader: Loader | None = getattr(field.schema, "loader", None) if declared else None
    return loader if field.unknown in (None, EXCLUDE) else None


def quick_of(field: Any) -> Callable[[Any], Any] | None:
    """Give a field's `quick`, if it stands beside the `_deserialize` in force and nothing around that is changed."""
    both = {"quick", "_deserialize"}
    defined = next(both & vars(each).keys() for each in type(field).__mro__ if both & vars(each).keys())
    return field.quick if defined == both and _inherits(type(field), fields.Field, READING) else None


def _inherits(kind: type, ancestor: type, names: tuple[str, ...]) -> bool:
    return all(getattr(kind, name) is getattr(ancestor, name) for name in names)


def _has_known_options(field: Field) -> bool:
    match field:
        case fields.Boolean():
            return field.truthy is fields.Boolean.truthy and field.falsy is fields.Boolean.falsy
        case fields.Float():
            return not field.allow_nan
        case fields.Dict():
            return not (field.key_field or field.value_field)
        case fields.Date() | fields.Time() | fields.DateTime():
            return field.format in ISO
        case fields.Enum():
            return field.by_value is False
        case fields.Nested():
            return loader_of(field) is not None
        case _:
            return True
