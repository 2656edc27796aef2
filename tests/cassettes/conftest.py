"""Scenarios take `tracker`, `backend` or `end`; the options say whether these are replayed or recorded."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from tests.cassettes.index import write_index
from tests.cassettes.live import Account, account_at
from tests.cassettes.modes import Passed, from_live, from_simulator, replayed
from tests.cassettes.service import End, Service, Simulated, Switchboard

from anybacklog import Tracker
from anybacklog.location import parse
from anybacklog.plugin import Backend
from anybacklog.redact import redact
from anybacklog_simulators.serving import Server

CASSETTES = Path(__file__).parents[2] / "cassettes"
KIT = "conformance"
_KEYS = pytest.StashKey[tuple[str, ...]]()
_PASSED = pytest.StashKey[bool]()
_TAKEN = pytest.StashKey[dict[Path, str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "staged(prepare=): a scenario that only a simulator can be prepared for, by this"
    )
    config.stash[_TAKEN] = {}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what records nothing, and for a live account what needs a prepared simulator."""
    live = config.getoption("--record-live")
    if live or config.getoption("--record"):
        kept = [item for item in items if _records(item) and not (live and _is_elsewhere(item, live))]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Bring the table up to date after recording."""
    if session.config.getoption("--record") and folder_of(session.config) == CASSETTES:
        write_index(CASSETTES)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember who passed; and mask the key of a live account in all that is shown of who did not."""
    report = yield
    if call.when == "call":
        item.stash[_PASSED] = report.passed
    if item.config.getoption("--record-live") and not report.passed:
        keys = item.config.stash.get(_KEYS, ())
        report.longrepr = redact(report.longreprtext, keys)
        report.sections = [(name, redact(text, keys)) for name, text in report.sections]
    return report


def folder_of(config: pytest.Config) -> Path:
    """Give the folder of all cassettes: the one that was named, else the project's, live recordings apart."""
    given = config.getoption("--cassettes")
    return Path(given).resolve() if given else CASSETTES / "live" if config.getoption("--record-live") else CASSETTES


def _records(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and "end" in item.fixturenames


def _is_elsewhere(item: pytest.Item, live: str) -> bool:
    """Tell whether a scenario is another service's than that of a live account, or needs a prepared simulator."""
    return item.path.parent.name != parse(live).scheme or item.get_closest_marker("staged") is not None


@pytest.fixture(scope="session")
def switchboard() -> Iterator[tuple[Switchboard, str]]:
    """Serve simulators, one after the other, and say where."""
    board = Switchboard()
    with Server(board) as server:
        yield board, server.url


@pytest.fixture(scope="session")
def account(pytestconfig: pytest.Config) -> Account:
    """Give the live account that `--record-live` names; one that cannot be used ends the run."""
    try:
        account = account_at(pytestconfig.getoption("--record-live"))
    except pytest.UsageError as error:
        pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)
    pytestconfig.stash[_KEYS] = (account.end.key,)
    return account


@pytest.fixture
def cassette(request: pytest.FixtureRequest, service: Service) -> Path:
    """Name the cassette of a scenario: by its test, and those of the kit in a folder that the class may name."""
    name = re.sub(r"\W+", "_", request.node.name.removeprefix("test_"), flags=re.ASCII).strip("_")
    path = folder_of(request.config) / service.scheme / _folder_of(request.cls) / f"{name}.yaml"
    owner = request.config.stash[_TAKEN].setdefault(path, request.node.nodeid)
    assert owner == request.node.nodeid, f"{path.name} would belong to two tests; rename one"
    return path


def _folder_of(kit: type | None) -> str:
    return "" if kit is None else getattr(kit, "cassettes", KIT)


@pytest.fixture
def end(request: pytest.FixtureRequest, cassette: Path, service: Service) -> Iterator[End]:
    """Give where requests go."""
    with _way(request, cassette, service, lambda: request.node.stash.get(_PASSED, False)) as end:
        yield end


def _way(
    request: pytest.FixtureRequest, cassette: Path, service: Service, passed: Passed
) -> AbstractContextManager[End]:
    if request.config.getoption("--record-live"):
        return from_live(cassette, service, request.getfixturevalue("account"), passed)
    if request.config.getoption("--record"):
        return _staged(request, cassette, service, passed)
    return replayed(cassette, service, passed)


@contextmanager
def _staged(request: pytest.FixtureRequest, cassette: Path, service: Service, passed: Passed) -> Iterator[End]:
    simulated: Simulated = request.getfixturevalue("simulated")
    board, url = request.getfixturevalue("switchboard")
    for mark in request.node.iter_markers("staged"):
        mark.kwargs["prepare"](simulated.fake)
    board.fake = simulated.fake
    with from_simulator(cassette, service, simulated, url, passed) as end:
        yield end


@pytest.fixture
def backend(end: End) -> Iterator[Backend]:
    with end.backend() as backend:
        yield backend


@pytest.fixture
def tracker(end: End) -> Iterator[Tracker]:
    with end.tracker() as tracker:
        yield tracker
