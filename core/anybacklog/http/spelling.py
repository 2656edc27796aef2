"""What is to be sent, spelt out and looked at first: what no request can carry is refused before anything is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from math import isfinite
from typing import Any, TypeAlias
from urllib.parse import unquote

from anybacklog.errors import ValidationError

Pairs: TypeAlias = list[tuple[str, str]]
_HALF = re.compile("[\ud800-\udfff]")


def pairs(parameters: Mapping[str, Any] | None) -> Pairs:
    """Spell parameters for a query or a form: a list repeats its name, booleans are lower case, None is left out."""
    spelt: Pairs = []
    if not isinstance(parameters, (Mapping, type(None))):
        raise ValidationError(
            f"a form or query is given as a mapping of names to values, not as {type(parameters).__name__}",
            field="data",
            limit="a mapping",
        )
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


def below(path: str) -> str:
    """Give the path as it is put below the base; ValidationError for one that would lead, or be cut, out of there."""
    steps = unquote(whole("path", path).partition("?")[0]).replace("\\", "/").split("/")
    if path.startswith(("//", "\\")) or steps[0].endswith(":") or not {".", ".."}.isdisjoint(steps) or "#" in path:
        raise ValidationError(
            "the path is no path below the service's address; leave out the host, '..', and write '#' as %23",
            field="path",
            limit="below the service's address",
        )
    return path.removeprefix("/")


def verb(method: str) -> str:
    """Give the method as it is sent, in upper case; ValidationError for what is none."""
    if not re.fullmatch(r"[A-Za-z-]+", method):
        raise ValidationError(f"{method!r} is no method of HTTP; give one such as GET or POST", field="method")
    return method.upper()


def headers_fit(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Give the headers back; ValidationError names the one whose value HTTP has no bytes for."""
    for name, value in headers.items():
        if not value.isascii():
            raise ValidationError(
                f"the header {name} holds more than ASCII, which cannot be sent there; write it otherwise",
                field=name,
                limit="ASCII",
            )
    return headers


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
    """Give the name of the innermost field that JSON has no words for, `field` if it has none."""
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
