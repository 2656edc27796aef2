"""Two fake spaces of Nulab Backlog in made-up time: real requests, limits that count, and a clock that waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from math import ceil
from random import Random

from anybacklog import Tracker
from anybacklog.backend import Traffic
from anybacklog.http import Clock as SessionClock
from anybacklog.http import Credentials, HttpSession
from anybacklog.location import parse
from anybacklog.migration.clock import Clock
from anybacklog_nulab.backend import NulabBackend
from anybacklog_nulab.client import RATES, NulabClient, bucket
from anybacklog_nulab.refusals import explain
from anybacklog_simulators.nulab import DEMO_KEY, PAID, Rates, Space, empty_space, simulator
from anybacklog_simulators.nulab import Clock as ServiceClock
from anybacklog_simulators.nulab.things import Attachment, Comment, Issue
from anybacklog_simulators.rates import Allowance

START = datetime(2026, 1, 5, 9, 0, 17, tzinfo=UTC).timestamp()
LENGTH = 60.0
METADATA = 12
"""Requests for the project and its words, as the formula has them."""


@dataclass
class Time:
    """Seconds since 1970, moved by whoever waits or talks."""

    now: float = START
    dice: Random = field(default_factory=partial(Random, 1))

    def sleep(self, seconds: float) -> None:
        """Let somebody wait."""
        self.now += seconds

    def clock(self) -> Clock:
        """Give it as those who migrate want it."""
        return Clock(now=lambda: datetime.fromtimestamp(self.now, UTC), sleep=self.sleep, monotonic=lambda: self.now)

    def travel(self) -> None:
        """Let a request or its answer come."""
        self.now += self.dice.uniform(0.005, 0.03)


@dataclass(kw_only=True)
class Metered(Rates):
    """The limits of a paid plan in made-up time; counts what was granted in each window, and what was refused."""

    time: Time
    granted: Counter[tuple[str, int]] = field(default_factory=Counter)
    refused: int = 0

    def take(self, user: int, bucket: str, now: float, requests: int = 1) -> Allowance:
        """Count, as the fake does, a request that takes its time to come and go."""
        self.time.travel()
        told = super().take(user, bucket, float(int(self.time.now)), requests)
        self.granted[bucket, told.reset] += told.granted
        self.refused += not told.granted
        self.time.travel()
        return told

    def used(self, bucket: str) -> float:
        """Give the part that was used of the windows between the first and the last, the time between them included."""
        resets = [reset for name, reset in sorted(self.granted) if name == bucket]
        windows = list(pairwise(resets))[1:]
        room = sum(PAID[bucket] * (following - reset) / LENGTH for reset, following in windows)
        return sum(self.granted[bucket, reset] for reset, _ in windows) / room


@dataclass(frozen=True)
class Formula:
    """The fewest requests that N tickets can take, with their files, comments and states, per budget.

    An issue is created with its files, each sent ahead; its last comment brings its state. To read it takes a request
    for each hundred comments, and one for each file; its related issues take another, which the formula leaves out.
    """

    update: int
    read: int
    search: int
    links: int
    """Reads of related issues, issue by issue: no other answer tells them, and to leave them out would lose some."""

    @classmethod
    def of(cls, space: Space) -> Formula:
        """Add up the tickets of a space."""
        issues = list(space.issues.values())
        return cls(
            update=sum(
                1
                + len(each.attachments)
                + max(len(each.comments), each.status_id != 1 or each.resolution_id is not None)
                for each in issues
            ),
            read=sum(max(1, ceil(len(each.comments) / 100)) + len(each.attachments) for each in issues) + METADATA,
            search=ceil(len(issues) / 100),
            links=len(issues),
        )

    @property
    def without_links(self) -> int:
        """Give the requests of a copy that leaves related issues out."""
        return self.update + self.read + self.search

    @property
    def with_links(self) -> int:
        """Give the requests of one that copies them."""
        return self.without_links + self.links

    def seconds(self) -> float:
        """Give the time that the limits ask for."""
        read = self.read + self.links
        return LENGTH * max(self.update / PAID["update"], read / PAID["read"], self.search / PAID["search"])


def filled(tickets: int) -> Space:
    """Make a space with tickets of no to four comments and up to two files, every second one closed."""
    space, dice = empty_space(), Random(2)
    (project,), at = space.projects.values(), datetime(2024, 5, 1, tzinfo=UTC)
    for number in range(1, tickets + 1):
        closed = number % 2 == 0
        issue = Issue(
            id=space.new_id("issue"), project_id=project.id, number=number, issue_type_id=project.issue_types[0].id,
            summary=f"保存すると真っ白になる（{number}件目）", description="## 手順\n1. 保存を押す\n" * 5,
            status_id=4 if closed else 1, resolution_id=0 if closed else None, created_user_id=space.owner_id,
            created=at, updated_user_id=space.owner_id, updated=at,
        )  # fmt: skip
        for each in range(dice.randrange(5)):
            issue.comments.append(
                Comment(id=space.new_id("comment"), content=f"再現しました。{each}", changes=[],
                        created_user_id=space.owner_id, created=at, updated=at)
            )  # fmt: skip
        for each in range(dice.randrange(3)):
            content = f"{number}-{each}\n".encode() * 50
            issue.attachments.append(
                Attachment(id=space.new_id("attachment"), name=f"記録{each}.csv", content=content, size=len(content),
                           created_user_id=space.owner_id, created=at)
            )  # fmt: skip
        space.add_issue(issue)
    project.last_number = tickets
    return space


@contextmanager
def served(space: Space, time: Time) -> Iterator[tuple[Callable[[], Tracker], Metered]]:
    """Serve a space in made-up time; give what connects to its project, each time as a new process would."""
    rates = Metered(limits=dict(PAID), time=time)
    fake = simulator(space, clock=ServiceClock(lambda: time.now), rates=rates)
    with ExitStack() as stack:
        server = stack.enter_context(fake.served())
        location = parse(f"nulab+{server.url}/DEMO")

        def connect() -> Tracker:
            traffic = Traffic()
            session = HttpSession(
                f"{server.url}/api/v2",
                credentials=[Credentials(headers={"Backlog-API-Key": DEMO_KEY})],
                explain=explain,
                bucket=bucket,
                rates=RATES,
                traffic=traffic,
                clock=SessionClock(lambda: time.now, time.sleep),
            )
            return stack.enter_context(Tracker(NulabBackend(NulabClient(session), location), location, traffic.waits))

        yield connect, rates
