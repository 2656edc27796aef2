"""Between two spaces of Nulab Backlog the files of the next tickets are read while the budget of writes is spent."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from tests.migration.spaces import NOON, UNHURRIED, Fake, held

from anybacklog import Tracker
from anybacklog.backend import Traffic
from anybacklog.http import Clock, Credentials, HttpSession
from anybacklog.location import parse
from anybacklog.migration import migrate
from anybacklog.migration.clock import Clock as OurClock
from anybacklog.migration.report import Report
from anybacklog.model import TicketDraft
from anybacklog_nulab.backend import NulabBackend
from anybacklog_nulab.client import NulabClient, bucket
from anybacklog_nulab.refusals import explain
from anybacklog_simulators.nulab import DEMO_KEY, Fault, Harm, Rates, Space, empty_space, simulator
from anybacklog_simulators.nulab import Clock as ServiceClock
from anybacklog_simulators.rates import Allowance

pytestmark = pytest.mark.usefixtures("spools")


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
        clock = OurClock(lambda: datetime.fromtimestamp(self.time.now, UTC), self.time.sleep, lambda: self.time.now)
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
