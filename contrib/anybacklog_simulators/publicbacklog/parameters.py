"""Declared parameters, and reading a query or a JSON body by them: names, types, limits; nothing else gets in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.wrappers import Request

from anybacklog_simulators.publicbacklog.choices import Choices
from anybacklog_simulators.publicbacklog.errors import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter: a `text` of `low` to `high` characters, or else an integer of `low` to `high`."""

    name: str
    text: bool = True
    required: bool = False
    low: int = 1
    high: int | None = None


def number(name: str, *, required: bool = False, low: int = 1, high: int | None = None) -> Parameter:
    """Declare an integer."""
    return Parameter(name=name, text=False, required=required, low=low, high=high)


def from_query(parameters: Iterable[Parameter], request: Request, choices: Choices) -> dict[str, Any]:
    """Read the query; what is sent twice is refused."""
    pairs = _queried(request)
    if len(dict(pairs)) < len(pairs):
        raise Refused(400, "A parameter was sent twice")
    if request.get_data() not in (b"", b"{}") and choices.strangers == "refused":
        raise Refused(400, "This endpoint takes its parameters in the query")
    declared = {each.name: each for each in parameters}
    sent = {name: _as_number(value) if _is_number(declared, name) else value for name, value in pairs}
    return _read(declared, sent, choices)


def from_body(parameters: Iterable[Parameter], request: Request, choices: Choices) -> dict[str, Any]:
    """Read a JSON object; the query must be empty."""
    _refuse_keys(name for name, _ in _queried(request))
    if request.mimetype != "application/json":
        raise Refused(415, "The body must be application/json")
    if request.query_string and choices.strangers == "refused":
        raise Refused(400, "This endpoint takes its parameters in the body")
    return _read({each.name: each for each in parameters}, _object(request.get_data()), choices)


def _queried(request: Request) -> list[tuple[str, str]]:
    return parse_qsl(request.query_string.decode("utf-8", "replace"), keep_blank_values=True)


def _refuse_keys(names: Iterable[str]) -> None:
    """Refuse a key outside the header, where it ends up in logs; older pages allowed it."""
    if any(name.casefold() == "apikey" for name in names):
        raise Refused(400, "The API key belongs in the header apiKey only")


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise Refused(400, "The body is not JSON") from None
    if not isinstance(found, dict):
        raise Refused(400, "The body must be a JSON object")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise Refused(400, "A parameter was sent twice")
    return dict(pairs)


def _read(declared: Mapping[str, Parameter], sent: Mapping[str, Any], choices: Choices) -> dict[str, Any]:
    _refuse_keys(sent)
    strangers = [name for name in sent if name not in declared]
    if strangers and choices.strangers == "refused":
        raise Refused(400, "There is a parameter this endpoint does not have")
    for parameter in declared.values():
        if parameter.required and parameter.name not in sent:
            raise Refused(400, f"{parameter.name} is required")
    return {name: _checked(declared[name], value, choices) for name, value in sent.items() if name in declared}


def _checked(parameter: Parameter, value: Any, choices: Choices) -> Any:
    size = _size_of_text(parameter, value, choices) if parameter.text else _size_of_number(parameter, value)
    if size < parameter.low or (parameter.high is not None and size > parameter.high):
        measure = "characters" if parameter.text else "as its value"
        upper = "" if parameter.high is None else f" and at most {parameter.high}"
        raise Refused(400, f"{parameter.name} must have at least {parameter.low}{upper} {measure}")
    return value


def _size_of_text(parameter: Parameter, value: Any, choices: Choices) -> int:
    if not isinstance(value, str) or not _is_well_formed(value):
        raise Refused(400, f"{parameter.name} must be a string")
    return choices.length(value)


def _size_of_number(parameter: Parameter, value: Any) -> int:
    if type(value) is not int:  # true is an int, too
        raise Refused(400, f"{parameter.name} must be an integer")
    return value


def _is_well_formed(text: str) -> bool:
    """Tell whether a text has no half of a surrogate pair, which JSON can spell and UTF-8 cannot."""
    return re.search(r"[\ud800-\udfff]", text) is None


def _is_number(declared: Mapping[str, Parameter], name: str) -> bool:
    return name in declared and not declared[name].text


def _as_number(value: str) -> int | str:
    return int(value) if re.fullmatch(r"[0-9]{1,18}", value) else value
