"""Reading goes beside writing: while the target makes a run wait, the files of the next tickets are read."""

from __future__ import annotations

import errno
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest
from tests.migration.spaces import NOON

from anybacklog import Tracker
from anybacklog.backend import TicketFields, Waits
from anybacklog.errors import ConfigurationError, ProtocolError, RateLimited
from anybacklog.location import parse
from anybacklog.migration import ahead, engine, migrate
from anybacklog.model import Attachment, Ticket, TicketDraft
from anybacklog.store.memory import MemoryBackend

pytestmark = pytest.mark.usefixtures("spools")


@dataclass
class Told:
    """What was asked of both ends, in order; `broken` are files that cannot be read, and how, each time once."""

    order: list[str] = field(default_factory=list)
    broken: list[tuple[str, Exception]] = field(default_factory=list)


class Source(MemoryBackend):
    """Tells which files were asked for."""

    def __init__(self, told: Told) -> None:
        super().__init__()
        self.told = told

    def open_attachment(self, ticket_id: str, attachment: Attachment) -> Any:
        self.told.order.append(f"read {attachment.name}")
        for name, error in self.told.broken:
            if name == attachment.name:
                self.told.broken.remove((name, error))
                raise error
        return super().open_attachment(ticket_id, attachment)


class Target(MemoryBackend):
    """Waits before each new ticket, for as long as there is work; tells of every ticket."""

    def __init__(self, told: Told) -> None:
        super().__init__()
        self.told, self.waits, self.interrupted_at = told, Waits(), ""

    def create_ticket(self, fields: TicketFields) -> Ticket:
        while self.waits.work():
            pass
        if fields["title"] == self.interrupted_at:
            raise KeyboardInterrupt
        self.told.order.append(f"create {fields['title']}")
        return super().create_ticket(fields)


@dataclass
class Ends:
    """A source with tickets of one file each, named by their number, and an empty target."""

    told: Told = field(default_factory=Told)

    def __post_init__(self) -> None:
        self.holds = Target(self.told)
        self.source = Tracker(Source(self.told), parse("memory://source/PROJ"))
        self.target = Tracker(self.holds, parse("memory://target/PROJ"), self.holds.waits)

    def add(self, name: str, size: int = 6, **draft: Any) -> None:
        ticket = self.source.create_ticket(TicketDraft(title=name, **draft))
        self.source.add_attachment(ticket, name, io.BytesIO(b"x" * size))

    def arrived(self) -> list[tuple[str, str, bytes]]:
        return list(self._arrived())

    def _arrived(self) -> Iterator[tuple[str, str, bytes]]:
        for ticket in self.target.tickets():
            for each in ticket.attachments:
                with self.target.open_attachment(each) as stream:
                    yield ticket.title, each.name, stream.read()


@pytest.fixture
def ends() -> Ends:
    made = Ends()
    for name in "123":
        made.add(name)
    return made


def test_the_files_of_the_next_tickets_are_read_while_the_target_makes_wait_and_each_is_read_once(
    ends: Ends, tmp_path: Path
) -> None:
    report = migrate(ends.source, ends.target, ledger=tmp_path / "ledger.db")
    assert (report.status, report.failures) == ("done", [])
    assert ends.told.order == ["read 2", "read 3", "create 1", "read 1", "create 2", "create 3"]
    assert ends.arrived() == [(name, name, b"xxxxxx") for name in "123"]


def test_what_was_copied_already_is_not_read_again(ends: Ends, tmp_path: Path) -> None:
    migrate(ends.source, ends.target, ledger=tmp_path / "ledger.db")
    ends.told.order.clear()
    ends.add("0", created_at=NOON.replace(year=2020))
    migrate(ends.source, ends.target, ledger=tmp_path / "ledger.db")
    assert ends.told.order == ["create 0", "read 0"]


