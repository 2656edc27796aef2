"""The second pass of a migration: what texts name is put right, whichever ticket arrived first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from anybacklog import Tracker
from anybacklog.abilities import Abilities
from anybacklog.location import parse
from anybacklog.migration import migrate, repair, rollback, verify
from anybacklog.model import TicketDraft
from anybacklog.store.memory import MemoryBackend

Make = Callable[[], Tracker]
TEXT = "𠮷 before PROJ-3, own PROJ-1, PROJ-99 and UTF-8 stay, `PROJ-2` too\r\n"
WANTED = "𠮷 before PROJ-5, own PROJ-3, PROJ-99 and UTF-8 stay, `PROJ-2` too\r\n"
STRANGERS = ["PROJ-1 is ours"] * 2
COPIED = [WANTED, "see PROJ-5", "after PROJ-3", "after PROJ-4", "no name"]


def naming(source: Tracker) -> Tracker:
    """Give a source whose first ticket names the last one, in its description and in a comment."""
    first = source.create_ticket(TicketDraft(title="first", description=TEXT))
    source.add_comment(first, "see PROJ-3")
    source.create_ticket(TicketDraft(title="second", description="after PROJ-1"))
    third = source.create_ticket(TicketDraft(title="third", description="after PROJ-2"))
    source.add_comment(third, "no name")
    return source


def taken(target: Tracker) -> Tracker:
    """Give a target in which strangers have the first two keys."""
    for number in (1, 2):
        target.create_ticket(TicketDraft(title=f"stranger {number}", description="PROJ-1 is ours"))
    return target


def texts(target: Tracker) -> list[str]:
    found = []
    for ticket in target.tickets():
        found += [ticket.description.source if ticket.description else ""]
        found += [comment.body.source for comment in target.comments(ticket)]
    return found


@pytest.mark.parametrize("marks", [True, False], ids=["marks", "no marks"])
@pytest.mark.parametrize("make", ["memory", "sqlite"])
def test_names_change_with_the_keys_and_the_times_stay(
    request: pytest.FixtureRequest, make: str, tmp_path: Path, *, marks: bool
) -> None:
    made: Make = request.getfixturevalue(make)
    source, target = naming(made()), taken(made())
    report = migrate(source, target, ledger=tmp_path / "ledger.db", marks=marks)
    assert report.failures == []
    assert texts(target) == [*COPIED, *STRANGERS]
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []
    again = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert [note for note in again.notes if "anew" in note or "changed" in note] == []


def test_what_no_ledger_knows_is_counted_and_what_was_written_anew_is_told(memory: Make, tmp_path: Path) -> None:
    report = migrate(naming(memory()), taken(memory()), ledger=tmp_path / "ledger.db")
    assert "texts written anew with the new names of tickets and files: 2" in report.notes
    (stay,) = [note for note in report.notes if "stay" in note]
    assert stay.endswith(
        "names of tickets or files that this ledger does not know, and stay: 2, such as PROJ-99, UTF-8"
    )


@pytest.mark.parametrize("some", [{"limit": 1}, {"only": ["PROJ-1"]}], ids=["limit", "only"])
def test_a_run_of_some_tickets_says_that_names_stay_until_the_others_are_copied(
    memory: Make, tmp_path: Path, some: dict[str, Any]
) -> None:
    source, target, ledger = naming(memory()), taken(memory()), tmp_path / "ledger.db"
    (said,) = [note for note in migrate(source, target, ledger=ledger, **some).notes if "stay" in note]
    assert "does not know yet, and that stay until a run has copied them: " in said
    (said,) = [note for note in migrate(source, target, ledger=ledger).notes if "stay" in note]
    assert "does not know, and stay: 2, such as PROJ-99, UTF-8" in said
    assert texts(target) == [*COPIED, *STRANGERS]


def test_where_keys_stay_nothing_is_written_anew(memory: Make, tmp_path: Path) -> None:
    source, target = naming(memory()), memory()
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert texts(target) == texts(source)
    assert not any("anew" in note for note in report.notes)


def test_what_somebody_edited_is_held_and_never_overwritten(memory: Make, tmp_path: Path) -> None:
    source, target = naming(memory()), taken(memory())
    ledger = tmp_path / "ledger.db"
    assert migrate(source, target, ledger=ledger, only=["PROJ-1"]).failures == []
    copy = next(target.tickets())
    target.update_ticket(copy, {"description": "mine now", "updated_at": copy.updated_at})
    report = migrate(source, target, ledger=ledger)
    assert [(each.kind, each.id, each.held) for each in report.failures] == [("text", "description", True)]
    assert texts(target) == ["mine now", *COPIED[1:], *STRANGERS]
    assert [odd.field for odd in verify(source, target, ledger=ledger).differences] == ["description"]
    settled = repair(source, target, ledger=ledger, settle={"text:description": "there:mine"})
    assert settled.left.differences == []
    assert texts(target) == [*COPIED, *STRANGERS]
    assert migrate(source, target, ledger=ledger).failures == []


def test_what_a_person_says_of_a_text_they_edited_stays_so(memory: Make, tmp_path: Path) -> None:
    source, target = naming(memory()), taken(memory())
    ledger = tmp_path / "ledger.db"
    migrate(source, target, ledger=ledger, only=["PROJ-1"])
    copy = next(target.tickets())
    comment = next(target.comments(copy))
    target.update_comment(copy, comment, "mine now", keep_time=True)
    (held,) = migrate(source, target, ledger=ledger).failures
    assert (held.source_key, held.kind, held.held) == ("PROJ-1", "text", True)
    repair(source, target, ledger=ledger, settle={f"text:{held.id}": "there:as it is"})
    assert migrate(source, target, ledger=ledger).failures == []
    assert texts(target) == [COPIED[0], "mine now", *COPIED[2:], *STRANGERS]


def test_a_text_that_was_not_written_anew_is_a_difference_that_repair_mends(memory: Make, tmp_path: Path) -> None:
    source, target = naming(memory()), taken(memory())
    ledger = tmp_path / "ledger.db"
    migrate(source, target, ledger=ledger)
    copy = next(target.tickets())
    target.update_ticket(copy, {"description": TEXT, "updated_at": copy.updated_at})
    comment = next(target.comments(copy))
    target.update_comment(copy, comment, "see PROJ-3", keep_time=True)
    named = [(odd.kind, odd.field) for odd in verify(source, target, ledger=ledger).differences]
    assert named == [("ticket", "description"), ("comment", "body")]
    assert repair(source, target, ledger=ledger).left.differences == []
    assert texts(target) == [*COPIED, *STRANGERS]


class Firm(MemoryBackend):
    """Memory whose comments nobody can change."""

    @property
    def abilities(self) -> Abilities:
        return replace(super().abilities, unreadable={"update_comment": "comments stay as they were written"})


def test_a_comment_that_cannot_be_changed_keeps_the_old_name_and_is_counted(memory: Make, tmp_path: Path) -> None:
    source, target = naming(memory()), taken(Tracker(Firm(), parse("memory://firm/PROJ")))
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert texts(target) == [WANTED, "see PROJ-3", *COPIED[2:], *STRANGERS]
    assert [note for note in report.notes if "keep old names" in note and note.endswith(": 1")]
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_a_rollback_takes_all_of_it_back(memory: Make, tmp_path: Path) -> None:
    source, target = naming(memory()), taken(memory())
    migrate(source, target, ledger=tmp_path / "ledger.db", only=["PROJ-1"])
    migrate(source, target, ledger=tmp_path / "ledger.db", limit=1)
    report = rollback(target, ledger=tmp_path / "ledger.db")
    assert (report.left, texts(target)) == ([], STRANGERS)
    migrate(source, target, ledger=tmp_path / "ledger.db")
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_a_rebuilt_ledger_knows_the_names_again(memory: Make, tmp_path: Path) -> None:
    source, target = naming(memory()), taken(memory())
    migrate(source, target, ledger=tmp_path / "lost.db")
    report = migrate(source, target, ledger=tmp_path / "new.db", rebuild_ledger=True)
    assert (report.failures, texts(target)) == ([], [*COPIED, *STRANGERS])
    assert not any("anew" in note or "changed" in note for note in report.notes)
