"""The options of a connection, read and checked; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from anybacklog.plugin import ConfigurationError

_NUMBER = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a connection was told; `requests_per_minute` None: not told."""

    bug_type_id: int = 1
    request_type_id: int = 2
    scan_gap: int = 100
    scan_from: int = 1
    any_backlog: bool = False
    requests_per_minute: int | None = None


def options_of(given: Mapping[str, str]) -> Options:
    """Read options; ConfigurationError names the one that cannot be used, and what it takes."""
    numbers = {name: _number(name, given[name]) for name in _NUMBERS if name in given}
    any_backlog = given.get("any_backlog", "false")
    if any_backlog not in ("true", "false"):
        raise ConfigurationError(f"any_backlog is true or false, not {any_backlog!r}")
    options = Options(any_backlog=any_backlog == "true", **numbers)
    if options.bug_type_id == options.request_type_id:
        raise ConfigurationError(f"bug_type_id and request_type_id are both {options.bug_type_id}; give two ids")
    return options


_NUMBERS = ("bug_type_id", "request_type_id", "scan_gap", "scan_from", "requests_per_minute")


def _number(name: str, text: str) -> int:
    if not _NUMBER.fullmatch(text) or int(text) < 1:
        raise ConfigurationError(f"{name} is a whole number from 1, not {text!r}")
    return int(text)
