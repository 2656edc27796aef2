"""A ticket that somebody deleted in the target stops nobody: what belongs to it is named; repair copies it again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from anybacklog import Tracker
from anybacklog.migration import migrate, repair, verify
from anybacklog.model import TicketDraft

Make = Callable[[], Tracker]


@pytest.fixture
def source(memory: Make) -> Tracker:
    """Give three tickets, the second of them linked to the third."""
    tracker = memory()
    _, second, third = (tracker.create_ticket(TicketDraft(title=each)) for each in ("first", "second", "third"))
    tracker.add_link(second, "relates", third)
    return tracker


def test_a_link_of_a_deleted_copy_is_named_and_all_else_arrives(source: Tracker, memory: Make, tmp_path: Path) -> None:
    target, ledger = memory(), tmp_path / "ledger.db"
    migrate(source, target, ledger=ledger, limit=2)
    target.delete_ticket("PROJ-2")
    report = migrate(source, target, ledger=ledger)
    (failure,) = report.failures
    assert (failure.kind, failure.stage) == ("link", "write")
    assert "is gone from the target: ticket" in failure.error
    assert failure.error.endswith("; repair copies it again")
    assert [ticket.title for ticket in target.tickets()][-1] == "third"
    repair(source, target, ledger=ledger)
    assert verify(source, target, ledger=ledger).differences == []
    assert migrate(source, target, ledger=ledger).clean
