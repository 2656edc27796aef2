"""Projects that are legal and odd: numbers as keys, names used twice, private files, renamed projects, quoted marks."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.migration.less import TEXT_ONLY, less, titles_and_files

from anybacklog import MigrationError, Tracker
from anybacklog.abilities import Abilities
from anybacklog.location import parse
from anybacklog.migration import migrate, verify
from anybacklog.model import Category, CustomField, TicketDraft, User
from anybacklog.store.memory import MemoryBackend

Make = Callable[[], Tracker]


def test_keys_that_are_numbers_are_not_taken_for_ids(memory: Make, sqlite: Make, tmp_path: Path) -> None:
    source, target = sqlite(), sqlite()
    for key in ("3", "1", "2"):
        ticket = source.create_ticket(TicketDraft(title=f"key {key}", key=key))
        source.add_comment(ticket, f"comment on {key}")
        source.add_attachment(ticket, f"{key}.txt", io.BytesIO(key.encode()))
    source.update_ticket("2", {"parent": source.ticket("3")})
    source.add_link("1", "blocks", source.ticket("2"))
    assert migrate(source, target, ledger=tmp_path / "ledger.db").clean
    assert titles_and_files(target) == [(f"key {key}", [f"{key}.txt"], 1) for key in "312"]
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_a_private_comments_file_stays_behind_with_it(memory: Make, tmp_path: Path) -> None:
    source, target = memory(), less("comments.private")
    ticket = source.create_ticket(TicketDraft(title="pay"))
    source.add_comment(ticket, "secret", private=True, attachments=[("salaries.xlsx", io.BytesIO(b"1"))])
    source.add_comment(ticket, "open", attachments=[("menu.txt", io.BytesIO(b"2"))])
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert titles_and_files(target) == [("pay", ["menu.txt"], 1)]
    assert {(row.field, row.count) for row in report.fidelity if row.level == "lost"} == {
        ("attachments", 1),
        ("comments.private", 1),
    }
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_a_quoted_mark_is_nobodys_copy(memory: Make, tmp_path: Path) -> None:
    source, target = memory(), less(*TEXT_ONLY)
    ticket = source.create_ticket(TicketDraft(title="real"))
    target.create_ticket(
        TicketDraft(title="quote", description=f"see ⟨anybacklog {source.identity()} PROJ-1 t{ticket.id}⟩")
    )
    migrate(source, target, ledger=tmp_path / "ledger.db")
    assert {each.title for each in target.tickets()} == {"quote", "real"}


class TwoOfAName(MemoryBackend):
    """A project with two fields and two categories of one name, as some services allow."""

    def custom_fields(self) -> Any:
        return [replace(each, name="F") for each in super().custom_fields()]

    def categories(self) -> Any:
        return [replace(each, name="C") for each in super().categories()]

    def tickets(self, query: Any) -> Any:
        for ticket in super().tickets(query):
            fields = tuple(replace(each, name="F") for each in ticket.custom_fields)
            yield replace(
                ticket, custom_fields=fields, categories=tuple(replace(c, name="C") for c in ticket.categories)
            )


def test_two_fields_of_one_name_stay_two(memory: Make, tmp_path: Path) -> None:
    source, target = Tracker(TwoOfAName(), parse("memory://twins/PROJ")), memory()
    made = [source.add_metadata("custom_fields", CustomField(id="", name=name, type="text")) for name in "AB"]
    kinds = [source.add_metadata("categories", Category(id="", name=name)) for name in "XY"]
    values = {f"id:{field.id}": f"value {number}" for number, field in enumerate(made)}
    source.create_ticket(
        TicketDraft(title="t", custom_fields=values, categories=[kind for kind in kinds if isinstance(kind, Category)])
    )
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    (ticket,) = target.tickets()
    assert report.clean
    assert [value.value for value in ticket.custom_fields] == ["value 0", "value 1"]
    assert [value.name for value in ticket.custom_fields] == [f"F ({field.id})" for field in made]
    assert len(ticket.categories) == 2
    assert {row.field for row in report.fidelity if row.level == "emulated"} == {"custom_fields.F", "categories"}
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_what_is_lost_in_the_target_together_with_its_word_is_found(
    memory: Make, filled: Callable[[Tracker], Tracker], tmp_path: Path
) -> None:
    source, target = filled(memory()), memory()
    migrate(source, target, ledger=tmp_path / "ledger.db")
    new = source.add_metadata("users", User(id="", name="New", login="new"))
    assert isinstance(new, User)
    category = source.add_metadata("categories", Category(id="", name="New"))
    assert isinstance(category, Category)
    before = source.ticket("PROJ-2")
    source.update_ticket("PROJ-2", {"assignees": [new], "categories": [category], "updated_at": before.updated_at})
    found = verify(source, target, ledger=tmp_path / "ledger.db").differences
    assert sorted((each.field, each.source) for each in found) == [("assignees", ["New"]), ("categories", ["New"])]


def test_files_of_a_comment_are_told_apart_whatever_order_they_come_back_in(
    memory: Make, sqlite: Make, tmp_path: Path
) -> None:
    source, target = memory(), sqlite()
    ticket = source.create_ticket(TicketDraft(title="t"))
    files = [("b.txt", io.BytesIO(b"bb")), ("a.txt", io.BytesIO(b"a")), ("a.txt", io.BytesIO(b"aa"))]
    source.add_comment(ticket, "three", attachments=files)
    migrate(source, target, ledger=tmp_path / "ledger.db")
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_two_sources_in_one_target_do_not_disturb_each_other(
    memory: Make, filled: Callable[[Tracker], Tracker], tmp_path: Path
) -> None:
    one, other, target = filled(memory()), filled(memory()), memory()
    for source in (one, other):
        assert migrate(source, target, ledger=tmp_path / "ledger.db").clean
    assert target.count_tickets() == 6
    for source in (one, other):
        assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_a_finished_migration_run_again_copies_what_is_new_and_names_what_changed(
    memory: Make, filled: Callable[[Tracker], Tracker], tmp_path: Path
) -> None:
    source, target = filled(memory()), memory()
    migrate(source, target, ledger=tmp_path / "ledger.db")
    source.create_ticket(TicketDraft(title="new"))
    source.add_comment("PROJ-2", "new comment")
    source.update_ticket("PROJ-3", {"title": "changed"})
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert (report.counts["tickets"].created, report.counts["comments"].created) == (1, 1)
    assert any("changed at the source" in note and "PROJ-3" in note for note in report.notes)


def test_what_vanished_at_the_source_is_extra_in_the_copy(
    memory: Make, filled: Callable[[Tracker], Tracker], tmp_path: Path
) -> None:
    source, target = filled(memory()), memory()
    migrate(source, target, ledger=tmp_path / "ledger.db")
    source.delete_ticket("PROJ-2")
    source.delete_comment("PROJ-1", next(source.comments("PROJ-1")))
    found = {
        (each.kind, each.field, each.source_key)
        for each in verify(source, target, ledger=tmp_path / "ledger.db").differences
    }
    assert ("ticket", "extra", "PROJ-2") in found
    assert ("comment", "extra", "PROJ-1") in found


def test_a_key_that_a_stranger_holds_is_announced_before_the_first_write(memory: Make, tmp_path: Path) -> None:
    source, target = memory(), memory()
    source.create_ticket(TicketDraft(title="ours"))
    target.create_ticket(TicketDraft(title="theirs"))
    rows = {row.field: row for row in migrate(source, target, ledger=tmp_path / "l.db", dry_run=True).fidelity}
    assert rows["key"].level == "emulated"


def test_limits_are_losses_before_they_are_refusals(memory: Make, tmp_path: Path) -> None:
    class Short(MemoryBackend):
        @property
        def abilities(self) -> Abilities:
            own = super().abilities
            return replace(own, limits=replace(own.limits, title_length=5, reasons={"title_length": "short"}))

    source, target = memory(), Tracker(Short(), parse("memory://short/PROJ"))
    source.create_ticket(TicketDraft(title="much too long"))
    asked: list[Any] = []

    def declined(rows: Any) -> bool:
        asked.extend(rows)
        return False

    with pytest.raises(MigrationError, match="not accepted"):
        migrate(source, target, ledger=tmp_path / "l.db", confirm=declined)
    assert [(row.field, row.level) for row in asked] == [("title", "lost")]
    report = migrate(source, target, ledger=tmp_path / "l.db")
    assert [(each.source_key, each.kind, each.stage) for each in report.failures] == [("PROJ-1", "ticket", "write")]


def test_a_renamed_source_is_no_difference_where_marks_stand_in_texts(
    memory: Make, filled: Callable[[Tracker], Tracker], tmp_path: Path
) -> None:
    source, target = filled(memory()), less("key", *TEXT_ONLY)
    migrate(source, target, ledger=tmp_path / "l.db")
    for number, ticket in enumerate(list(source.tickets())):
        source.update_ticket(ticket, {"key": f"NEW-{number}", "updated_at": ticket.updated_at})
    assert verify(source, target, ledger=tmp_path / "l.db").differences == []
    report = migrate(source, target, ledger=tmp_path / "l.db", refresh=True)
    assert (report.changed.count, report.counts["comments"].created) == (0, 0)


def test_a_ledger_that_lost_its_steps_doubles_nothing(
    memory: Make, filled: Callable[[Tracker], Tracker], tmp_path: Path
) -> None:
    source, target = filled(memory()), memory()
    migrate(source, target, ledger=tmp_path / "l.db")
    before = titles_and_files(target)
    with sqlite3.connect(tmp_path / "l.db") as database:
        database.execute("DELETE FROM step WHERE key LIKE 'comment:%' OR key LIKE 'attachment:%'")
    database.close()
    assert migrate(source, target, ledger=tmp_path / "l.db").clean
    assert titles_and_files(target) == before


class Killed(Exception):
    """Stands for a process that ends here."""


def test_namesakes_are_not_created_twice_by_a_run_that_was_cut_off(memory: Make, tmp_path: Path) -> None:
    source = memory()
    for _ in range(2):
        twin = source.add_metadata("users", User(id="", name="田中"))
        assert isinstance(twin, User)
        source.create_ticket(TicketDraft(title=f"of {twin.id}", reporter=twin))

    def stop_at(moment: int) -> Callable[[str], None]:
        passed = iter(range(moment))

        def watch(_: str) -> None:
            if next(passed, None) is None:
                raise Killed

        return watch

    for moment in range(1, 40):
        target, ledger = memory(), tmp_path / f"{moment}.db"
        with suppress(Killed):
            migrate(source, target, ledger=ledger, watch=stop_at(moment))
        assert migrate(source, target, ledger=ledger).clean
        assert sorted(user.name for user in target.users() if user.name == "田中") == ["田中", "田中"], moment
        assert verify(source, target, ledger=ledger).differences == []
