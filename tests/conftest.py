"""What holds for every test: a busy machine is no failure, so hypothesis sets no deadline; options, recordings."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from tests.canary import new_canary

from anybacklog import redact
from anybacklog.http import credentials
from anybacklog.migration.clock import Clock

settings.register_profile("anybacklog", deadline=None)
settings.load_profile("anybacklog")


def pytest_addoption(parser: pytest.Parser) -> None:
    cassettes = parser.getgroup("cassettes", "recorded traffic; see CONTRIBUTING.md")
    cassettes.addoption("--record", action="store_true", help="record all cassettes again, from the simulators")
    cassettes.addoption("--record-live", metavar="URL", help="record from a live account; URL names an empty project")
    cassettes.addoption("--yes", action="store_true", help="do what --record-live says it does")
    cassettes.addoption("--cassettes", metavar="FOLDER", help="replay from, or record into, this folder")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--record-live"):
        from tests.cassettes.live import refuse_unless_agreed  # with all that recording needs, and no other test

        refuse_unless_agreed(config.getoption("--record-live"), agreed=config.getoption("--yes"))


@pytest.fixture(scope="session")
def canary() -> str:
    """Give the key of this run: whatever a test leaves behind may be searched for it."""
    return new_canary()


@pytest.fixture(autouse=True, scope="session")
def _own_temporary_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what killed processes leave behind in a folder that goes with the tests; others than us may use it, too."""
    tmp_path_factory.getbasetemp()  # the tests' own folders stay, to be looked into
    with tempfile.TemporaryDirectory(prefix="tests-") as folder, pytest.MonkeyPatch.context() as patch:
        Path(folder).chmod(0o1777)
        patch.setenv("TMPDIR", folder)
        patch.setattr(tempfile, "tempdir", folder)
        yield


@pytest.fixture(autouse=True)
def _nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test whose migration would wait for minutes by the real clock."""
    wait = Clock.wait

    def waited(clock: Clock, seconds: float, why: str) -> None:
        if clock.sleep is time.sleep and seconds >= 1:
            pytest.fail(f"this would wait {seconds:.0f} s, give clock=, such as by_its_clock(fake): {why}")
        wait(clock, seconds, why)

    monkeypatch.setattr(Clock, "wait", waited)


@pytest.fixture(autouse=True)
def _own_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test's key be masked in another's sentences, and no host be known from another."""
    monkeypatch.setattr(credentials, "_accepted", {})
    monkeypatch.setattr(redact, "_remembered", set())


@pytest.fixture(scope="session")
def recordings() -> Path:
    """Real recorded traffic, read in place: a folder beside the project, or the one ANYBACKLOG_RECORDINGS names."""
    beside = Path(__file__).resolve().parents[1] / ".." / "shared" / "recordings"
    folder = Path(os.environ.get("ANYBACKLOG_RECORDINGS", beside))
    if not folder.is_dir():
        pytest.skip("no recordings here: set ANYBACKLOG_RECORDINGS to their folder")
    return folder
