"""A plan as the text of plan.toml: written to be edited, and written again without dropping an edit."""

from __future__ import annotations

import textwrap
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from anybacklog.errors import ConfigurationError
from anybacklog.migration.choices import Edit, Key, Said
from anybacklog.migration.plans.findings import findings
from anybacklog.migration.plans.plan import Line, Plan, one_line
from anybacklog.migration.settings import in_tables
from anybacklog.migration.words import Words

BEGIN = "# ---- what anybacklog plan found; written anew each time it is run ----"
END = "# ---- what follows is yours: edit it, and planning again keeps it ----"
NEW = "\nformat = 1\n"
MAPPINGS = """
# Below, on the left a word of the source, on the right what stands for it in the target: a word it has, "" for
# nothing, or { create = "NAME" } for one to be made there. People are named by e-mail address, login or name, all
# else by name; id:123 always names one alone. A person for whom there is nothing is named in header lines.
"""


@dataclass(frozen=True, slots=True)
class Written:
    """The text of a plan file, and the keys that were not in it before, or said nothing yet."""

    text: str
    new: tuple[Key, ...]


def written(plan: Plan) -> Written:
    """Write a plan into a new file."""
    added = _missing(plan, {})
    settings = "".join(_settings(plan.choices.chosen()))
    return Written(f"{_findings(plan)}{NEW}{settings}{MAPPINGS}{''.join(_new_tables(plan, added))}", tuple(added))


def _settings(chosen: Mapping[str, Any]) -> Iterator[str]:
    """Write each setting below what it is for."""
    for table, settings in in_tables():
        if table:
            yield f"\n[{table}]\n"
        for number, setting in enumerate(settings):
            said = textwrap.fill(setting.said, 118, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)
            apart = "" if table and not number else "\n"
            yield f"{apart}{said}\n{setting.name} = {_item(chosen[setting.name]).as_string()}\n"


def _new_tables(plan: Plan, added: Mapping[Key, Line]) -> Iterator[str]:
    """Write tables as text: a library that keeps every comment is slow with thousands of lines."""
    from tomlkit import key

    fields = Words(plan.nouns.get("custom_fields", ()))
    for (place, kind), group in groupby(added.items(), key=lambda each: each[0][:2]):
        whose = "".join(f" # {one_line(field.name)}" for field in fields.named(kind)[:1]) if place == "options" else ""
        yield f"\n[{place}.{key(kind).as_string()}]{whose}\n"
        for (*_, word), line in group:
            yield f"{key(word).as_string()} = {_item(line.said).as_string()} # {one_line(line.why)}\n"


def merged(plan: Plan, text: str, edits: Mapping[Key, Edit]) -> Written:
    """Write a plan into the text of a file that a person has edited: what it says stays, with every comment of theirs.

    Words it does not speak of yet are added, those that nobody has decided are given what was found since, and all else
    that was found is told anew. `edits` are put in besides.
    ConfigurationError if the text is so unusual that this cannot be done without harm.
    """
    import tomlkit  # late: only a plan that is written needs it

    body = _without_findings(text)
    held = tomllib.loads(body)
    document = tomlkit.parse(body)
    added = _missing(plan, held)
    wanted, known = deepcopy(held), _lines(plan)
    filled = {key: Edit(line.said, "", why) for key, why in plan.choices.undecided.items() if (line := known[key]).said}
    try:
        for key, line in added.items():
            _set(wanted, key, line.said)
            _add(document, key, line)
        for key, edit in (filled | dict(edits)).items():
            _set(wanted, key, edit.said)
            _change(document, key, edit, known.get(key))
        merged_text = tomlkit.dumps(document)
        safe = tomllib.loads(merged_text) == wanted
    except (tomlkit.exceptions.TOMLKitError, tomllib.TOMLDecodeError, AttributeError, TypeError, ValueError):
        safe = False
        merged_text = ""
    if not safe:
        raise ConfigurationError(
            "the plan cannot be added to as it is written; give each kind one table, as in [mapping.users]"
        )
    return Written(f"{_findings(plan)}\n{merged_text.lstrip(chr(10))}", (*added, *filled))


