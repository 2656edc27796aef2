"""In which line each key of a TOML text stands; what a parser knows and does not tell. Pure."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from anybacklog.migration.choices import Key, Problem

_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_OPEN = re.compile(r"(Unclosed|Unterminated) .* \(at end of document\)$")
_ENDS = ('"""', "'''", "]")
"""What a value of several lines can end with."""
_MOST = 20
"""How many errors of syntax are looked for; more of them is no plan."""


def parse(text: str) -> tuple[dict[str, Any], dict[Key, int], list[Problem]]:
    """Read TOML: its tables, the line of each key, and every error. A line that is none of TOML is left out."""
    lines = text.split("\n")
    problems: list[Problem] = []
    while True:
        try:
            held = tomllib.loads("\n".join(lines))
        except tomllib.TOMLDecodeError as error:
            number = _line(str(error), lines)
            problems.append(Problem((), f"not valid TOML: {_PLACE.sub('', str(error))}", number))
            line = lines[number - 1].strip()
            if not line or line.startswith("[") or _OPEN.match(str(error)) or len(problems) == _MOST:
                # nobody knows what belongs below a broken head, nor to what never ends
                return {}, {}, problems
            lines[number - 1] = ""
        except RecursionError:
            return {}, {}, [Problem((), "not valid TOML: it is nested too deep")]
        else:
            return held, positions("\n".join(lines)), problems


def _line(said: str, lines: list[str]) -> int:
    """Tell the line that an error of syntax names; the end of the text is the last line that says anything."""
    place = _PLACE.search(said)
    if place is not None and place[1]:
        return int(place[1])
    return max((number for number, line in enumerate(lines, 1) if line.strip()), default=1)


def positions(text: str) -> dict[Key, int]:
    """Say in which line each key of a valid TOML text stands first."""
    found: dict[Key, int] = {}
    table: Key = ()
    begun, statement = 1, ""
    for number, line in enumerate(text.split("\n"), 1):
        statement += line + "\n"
        if number > begun and not any(end in line for end in _ENDS):
            continue
        try:
            held = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:  # a value that goes on in the next line
            continue
        header = statement.lstrip().startswith("[")
        for key in _keys(held):
            for depth in range(1, len(key) + 1):
                found.setdefault((() if header else table) + key[:depth], begun)
            table = key if header else table
        begun, statement = number + 1, ""
    return found


def _keys(held: Any) -> list[Key]:
    """List the innermost keys of what one statement says; those of an array's tables are not told apart."""
    while isinstance(held, list) and held and isinstance(held[0], dict):
        held = held[0]
    if not isinstance(held, dict) or not held:
        return [()]
    return [(name, *rest) for name, inner in held.items() for rest in _keys(inner)]
