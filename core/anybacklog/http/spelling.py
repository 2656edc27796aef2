"""What is to be sent, spelt out and looked at first: what no request can carry is refused before anything is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from math import isfinite
from typing import Any, TypeAlias

from anybacklog.errors import ValidationError

Pairs: TypeAlias = list[tuple[str, str]]
_HALF = re.compile("[\ud800-\udfff]")


def pairs(parameters: Mapping[str, Any] | None) -> Pairs:
    """Spell parameters for a query or a form: a list repeats its name, booleans are lower case, None is left out."""
    spelt: Pairs = []
    for name, value in (parameters or {}).items():
        several = value if isinstance(value, (list, tuple, set, frozenset)) else (value,)
        spelt += [(whole("a parameter's name", name), _word(name, each)) for each in several if each is not None]
    return spelt


def whole(field: str, text: str) -> str:
    """Give the text back; ValidationError if it holds half a character, for which UTF-8 has no bytes."""
    if _HALF.search(text):
        raise ValidationError(
            f"{field} holds half a character (a lone surrogate), which cannot be sent; take it out",
            field=field,
            limit="whole characters",
        )
    return text


def json_body(value: Any) -> Any:
    """Give the body back; ValidationError names the innermost field that JSON has no words for."""
    if _can_be_said(value):
        return value
    field = _culprit(value, "body")
    raise ValidationError(
        f"{field} holds what JSON has no words for, such as NaN, infinity or half a character; mend it",
        field=field,
        limit="JSON",
    )


def _word(name: str, value: Any) -> str:
    if isinstance(value, float) and not isfinite(value):
        raise ValidationError(
            f"{name} is {value}, not a finite number; give one", field=name, limit="finite", value=value
        )
    return whole(name, str(value).lower() if isinstance(value, bool) else str(value))


def _culprit(value: Any, field: str) -> str:
    for name, each in _parts(value):
        if not _can_be_said(each):
            return _culprit(each, name or field)
    return field


def _parts(value: Any) -> Iterable[tuple[str | None, Any]]:
    if isinstance(value, dict):
        return [(str(name), each) for name, each in value.items()]
    return [(None, each) for each in value] if isinstance(value, list) else []


def _can_be_said(value: Any) -> bool:
    with suppress(ValueError, TypeError, RecursionError):
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
        return True
    return False
