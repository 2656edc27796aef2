"""No test waits for minutes by mistake: a migration to a service that loses answers needs a clock of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.migration.unreliable import Time, Unreliable, tracker

from anybacklog import Tracker
from anybacklog.migration import migrate
from anybacklog.model import TicketDraft


@pytest.fixture
def source(memory: Callable[[], Tracker]) -> Tracker:
    made = memory()
    made.create_ticket(TicketDraft(title="one"))
    return made


def test_one_that_forgets_the_clock_fails_at_once(source: Tracker, tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"this would wait \d+ s, give clock="):
        migrate(source, tracker(Unreliable(Time(), "request lost")), ledger=tmp_path / "ledger.db")


def test_one_with_a_clock_of_its_own_goes_on(source: Tracker, tmp_path: Path) -> None:
    time = Time()
    target = tracker(Unreliable(time, "request lost"))
    assert migrate(source, target, ledger=tmp_path / "ledger.db", clock=time.clock()).clean
    assert max(time.slept) >= 100