def test_no_more_lies_here_than_there_is_room_for(ends: Ends, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "ROOM", 10)
    ends.add("large", 11)
    migrate(ends.source, ends.target, ledger=tmp_path / "ledger.db")
    assert ends.told.order == [
        "read 2", "create 1", "read 1", "create 2", "read 3", "create 3", "create large", "read large",
    ]  # fmt: skip


def test_no_more_files_lie_here_than_agreed(ends: Ends, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "FILES", 1)
    migrate(ends.source, ends.target, ledger=tmp_path / "ledger.db")
    assert ends.told.order == ["read 2", "create 1", "read 1", "create 2", "read 3", "create 3"]


def test_no_more_tickets_are_looked_at_than_agreed(ends: Ends, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "TICKETS", 1)
    migrate(ends.source, ends.target, ledger=tmp_path / "ledger.db")
    assert ends.told.order == ["read 2", "create 1", "read 1", "read 3", "create 2", "create 3"]


def test_with_a_limit_nothing_is_read_for_tickets_that_may_not_be_written(ends: Ends, tmp_path: Path) -> None:
    migrate(ends.source, ends.target, ledger=tmp_path / "ledger.db", limit=1)
    assert ends.told.order == ["create 1", "read 1"]


@pytest.mark.parametrize(
    "error",
    [ProtocolError("nonsense"), RuntimeError("a bug"), OSError(errno.ENOSPC, "the disk is full")],
    ids=lambda error: type(error).__name__,
)
def test_a_file_that_cannot_be_read_ahead_is_read_in_its_turn(ends: Ends, tmp_path: Path, error: Exception) -> None:
    ends.told.broken.append(("2", error))
    report = migrate(ends.source, ends.target, ledger=tmp_path / "ledger.db")
    assert (report.status, report.failures) == ("done", [])
    assert ends.told.order == ["read 2", "read 3", "create 1", "read 1", "create 2", "read 2", "create 3"]
    assert ends.arrived() == [(name, name, b"xxxxxx") for name in "123"]


def test_a_file_that_cannot_be_read_at_all_is_the_failure_of_its_own_ticket(ends: Ends, tmp_path: Path) -> None:
    ends.told.broken += [("2", ProtocolError("nonsense"))] * 2
    report = migrate(ends.source, ends.target, ledger=tmp_path / "ledger.db")
    ((key, stage),) = [(each.source_key, each.stage) for each in report.failures]
    assert (key, stage) == (next(each.key for each in ends.source.tickets() if each.title == "2"), "download")
    assert [name for name, *_ in ends.arrived()] == ["1", "3"]


def test_reading_ahead_stops_where_the_source_has_no_budget_left_and_goes_on_later(ends: Ends, tmp_path: Path) -> None:
    ends.told.broken.append(("2", RateLimited("the budget is empty")))
    migrate(ends.source, ends.target, ledger=tmp_path / "ledger.db")
    assert ends.told.order == ["read 2", "create 1", "read 1", "read 2", "read 3", "create 2", "create 3"]


def test_an_interruption_closes_what_was_read_and_the_next_run_copies_the_rest(
    ends: Ends, tmp_path: Path, spools: list[BinaryIO]
) -> None:
    ends.holds.interrupted_at = "2"
    with pytest.raises(KeyboardInterrupt):
        migrate(ends.source, ends.target, ledger=tmp_path / "ledger.db")
    assert [each.closed for each in spools] == [True] * 3
    ends.holds.interrupted_at = ""
    assert migrate(ends.source, ends.target, ledger=tmp_path / "ledger.db").clean
    assert ends.arrived() == [(name, name, b"xxxxxx") for name in "123"]


def test_a_snapshot_that_breaks_while_looked_at_stops_the_run_in_its_turn(ends: Ends) -> None:
    class Damaged(Iterator[Any]):
        def __next__(self) -> Any:
            raise ConfigurationError("the snapshot is damaged")

    looking = ahead.Ahead(ends.source, cast("Any", None), cast("Any", None), Damaged())
    assert not looking.read()
    with pytest.raises(ConfigurationError, match="damaged"):
        next(iter(looking))