def _findings(plan: Plan) -> str:
    lines = (f"# {one_line(line)}".rstrip() for line in findings(plan))
    return "\n".join([BEGIN, *lines, END, ""])


def _without_findings(text: str) -> str:
    """Take out what an earlier plan found: between its two lines, in the comments that a file begins with."""
    lines = text.split("\n")
    head = next((at for at, line in enumerate(lines) if line.strip() and not line.startswith("#")), len(lines))
    marks = [line.rstrip() for line in lines[:head]]
    if BEGIN in marks and END in marks[marks.index(BEGIN) :]:
        begin = marks.index(BEGIN)
        return "\n".join([*lines[:begin], *lines[marks.index(END, begin) + 1 :]])
    return text


def _missing(plan: Plan, held: Mapping[str, Any]) -> dict[Key, Line]:
    """Name the lines of a plan that a file does not speak of, by whatever word."""
    found: dict[Key, Line] = {}
    for kind, lines in plan.mapping.items():
        words = Words(plan.nouns.get(kind, ()))
        said = {noun.id for word in held.get("mapping", {}).get(kind, {}) for noun in words.named(word)}
        found |= {("mapping", kind, line.word): line for line in lines if line.id not in said}
    fields, tables = Words(plan.nouns.get("custom_fields", ())), held.get("options", {})
    for word, lines in plan.options.items():
        place = next((each for each in tables if fields.named(each) == fields.named(word)), word)
        found |= {("options", place, line.word): line for line in lines if line.word not in tables.get(place, {})}
    return found


def _set(held: dict[str, Any], key: Key, said: Said) -> None:
    *tables, word = key
    for name in tables:
        held = held.setdefault(name, {})
    held[word] = said


def _add(document: Any, key: Key, line: Line) -> None:
    """Put a line behind the last one of its table, before the comments that lead to the next."""
    from tomlkit.items import InlineTable, Table

    table = _table(document, key[:-1])
    item = _item(line.said)
    if isinstance(table, InlineTable):
        table[key[-1]] = item
        return
    item.comment(one_line(line.why))
    body = table.value.body if isinstance(table, Table) else []
    tail = list(_popped(body))
    table[key[-1]] = item
    body.extend(reversed(tail))


def _change(document: Any, key: Key, edit: Edit, line: Line | None) -> None:
    """Put an edit into its line: a comment that a plan has written says why it is so now, any other stays."""
    table, word = _table(document, key[:-1]), key[-1]
    before = getattr(table.get(word), "trivia", None)
    table[word] = _item(edit.said)
    if line is not None and before is not None and before.comment == f"# {one_line(edit.why)}":
        table[word].comment(one_line(line.why))


def _lines(plan: Plan) -> dict[Key, Line]:
    """Give every line of a plan by its key."""
    found: dict[Key, Line] = {
        ("options", word, line.word): line for word, each in plan.options.items() for line in each
    }
    return found | {("mapping", kind, line.word): line for kind, each in plan.mapping.items() for line in each}


def _popped(body: list[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
    while body and body[-1][0] is None:
        yield body.pop()


def _table(document: Any, key: Iterable[str]) -> Any:
    """Find a table, or make it."""
    import tomlkit
    from tomlkit.items import InlineTable

    table, names = document, tuple(key)
    for depth, name in enumerate(names, 1):
        if name not in table:
            inline = isinstance(table, InlineTable)
            table[name] = tomlkit.inline_table() if inline else tomlkit.table(is_super_table=depth < len(names))
        table = table[name]
    return table


def _item(said: Any) -> Any:
    import tomlkit

    if not isinstance(said, Mapping):
        return tomlkit.item(said)
    made = tomlkit.inline_table()
    made.update(said)
    return made
