"""A lost ledger is rebuilt from the marks, wherever the target keeps them."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from tests.migration import organizations, spaces
from tests.migration.less import TEXT_ONLY, less, titles_and_files
from tests.migration.organizations import ServeBacklog
from tests.migration.spaces import Serve
from tests.migration.unreliable import NOT_NATIVE, Time, Unreliable, abilities, tracker

from anybacklog import ConfigurationError, Tracker
from anybacklog.migration import migrate, verify
from anybacklog.migration.clock import Clock
from anybacklog.model import TicketDraft
from anybacklog_simulators.nulab import Fault, Harm, empty_space
from anybacklog_simulators.publicbacklog import empty_organization

Make = Callable[[], Tracker]


@pytest.mark.parametrize("without", [(), ("comments.external_id",), ("external_id",), TEXT_ONLY])
def test_wherever_marks_are_kept_a_lost_ledger_is_rebuilt_from_them(
    memory: Make, filled: Callable[[Tracker], Tracker], tmp_path: Path, without: tuple[str, ...]
) -> None:
    source, target = filled(memory()), less(*without)
    migrate(source, target, ledger=tmp_path / "lost.db")
    before = titles_and_files(target)
    with pytest.raises(ConfigurationError, match="does not know them"):
        migrate(source, target, ledger=tmp_path / "new.db")
    assert migrate(source, target, ledger=tmp_path / "new.db", rebuild_ledger=True).clean
    assert titles_and_files(target) == before
    assert verify(source, target, ledger=tmp_path / "new.db").differences == []


def test_a_renamed_source_is_still_known_by_its_marks(memory: Make, tmp_path: Path) -> None:
    source, target = memory(), memory()
    ticket = source.create_ticket(TicketDraft(title="renamed"))
    source.add_comment(ticket, "one", attachments=[("a.txt", io.BytesIO(b"a"))])
    migrate(source, target, ledger=tmp_path / "lost.db")
    source.update_ticket(ticket, {"key": "NEW-1"})
    migrate(source, target, ledger=tmp_path / "new.db", rebuild_ledger=True)
    assert titles_and_files(target) == [("renamed", ["a.txt"], 1)]


def test_nothing_can_be_rebuilt_where_there_are_no_marks(memory: Make, tmp_path: Path) -> None:
    source, target = memory(), memory()
    source.create_ticket(TicketDraft(title="a"))
    target.create_ticket(TicketDraft(title="a"))
    with pytest.raises(ConfigurationError, match="no mark of this source"):
        migrate(source, target, ledger=tmp_path / "ledger.db", rebuild_ledger=True)
    assert target.count_tickets() == 1


def test_two_equal_files_stay_two_in_a_rebuilt_ledger(memory: Make, tmp_path: Path) -> None:
    source, target = memory(), less(*TEXT_ONLY)
    ticket = source.create_ticket(TicketDraft(title="t"))
    for _ in range(2):
        source.add_attachment(ticket, "same.txt", io.BytesIO(b"same"))
    migrate(source, target, ledger=tmp_path / "lost.db")
    assert migrate(source, target, ledger=tmp_path / "new.db", rebuild_ledger=True).clean
    assert len(target.attachments("PROJ-1")) == 2
    assert verify(source, target, ledger=tmp_path / "new.db").differences == []


class Killed(BaseException):
    """The process ends while it waits for an answer that never comes."""


def kill(_: float) -> None:
    raise Killed


@pytest.fixture
def talk(memory: Make) -> Tracker:
    source = memory()
    for title in ("first", "second"):
        source.add_comment(source.create_ticket(TicketDraft(title=title)), f"about {title}")
    return source


def killed_then_rebuilt(source: Tracker, target: Tracker, clock: Clock, folder: Path) -> None:
    """Kill a run while a write of it is on its way; at once rebuild another ledger, go on with that, and wait."""
    with pytest.raises(Killed):
        migrate(source, target, ledger=folder / "lost.db", clock=Clock(clock.now, kill, clock.monotonic))
    assert migrate(source, target, ledger=folder / "new.db", rebuild_ledger=True, clock=clock).clean
    clock.sleep(3600)
    assert verify(source, target, ledger=folder / "new.db").differences == []


@pytest.mark.parametrize("path", ["/issues$", "/comments$"])
def test_in_a_space_what_a_killed_run_sent_last_is_waited_for(
    talk: Tracker, serve: Serve, tmp_path: Path, path: str
) -> None:
    target, fake = serve(empty_space())
    fake.faults.add(Fault(harm=Harm.LATE, method="POST", path=path, nth=2, seconds=170))
    killed_then_rebuilt(talk, target, spaces.by_its_clock(fake), tmp_path)
    assert [len(issue[9]) for issue in spaces.held(fake)] == [1, 1]


def test_in_a_backlog_too(talk: Tracker, serve_backlog: ServeBacklog, tmp_path: Path) -> None:
    target, fake = serve_backlog(empty_organization())
    fake.faults.add(Fault(harm=Harm.LATE, method="PATCH", nth=2, seconds=110))
    killed_then_rebuilt(talk, target, organizations.by_its_clock(fake), tmp_path)
    assert [len(ticket[4]) for ticket in organizations.held(fake)] == [1, 1]


def test_it_waits_from_the_start_of_the_run_says_so_and_not_in_a_dry_run(
    talk: Tracker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    time = Time()
    target = tracker(Unreliable(time, "none", abilities(*NOT_NATIVE)))
    migrate(talk, target, ledger=tmp_path / "lost.db", clock=time.clock())
    migrate(talk, target, ledger=tmp_path / "dry.db", rebuild_ledger=True, dry_run=True, clock=time.clock())
    assert time.slept == []
    read: list[object] = []

    def reading(progress: object) -> None:
        """Let reading the source take 50 seconds."""
        read.append(progress)
        time.now += timedelta(seconds=50 if len(read) == 1 else 0)

    with caplog.at_level(logging.WARNING):
        migrate(talk, target, ledger=tmp_path / "new.db", rebuild_ledger=True, clock=time.clock(), progress=reading)
    assert time.slept == [70]
    assert [record.getMessage() for record in caplog.records if record.name == "anybacklog.migration"] == [
        "what a run before this one sent may still arrive, so the ledger is rebuilt (to interrupt is safe) in 70 s"
    ]
