"""A plan file -> what it says; everything that is wrong with it is named at once, with line and key."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from anybacklog.abilities import METADATA_KINDS
from anybacklog.errors import ConfigurationError
from anybacklog.migration.choices import Choices, Key, Problem, refuse
from anybacklog.migration.plans.positions import parse
from anybacklog.migration.settings import in_tables

FORMAT = 1
_SETTINGS = {table: {setting.name: setting for setting in settings} for table, settings in in_tables()}
_NOTHING = re.compile(r'= "" # (.*?)\r?$')
_DEPTH = 3
"""How many parts the key of a word has: mapping, its kind, and itself."""
_TOP = ("format", *_SETTINGS[""], *(table for table in _SETTINGS if table), "mapping", "options")


def read_plan(path: str | os.PathLike[str], *, later: bool = False) -> Choices:
    """Read a plan file. ConfigurationError names all its problems; `later`: if it is TOML, its choices keep them."""
    return choices_in(read_text(path), str(path), later=later)


def read_text(path: str | os.PathLike[str]) -> str:
    """Read a plan file as UTF-8; editors that begin it with a byte order mark are forgiven."""
    try:
        return Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigurationError(f"the plan {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            f"the plan {path} is not valid TOML: byte {error.start + 1} is not UTF-8; save it as UTF-8"
        ) from error


def choices_in(text: str, name: str, *, later: bool = False) -> Choices:
    """Give what the text of a plan says; `name` is what to call it."""
    held, lines, problems = parse(text)
    wrong = tuple(Problem(key, said, lines.get(key)) for key, said in _problems(held))
    if problems or not later:
        refuse(name, [*problems, *wrong])
    held = _without(held, {each.key for each in wrong})
    settings = {key: value for table in _SETTINGS for key, value in (held.get(table, {}) if table else held).items()}
    tables = {"mapping": held.get("mapping", {}), "options": held.get("options", {})}
    return replace(
        Choices.named(settings), **tables, plan=name, lines=lines, whys=dict(_whys(text, lines)), problems=wrong
    )


def _without(held: Mapping[str, Any], wrong: Collection[Key], at: Key = ()) -> dict[str, Any]:
    """Leave out what stands at these keys."""
    sound = {name: value for name, value in held.items() if (*at, name) not in wrong}
    return {
        name: _without(value, wrong, (*at, name)) if isinstance(value, Mapping) else value
        for name, value in sound.items()
    }


def _whys(text: str, lines: Mapping[Key, int]) -> Iterator[tuple[Key, str]]:
    """Give the comment beside each word for which nothing stands."""
    written = text.split("\n")
    for key, number in lines.items():
        found = _NOTHING.search(written[number - 1])
        if found is not None and len(key) == _DEPTH:
            yield key, found[1]


def _problems(held: Mapping[str, Any]) -> Iterator[tuple[Key, str]]:
    for name, value in held.items():
        if name not in _TOP:
            yield (name,), f"unknown key; there is {', '.join(_TOP)}"
        elif name == "format" and value != FORMAT:
            yield (name,), f"this anybacklog knows format {FORMAT} alone; plan again with it"
        elif name in _SETTINGS[""] and (trouble := _SETTINGS[""][name].problem(value)):
            yield (name,), trouble
        elif name in _SETTINGS:
            yield from _settings(name, value)
    yield from _tables(held, "mapping", METADATA_KINDS)
    yield from _tables(held, "options", None)


def _settings(table: str, held: Any) -> Iterator[tuple[Key, str]]:
    known = _SETTINGS[table]
    if not isinstance(held, dict):
        yield (table,), "must be a table"
        return
    for name, value in held.items():
        trouble = known[name].problem(value) if name in known else f"unknown key; there is {', '.join(known)}"
        if trouble:
            yield (table, name), trouble


def _tables(held: Mapping[str, Any], name: str, known: tuple[str, ...] | None) -> Iterator[tuple[Key, str]]:
    tables = held.get(name, {})
    if not isinstance(tables, dict):
        yield (name,), "must be a table"
        return
    for kind, pairs in tables.items():
        if known is not None and kind not in known:
            yield (name, kind), f"unknown key; there is {', '.join(known)}"
        elif not isinstance(pairs, dict):
            yield (name, kind), "must be a table of words"
        else:
            yield from (((name, kind, word), trouble) for word, said in pairs.items() if (trouble := _trouble(said)))


def _trouble(said: Any) -> str | None:
    """Say what is wrong with the right side of a line."""
    if isinstance(said, str):
        return None
    if isinstance(said, dict) and list(said) == ["create"] and isinstance(said["create"], str) and said["create"]:
        return None
    return 'must be a word of the target, "" for nothing, or { create = "NAME" }'
