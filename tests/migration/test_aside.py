"""A ticket with a write in doubt stands aside: others go on meanwhile, and nothing is lost, doubled or misplaced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.migration.talking import Talked, counted_once, talking
from tests.migration.unreliable import Time, tracker

from anybacklog import Tracker
from anybacklog.migration import migrate, verify
from anybacklog.migration.apply import aside
from anybacklog.migration.apply.aside import Aside
from anybacklog.migration.apply.hand import Hand, in_hand
from anybacklog.migration.report import Progress
from anybacklog.model import TicketDraft
from anybacklog.steps import CreateTicket, Item, SetParent, Step

Make = Callable[[], Tracker]
FAULTS = ["answer lost", "request lost", "late"]
SETTLE = 120


# ---- the order of writing


def test_while_a_comment_is_in_doubt_other_tickets_are_written(memory: Make, tmp_path: Path) -> None:
    time = Time()
    begun, backend = time.now, Talked(time, "request lost", "comment 0.0")
    report = migrate(talking(memory()), tracker(backend), ledger=tmp_path / "ledger.db", clock=time.clock())
    assert backend.order() == "0 1 1.0 1.1 2 2.0 2.1 0.0 0.1"
    waited = [(moment - begun).total_seconds() for _, moment in backend.arrived]
    assert waited == [0] * 7 + [SETTLE] * 2
    assert counted_once(report)


def test_a_create_in_doubt_lets_no_other_be_created_while_tickets_aside_go_on(memory: Make, tmp_path: Path) -> None:
    time = Time()
    backend = Talked(time, "request lost", "comment 0.0", "ticket 2", seconds=10)
    report = migrate(talking(memory(), 4), tracker(backend), ledger=tmp_path / "ledger.db", clock=time.clock())
    assert backend.order() == "0 1 1.0 1.1 0.0 0.1 2 2.0 2.1 3 3.0 3.1"
    assert counted_once(report)


def test_a_ticket_whose_moment_has_come_goes_on_before_the_next_new_one(memory: Make, tmp_path: Path) -> None:
    time = Time()
    backend = Talked(time, "request lost", "comment 0.0", seconds=50)
    migrate(talking(memory(), 4), tracker(backend), ledger=tmp_path / "ledger.db", clock=time.clock())
    assert backend.order() == "0 1 1.0 1.1 0.0 0.1 2 2.0 2.1 3 3.0 3.1"
    assert time.slept == []


def test_comments_that_are_in_doubt_one_after_the_other_keep_their_order(memory: Make, tmp_path: Path) -> None:
    time = Time()
    backend = Talked(time, "request lost", "comment")
    source, target = talking(memory(), 2, 4), tracker(backend)
    assert counted_once(migrate(source, target, ledger=tmp_path / "ledger.db", clock=time.clock()))
    assert backend.order() == "0 1 0.0 1.0 0.1 1.1 0.2 1.2 0.3 1.3"
    assert sum(time.slept) == 4 * SETTLE
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


@pytest.mark.parametrize("fault", FAULTS)
def test_when_everything_is_in_doubt_everything_ends_once_and_tickets_in_order(
    memory: Make, tmp_path: Path, fault: str
) -> None:
    time = Time()
    backend = Talked(time, fault, "ticket", "comment", seconds=7)
    source, target = talking(memory(), 5), tracker(backend)
    report = migrate(source, target, ledger=tmp_path / "ledger.db", clock=time.clock())
    assert (counted_once(report), backend.faults) == (True, 15)
    arrived = backend.order().split()
    assert [each for each in arrived if "." not in each] == list("01234")
    assert len(arrived) == len(set(arrived)) == 15
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


# ---- waiting


def test_all_that_stands_aside_is_waited_for_at_once_and_told_with_its_number(
    memory: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    time = Time()
    source, target = talking(memory()), tracker(Talked(time, "request lost", ".1"))
    migrate(source, target, ledger=tmp_path / "ledger.db", clock=time.clock())
    (told,) = [record.getMessage() for record in caplog.records if record.name == "anybacklog.migration"]
    assert told.endswith("of PROJ-1 arrived, nor whether 2 more did; asking again in 120 s")
    assert time.slept == [SETTLE]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("hours", [48, -48], ids=["forward", "back"])
def test_a_clock_that_is_set_while_tickets_stand_aside_neither_doubles_nor_waits_longer(
    memory: Make, tmp_path: Path, fault: str, hours: int
) -> None:
    time = Time()
    backend = Talked(time, fault, ".0")
    ours = replace(time.clock(), now=lambda: time.now + timedelta(hours=hours) * (len(backend.arrived) > 2))
    source, target = talking(memory()), tracker(backend)
    assert counted_once(migrate(source, target, ledger=tmp_path / "ledger.db", clock=ours))
    assert time.slept == [SETTLE] * (fault != "answer lost")
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_no_more_than_a_bounded_number_stand_aside(
    memory: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aside, "MOST", 3)
    time = Time()
    backend = Talked(time, "request lost", ".0")
    source, target = talking(memory(), 8, 1), tracker(backend)
    assert counted_once(migrate(source, target, ledger=tmp_path / "ledger.db", clock=time.clock()))
    assert backend.order() == "0 1 2 0.0 1.0 2.0 3 4 5 3.0 4.0 5.0 6 7 6.0 7.0"
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def _standing(until: float, *, creates: bool = False) -> Hand:
    item = Item(kind="parent", id="1", ticket_id="1", ticket_key="PROJ-1")
    step: Step = SetParent(item=item, parent="2", updated_at=None)
    if creates:
        step = CreateTicket(item=item, draft=TicketDraft(title=""), parent=None, mark="")
    hand = in_hand([step])
    hand.in_doubt(until, 0)
    return hand


@given(moments=st.lists(st.integers(0, 5), max_size=20))
def test_the_earliest_is_taken_up_first_and_of_equals_the_one_that_stood_there_longest(moments: list[int]) -> None:
    standing, hands = Aside(), [_standing(moment) for moment in moments]
    for hand in hands:
        standing.put(hand)
    assert [id(standing.take()) for _ in hands] == [id(hand) for hand in sorted(hands, key=lambda each: each.until)]


@given(now=st.integers(0, 10), until=st.integers(0, 10), creates=st.booleans())
def test_nothing_new_overtakes_what_is_due_or_a_create_in_doubt(now: int, until: int, *, creates: bool) -> None:
    standing = Aside([_standing(until, creates=creates)])
    assert standing.comes_first(now) == (creates or until <= now)


# ---- what a run tells


def test_progress_tells_each_ticket_once_while_some_stand_aside(memory: Make, tmp_path: Path) -> None:
    time, shown = Time(), list[Progress]()
    target = tracker(Talked(time, "request lost", "comment 0.0"))
    migrate(talking(memory()), target, ledger=tmp_path / "ledger.db", clock=time.clock(), progress=shown.append)
    assert [each.done for each in shown if each.stage == "apply"] == [0, 1, 2, 3]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_limit_counts_a_ticket_that_stands_aside(memory: Make, tmp_path: Path, fault: str) -> None:
    time, source = Time(), talking(memory())
    target = tracker(Talked(time, fault, "ticket 1", "comment 0.0"))
    report = migrate(source, target, ledger=tmp_path / "ledger.db", clock=time.clock(), limit=2)
    assert (report.status, report.counts["tickets"].created, report.counts["comments"].created) == ("partial", 2, 4)
