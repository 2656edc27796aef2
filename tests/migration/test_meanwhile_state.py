"""A status whose setting is in doubt: sent again while it is as it was before, held once somebody changed it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.migration.unreliable import NOT_NATIVE, Time, Unreliable, abilities, tracker

from anybacklog import Tracker, TransportError
from anybacklog.backend import TicketFields
from anybacklog.migration import migrate, repair, verify
from anybacklog.migration.meanwhile import changed_meanwhile, prints_before
from anybacklog.model import Status, Text, Ticket, TicketDraft

Make = Callable[[], Tracker]
OPEN, CLOSED, HALF = (Status(id=name, name=name, category="open") for name in ("Open", "Closed", "Half"))
TICKET = Ticket(id="1", key="PROJ-1", title="x", status=OPEN)


class Losing(Unreliable):
    """It loses the first change of a status, and takes every other write."""

    lost = 0

    def update_ticket(self, ticket_id: str, fields: TicketFields) -> Ticket:
        if "status" in fields and not self.lost:
            self.lost += 1
            raise TransportError("nobody answered", maybe_applied=True)
        return super().update_ticket(ticket_id, fields)


@pytest.fixture
def source(memory: Make) -> Tracker:
    source = memory()
    source.create_ticket(TicketDraft(title="closed", status="Closed"))
    return source


@pytest.mark.parametrize(
    ("meanwhile", "ends"), [(None, "Closed"), ("Closed", "Closed"), ("In progress", "In progress")]
)
def test_what_somebody_sets_meanwhile_stays(source: Tracker, tmp_path: Path, meanwhile: str | None, ends: str) -> None:
    time, ledger = Time(), tmp_path / "ledger.db"
    backend = Losing(time, "none", abilities(*NOT_NATIVE, after_creation=frozenset({"status"})))
    target = tracker(backend)

    def wait(seconds: float) -> None:
        if meanwhile is not None:
            target.update_ticket("PROJ-1", {"status": meanwhile})
        time.sleep(seconds)

    report = migrate(source, target, ledger=ledger, clock=replace(time.clock(), sleep=wait))
    held = [("state", "somebody changed status meanwhile, so it is not sent again")]
    assert [(each.kind, each.error.partition("; look")[0]) for each in report.failures if each.held] == (
        held if ends != "Closed" else []
    )
    assert (now := target.ticket("PROJ-1").status) is not None
    assert now.name == ends
    if ends != "Closed":
        item = {f"state:{report.failures[0].id}": "absent"}
        assert repair(source, target, ledger=ledger, settle=item, clock=time.clock()).left.differences == []
    assert verify(source, target, ledger=ledger).differences == []


def test_a_field_is_somebodys_when_it_is_neither_as_it_was_nor_as_it_was_to_be() -> None:
    changes = {"status": CLOSED, "title": "y", "description": Text("z", "plain"), "updated_at": datetime.now(UTC)}
    before = prints_before(TICKET, changes)
    assert set(before) == {"status", "title"}
    for status, changed in ((OPEN, []), (CLOSED, []), (HALF, ["status"])):
        assert list(changed_meanwhile(replace(TICKET, status=status), changes, before)) == changed
