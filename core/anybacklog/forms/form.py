"""A noun in JSON: what marshmallow does with it, and the same from the same fields, several times faster."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from operator import attrgetter
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_load

from anybacklog.forms.fields import Leaf


class Form(Schema):
    """A noun in JSON. `load` is marshmallow's and names every fault; `read` and `write` are the same fields, fast.

    A required field has no default in the model; one that is absent takes the model's default.
    """

    class Meta:
        """A key nobody knows would be lost, so it is refused."""

        unknown = RAISE

    def __init__(self, noun: type) -> None:
        super().__init__()
        self.noun = noun

    @post_load
    def make(self, data: Mapping[str, Any], **kwargs: Any) -> Any:  # noqa: ARG002  # marshmallow's shape
        """Build the noun."""
        return self.noun(**data)

    def write(self, noun: Any) -> dict[str, Any]:
        """Give the noun's JSON without `raw`; ValidationError is keyed by field, like that of `load`."""
        written: dict[str, Any] = {}
        name = ""
        try:
            for (name, write), value in zip(self._writers, self._values(noun), strict=True):
                written[name] = None if value is None and name in self._nullable else write(value, noun)
        except ValidationError as error:
            raise ValidationError({name: error.messages}) from None
        return written

    def read(self, data: Any) -> Any:
        """Give the noun, or ValidationError at the first surprise: then ask `load`, which names them all."""
        if not isinstance(data, dict) or not self._required <= data.keys() or not data.keys() <= self.fields.keys():
            raise ValidationError("not the shape expected")
        readers, nullable = self._readers, self._nullable
        return self.noun(
            **{
                name: None if value is None and name in nullable else readers[name](value, data)
                for name, value in data.items()
            }
        )

    @cached_property
    def _readers(self) -> dict[str, Callable[[Any, Any], Any]]:
        return {name: field.read for name, field in self.shape.items()}

    @cached_property
    def _writers(self) -> tuple[tuple[str, Callable[[Any, Any], Any]], ...]:
        return tuple((name, field.write) for name, field in self.shape.items() if name != "raw")

    @cached_property
    def _values(self) -> Callable[[Any], tuple[Any, ...]]:
        return attrgetter(*(name for name, _ in self._writers))

    @cached_property
    def _nullable(self) -> frozenset[str]:
        return frozenset(name for name, field in self.fields.items() if field.allow_none)

    @cached_property
    def _required(self) -> frozenset[str]:
        return frozenset(name for name, field in self.fields.items() if field.required)

    @property
    def shape(self) -> dict[str, Shape]:
        """The fields by name, all of our own kinds."""
        return {name: field for name, field in self.fields.items() if isinstance(field, Leaf | One)}


class One(fields.Nested):
    """A noun inside a noun."""

    def __init__(self, form: type[Form], noun: type, **kwargs: Any) -> None:
        super().__init__(lambda: form(noun), **kwargs)
        self.form = form(noun)
        self.noun = noun

    def write(self, value: Any, _noun: Any, /) -> Any:
        """Write the noun inside."""
        if not isinstance(value, self.noun):
            raise ValidationError(f"must be a {self.noun.__name__}, not a {type(value).__name__}")
        return self.form.write(value)

    def read(self, value: Any, _data: Any, /) -> Any:
        """Read the noun inside."""
        return self.form.read(value)


class Many(One):
    """Several nouns inside a noun: a tuple here, an array there."""

    def __init__(self, form: type[Form], noun: type, **kwargs: Any) -> None:
        super().__init__(form, noun, many=True, **kwargs)

    def write(self, value: Any, _noun: Any, /) -> Any:
        """Write each; a fault is keyed by the place in the row."""
        if not isinstance(value, list | tuple):
            raise ValidationError(f"must be a tuple, not a {type(value).__name__}")
        written = []
        for place, each in enumerate(value):
            try:
                written.append(super().write(each, _noun))
            except ValidationError as error:
                raise ValidationError({place: error.messages}) from None
        return written

    def read(self, value: Any, _data: Any, /) -> Any:
        """Read each."""
        if not isinstance(value, list):
            raise ValidationError("must be a list")
        read = self.form.read
        return tuple([read(each) for each in value])

    def _deserialize(self, *args: Any, **kwargs: Any) -> Any:
        return tuple(super()._deserialize(*args, **kwargs))


Shape = Leaf | One
