"""One JSON value each: a field writes it, reads it back, and knows the JSON Schema of it.

`write` and `read` are plain functions shared by marshmallow's own way and the fast one, so the two cannot disagree.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from typing import Any, ClassVar, TypeAlias

from marshmallow import ValidationError, fields

Json: TypeAlias = Mapping[str, Any]

_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z"
_IS_DAY = re.compile(_DAY).fullmatch
_IS_INSTANT = re.compile(f"{_DAY}T{_CLOCK}").fullmatch


class Leaf(fields.Field[Any]):
    """A field whose two directions are `write(value, noun)` and `read(value, data)`; both refuse what is not theirs."""

    schema: ClassVar[Json]

    def write(self, value: Any, _noun: Any, /) -> Any:
        """Give the JSON of a value that is not None; what JSON has already is only checked."""
        return self.read(value, _noun)

    def read(self, value: Any, _data: Any, /) -> Any:
        """Give the value that `write` wrote."""
        raise NotImplementedError

    def json_schema(self) -> dict[str, Any]:
        """Describe what `write` writes."""
        return dict(self.schema)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:  # noqa: ARG002  # its shape
        return None if value is None else self.write(value, obj)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ARG002  # its shape
        return self.read(value, data)


class Str(Leaf):
    """A text, to the last code point."""

    schema: ClassVar[Json] = {"type": "string"}

    def read(self, value: Any, _data: Any, /) -> str:
        """Take a string as it is."""
        if isinstance(value, str):
            return value
        raise ValidationError(f"must be a text, not {_kind(value)}")


class Word(Str):
    """One of our own words."""

    def __init__(self, words: Collection[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.words = frozenset(words)

    def read(self, value: Any, _data: Any, /) -> str:
        """Take a word we know."""
        if isinstance(value, str) and value in self.words:
            return value
        raise ValidationError(f"must be one of {', '.join(sorted(self.words))}, not {_kind(value)}")

    def json_schema(self) -> dict[str, Any]:
        """List the words."""
        return {"enum": sorted(self.words)}


class Number(Leaf):
    """A finite number."""

    schema: ClassVar[Json] = {"type": "number"}

    def read(self, value: Any, _data: Any, /) -> int | float:
        """Take a number; JSON has none that is infinite or not a number."""
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return value
        raise ValidationError(f"must be a finite number, not {_kind(value)}")


class Whole(Leaf):
    """A whole number."""

    schema: ClassVar[Json] = {"type": "integer"}

    def read(self, value: Any, _data: Any, /) -> int:
        """Take an integer."""
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise ValidationError(f"must be a whole number, not {_kind(value)}")


class Flag(Leaf):
    """Yes or no."""

    schema: ClassVar[Json] = {"type": "boolean"}

    def read(self, value: Any, _data: Any, /) -> bool:
        """Take true or false."""
        if isinstance(value, bool):
            return value
        raise ValidationError(f"must be true or false, not {_kind(value)}")


class Instant(Leaf):
    """A moment: ISO 8601 in UTC with `Z`, microseconds only where there are some."""

    schema: ClassVar[Json] = {"type": "string", "format": "date-time", "pattern": f"^{_DAY}T{_CLOCK}$"}

    def write(self, value: Any, _noun: Any, /) -> str:
        """Move an aware datetime to UTC; refuse a naive one."""
        if not isinstance(value, datetime):
            raise ValidationError(f"must be a datetime, not {_kind(value)}")
        moment = value if value.tzinfo is UTC else _moved(value)
        return moment.isoformat().removesuffix("+00:00") + "Z"

    def read(self, value: Any, _data: Any, /) -> datetime:
        """Read the moment back, aware and in UTC."""
        if isinstance(value, str) and _IS_INSTANT(value):
            try:
                return datetime.fromisoformat(value)
            except ValueError:  # such as February 30th, told below
                pass
        raise ValidationError(f"must be an instant such as 2026-01-31T09:30:00Z, not {_kind(value)}")


class Day(Leaf):
    """A calendar day: YYYY-MM-DD."""

    schema: ClassVar[Json] = {"type": "string", "format": "date", "pattern": f"^{_DAY}$"}

    def write(self, value: Any, _noun: Any, /) -> str:
        """Write the day; a datetime is refused, because it would lose its clock."""
        if isinstance(value, date) and not isinstance(value, datetime):
            return value.isoformat()
        raise ValidationError(f"must be a date, not {_kind(value)}")

    def read(self, value: Any, _data: Any, /) -> date:
        """Read the day back."""
        if isinstance(value, str) and _IS_DAY(value):
            try:
                return date.fromisoformat(value)
            except ValueError:  # such as February 30th, told below
                pass
        raise ValidationError(f"must be a day such as 2026-01-31, not {_kind(value)}")


class Strs(Leaf):
    """Several texts: a tuple here, an array there."""

    schema: ClassVar[Json] = {"type": "array", "items": {"type": "string"}}

    def write(self, value: Any, _noun: Any, /) -> list[str]:
        """Write the texts in their order."""
        return list(self.read(value, _noun))

    def read(self, value: Any, _data: Any, /) -> tuple[str, ...]:
        """Read the texts back."""
        if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
            return tuple(value)
        raise ValidationError(f"must be a list of texts, not {_kind(value)}")


class VendorWords(Leaf):
    """What the vendor said, as JSON has it already; never looked into."""

    schema: ClassVar[Json] = {"type": "object"}

    def read(self, value: Any, _data: Any, /) -> dict[str, Any]:
        """Take any object."""
        if isinstance(value, Mapping):
            return dict(value)
        raise ValidationError(f"must be an object, not {_kind(value)}")


class CustomValue(Leaf):
    """The value of a custom field, in the shape its neighbour `type` asks for."""

    leaves: Mapping[str, Leaf]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.leaves = {"text": Str(), "number": Number(), "date": Day(), "choice": Str(), "choices": Strs()}

    def write(self, value: Any, noun: Any, /) -> Any:
        """Write it as `noun.type` says."""
        return self._leaf(noun.type).write(value, noun)

    def read(self, value: Any, data: Any, /) -> Any:
        """Read it as `data["type"]` says."""
        return self._leaf(data.get("type")).read(value, data)

    def _leaf(self, type: object) -> Leaf:
        if isinstance(type, str) and type in self.leaves:
            return self.leaves[type]
        raise ValidationError("cannot be read without a type we know")

    def json_schema(self) -> dict[str, Any]:
        """Say nothing yet: which shape it has depends on its neighbour."""
        return {}


def _moved(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ValidationError(f"{moment.isoformat()} has no time zone; give an aware datetime")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValidationError(f"{moment.isoformat()} is outside the years 1 to 9999 in UTC") from None


def _kind(value: object) -> str:
    """Name what was given: a short value itself, else its type."""
    told = repr(value)
    return told if isinstance(value, str | int | float | date) and len(told) <= 40 else f"a {type(value).__name__}"
