"""Three ways to run a scenario: replayed, recorded from a simulator, recorded from a live account."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.cassettes.live import Account
from tests.cassettes.recording import Metadata, at, clock_of, read, recording, replaying, write
from tests.cassettes.scrub import Exchange, leaks, scrubbed
from tests.cassettes.service import REPLAYED_KEY, End, Service, Simulated, choices_of

import anybacklog
from anybacklog.http.clock import Clock

LIVE, SIMULATOR = "a live account", "the simulator"
Passed = Callable[[], bool]
"""Tells, once a scenario is over, whether it did what it promises."""


@contextmanager
def replayed(path: Path, service: Service, passed: Passed) -> Iterator[End]:
    """Play a cassette; what nobody asked for any more is an error, or a cassette would outlive its scenario."""
    if not path.is_file():
        pytest.fail(f"there is no cassette {path}; record it: pytest --record", pytrace=False)
    exchanges, told = read(path)
    clock, options = clock_of(exchanges), told.get("options", {})
    with at(clock), replaying(path) as cassette:
        yield End(url=service.url, project=service.project, key=REPLAYED_KEY, options=options, clock=clock)
        if passed():
            left = [str(each) for each, played in zip(cassette.requests, _plays(cassette), strict=True) if not played]
            assert left == [], "recorded, but not asked for any more: record again"


@contextmanager
def from_simulator(path: Path, service: Service, simulated: Simulated, url: str, passed: Passed) -> Iterator[End]:
    """Record from a simulator that is served at `url`; the client goes by its clock."""
    fake = simulated.fake
    clock = Clock(now=fake.clock.seconds, sleep=fake.clock.advance)
    with at(clock), recording() as exchanges:
        yield End(
            url=f"{service.scheme}+{url}",
            project=simulated.project,
            key=simulated.key,
            options=service.options,
            clock=clock,
        )
    if passed():
        told = _told(f"{SIMULATOR} of anybacklog {anybacklog.__version__}", choices_of(simulated), service.options)
        _keep(path, exchanges, service, url, simulated.project, simulated.key, told)


@contextmanager
def from_live(path: Path, service: Service, account: Account, passed: Passed) -> Iterator[End]:
    """Record from a live account, and delete there what was made, whatever happened."""
    end = service.begin(replace(account.end, options={**service.options, **account.end.options}))
    try:
        with recording() as exchanges:
            yield end
    finally:
        with account.end.tracker() as tracker:
            service.undo(tracker, exchanges)
    if passed():
        if found := service.strangers(exchanges):
            pytest.fail(f"nothing was written, for somebody else's is in it: {', '.join(found)}", pytrace=False)
        told = _told(LIVE, {}, end.options)
        _keep(path, exchanges, service, account.address, account.end.project, account.end.key, told)


def _told(source: str, choices: Mapping[str, object], options: Mapping[str, str]) -> Metadata:
    return {"from": source, "choices": choices} | ({"options": dict(options)} if options else {})


def _keep(
    path: Path, exchanges: list[Exchange], service: Service, url: str, project: str, key: str, told: Metadata
) -> None:
    """Scrub and write; no byte of it where the key is still in, and nothing from a simulator in place of the real."""
    if told["from"] != LIVE and path.exists() and read(path)[1]["from"] == LIVE:
        return
    clean = scrubbed(exchanges, service.things, known_names(service, url, project))
    if found := leaks(clean, [key]):
        pytest.fail(f"nothing was written, for the key is in {found[0]}", pytrace=False)
    write(path, clean, {"on": datetime.now(UTC).date().isoformat(), **told})


def known_names(service: Service, url: str, project: str) -> dict[str, str]:
    """Say what is known of an account before anything is recorded: its address, its space, the project."""
    parts = urlsplit(url)
    label, _, suffix = (parts.hostname or "").partition(".")
    space = {label: service.host.partition(".")[0]} if suffix and not suffix.replace(".", "").isdigit() else {}
    return space | {
        f"{parts.scheme}://{parts.netloc}": f"https://{service.host}",
        parts.netloc: service.host,
        project: service.project,
        service.project: service.project,
    }


def _plays(cassette: object) -> list[int]:
    counts = cassette.play_counts  # type: ignore[attr-defined]  # vcrpy has no types
    return [counts[index] for index in range(len(cassette))]  # type: ignore[arg-type]
