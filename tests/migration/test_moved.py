"""With `moved_to` each ticket of the source says where it moved, once; nothing that reads the source minds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.migration.spaces import Serve, by_its_clock, writes
from tests.migration.unreliable import Time, Unreliable, abilities, tracker

import anybacklog
from anybacklog import Tracker
from anybacklog.abilities import Abilities, Answer
from anybacklog.errors import PermissionDenied, ProtocolError
from anybacklog.migration import migrate, plan, repair, rollback, verify
from anybacklog.migration.moved import says_moved
from anybacklog.migration.plans.making import SECOND_COPY
from anybacklog.migration.report import Progress
from anybacklog.model import TicketDraft
from anybacklog.store.memory import MemoryBackend
from anybacklog_simulators.nulab import Fault, Harm, demo_space, empty_space

Make = Callable[[], Tracker]
Fill = Callable[[Tracker], Tracker]
TOLD = "tickets of the source that were told where they moved to: "


@pytest.fixture
def moving(tmp_path: Path) -> dict[str, Any]:
    """Give what a migration needs to tell the source."""
    path = tmp_path / "moving.toml"
    path.write_text("[texts]\nmoved_to = true\n", encoding="utf-8")
    return {"plan": path, "ledger": tmp_path / "ledger.db"}


def said(source: Tracker) -> dict[str, list[str]]:
    """Give what each ticket says of where it moved, below the mark."""
    return {
        ticket.key: [
            comment.body.source.partition("\n\n")[2]
            for comment in source.comments(ticket)
            if says_moved(comment.body.source)
        ]
        for ticket in source.tickets()
    }


def wanted(source: Tracker, target: Tracker, *, url: bool = False) -> dict[str, list[str]]:
    """Give what each ticket should say: its copy is the one of the same title."""
    there = {ticket.title: f"{ticket.key} {ticket.url}" if url else ticket.key for ticket in target.tickets()}
    return {ticket.key: [f"Moved to {there[ticket.title]}"] for ticket in source.tickets()}


def told(report: anybacklog.Report) -> list[str]:
    return [note for note in report.notes if note.startswith(TOLD)]


# ---- once


@pytest.mark.parametrize("marks", [True, False], ids=["marks", "no marks"])
@pytest.mark.parametrize("make", ["memory", "sqlite"])
def test_each_ticket_says_where_it_moved_and_only_once(
    request: pytest.FixtureRequest, filled: Fill, make: str, moving: dict[str, Any], *, marks: bool
) -> None:
    made: Make = request.getfixturevalue(make)
    source, target = filled(made()), made()
    target.create_ticket(TicketDraft(title="stranger", key="PROJ-1"))
    report = migrate(source, target, **moving, marks=marks)
    assert (report.failures, told(report)) == ([], [f"{TOLD}3"])
    before = said(source)
    assert before == wanted(source, target)
    again = migrate(source, target, ledger=moving["ledger"], refresh=True)
    assert (again.failures, told(again), said(source)) == ([], [], before)
    assert not any("changed" in note for note in again.notes)
    assert verify(source, target, ledger=moving["ledger"]).differences == []


def test_without_the_setting_nothing_is_written_into_the_source(memory: Make, filled: Fill, tmp_path: Path) -> None:
    source, target = filled(memory()), memory()
    migrate(source, target, ledger=tmp_path / "ledger.db")
    assert set(map(tuple, said(source).values())) == {()}


def test_a_later_migration_to_elsewhere_copies_no_such_word_and_adds_its_own(
    memory: Make, sqlite: Make, filled: Fill, moving: dict[str, Any]
) -> None:
    source, first, second = filled(memory()), memory(), sqlite()
    counts = migrate(source, first, **moving).counts
    report = migrate(source, second, **moving)
    assert report.counts == counts
    assert told(report) == [f"{TOLD}3"]
    assert [len(each) for each in said(source).values()] == [2, 2, 2]
    for target in (first, second):
        assert said(target) == {ticket.key: [] for ticket in target.tickets()}
        assert verify(source, target, ledger=moving["ledger"]).differences == []


def test_a_source_that_was_told_may_itself_become_a_target(
    memory: Make, moving: dict[str, Any], tmp_path: Path
) -> None:
    source, target = memory(), memory()
    source.create_ticket(TicketDraft(title="one"))
    migrate(source, target, **moving)
    assert SECOND_COPY not in plan(target, source, ledger=tmp_path / "back.db").notes
    assert migrate(target, source, ledger=tmp_path / "back.db").failures == []


def test_a_rebuilt_ledger_tells_nobody_twice(memory: Make, filled: Fill, moving: dict[str, Any]) -> None:
    source, target = filled(memory()), memory()
    migrate(source, target, **moving)
    before = said(source)
    report = migrate(
        source, target, plan=moving["plan"], ledger=moving["ledger"].with_name("new.db"), rebuild_ledger=True
    )
    assert (report.failures, said(source)) == ([], before)


def test_a_run_shows_how_many_tickets_of_the_source_it_has_told(
    memory: Make, filled: Fill, moving: dict[str, Any]
) -> None:
    seen: list[Progress] = []
    migrate(filled(memory()), memory(), **moving, progress=seen.append)
    assert [(each.done, each.total) for each in seen if each.stage == "tell"] == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert [each.stage for each in seen if each.stage in ("finish", "tell")] == ["finish"] * 4 + ["tell"] * 4


# ---- copied on: from a source into a target, and from there into a third


def chained(source: Tracker, middle: Tracker, end: Tracker, moving: dict[str, Any]) -> Path:
    """Copy into the middle, and on from there with `moved_to`; gives the first ledger."""
    ledger: Path = moving["ledger"].with_name("first.db")
    assert migrate(source, middle, ledger=ledger).failures == []
    assert migrate(middle, end, **moving).failures == []
    assert [len(each) for each in said(middle).values()] == [1, 1, 1]
    return ledger


@pytest.mark.parametrize("make", ["memory", "sqlite"])
def test_what_a_later_migration_says_in_a_copy_is_no_extra_and_nothing_that_people_did(
    request: pytest.FixtureRequest, filled: Fill, memory: Make, make: str, moving: dict[str, Any]
) -> None:
    source, middle = filled(memory()), request.getfixturevalue(make)()
    ledger = chained(source, middle, memory(), moving)
    assert verify(source, middle, ledger=ledger).differences == []
    assert repair(source, middle, ledger=ledger).clean
    report = rollback(middle, ledger=ledger)
    assert (report.left, list(middle.tickets())) == ([], [])
    (note,) = report.notes
    assert note.startswith("these were copied on from here, as they say, and their copies stay where they are: ")
    assert all(key in note for key in ("PROJ-1", "PROJ-2", "PROJ-3"))


def test_one_to_which_somebody_added_a_word_is_theirs(memory: Make, filled: Fill, moving: dict[str, Any]) -> None:
    source, middle = filled(memory()), memory()
    ledger = chained(source, middle, memory(), moving)
    (comment,) = (each for each in middle.comments("PROJ-3") if says_moved(each.body.source))
    middle.update_comment("PROJ-3", comment, f"{comment.body.source}, I think")
    assert [(odd.field, odd.id) for odd in verify(source, middle, ledger=ledger).differences] == [("extra", comment.id)]
    assert [kept.target_key for kept in rollback(middle, ledger=ledger).left] == ["PROJ-3"]


# ---- when


def test_a_ticket_that_did_not_arrive_whole_is_told_when_it_has(memory: Make, moving: dict[str, Any]) -> None:
    source, target = memory(), tracker(backend := Refusing())
    one, two = (source.create_ticket(TicketDraft(title=title)) for title in ("one", "two"))
    source.add_comment(one, "bad")
    source.add_comment(two, "good")
    report = migrate(source, target, **moving)
    assert (len(report.failures), said(source)["PROJ-1"], len(said(source)["PROJ-2"])) == (1, [], 1)
    backend.bad = ""
    assert migrate(source, target, **moving).failures == []
    assert [len(each) for each in said(source).values()] == [1, 1]


class Refusing(MemoryBackend):
    """Memory that refuses comments with a word; without a word, none."""

    bad = "bad"

    def add_comment(self, ticket_id: str, draft: Any) -> Any:
        if self.bad and self.bad in draft.body.source:
            raise PermissionDenied("this comment is refused")
        return super().add_comment(ticket_id, draft)


def test_a_ticket_whose_link_or_parent_is_still_to_come_waits(
    memory: Make, filled: Fill, moving: dict[str, Any]
) -> None:
    source, target = filled(memory()), memory()
    migrate(source, target, **moving, only=["PROJ-1"])
    assert said(source) == {"PROJ-1": [], "PROJ-2": [], "PROJ-3": []}
    migrate(source, target, **moving, only=["PROJ-3"])
    assert [len(each) for each in said(source).values()] == [0, 0, 1]
    migrate(source, target, **moving)
    assert [len(each) for each in said(source).values()] == [1, 1, 1]


# ---- when answers are lost


@pytest.mark.parametrize("fault", ["answer lost", "request lost", "late"])
def test_a_lost_answer_is_asked_about(memory: Make, moving: dict[str, Any], fault: str) -> None:
    time = Time()
    backend = Unreliable(time, "none")
    source, target = tracker(backend), memory()
    for title in ("one", "two"):
        source.create_ticket(TicketDraft(title=title))
    backend.fault = fault
    report = migrate(source, target, **moving, clock=time.clock())
    assert (report.failures, backend.faults) == ([], 2)
    assert [len(each) for each in said(source).values()] == [1, 1]


class Odd(MemoryBackend):
    """Memory that gives one odd answer to a comment and writes nothing."""

    odd = True

    def add_comment(self, ticket_id: str, draft: Any) -> Any:
        if self.odd:
            raise ProtocolError("201 and no comment")
        return super().add_comment(ticket_id, draft)


@pytest.mark.parametrize("word", ["absent", "there:99"])
def test_where_nobody_can_tell_it_is_held_until_a_person_does(memory: Make, moving: dict[str, Any], word: str) -> None:
    source, target = tracker(backend := Odd()), memory()
    source.create_ticket(TicketDraft(title="one"))
    (held,) = migrate(source, target, **moving).failures
    assert (held.kind, held.held) == ("moved", True)
    backend.odd = False
    assert [each.held for each in migrate(source, target, **moving).failures] == [True]
    assert said(source) == {"PROJ-1": []}
    repair(source, target, ledger=moving["ledger"], settle={f"moved:{held.id}": word})
    assert migrate(source, target, **moving).failures == []
    assert said(source) == {"PROJ-1": ["Moved to PROJ-1"] if word == "absent" else []}


# ---- sources that cannot be told


CANNOT: dict[str, Abilities] = {
    "takes none": abilities(unreadable={"add_comment": "comments are closed here"}),
    "shows none": abilities(unreadable={"comments": "nobody sees comments here"}),
    "moves": abilities(comments_move_updated_at=Answer(yes=True, reason="a comment is a change here")),
}


@pytest.mark.parametrize("why", CANNOT)
def test_a_source_that_cannot_be_told_is_left_alone_and_both_say_so_in_one_line(
    memory: Make, moving: dict[str, Any], why: str
) -> None:
    source, target = tracker(Unreliable(Time(), "none", CANNOT[why])), memory()
    source.create_ticket(TicketDraft(title="one"))
    (line,) = (note for note in plan(source, target, edited=moving["plan"]).notes if "where it moved" in note)
    report = migrate(source, target, **moving)
    assert (report.failures, report.notes.count(line), report.counts["tickets"].created) == ([], 1, 1)
    backend: Any = source._backend
    assert list(MemoryBackend.comments(backend, next(source.tickets()).id)) == []


def test_a_source_that_refuses_is_named_and_everything_else_is_done(memory: Make, moving: dict[str, Any]) -> None:
    source, target = tracker(backend := Refusing()), memory()
    source.create_ticket(TicketDraft(title="one"))
    backend.bad = "Moved to"
    for _ in range(5):  # it is tried by every run
        (failure,) = migrate(source, target, **moving).failures
        assert (failure.kind, failure.stage, failure.source_key) == ("moved", "write", "PROJ-1")
    assert verify(source, target, ledger=moving["ledger"]).differences == []
    backend.bad = ""
    assert told(migrate(source, target, **moving)) == [f"{TOLD}1"]


# ---- services


def test_a_space_names_the_address_tells_nobody_and_is_asked_as_often_as_planned(
    serve: Serve, moving: dict[str, Any]
) -> None:
    (source, fake), (target, _) = serve(demo_space()), serve(empty_space())
    target.create_ticket(TicketDraft(title="stranger"))
    without = plan(source, target, ledger=moving["ledger"])
    planned = plan(source, target, edited=moving["plan"], ledger=moving["ledger"])
    tickets = planned.counts["tickets"]
    assert planned.requests["source"]["update"] == tickets
    assert planned.requests["source"]["read"] - without.requests["source"]["read"] == 2 * tickets
    before, notified = len(writes(fake)), fake.dump()["notifications"]
    report = migrate(source, target, **moving)
    assert report.failures == []
    assert [status for _, _, status in writes(fake)[before:]] == [201] * tickets
    assert report.requests["source"]["update"] == tickets
    assert fake.dump()["notifications"] == notified
    assert said(source) == wanted(source, target, url=True)
    again = migrate(source, target, ledger=moving["ledger"])
    assert (again.failures, len(writes(fake)) - before) == ([], tickets)
    assert not any("changed" in note for note in again.notes)
    assert verify(source, target, ledger=moving["ledger"]).differences == []


@pytest.mark.parametrize("harm", [Harm.DROP_AFTER, Harm.REFUSE])
def test_a_space_that_loses_answers_is_told_once(
    serve: Serve, memory: Make, moving: dict[str, Any], harm: Harm
) -> None:
    (source, fake), target = serve(demo_space()), memory()
    fake.faults.add(*(Fault(harm=harm, method="POST", path=r"/comments$", nth=nth) for nth in (1, 3)))
    report = migrate(source, target, **moving, clock=by_its_clock(fake))
    if harm == Harm.REFUSE:
        report = migrate(source, target, **moving, clock=by_its_clock(fake))
    assert report.failures == []
    assert said(source) == wanted(source, target)


# ---- taking it back


def test_a_rollback_names_what_the_source_was_told_and_the_next_copy_is_told_again(
    serve: Serve, memory: Make, moving: dict[str, Any]
) -> None:
    (source, _), target = serve(demo_space()), memory()
    migrate(source, target, **moving)
    places = [
        f"{ticket.url}#comment-{comment.id}"
        for ticket in source.tickets()
        for comment in source.comments(ticket)
        if says_moved(comment.body.source)
    ]
    for dry_run in (True, False):
        report = rollback(target, ledger=moving["ledger"], dry_run=dry_run)
        (note,) = report.notes
        assert "delete them there" in note
        assert all(place in note for place in places)
        assert report.left == []
    assert told(migrate(source, target, **moving)) == [f"{TOLD}{len(places)}"]
    assert {len(each) for each in said(source).values()} == {2}
    assert verify(source, target, ledger=moving["ledger"]).differences == []
