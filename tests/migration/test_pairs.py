"""Every pair of the trackers there are: copied, verified, run again, repaired, taken back; with and without trouble.

The ends are those of the torture: services are read past their adapters, from the dumps of their fakes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.migration.unreliable import shake
from tests.torture.ends import ENVIRON, End, NulabEnd, PublicBacklogEnd, StoreEnd, make_end
from tests.torture.gate import Gate
from tests.torture.hourglass import Hourglass
from tests.torture.project import make_up
from tests.torture.scenario import WRITES
from tests.torture.told import differences

import anybacklog
from anybacklog import MigrationError, Tracker, TransportError
from anybacklog.abilities import METADATA_KINDS
from anybacklog.http import Clock as HttpClock
from anybacklog.migration import Report, migrate, repair, rollback, verify
from anybacklog.migration.charting import target_words
from anybacklog.migration.clock import Clock
from anybacklog_simulators.faults import Fault, Harm

KINDS = ("nulab", "publicbacklog", "sqlite", "archive", "memory")
PAIRS = [f"{source}:{target}" for source in KINDS for target in KINDS]
HARMS = [harm for harm in Harm if harm is not Harm.STALL]
READS = (("GET", ""), ("GET", ""))
NAMES = ("source", "target")
RUNS = 12
"""After so many runs of a troubled migration it does not end."""


class Killed(BaseException):
    """Nothing after this is carried out, as if the process had died."""


class Reaper:
    """Kills a run at chosen commits of its ledger, counted from the first acknowledged ticket on."""

    def __init__(self, *at: int) -> None:
        self.at = set(at)
        self.passed = 0

    def __call__(self, commit: str) -> None:
        self.passed += self.passed > 0 or commit.startswith("after ledger commit: done ticket:")
        if self.passed in self.at:
            self.at.remove(self.passed)
            raise Killed


@dataclass(frozen=True)
class Pair:
    """Two ends and a ledger; `time` is what everybody goes by."""

    source: End
    target: End
    kinds: list[str]
    ledger: Path
    time: Hourglass

    @property
    def clock(self) -> Clock:
        """Let a migration wait in no time."""
        now = self.time.time
        return Clock(now=lambda: datetime.fromtimestamp(now(), UTC), sleep=self.time.sleep, monotonic=now)

    @contextmanager
    def open(self) -> Iterator[tuple[Tracker, Tracker]]:
        """Connect to both, as each command does; a minute passes, so that no budget is spent."""
        self.time.sleep(60)
        with anybacklog.connect(self.source.url()) as source, anybacklog.connect(self.target.url()) as target:
            yield source, target

    def migrate(self) -> Report:
        with self.open() as (source, target):
            return migrate(source, target, ledger=self.ledger, clock=self.clock)

    def harmed(self, dice: Random) -> Report:
        """Migrate through every kind of trouble, again after each time it was stopped, until it is done."""
        reaper = Reaper(dice.randint(1, 8), dice.randint(9, 30))
        arm(self.source, dice, READS)
        arm(self.target, dice, (*WRITES.get(self.kinds[1], ()), *READS))
        for _ in range(RUNS):
            with self.open() as (source, target), suppress(TransportError, MigrationError, Killed):
                if isinstance(self.target, StoreEnd):
                    shake(target, dice, 3)
                report = migrate(source, target, ledger=self.ledger, clock=self.clock, watch=reaper)
                assert len(reaper.at) < 2, "it was never killed"
                return report
        raise AssertionError("it stops again and again")

    def calm(self) -> None:
        """Let whatever is on its way arrive, and nothing go wrong any more."""
        self.time.sleep(3600)
        for end in (self.source, self.target):
            if isinstance(end, NulabEnd | PublicBacklogEnd):
                end.fake.faults.clear()

    def state(self) -> list[Any]:
        """Tell all that the target holds: its tickets, past the adapter, and its words."""
        with anybacklog.connect(self.target.url()) as target:
            words = [[each.name for each in target_words(target, kind)] for kind in METADATA_KINDS]
        return [self.target.told(copy=False), words]


def arm(end: End, dice: Random, requests: Iterable[tuple[str, str]]) -> None:
    """Let one of each kind of a service's requests go wrong, in a way that is drawn."""
    if not isinstance(end, NulabEnd | PublicBacklogEnd):
        return
    for method, path in requests:
        harm = dice.choice([each for each in HARMS if each is not Harm.LATE or method != "GET"])
        end.fake.faults.add(Fault(harm=harm, method=method, path=path, nth=dice.randint(2, 4), seconds=60))


@pytest.fixture
def pair(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    time = Hourglass(tmp_path / "clock")
    monkeypatch.setattr("anybacklog.http.session.Clock", lambda: HttpClock(time.time, time.sleep))
    with ExitStack() as stack:
        kinds = request.param.split(":")
        source, target = (
            make_end(kind, tmp_path, name, time, Gate(), stack) for kind, name in zip(kinds, NAMES, strict=True)
        )
        source.fill(make_up(Random(request.param)))
        with anybacklog.connect(target.url()) as tracker:
            tracker.identity()  # a file is there from now on
        yield Pair(source, target, kinds, tmp_path / "ledger.db", time)
    time.close()


@pytest.mark.parametrize("pair", PAIRS, indirect=True)
def test_without_trouble_all_is_there_once_and_can_be_taken_back(pair: Pair) -> None:
    empty = pair.state()
    assert pair.migrate().failures == []
    is_whole(pair)
    hides = isinstance(pair.target, PublicBacklogEnd)  # so that nobody can tell whether somebody commented
    with pair.open() as (_, target):
        assert rollback(target, ledger=pair.ledger, include_changed=hides, clock=pair.clock).left == []
    assert pair.state() == empty


@pytest.mark.parametrize("pair", PAIRS, indirect=True)
def test_through_every_trouble_all_is_there_once(pair: Pair, request: pytest.FixtureRequest) -> None:
    assert pair.harmed(Random(request.node.name)).failures == []
    pair.calm()
    is_whole(pair)


def is_whole(pair: Pair) -> None:
    """Check the copy past everything, by verify, by another run and by a repair, which both write nothing."""
    assert list(differences(pair.source.told(copy=False), pair.target.told(copy=True), pair.target.lost)) == []
    before = pair.state()
    with pair.open() as (source, target):
        assert verify(source, target, ledger=pair.ledger).differences == []
        assert verify(source, target, ledger=pair.ledger, offline=True).differences == []
        assert repair(source, target, ledger=pair.ledger, clock=pair.clock).steps == []
    again = pair.migrate()
    assert (again.failures, sum(counts.created for counts in again.counts.values())) == ([], 0)
    assert pair.state() == before
