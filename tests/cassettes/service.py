"""What a service has to tell about itself so that its traffic can be recorded, scrubbed and replayed.

A folder of scenarios needs a `Service` as the fixture `service`, a `Simulated` as the fixture `simulated`, and a line
in `test_cassettes.SERVICES`. See `nulab/`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tests.cassettes.scrub import Exchange, Thing

from anybacklog import Tracker
from anybacklog.config import FoundKey
from anybacklog.connection import find_target, open_target
from anybacklog.http.clock import Clock
from anybacklog.plugin import Backend
from anybacklog_simulators.clock import Clock as SimulatedClock
from anybacklog_simulators.dump import dumped
from anybacklog_simulators.simulator import Simulator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
"""When every recording from a simulator begins."""
REPLAYED_KEY = "no key is needed to replay"


@dataclass(frozen=True, kw_only=True)
class Service:
    """`host` and `project` are what cassettes have in place of the real ones; `things` what names somebody.

    `options` are those of every connection; of a live one, those in its URL come first. With a live account, `begin`
    gives the end that the next test is to use, `undo` deletes what the exchanges of a test made, and raises if it
    cannot, and `strangers` names what they show that no test made: then nothing of them is written.
    """

    scheme: str
    host: str
    project: str
    things: Sequence[Thing]
    undo: Callable[[Tracker, Sequence[Exchange]], None]
    options: Mapping[str, str] = field(default_factory=dict)
    begin: Callable[[End], End] = lambda end: end
    strangers: Callable[[Sequence[Exchange]], Sequence[str]] = lambda _: ()

    @property
    def url(self) -> str:
        """Give the address that is replayed."""
        return f"{self.scheme}://{self.host}"


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """A simulator to record from: its choices, its key, and the project that scenarios work in."""

    fake: Simulator[Any]
    choices: Any
    key: str
    project: str


@dataclass(frozen=True, kw_only=True)
class End:
    """Where a scenario's requests go, and with which options; without a `clock` by the wall's."""

    url: str
    project: str
    key: str = field(repr=False)
    token: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    clock: Clock | None = None

    @contextmanager
    def tracker(
        self, *, project: str | None = None, key: str | None = None, options: Mapping[str, str] = MappingProxyType({})
    ) -> Iterator[Tracker]:
        """Open a project as somebody: by default the one there is, with the key that is valid; `options` are added."""
        url = f"{self.url}/{quote(self.project if project is None else project, safe='')}"
        found = FoundKey(self.key if key is None else key, "the test", "access_token" if self.token else "api_key")
        with open_target(find_target(url, options={**self.options, **options}), found) as tracker:
            yield tracker

    @contextmanager
    def backend(self) -> Iterator[Backend]:
        """Open the same as the conformance kit wants it."""
        with self.tracker() as tracker:
            yield tracker._backend


def standing() -> SimulatedClock:
    """Give the clock of a simulator to record from."""
    return SimulatedClock.standing(NOON)


class Switchboard:
    """Serves one simulator after the other on one port; each request takes a second of the simulator's time."""

    fake: Simulator[Any]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        self.fake.clock.advance(1)
        return self.fake(environ, start_response)


def choices_of(simulated: Simulated) -> Mapping[str, Any]:
    """Give what a simulator was made to take for true where that is not its default, and which faults struck."""
    given, usual = dumped(simulated.choices), dumped(type(simulated.choices)())
    struck = sorted({f"{each.fault.harm} {each.fault.status}" for each in simulated.fake.faults.struck})
    chosen = {name: value for name, value in given.items() if value != usual[name]}
    return chosen | ({"fault": ", ".join(struck)} if struck else {})
