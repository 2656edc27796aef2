"""A plan put into the text of a file that a person has edited, without dropping an edit. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from anybacklog.errors import ConfigurationError
from anybacklog.migration.choices import Edit, Key, Said
from anybacklog.migration.plans.document import BEGIN, END, Written, found_in, missing_lines, toml_item
from anybacklog.migration.plans.mapping_lines import Line, one_line

if TYPE_CHECKING:
    from anybacklog.migration.plans.plan import Plan


def merged(plan: Plan, text: str, edits: Mapping[Key, Edit]) -> Written:
    """Write a plan into the text of a file that a person has edited: what it says stays, with every comment of theirs.

    Words it does not speak of yet are added, those that nobody has decided are given what was found since, and all else
    that was found is told anew. `edits` are put in besides.
    ConfigurationError if the text is so unusual that this cannot be done without harm.
    """
    body = _without_findings(text)
    added, known = missing_lines(plan, tomllib.loads(body)), _lines(plan)
    filled = {key: Edit(line.said, "", why) for key, why in plan.choices.undecided.items() if (line := known[key]).said}
    edited = _edited(body, added, filled | dict(edits), known)
    if edited is None:
        raise ConfigurationError(
            "the plan cannot be added to as it is written; give each kind one table, as in [mapping.users]"
        )
    return Written(f"{found_in(plan)}\n{edited.lstrip(chr(10))}", (*added, *filled))


def _edited(body: str, added: Mapping[Key, Line], edits: Mapping[Key, Edit], known: Mapping[Key, Line]) -> str | None:
    """Put lines and edits into a text; None where it would not say just that then."""
    import tomlkit  # late: only a plan that is written needs it

    wanted, document = tomllib.loads(body), tomlkit.parse(body)
    try:
        for key, line in added.items():
            _set(wanted, key, line.said)
            _add(document, key, line)
        for key, edit in edits.items():
            _set(wanted, key, edit.said)
            _change(document, key, edit, known.get(key))
        text = tomlkit.dumps(document)
        return text if tomllib.loads(text) == wanted else None
    except (tomlkit.exceptions.TOMLKitError, tomllib.TOMLDecodeError, AttributeError, TypeError, ValueError):
        return None


def _without_findings(text: str) -> str:
    """Take out what an earlier plan found: between its two lines, in the comments that a file begins with."""
    lines = text.split("\n")
    head = next((at for at, line in enumerate(lines) if line.strip() and not line.startswith("#")), len(lines))
    marks = [line.rstrip() for line in lines[:head]]
    if BEGIN in marks and END in marks[marks.index(BEGIN) :]:
        begin = marks.index(BEGIN)
        return "\n".join([*lines[:begin], *lines[marks.index(END, begin) + 1 :]])
    return text


def _set(held: dict[str, Any], key: Key, said: Said) -> None:
    *tables, word = key
    for name in tables:
        held = held.setdefault(name, {})
    held[word] = said


def _add(document: Any, key: Key, line: Line) -> None:
    """Put a line behind the last one of its table, before the comments that lead to the next."""
    from tomlkit.items import InlineTable, Table

    table = _table(document, key[:-1])
    item = toml_item(line.said)
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
    table[word] = toml_item(edit.said)
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
