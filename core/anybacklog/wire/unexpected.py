"""How JSON that is not as declared is told: which fields, and what kind of value arrived there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from marshmallow import ValidationError

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
