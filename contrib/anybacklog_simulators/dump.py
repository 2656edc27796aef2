"""Plain dataclasses to JSON and back, by their type hints: for comparing whole states, and for starting from a file."""

from __future__ import annotations

import base64
import types
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

DERIVED = {"derived": True}
"""Metadata of a field that is not written: it follows from the others."""


def dumped(value: Any) -> Any:
    """Give a value as JSON; a mapping of things by id becomes the list of the things."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: dumped(getattr(value, each.name)) for each in fields(value) if not each.metadata}
    if isinstance(value, dict):
        entities = bool(value) and all(is_dataclass(each) for each in value.values())
        return list(map(dumped, value.values())) if entities else {key: dumped(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return list(map(dumped, value))
    return _written(value)


def loaded(kind: Any, value: Any) -> Any:
    """Make a `kind` of what `dumped` gave. What does not fit is a ValueError or TypeError that names it."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return None if value is None else loaded(next(each for each in arguments if each is not type(None)), value)
    if origin is list:
        return [loaded(arguments[0], each) for each in value]
    if origin is dict:
        return _mapping(arguments[1], value)
    if is_dataclass(kind):
        return _entity(kind, value)
    return _READERS.get(kind, lambda given: given)(value)


def _mapping(kind: Any, value: Any) -> dict[Any, Any]:
    if isinstance(value, list):
        return {entity.id: entity for entity in (loaded(kind, each) for each in value)}
    return {key: loaded(kind, each) for key, each in value.items()}


def _entity(kind: Any, value: Any) -> Any:
    hints = _hints(kind)
    strangers = sorted(set(value) - set(hints))
    if strangers:
        raise ValueError(f"{kind.__name__} has no {', '.join(strangers)}; it has {', '.join(sorted(hints))}")
    return kind(**{name: loaded(hints[name], each) for name, each in value.items()})


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    return get_type_hints(kind)


def _written(value: Any) -> Any:
    match value:
        case datetime():
            return value.strftime("%Y-%m-%dT%H:%M:%SZ")
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case bytes():
            return base64.b64encode(value).decode()
        case _:
            return value


_READERS: dict[Any, Callable[[Any], Any]] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    Decimal: Decimal,
    bytes: base64.b64decode,
}
