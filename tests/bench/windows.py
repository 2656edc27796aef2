"""How much of a service's rate windows the Nulab adapter uses: real requests to the fake space, in made-up time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from random import Random
from typing import Any

from anybacklog.http import Clock, Credentials, HttpSession
from anybacklog_nulab.client import RATES, NulabClient, bucket
from anybacklog_nulab.refusals import explain
from anybacklog_simulators.nulab import DEMO_KEY, PAID, Rates, demo_space, simulator
from anybacklog_simulators.nulab import Clock as ServiceClock
from anybacklog_simulators.rates import Allowance
from figure import Figure, at_least

START = datetime(2026, 1, 5, 9, 0, 17, tzinfo=UTC).timestamp()
LENGTH = 60.0
WINDOWS = 6
USES: Mapping[str, Callable[[NulabClient], object]] = {
    "read": lambda client: client.get("users/myself"),
    "update": lambda client: client.write("POST", "issues/DEMO-1/comments", {"content": "seen"}),
    "search": lambda client: client.count_issues({"projectId[]": 1}),
    "icon": lambda client: _whole(client, "users/1001/icon"),
}
KINDS: Mapping[str, Mapping[str, Any]] = {
    "windows of the clock's minutes": {},
    "windows from the first request on": {"aligned": False},
    "our clock 1 s fast": {"ahead": 1.0},
    "our clock 1 s slow": {"ahead": -1.0},
    "the limit lowered by half meanwhile": {"lowered": 0.5},
    "a fifth taken by a rival": {"theirs": 0.2},
}


def _whole(client: NulabClient, path: str) -> None:
    with client.session.stream(path) as image:
        image.read()


@dataclass
class Window:
    """One window of the fake: how many requests it has, and how many of them a rival and we had."""

    limit: int
    theirs: int = 0
    ours: int = 0


@dataclass(kw_only=True)
class Counted(Rates):
    """The fake's limits in made-up time: requests take a moment to come and go, and somebody else's come between."""

    bucket: str
    ahead: float = 0.0
    lowered: float = 1.0
    theirs: float = 0.0
    time: float = START
    seen: dict[float, Window] = field(default_factory=dict)
    refused: int = 0
    dice: Random = field(default_factory=partial(Random, 1))
    rival_at: float = START

    def take(self, user: int, bucket: str, now: float, requests: int = 1) -> Allowance:
        """Count, as the fake does, and note whose request it was."""
        self._wait()
        now = float(int(self.time))
        self._meanwhile(user, now)
        told = super().take(user, bucket, now, requests)
        self._in(bucket, told.reset).ours += told.granted
        self.refused += not told.granted
        self._wait()
        return told

    def rival(self, user: int, bucket: str, requests: int, now: float) -> None:
        """Spend as the fake does, and note what was spent: there may be less left than is wanted."""
        before = self._window(user, bucket, now).used
        super().rival(user, bucket, requests, now)
        told = self.look(user, now)[bucket]
        self._in(bucket, told.reset).theirs += self._window(user, bucket, now).used - before

    def used(self) -> float:
        """Give the part that we had of what the whole windows left to us, the time between them included."""
        left = ours = 0.0
        for (reset, window), (following, _) in list(pairwise(self.seen.items()))[1:]:
            left += (window.limit - window.theirs) * (following - reset) / LENGTH
            ours += window.ours
        return ours / left

    def _in(self, bucket: str, reset: float) -> Window:
        return self.seen.setdefault(reset, Window(self.limits[bucket]))

    def _wait(self) -> None:
        self.time += self.dice.uniform(0.005, 0.03)

    def sleep(self, seconds: float) -> None:
        """Let the client wait."""
        self.time += seconds

    def _meanwhile(self, user: int, now: float) -> None:
        if now >= (START // LENGTH + 3) * LENGTH:
            self.lower(self.bucket, int(PAID[self.bucket] * self.lowered))
        while self.theirs and self.rival_at <= self.time:
            self.rival(user, self.bucket, 1, self.rival_at)
            self.rival_at += LENGTH / (PAID[self.bucket] * self.theirs)


def figures() -> Iterator[Figure]:
    """Use up each kind of window for some minutes."""
    for use in USES:
        for kind, how in KINDS.items():
            rates = Counted(dict(PAID), bucket=use, **how)
            spend(rates, USES[use])
            part = rates.used()
            yield at_least(f"{use}: {kind}, {rates.refused} x 429", f"{part:.1%}", part, 0.97)


def spend(rates: Counted, use: Callable[[NulabClient], object]) -> None:
    """Send as fast as the budget lets us."""
    fake = simulator(demo_space(), clock=ServiceClock(lambda: rates.time), rates=rates)
    with fake.served() as server:
        session = HttpSession(
            f"{server.url}/api/v2",
            credentials=[Credentials(headers={"Backlog-API-Key": DEMO_KEY})],
            explain=explain,
            bucket=bucket,
            rates=RATES,
            clock=Clock(lambda: rates.time + rates.ahead, rates.sleep),
        )
        with closing(session):
            while rates.time < START + WINDOWS * LENGTH:
                use(NulabClient(session))
