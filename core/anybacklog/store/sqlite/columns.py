"""Columns that give only what they were declared for: a damaged SQLite file hands out any value in any column."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any

from sqlalchemy import Dialect, Float, Integer, Text

from anybacklog.store.sqlite.damage import Damaged

Reader = Callable[[Any], Any]


class SoundText(Text):
    """A text; one of `allowed`, where there is such a list."""

    def __init__(self, allowed: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.allowed = allowed  # under its own name: SQLAlchemy takes types of equal attributes for one

    def result_processor(self, dialect: Dialect, coltype: object) -> Reader:  # noqa: ARG002  # SQLAlchemy's shape
        """Give what reads a value: a text or nothing, or Damaged."""
        allowed = self.allowed
        return _reading(lambda value: type(value) is str and (not allowed or value in allowed))


class SoundInteger(Integer):
    """A whole number."""

    def result_processor(self, dialect: Dialect, coltype: object) -> Reader:  # noqa: ARG002  # SQLAlchemy's shape
        """Give what reads a value: a whole number or nothing, or Damaged."""
        return _reading(lambda value: type(value) is int)


class SoundFloat(Float[float]):
    """A finite number."""

    def result_processor(self, dialect: Dialect, coltype: object) -> Reader:  # noqa: ARG002  # SQLAlchemy's shape
        """Give what reads a value: a finite number or nothing, or Damaged."""
        return _reading(lambda value: type(value) in (int, float) and isfinite(value))


def _reading(sound: Callable[[Any], bool]) -> Reader:
    def read(value: Any) -> Any:
        if value is None or sound(value):
            return value
        raise Damaged(f"a row cannot be read ({value!r:.40} is not what its column holds)")

    return read
