"""Vendors' JSON: a schema declares the fields an adapter reads; everything else passes by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from anybacklog.errors import ProtocolError

SHOWN = 3


class UnexpectedJson(ProtocolError, ValidationError):
    """JSON that is not what its schema declares: which fields, and what kind of value arrived there."""

    def __init__(self, schema: str, messages: dict[Any, Any], arrived: Any) -> None:
        found = list(_paths(messages))
        shown = "; ".join(f"{_dotted(path)}: {words} (got {_kind(arrived, path)})" for path, words in found[:SHOWN])
        more = f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        super().__init__(f"the service's JSON is not the {schema} expected here: {shown}{more}; report it")
        self.messages = messages
        self.valid_data = None


class WireSchema(Schema):
    """A schema of a vendor's JSON: `issue_key` reads `issueKey`, keys that are not declared are let go.

    `load(json)` gives a dict with the declared names; `load(json, many=True)` a list of them.
    """

    class Meta:
        """Unknown keys are no error: services add fields when they like."""

        unknown = EXCLUDE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Read a field from its camelCase key, unless it names another."""
        if field_obj.data_key is None:
            field_obj.data_key = camel_case(field_name)

    def load(self, data: Any, **options: Any) -> Any:
        """Check the JSON and give what it holds; ProtocolError names each field that is not as declared."""
        try:
            return super().load(data, **options)
        except ValidationError as error:
            messages = error.messages_dict
        # Raised out here, so that the exception does not carry what arrived.
        raise UnexpectedJson(type(self).__name__.removesuffix("Schema"), messages, data)


def camel_case(name: str) -> str:
    """Turn `issue_key` into `issueKey`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _paths(messages: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    if isinstance(messages, dict):
        for name, below in messages.items():
            yield from _paths(below, (*path, name))
    else:
        yield path, " ".join(str(each).rstrip(".") for each in messages)


def _dotted(path: tuple[Any, ...]) -> str:
    return ".".join(str(step) for step in path if step != "_schema") or "the whole"


def _kind(arrived: Any, path: tuple[Any, ...]) -> str:
    """Say what kind of value stands at the path, never the value itself: it may be somebody's text."""
    value = arrived
    for step in path:
        if step == "_schema":
            break
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return "nothing"
    return "null" if value is None else type(value).__name__
