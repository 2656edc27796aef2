"""The schema an adapter declares its vendor's JSON with."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from anybacklog.wire.known import Loader
from anybacklog.wire.loader import generate
from anybacklog.wire.unexpected import UnexpectedJson


class WireSchema(Schema):
    """A schema of a vendor's JSON: `issue_key` reads `issueKey`, keys that are not declared are let go.

    `load(json)` gives a dict with the declared names; `load(json, many=True)` a list of them. A schema that is to give
    something else names a function of them: `make = staticmethod(to_user)`.

    A field class of your own that defines `_deserialize` is asked as marshmallow asks it. It is asked several times
    faster if it defines `quick(value)` beside it: give what a value that is not null reads as, or raise anything;
    `_deserialize` is best made of it, so that there is one truth.
    """

    make: ClassVar[Callable[..., Any]] = dict
    """Makes the object of the declared names and their values."""

    class Meta:
        """Unknown keys are no error: services add fields when they like."""

        unknown = EXCLUDE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Read a field from its camelCase key, unless it names another."""
        if field_obj.data_key is None:
            field_obj.data_key = camel_case(field_name)

    @cached_property
    def loader(self) -> Loader | None:
        """The function generated from the declared fields; None where only marshmallow's own `load` will do."""
        return generate(self) if type(self).load is WireSchema.load else None

    def load(self, data: Any, *, many: bool | None = None, partial: Any = None, unknown: Any = None) -> Any:
        """Check the JSON and give what it holds; ProtocolError names each field that is not as declared."""
        load = self.loader
        if load and partial is None and unknown is None:
            try:
                return _each(load, data) if (self.many if many is None else many) else load(data)
            except Exception:  # noqa: BLE001, S110  # whatever it was, marshmallow meets it again below, and tells it
                pass
        try:
            return self._made(super().load(data, many=many, partial=partial, unknown=unknown))
        except ValidationError as error:
            messages = error.messages_dict
        # Raised out here, so that the exception does not carry what arrived.
        raise UnexpectedJson(type(self).__name__.removesuffix("Schema"), messages, data)

    def _made(self, loaded: Any) -> Any:
        if self.make is dict:
            return loaded
        return [self.make(**each) for each in loaded] if isinstance(loaded, list) else self.make(**loaded)

    def __getstate__(self) -> dict[str, Any]:
        """Leave the loader out of a copy: marshmallow goes on to choose the copy's fields."""
        return {name: value for name, value in self.__dict__.items() if name != "loader"}


def camel_case(name: str) -> str:
    """Turn `issue_key` into `issueKey`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _each(load: Loader, data: Any) -> list[dict[str, Any]]:
    if type(data) is not list:
        raise TypeError("not an array")
    return [load(each) for each in data]
