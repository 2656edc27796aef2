"""The mappings as CSV: what a spreadsheet makes of them, and what comes back."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from tests.migration.test_plan_file import MAPPINGS, NAMES, SAID, a_plan

from anybacklog.abilities import MetadataKind
from anybacklog.migration.choices import Edit, Key, Said
from anybacklog.migration.plans.mapping_lines import Line
from anybacklog.migration.plans.plan import Plan
from anybacklog.migration.plans.tables import edits_in, tables

OPTIONS = st.dictionaries(NAMES, SAID, max_size=4)


def edits(texts: Mapping[str, str]) -> dict[Key, Edit]:
    with TemporaryDirectory() as folder:
        for name, text in texts.items():
            Path(folder, name).write_text(text, "utf-8-sig", newline="")
        return edits_in(Path(folder))


def with_options(plan: Plan, options: dict[str, Said]) -> Plan:
    lines = (
        Line(id="", word=word, name=word, said=said, confidence="none", reason="") for word, said in options.items()
    )
    return replace(plan, options={"id:1": tuple(lines)})


@settings(phases=[Phase.explicit, Phase.generate], max_examples=60, report_multiple_bugs=False)
@given(MAPPINGS, OPTIONS)
@example({"versions": {"1.0": {"create": "1.0"}, "'1.0": "''"}}, {"=1+1": "+1", "-": {"create": "@home"}})
def test_what_nobody_edited_is_no_edit(mapping: dict[MetadataKind, dict[str, Said]], options: dict[str, Said]) -> None:
    assert edits(dict(tables(with_options(a_plan(mapping), options)))) == {}


@pytest.mark.parametrize(
    "word",
    ["1.0", "001", "1/2", "１２", "2024-01-02", "12:30", "5%", "=1+1", "+1", "-", "@home", "'s", "MARCH1", "true"],
)
def test_what_a_spreadsheet_takes_for_a_number_a_date_or_a_formula_stands_behind_an_apostrophe(word: str) -> None:
    (_, text), *_ = tables(a_plan({"versions": {word: {"create": word}}}))
    row = next(csv.DictReader(io.StringIO(text, newline="")))
    assert (row["source"], row["create"], row["name"]) == (f"'{word}", f"'{word}", f"'{word}")
    edited = edits({"versions.csv": text.replace(f"'{word},,'{word}", f"'{word},,'{word} beta")})
    assert edited[("mapping", "versions", word)].said == {"create": f"{word} beta"}


@pytest.mark.parametrize("word", ["M1", "Sprint 12", "v1.0", "id:1", "a@b.example", "Maybe", "Marching", "高"])
def test_other_words_stand_as_they_are(word: str) -> None:
    (_, text), *_ = tables(a_plan({"versions": {word: {"create": word}}}))
    assert f"{word},,{word},{word},certain" in text


def test_rows_that_a_spreadsheet_has_left_empty_say_nothing() -> None:
    (name, text), *_ = tables(a_plan({"users": {"a": "b"}}))
    assert edits({name: text + ",,,,,,,\r\n"}) == {}
