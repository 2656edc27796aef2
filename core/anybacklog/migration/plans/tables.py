"""The mappings of a plan as CSV, a file per kind, for people who live in a spreadsheet; and what they changed there."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from anybacklog.abilities import METADATA_KINDS
from anybacklog.errors import ConfigurationError
from anybacklog.migration.choices import Choices, Edit, Key, Problem, Said, refuse
from anybacklog.migration.plans.mapping_lines import Line
from anybacklog.migration.plans.plan import Plan

COLUMNS = ("source", "target", "create", "name", "confidence", "reason", "table", "planned")
OPTIONS = "options"
_FOR_EDITING = ("source", "target", "create", "name")
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_TAKEN_FOR_MORE = re.compile(
    rf"\s*(?:[\d'=+\-@.,(%$£€¥]|(?:{_MONTHS})[a-z]*[-\s./]*\d|(?:true|false)\s*$)", re.IGNORECASE
)
"""What a spreadsheet takes for a number, a date, a truth or a formula: 1.0 would come back as 1."""


def tables(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each file; written in UTF-8 with a byte order mark, spreadsheets show it right.

    `target` and `create` are for editing; `table` and `planned` tell planning again what was edited. An apostrophe
    stands before a word that a spreadsheet would take for a number, a date or a formula; one is taken off when read.
    """
    for kind in METADATA_KINDS:
        if kind in plan.mapping:
            yield f"{kind}.csv", _text((kind, line) for line in plan.mapping[kind])
    if plan.options:
        yield f"{OPTIONS}.csv", _text((field, line) for field, lines in plan.options.items() for line in lines)


def edits_in(folder: Path) -> dict[Key, Edit]:
    """Give what was edited in the files of a folder.

    ConfigurationError names all rows that cannot be understood, with file and line.
    """
    found: dict[Key, Edit] = {}
    problems: list[Problem] = []
    for name in (*METADATA_KINDS, OPTIONS):
        path = folder / f"{name}.csv"
        if path.exists():
            place = OPTIONS if name == OPTIONS else "mapping"
            for number, row in _rows(path):
                edit = _edit(row)
                if isinstance(edit, str):
                    problems.append(Problem((path.name,), f"row {number}: {edit}"))
                elif edit.said != edit.planned:
                    found[place, row["table"], row["source"]] = edit
    refuse(f"in {folder}", problems)
    return found


def with_edits(choices: Choices, edits: Mapping[Key, Edit]) -> Choices:
    """Take edits into a plan's choices; ConfigurationError names what both files say, each otherwise."""
    mapping = {kind: dict(words) for kind, words in choices.mapping.items()}
    options = {field: dict(words) for field, words in choices.options.items()}
    problems: list[Problem] = []
    for key, edit in edits.items():
        place, table, word = key
        tables_: dict[str, dict[str, Said]] = options if place == OPTIONS else mapping  # type: ignore[assignment]  # kinds are words
        now = tables_.setdefault(table, {}).get(word, edit.planned)
        if now not in (edit.planned, edit.said):
            problems.append(choices.at(key, f"the file says {shown(now)}, the CSV {shown(edit.said)}; make them one"))
        tables_[table][word] = edit.said
    refuse(choices.plan, problems)
    lines = {key: line for key, line in choices.lines.items() if key not in edits}  # there the file says another word
    return replace(choices, mapping=mapping, options=options, lines=lines)


def shown(said: Said) -> str:
    """Write what a line says as it stands in a plan."""
    return repr(said) if isinstance(said, str) else f"create {said['create']!r}"


def _text(lines: Iterable[tuple[str, Line]]) -> str:
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for table, line in lines:
        target, create = (line.said, "") if isinstance(line.said, str) else ("", line.said["create"])
        planned = json.dumps(line.said, ensure_ascii=False)
        words = map(_as_text, (line.word, target, create, line.name))
        rows.writerow((*words, line.confidence, line.reason, table, planned))
    return out.getvalue()


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is not UTF-8; save it as 'CSV UTF-8' in the spreadsheet") from error
    between = max(",;\t", key=text.partition("\n")[0].count)  # in many countries a spreadsheet saves with semicolons
    rows = csv.DictReader(io.StringIO(text, newline=""), restval="", delimiter=between)
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise ConfigurationError(f"{path} lacks the columns {', '.join(missing)}; plan again into another folder")
    try:
        for number, row in enumerate(rows, 2):
            if any(row[name] for name in COLUMNS):  # a spreadsheet keeps empty rows
                yield number, {name: _word(row[name]) if name in _FOR_EDITING else row[name] for name in COLUMNS}
    except csv.Error as error:
        raise ConfigurationError(f"{path} is no CSV: {error}") from error


def _as_text(word: str) -> str:
    """Write a word so that no spreadsheet takes it for more than a text."""
    return f"'{word}" if _TAKEN_FOR_MORE.match(word) else word


def _word(cell: str) -> str:
    """Read a word, with the apostrophe or without it, which a spreadsheet may have taken for its own."""
    return cell.removeprefix("'")


def _edit(row: Mapping[str, str]) -> Edit | str:
    """Give what a row says now and what was planned, or what is wrong with it."""
    try:
        planned = json.loads(row["planned"])
    except ValueError:
        return "the column 'planned' was changed; only target and create are for editing"
    if row["target"] and row["create"]:
        return "target and create are both given; keep one"
    said: Said = {"create": row["create"]} if row["create"] else row["target"]
    return Edit(said, planned, _why(row))


def _why(row: Mapping[str, str]) -> str:
    """Give the comment that the plan's line got when this row was written."""
    named = "" if row["name"] == row["source"] else f"{row['name']}; "
    return f"{named}{row['confidence']}: {row['reason']}"
