"""Declared parameters, and reading a form or query by them: names, types, limits; nothing else gets in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from anybacklog_simulators.nulab.errors import Refused

Pairs = Sequence[tuple[str, str]]
CUSTOM = re.compile(r"customField_(\d+)(?:\[\d+\])?")
CUSTOM_OTHER = re.compile(r"customField_(\d+)_otherValue")
ANY_CUSTOM = re.compile(f"{CUSTOM.pattern}|{CUSTOM_OTHER.pattern}")
CUSTOM_SEARCH = re.compile(r"customField_(\d+)(_min|_max|\[\])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter: `kind` names a reader below; `many` is sent as `name[]`, once for each value.

    `low` and `high` bound a number, or the length of a text in characters; an empty value clears.
    """

    name: str
    kind: str
    required: bool = False
    many: bool = False
    low: int | None = None
    high: int | None = None
    choices: tuple[str, ...] = ()

    @property
    def sent_as(self) -> str:
        """The name on the wire."""
        return f"{self.name}[]" if self.many else self.name


def a(kind: str, *names: str, many: bool = False, low: int | None = None, high: int | None = None) -> list[Parameter]:
    """Declare parameters of one kind: `text`, `int`, `bool`, `date`, `decimal`, `instant`."""
    return [Parameter(name=name, kind=kind, many=many, low=low, high=high) for name in names]


def one_of(name: str, *choices: str) -> Parameter:
    """Declare a parameter that takes one of these words."""
    return Parameter(name=name, kind="text", choices=choices)


def needed(*parameters: Parameter) -> list[Parameter]:
    """Make parameters required."""
    return [replace(each, required=True) for each in parameters]


ORDER = one_of("order", "asc", "desc")
OFFSET = (*a("int", "offset", low=0), *a("int", "count", low=1, high=100), ORDER)
IDS = (*a("int", "minId", "maxId"), *a("int", "count", low=1, high=100), ORDER)


@dataclass(frozen=True, slots=True)
class Custom:
    """What was said of one custom field: its values as sent, `None` if only the text beside was sent."""

    values: tuple[str, ...] | None = None
    other: str | None = None


def read(parameters: Iterable[Parameter], sent: Pairs, *, strict: bool, custom: re.Pattern[str] | None,
         length: Callable[[str], int] = len) -> dict[str, Any]:  # fmt: skip
    """Read what was sent: absent parameters are absent, empty ones `None`, lists tuples.

    A strict door refuses a name it does not know, before anything else; a lenient one ignores it.
    """
    declared = {each.sent_as: each for each in parameters}
    if strict:
        _refuse_strangers(declared, sent, custom)
    found: dict[str, Any] = {}
    for wire, parameter in declared.items():
        values = [value for name, value in sent if name == wire]
        if values:
            found[parameter.name] = _read_all(parameter, values, length)
        if parameter.required and found.get(parameter.name) in (None, "", ()):
            raise Refused("required", name=parameter.sent_as)
    return found


def custom_writes(sent: Pairs) -> dict[int, Custom]:
    """Collect what is written to custom fields, by their ids."""
    found: dict[int, Custom] = {}
    for name, value in sent:
        if match := CUSTOM.fullmatch(name):
            known = found.get(int(match[1]), Custom())
            found[int(match[1])] = replace(known, values=(*(known.values or ()), value))
        elif match := CUSTOM_OTHER.fullmatch(name):
            found[int(match[1])] = replace(found.get(int(match[1]), Custom()), other=value)
    return found


def _refuse_strangers(declared: Mapping[str, Parameter], sent: Pairs, custom: re.Pattern[str] | None) -> None:
    for name, _ in sent:
        if name not in declared and not (custom is not None and custom.fullmatch(name)):
            raise Refused("unknown_parameter", name=name)


def _read_all(parameter: Parameter, values: list[str], length: Callable[[str], int]) -> Any:
    if parameter.many:
        return tuple(_read(parameter, value, length) for value in values if value != "")
    return _read(parameter, values[-1], length)


def _read(parameter: Parameter, value: str, length: Callable[[str], int]) -> Any:
    if parameter.kind == "text":
        return _text(parameter, value, length)
    if value == "":
        return None
    try:
        read = _READERS[parameter.kind](value)
    except (ValueError, InvalidOperation):
        raise Refused(_COMPLAINTS[parameter.kind], name=parameter.sent_as) from None
    if parameter.kind in ("int", "decimal"):
        _check_range(parameter, read)
    return read


def _text(parameter: Parameter, value: str, length: Callable[[str], int]) -> str:
    if parameter.choices and value not in parameter.choices:
        raise Refused("choice", name=parameter.sent_as)
    low, high = parameter.low or 0, parameter.high
    if high is not None and not low <= length(value) <= high:
        raise Refused("length" if low else "longer", name=parameter.name, low=low, high=high)
    return value


def _check_range(parameter: Parameter, value: int | Decimal) -> None:
    low, high = parameter.low, parameter.high
    if (low is not None and value < low) or (high is not None and value > high):
        raise Refused("range", name=parameter.sent_as, low=low, high=high if high is not None else 2147483647)


def _int(value: str) -> int:
    if not re.fullmatch(r"-?[0-9]+", value):
        raise ValueError(value)
    return int(value)


def _bool(value: str) -> bool:
    return {"true": True, "false": False}[value] if value in ("true", "false") else _no(value)


def _no(value: str) -> Any:
    raise ValueError(value)


def _date(value: str) -> date:
    return date.fromisoformat(value) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) else _no(value)


def _decimal(value: str) -> Decimal:
    return Decimal(value) if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value) else _no(value)


_READERS: Mapping[str, Callable[[str], Any]] = {
    "int": _int,
    "bool": _bool,
    "date": _date,
    "decimal": _decimal,
    "instant": datetime.fromisoformat,
}
_COMPLAINTS = {"int": "number", "bool": "boolean", "date": "date", "decimal": "number", "instant": "date"}
