"""What a new ticket cannot have on a target, such as a status: a step of its own, planned, asked about, rebuilt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.migration.unreliable import NOT_NATIVE, Time, Unreliable, abilities, tracker

from anybacklog import Tracker, TransportError
from anybacklog.abilities import Abilities
from anybacklog.migration import migrate, verify
from anybacklog.migration.mapping import map_all
from anybacklog.model import Status
from anybacklog.steps import Item, SetState, digest_of, items_of, key_of, mark_of

Make = Callable[[], Tracker]
LATER = frozenset({"status", "resolution"})


class Starting(Unreliable):
    """Memory that refuses to begin a ticket with a status; the first `refusing` changes never arrive."""

    refusing = 0
    changed: list[str]

    def create_ticket(self, fields: Any) -> Any:
        assert not LATER & {name for name, value in fields.items() if value is not None}
        return super().create_ticket(fields)

    def update_ticket(self, ticket_id: str, fields: Any) -> Any:
        if LATER & set(fields):
            if self.refusing:
                self.refusing -= 1
                raise TransportError("no route to the target", maybe_applied=False)
            self.changed = [*getattr(self, "changed", []), ticket_id]
        return super().update_ticket(ticket_id, fields)


def starting(*without: str, **changes: Any) -> Abilities:
    return abilities(*without, after_creation=LATER, **changes)


@pytest.fixture
def source(memory: Make, filled: Callable[[Tracker], Tracker]) -> Tracker:
    return filled(memory())


def test_a_status_is_given_once_and_before_the_journal(source: Tracker, tmp_path: Path) -> None:
    backend = Starting(Time(), "none", starting())
    target = tracker(backend)
    assert migrate(source, target, ledger=tmp_path / "ledger.db").clean
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []
    asked = len(backend.changed)
    assert migrate(source, target, ledger=tmp_path / "ledger.db").clean
    assert asked == len(backend.changed) == len(set(backend.changed))


@pytest.mark.parametrize("fault", ["answer lost", "request lost", "late"])
@pytest.mark.parametrize("marked_by", ["field", "text"])
def test_a_status_in_doubt_ends_as_it_should(source: Tracker, tmp_path: Path, fault: str, marked_by: str) -> None:
    time = Time()
    backend = Starting(time, fault, starting(*(NOT_NATIVE if marked_by == "text" else ())))
    target = tracker(backend)
    assert migrate(source, target, ledger=tmp_path / "ledger.db", clock=time.clock()).failures == []
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_a_run_that_stopped_before_the_status_gives_it_next_time(source: Tracker, tmp_path: Path) -> None:
    backend = Starting(Time(), "none", starting())
    backend.refusing = 1
    target = tracker(backend)
    with pytest.raises(TransportError, match="no route"):
        migrate(source, target, ledger=tmp_path / "ledger.db")
    assert migrate(source, target, ledger=tmp_path / "ledger.db").counts["tickets"].created == 2
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


@pytest.mark.parametrize("marked_by", ["field", "text"])
def test_a_rebuilt_ledger_leaves_a_status_that_people_set_since(
    source: Tracker, tmp_path: Path, marked_by: str
) -> None:
    backend = Starting(Time(), "none", starting(*(NOT_NATIVE if marked_by == "text" else ())))
    target = tracker(backend)
    migrate(source, target, ledger=tmp_path / "lost.db", clock=backend.time.clock())
    first = next(target.tickets())
    target.update_ticket(first, {"status": "Closed"})
    before = len(backend.changed)
    again = migrate(source, target, ledger=tmp_path / "new.db", rebuild_ledger=True, clock=backend.time.clock())
    assert again.failures == []
    assert target.ticket(first).status == target.update_ticket(first, {"status": "Closed"}).status
    assert len(backend.changed) == before + 1  # the one right above


class Stubborn(Unreliable):
    """Memory that takes every write and keeps its own mind about one field."""

    ignored = "status"

    def create_ticket(self, fields: Any) -> Any:
        fields[self.ignored] = None
        return super().create_ticket(fields)

    def update_ticket(self, ticket_id: str, fields: Any) -> Any:
        fields.pop(self.ignored, None)
        return super().update_ticket(ticket_id, fields)


@pytest.mark.parametrize(
    ("ignored", "told"), [("status", "None instead of 'In progress'"), ("due_date", "None instead of")]
)
@pytest.mark.parametrize("fault", ["none", "answer lost"])
@pytest.mark.parametrize("later", [LATER, frozenset()], ids=["set after", "set at once"])
def test_a_state_that_the_target_keeps_otherwise_is_named_whether_its_own_answer_came_or_not(
    source: Tracker, tmp_path: Path, ignored: str, told: str, later: frozenset[str], fault: str
) -> None:
    time = Time()
    backend = Stubborn(time, fault, abilities(after_creation=later))
    backend.ignored = ignored
    report = migrate(source, tracker(backend), ledger=tmp_path / "ledger.db", clock=time.clock())
    named = report.failures[0]
    assert (named.source_key, named.kind, named.stage) == ("PROJ-1", "ticket", "state")
    assert f"{ignored} {told}" in named.error
    differences = verify(source, tracker(backend), ledger=tmp_path / "ledger.db").differences
    assert {each.source_key for each in report.failures} == {each.source_key for each in differences}
    assert {each.field for each in differences} == {ignored}


class Noting(Stubborn):
    """It notes which tickets were read one by one."""

    read: list[str]

    def ticket(self, ticket_id: str) -> Any:
        self.read.append(ticket_id)
        return super().ticket(ticket_id)


def test_the_next_run_asks_again_for_what_was_held_otherwise_and_for_nothing_else(
    source: Tracker, tmp_path: Path
) -> None:
    backend = Noting(Time(), "none", abilities())
    backend.ignored, backend.read = "due_date", []
    target, ledger = tracker(backend), tmp_path / "ledger.db"

    def run() -> tuple[list[str], int]:
        backend.read.clear()
        report = migrate(source, target, ledger=ledger)
        assert {each.stage for each in report.failures} <= {"state"}
        return [each.error for each in report.failures], len(backend.read)

    assert len(run()[0]) == 1
    (named,), asked = run()
    assert named.startswith("the target still holds due_date None instead of")
    backend.ignored = "nothing"
    target.update_ticket("PROJ-1", {"due_date": source.ticket("PROJ-1").due_date})
    assert run() == ([], asked)
    assert run() == ([], asked - 1)


def test_a_target_of_one_assignee_gets_the_first_and_a_header_line_names_the_others(
    source: Tracker, tmp_path: Path
) -> None:
    own = abilities()
    limits = replace(own.limits, assignees_per_ticket=1, reasons={"assignees_per_ticket": "one is enough"})
    target = tracker(Unreliable(Time(), "none", replace(own, limits=limits)))
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    told = {row.field: row.count for row in report.fidelity if row.level == "emulated"}
    assert told == {"assignees": 1}
    assert [person.login for person in next(target.tickets()).assignees] == ["hanako"]
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_a_status_that_cannot_be_made_there_becomes_one_of_its_category() -> None:
    ours = [Status(id="9", name="Verified", category="done"), Status(id="8", name="Testing", category="in_progress")]
    theirs = [Status(id="1", name="Open", category="open"), Status(id="4", name="Closed", category="done")]
    mapping = map_all(
        {"statuses": ours}, {"statuses": theirs}, frozenset({"statuses"}), new_statuses=frozenset({"in_progress"})
    )
    assert mapping.of("statuses", ours[0]) == theirs[1]
    assert [match.source for _, match in mapping.to_create()] == [ours[1]]


def test_a_state_is_one_item_without_a_mark(source: Tracker) -> None:
    ticket = next(source.tickets())
    item = Item(kind="state", id=ticket.id, ticket_id=ticket.id, ticket_key=ticket.key)
    step = SetState(item=item, changes={"status": ticket.status})
    assert (items_of(step), key_of(step), mark_of(step)) == ((item,), f"state:{ticket.id}:{ticket.id}", None)
    assert digest_of(step) != digest_of(replace(step, changes={"status": None}))
