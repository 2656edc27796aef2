"""What stands aside when a run ends, is cut short, repairs or takes back; and steps that stand aside by themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from tests.migration.talking import Talked, counted_once, talking
from tests.migration.test_aside import FAULTS, SETTLE
from tests.migration.unreliable import Time, tracker

from anybacklog import Tracker
from anybacklog.migration import migrate, repair, rollback, verify
from anybacklog.migration.report import Report
from anybacklog.model import Text, TicketDraft

Make = Callable[[], Tracker]


class Killed(BaseException):
    """Nothing after this is carried out, as if the process had died."""


def is_killed(number: int, run: Callable[..., Report], **choices: Any) -> bool:
    """Run until a commit of the ledger, counted from 0; tell whether it came so far."""
    commits = count()

    def watch(_: str) -> None:
        if next(commits) == number:
            raise Killed

    try:
        run(**choices, watch=watch)
    except Killed:
        return True
    return False


@pytest.mark.parametrize("fault", FAULTS)
def test_killed_anywhere_while_tickets_stand_aside_the_next_run_asks_and_ends_complete(
    memory: Make, tmp_path: Path, fault: str
) -> None:
    source, time = talking(memory(), 2), Time()
    for number in count():
        backend = Talked(time, fault, ".0")
        ends: dict[str, Any] = {"source": source, "target": tracker(backend)}
        ends |= {"ledger": tmp_path / f"{number}.db", "clock": time.clock()}
        if not is_killed(number, migrate, **ends):
            break
        assert migrate(**ends).failures == []
        time.sleep(3600)
        assert sorted(backend.order().split()) == ["0", "0.0", "0.1", "1", "1.0", "1.1"]
        assert verify(source, ends["target"], ledger=ends["ledger"]).differences == []
    assert number > 30


def interrupted(_: float) -> None:
    raise KeyboardInterrupt


@pytest.fixture
def cut_short(memory: Make, tmp_path: Path) -> tuple[Tracker, Tracker, Time]:
    """Give ends and a time at which three tickets stood aside when the run was interrupted, 50 seconds ago."""
    time = Time()
    source, target = talking(memory()), tracker(Talked(time, "late", ".0"))
    with pytest.raises(KeyboardInterrupt):
        migrate(source, target, ledger=tmp_path / "ledger.db", clock=replace(time.clock(), sleep=interrupted))
    time.now += timedelta(seconds=50)
    return source, target, time


def test_interrupted_while_tickets_stand_aside_the_next_run_waits_for_what_is_left(
    cut_short: tuple[Tracker, Tracker, Time], tmp_path: Path
) -> None:
    source, target, time = cut_short
    report = migrate(source, target, ledger=tmp_path / "ledger.db", clock=time.clock())
    assert (report.failures, report.counts["comments"].created, time.slept) == ([], 6, [SETTLE - 50])
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_a_rollback_waits_once_for_all_that_stood_aside_and_takes_it_back(
    cut_short: tuple[Tracker, Tracker, Time], tmp_path: Path
) -> None:
    _, target, time = cut_short
    report = rollback(target, ledger=tmp_path / "ledger.db", clock=time.clock())
    assert (report.left, list(target.tickets()), time.slept) == ([], [], [SETTLE - 50])


@pytest.mark.parametrize("fault", FAULTS)
def test_a_repair_waits_once_for_all_that_stands_aside(memory: Make, tmp_path: Path, fault: str) -> None:
    time = Time()
    backend = Talked(time, "none")
    source, target, ledger = talking(memory()), tracker(backend), tmp_path / "ledger.db"
    migrate(source, target, ledger=ledger, clock=time.clock())
    for ticket in target.tickets():
        target.delete_comment(ticket, list(target.comments(ticket))[-1])
    backend.fault, backend.struck = fault, (".1",)
    report = repair(source, target, ledger=ledger, clock=time.clock())
    assert (report.failures, report.left.differences, report.mended, backend.faults) == ([], [], 3, 3)
    assert time.slept == [SETTLE] * (fault != "answer lost")


# ---- steps by themselves


@pytest.mark.parametrize("fault", FAULTS)
def test_texts_written_anew_stand_aside_and_are_counted_once(memory: Make, tmp_path: Path, fault: str) -> None:
    time, source = Time(), memory()
    backend = Talked(time, fault, "see PROJ-4")
    target = tracker(backend)
    target.create_ticket(TicketDraft(title="stranger"))
    for text in ("see PROJ-3", "see PROJ-3", None):
        source.create_ticket(TicketDraft(title="a ticket", description=text))
    report = migrate(source, target, ledger=tmp_path / "ledger.db", clock=time.clock())
    assert "texts written anew with the new names of tickets and files: 2" in report.notes
    assert (counted_once(report), backend.faults, time.slept) == (True, 2, [SETTLE] * (fault != "answer lost"))
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_what_somebody_edits_while_its_rewriting_is_in_doubt_is_held_and_never_overwritten(
    memory: Make, tmp_path: Path
) -> None:
    time, source = Time(), memory()
    target = tracker(Talked(time, "request lost", "see PROJ-3"))
    target.create_ticket(TicketDraft(title="stranger"))
    source.create_ticket(TicketDraft(title="a ticket", description="see PROJ-2"))
    source.create_ticket(TicketDraft(title="a ticket"))

    def edit_meanwhile(seconds: float) -> None:
        target.update_ticket("PROJ-2", {"description": "mine now"})
        time.sleep(seconds)

    clock = replace(time.clock(), sleep=edit_meanwhile)
    report = migrate(source, target, ledger=tmp_path / "ledger.db", clock=clock)
    assert [(each.kind, each.id, each.held) for each in report.failures] == [("text", "description", True)]
    assert target.ticket("PROJ-2").description == Text("mine now", "markdown")
    settled = repair(source, target, ledger=tmp_path / "ledger.db", settle={"text:description": "there:mine"})
    assert settled.left.differences == []


@pytest.mark.parametrize("fault", FAULTS)
def test_words_for_the_source_stand_aside_and_are_counted_once(memory: Make, tmp_path: Path, fault: str) -> None:
    time, plan = Time(), tmp_path / "plan.toml"
    plan.write_text("[texts]\nmoved_to = true\n", encoding="utf-8")
    backend = Talked(time, fault, "Moved to")
    source = talking(tracker(backend))
    report = migrate(source, memory(), ledger=tmp_path / "ledger.db", plan=plan, clock=time.clock())
    assert "tickets of the source that were told where they moved to: 3" in report.notes
    assert (counted_once(report), backend.faults, time.slept) == (True, 3, [SETTLE] * (fault != "answer lost"))
    assert [len(list(source.comments(ticket))) for ticket in source.tickets()] == [3, 3, 3]
