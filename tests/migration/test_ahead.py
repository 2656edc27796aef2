"""Reading goes beside writing: while the target makes a run wait, the files of the next tickets are read."""

from __future__ import annotations

import errno
import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest
from tests.migration.spaces import NOON, UNHURRIED, Fake, held

from anybacklog import Tracker
from anybacklog.backend import TicketFields, Traffic, Waits
from anybacklog.errors import ConfigurationError, ProtocolError, RateLimited
from anybacklog.http import Clock, Credentials, HttpSession
from anybacklog.location import parse
from anybacklog.migration import ahead, engine, migrate
from anybacklog.migration.clock import Clock as OurClock
from anybacklog.migration.report import Report
from anybacklog.model import Attachment, Ticket, TicketDraft
from anybacklog.store.memory import MemoryBackend
from anybacklog_nulab.backend import NulabBackend
from anybacklog_nulab.client import NulabClient, bucket
from anybacklog_nulab.refusals import explain
from anybacklog_simulators.nulab import DEMO_KEY, Fault, Harm, Rates, Space, empty_space, simulator
from anybacklog_simulators.nulab import Clock as ServiceClock
from anybacklog_simulators.rates import Allowance


@pytest.fixture(autouse=True)
def spools(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[BinaryIO]]:
    """Give the temporary files of a test, all of which must be closed when it is over."""
    made: list[BinaryIO] = []
    original = tempfile.TemporaryFile

    def opened() -> Any:
        made.append(cast("BinaryIO", original()))
        return made[-1]

    monkeypatch.setattr(tempfile, "TemporaryFile", opened)
    yield made
    assert all(each.closed for each in made)


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


@dataclass
class Time:
    """Seconds since 1970, moved by whoever waits; an interruption comes with a wait."""

    now: float = NOON.timestamp()
    waits: int = 0
    interrupted_at: int = 0

    def sleep(self, seconds: float) -> None:
        self.waits += 1
        if self.waits == self.interrupted_at:
            raise KeyboardInterrupt
        self.now += seconds


@dataclass
class Watched(Rates):
    """Looks at something whenever a request of the budget `update` comes."""

    look_at: Callable[[], int] = int
    seen: list[int] = field(default_factory=list)

    def take(self, user: int, bucket: str, now: float, requests: int = 1) -> Allowance:
        if bucket == "update":
            self.seen.append(self.look_at())
        return super().take(user, bucket, now, requests)


@dataclass
class Between:
    """Two spaces in made-up time, the second with few writes a minute."""

    trackers: ExitStack
    time: Time = field(default_factory=Time)

    def __post_init__(self) -> None:
        self.source, self.read_from = self._served(empty_space(), Rates(dict(UNHURRIED)))
        for number in range(8):
            ticket = self.source.create_ticket(TicketDraft(title=f"{number} 𠮷"))
            self.source.add_attachment(ticket, f"{number}.txt", io.BytesIO(f"{number} ﾊﾝｶｸ\r\n".encode()))
        self.writes = Watched(UNHURRIED | {"update": 5}, look_at=lambda: len(self.downloads()))
        self.target, self.written_to = self._served(empty_space(), self.writes)
        self.read_from.log.clear()

    def _served(self, space: Space, rates: Rates) -> tuple[Tracker, Fake]:
        fake = simulator(space, clock=ServiceClock(lambda: self.time.now), rates=rates)
        url = self.trackers.enter_context(fake.served()).url
        location, traffic = parse(f"nulab+{url}/DEMO"), Traffic()
        session = HttpSession(
            f"{url}/api/v2",
            credentials=[Credentials(headers={"Backlog-API-Key": DEMO_KEY})],
            explain=explain,
            bucket=bucket,
            traffic=traffic,
            clock=Clock(lambda: self.time.now, self.time.sleep),
        )
        tracker = Tracker(NulabBackend(NulabClient(session), location), location, traffic.waits)
        return self.trackers.enter_context(tracker), fake

    def copied(self, folder: Path) -> Report:
        clock = OurClock(lambda: datetime.fromtimestamp(self.time.now, UTC), self.time.sleep)
        return migrate(self.source, self.target, ledger=folder / "ledger.db", clock=clock)

    def downloads(self) -> list[str]:
        return sorted(path for method, path, _ in self.read_from.log if "/attachments/" in path)


@pytest.fixture
def between(trackers: ExitStack) -> Between:
    return Between(trackers)


def files_of(fake: Fake) -> list[Any]:
    return [(title, files) for _, title, *_, files, _ in held(fake)]


def test_between_two_spaces_every_file_is_read_before_the_writes_are_half_done_and_arrives_equal(
    between: Between, tmp_path: Path
) -> None:
    report = between.copied(tmp_path)
    assert (report.status, report.failures) == ("done", [])
    seen = between.writes.seen
    assert seen[len(seen) // 2] == 8
    assert len(set(between.downloads())) == len(between.downloads()) == 8
    assert files_of(between.written_to) == files_of(between.read_from)
    assert 429 not in {status for _, _, status in between.written_to.log}


def test_an_interruption_in_a_wait_leaves_nothing_open_and_nothing_doubled(
    between: Between, tmp_path: Path, spools: list[BinaryIO]
) -> None:
    between.time.interrupted_at = between.time.waits + 4
    with pytest.raises(KeyboardInterrupt):
        between.copied(tmp_path)
    assert spools
    assert all(each.closed for each in spools)
    assert between.copied(tmp_path).clean
    assert files_of(between.written_to) == files_of(between.read_from)


def test_a_download_that_breaks_while_read_ahead_is_made_again_in_its_turn(between: Between, tmp_path: Path) -> None:
    between.read_from.faults.add(Fault(harm=Harm.ERROR_BEFORE, path="/attachments/", nth=3, times=1, status=500))
    report = between.copied(tmp_path)
    assert (report.status, report.failures) == ("done", [])
    assert len(between.downloads()) == 9
    assert files_of(between.written_to) == files_of(between.read_from)
