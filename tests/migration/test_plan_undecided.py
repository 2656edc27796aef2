"""A line that planning wrote because nothing was there is filled once something is; a person's own never is."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.migration.unreliable import Time, Unreliable, abilities, tracker

import anybacklog
from anybacklog import ConfigurationError, Tracker
from anybacklog.migration import migrate, plan, repair
from anybacklog.migration.plans.document import Written
from anybacklog.migration.plans.file import open_plan
from anybacklog.model import TicketDraft, User

Make = Callable[[], Tracker]
NOBODY = "nobody there has this e-mail address, login or name of their own"
KIM = User(id="", name="Kim", email="kim@example.com")


@pytest.fixture
def ends(memory: Make) -> tuple[Tracker, Tracker]:
    """Give a source with somebody, and a target that can make nobody."""
    source, target = memory(), tracker(Unreliable(Time(), "none", abilities(creatable=frozenset())))
    kim = source.add_metadata("users", KIM)
    assert isinstance(kim, User)
    source.create_ticket(TicketDraft(title="t", assignees=[kim]))
    return source, target


def planned(ends: tuple[Tracker, Tracker], file: Path, tables: Path | None = None) -> Written:
    """Plan into the file, as the command does."""
    opened = open_plan(file, tables)
    made = plan(ends[0], afresh(ends[1]), edited=opened.choices, ledger=file.with_name("ledger.db"))
    written = opened.written(made, {})
    file.write_text(written.text, encoding="utf-8")
    return written


def afresh(target: Tracker) -> Tracker:
    """Connect once more: a tracker keeps the words that it was told."""
    return Tracker(target._backend, target.location)


def comes(ends: tuple[Tracker, Tracker]) -> None:
    """Have the person come to the target."""
    backend: Any = ends[1]._backend
    backend.add_metadata(KIM)


def line_of(text: str, word: str = "kim@example.com") -> str:
    (line,) = [line for line in text.split("\n") if line.startswith(f'"{word}" =')]
    return line


def test_who_came_since_is_filled_in_with_how_sure_it_is_and_why(ends: tuple[Tracker, Tracker], tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    before = planned(ends, file).text
    assert line_of(before) == f'"kim@example.com" = "" # Kim; none: {NOBODY}'
    assert planned(ends, file).text.split("\n")[3:] == before.split("\n")[3:]
    comes(ends)
    again = planned(ends, file)
    assert line_of(again.text) == '"kim@example.com" = "kim@example.com" # Kim; certain: same e-mail address'
    assert again.new == (("mapping", "users", "kim@example.com"),)
    assert planned(ends, file).new == ()


@pytest.mark.parametrize(
    "edited",
    [
        '"kim@example.com" = ""',
        '"kim@example.com" = "" # he has left',
        '"kim@example.com" = "" # none: he has left',
        f'"kim@example.com" = "" # Kim; none: {NOBODY}!',
        f"\"kim@example.com\" = '' # Kim; none: {NOBODY}",
    ],
)
def test_what_a_person_says_of_somebody_stays_whoever_comes(
    ends: tuple[Tracker, Tracker], tmp_path: Path, edited: str
) -> None:
    file = tmp_path / "plan.toml"
    text = planned(ends, file).text
    file.write_text(text.replace(line_of(text), edited), encoding="utf-8")
    comes(ends)
    assert line_of(planned(ends, file).text) == edited


def test_a_match_that_a_person_took_away_stays_away(ends: tuple[Tracker, Tracker], tmp_path: Path) -> None:
    comes(ends)
    file = tmp_path / "plan.toml"
    text = planned(ends, file).text
    edited = '"kim@example.com" = "" # Kim; certain: same e-mail address'
    file.write_text(text.replace(line_of(text), edited), encoding="utf-8")
    assert line_of(planned(ends, file).text) == edited


def test_windows_line_ends_and_other_comments_stay(ends: tuple[Tracker, Tracker], tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    text = planned(ends, file).text
    body = f"{text}# mine\n[mapping.versions] # ours\n"
    file.write_bytes(body.replace("\n", "\r\n").encode())
    comes(ends)
    again = planned(ends, file)
    assert tomllib.loads(again.text)["mapping"]["users"]["kim@example.com"] == "kim@example.com"
    assert "# mine\r\n[mapping.versions] # ours\r\n" in again.text


def test_a_table_from_a_spreadsheet_has_the_last_word(ends: tuple[Tracker, Tracker], tmp_path: Path) -> None:
    file, folder = tmp_path / "plan.toml", tmp_path / "tables"
    planned(ends, file)
    folder.mkdir()
    comes(ends)
    backend: Any = ends[1]._backend
    backend.add_metadata(User(id="", name="Lee", login="lee"))
    header = "source,target,create,name,confidence,reason,table,planned\n"
    (folder / "users.csv").write_text(f'{header}kim@example.com,lee,,Kim,none,"{NOBODY}",users,""""""\n', "utf-8")
    assert line_of(planned(ends, file, folder).text).startswith('"kim@example.com" = "lee"')


def test_a_run_by_the_old_plan_goes_by_it_and_the_new_one_puts_it_right(
    ends: tuple[Tracker, Tracker], tmp_path: Path
) -> None:
    source, target, file = ends[0], afresh(ends[1]), tmp_path / "plan.toml"
    planned(ends, file)
    comes(ends)
    assert migrate(source, target, plan=file, ledger=tmp_path / "ledger.db").failures == []
    assert [ticket.assignees for ticket in target.tickets()] == [()]
    planned(ends, file)
    assert repair(source, afresh(target), plan=file, ledger=tmp_path / "ledger.db").clean
    assert [[user.name for user in ticket.assignees] for ticket in target.tickets()] == [["Kim"]]


def test_from_python_it_is_the_same(ends: tuple[Tracker, Tracker], tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    planned(ends, file)
    comes(ends)
    (line,) = [
        line
        for line in anybacklog.plan(ends[0], afresh(ends[1]), edited=file, ledger=tmp_path / "ledger.db").mapping[
            "users"
        ]
        if line.word == "kim@example.com"
    ]
    assert (line.said, line.confidence, line.reason) == ("kim@example.com", "certain", "same e-mail address")


def test_any_word_is_filled_in(memory: Make, tmp_path: Path) -> None:
    ends = memory(), tracker(Unreliable(Time(), "none", abilities(creatable=frozenset())))
    source, file = ends[0], tmp_path / "plan.toml"
    backend: Any = ends[1]._backend
    category: Any = source.add_metadata("categories", anybacklog.Category(id="", name="Shop"))
    source.create_ticket(TicketDraft(title="t", categories=[category]))
    assert line_of(planned(ends, file).text.replace("Shop =", '"Shop" ='), "Shop").startswith('"Shop" = "" # none: ')
    backend.add_metadata(anybacklog.Category(id="", name="Shop"))
    assert 'Shop = "Shop" # certain: same name' in planned(ends, file).text


def test_somebody_whom_a_person_names_by_another_word_besides_is_refused(
    ends: tuple[Tracker, Tracker], tmp_path: Path
) -> None:
    file = tmp_path / "plan.toml"
    planned(ends, file)
    text = file.read_text("utf-8")
    file.write_text(text.replace("[mapping.users]\n", '[mapping.users]\nKim = ""\n'), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r'mapping.users."kim@example.com": said before, by another word'):
        planned(ends, file)
