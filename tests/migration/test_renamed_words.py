"""A word that is called otherwise by now, at either end: verify names its tickets, repair empties no field."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.migration.conftest import fill

import anybacklog
from anybacklog import Tracker
from anybacklog.migration import migrate, verify
from anybacklog.migration.mending import Mending, repair
from anybacklog.model import Category, Ticket, TicketDraft

RENAMED: dict[str, tuple[str, str, list[tuple[str, object, object]]]] = {
    "statuses": ("In progress", "Doing", [("status", "In progress", "Doing")]),
    "ticket_types": ("Bug", "Fehler", [("type", "Bug", "Fehler")]),
    "priorities": ("High", "Urgent", [("priority", "High", "Urgent")]),
    "categories": ("UI", "GUI", [("categories", ["UI"], ["GUI"])]),
    "milestones": ("1.0", "First", [("milestones", ["1.0"], ["First"])]),
    "custom_fields": (
        "重要度",
        "Severity",
        [("custom_fields.重要度", "高", None), ("custom_fields.Severity", None, "高")],
    ),
}
"""By table: a word matched by name, or made by the migration, its new name there, and what verify says of PROJ-1."""


@dataclass(frozen=True)
class Files:
    """Two files, one copied into the other, each opened anew whenever it is used: trackers keep a project's words."""

    folder: Path

    @contextmanager
    def ends(self) -> Iterator[tuple[Tracker, Tracker]]:
        with (
            anybacklog.connect(f"sqlite:///{self.folder}/source.db?project=PROJ") as source,
            anybacklog.connect(f"sqlite:///{self.folder}/target.db?project=PROJ") as target,
        ):
            yield source, target

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger.db"

    def rename(self, end: str, table: str, old: str, new: str) -> None:
        connection = sqlite3.connect(self.folder / f"{end}.db")
        with connection:
            assert connection.execute(f"UPDATE {table} SET name = ? WHERE name = ?", (new, old)).rowcount == 1
        connection.close()

    def named(self) -> list[tuple[str, object, object]]:
        with self.ends() as (source, target):
            found = verify(source, target, ledger=self.ledger).differences
        return [(each.field, each.source, each.target) for each in found if each.source_key == "PROJ-1"]

    def mended(self, plan: Path | None = None) -> Mending:
        with self.ends() as (source, target):
            return repair(source, target, ledger=self.ledger, plan=plan)

    def copy(self) -> Ticket:
        with self.ends() as (_, target):
            return target.ticket("PROJ-1")


@pytest.fixture
def files(tmp_path: Path) -> Files:
    made = Files(tmp_path)
    with made.ends() as (source, target):
        assert migrate(fill(source), target, ledger=made.ledger).clean
    return made


@pytest.fixture
def renamed(files: Files) -> Callable[[str], Files]:
    def rename(table: str) -> Files:
        files.rename("target", table, *RENAMED[table][:2])
        return files

    return rename


@pytest.mark.parametrize("table", RENAMED)
def test_a_word_that_was_renamed_there_is_named_once_for_each_field(
    renamed: Callable[[str], Files], table: str
) -> None:
    assert renamed(table).named() == RENAMED[table][2]


@pytest.mark.parametrize("table", ["statuses", "categories"])
def test_so_is_one_that_was_renamed_at_the_source(files: Files, table: str) -> None:
    old, new, ((field, wanted, found),) = RENAMED[table]
    files.rename("source", table, old, new)
    assert files.named() == [(field, found, wanted)]


@pytest.mark.parametrize("table", RENAMED)
def test_repair_leaves_what_it_has_no_word_for_and_says_so(renamed: Callable[[str], Files], table: str) -> None:
    files = renamed(table)
    before = files.copy()
    report = files.mended()
    assert files.copy() == before
    assert (report.steps, report.status) == ([], "partial")
    assert RENAMED[table][0] in report.notes[0]


def test_what_is_altered_besides_is_mended(renamed: Callable[[str], Files]) -> None:
    files = renamed("ticket_types")
    with files.ends() as (source, target):
        target.update_ticket("PROJ-1", {"title": "changed", "updated_at": source.ticket("PROJ-1").updated_at})
    assert files.mended().mended == 1
    assert files.named() == RENAMED["ticket_types"][2]


def test_a_word_that_the_source_has_made_since_never_empties_a_field(files: Files) -> None:
    with files.ends() as (source, _):
        source.add_metadata("categories", Category(id="", name="New"))
        source.update_ticket("PROJ-1", {"categories": ["New"], "updated_at": source.ticket("PROJ-1").updated_at})
    assert "categories 'New'" in files.mended().notes[0]
    assert [each.name for each in files.copy().categories] == ["UI"]
    with files.ends() as (source, target):
        migrate(source, target, ledger=files.ledger)
    assert files.mended().clean
    assert [each.name for each in files.copy().categories] == ["New"]


@pytest.mark.parametrize("table", ["statuses", "categories"])
def test_a_plan_says_that_the_new_name_is_right(renamed: Callable[[str], Files], tmp_path: Path, table: str) -> None:
    files, (old, new, _) = renamed(table), RENAMED[table]
    plan = tmp_path / "plan.toml"
    plan.write_text(f'[mapping.{table}]\n"{old}" = "{new}"\n', encoding="utf-8")
    assert files.mended(plan).clean
    assert files.named() == []


@pytest.mark.parametrize("table", ["categories", "milestones"])
def test_a_word_that_a_plan_says_nothing_stands_for_is_taken_away_and_no_difference(files: Files, table: str) -> None:
    plan = files.folder / "plan.toml"
    plan.write_text(f'[mapping.{table}]\n"{RENAMED[table][0]}" = ""\n', encoding="utf-8")
    assert files.mended(plan).clean
    assert getattr(files.copy(), table) == ()
    assert files.named() == []


def test_a_new_name_for_what_is_made_already_is_told_and_nothing_is_made_twice(tmp_path: Path) -> None:
    files, plan = Files(tmp_path), tmp_path / "plan.toml"
    with files.ends() as (source, target):
        source.add_metadata("categories", Category(id="", name="UI"))
        source.create_ticket(TicketDraft(title="x", categories=["UI"]))
        notes = []
        for name in ("UI", "UI beta"):
            plan.write_text(f'format = 1\n[mapping.categories]\nUI = {{create = "{name}"}}\n')
            notes.append(migrate(source, target, plan=plan, ledger=files.ledger).notes)
        assert "'UI beta' is called 'UI' there, and keeps that name: rename it there" in notes[1]
        assert [each.name for each in target.categories()] == ["UI"]
