"""The whole command line against a space on loopback, with one key that is looked for in all that a run leaves."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkdtemp
from time import time
from typing import Any

import pytest
from tests.adapters.nulab.served.conftest import Space, address, serving
from tests.canary import find_canary, find_in_records, find_in_tree
from tests.cli.conftest import Answer, Call, _own_folders, plugin, url
from tests.cli.conftest import call as call_unsearched
from tests.cli.conftest import process as process_unsearched

from anybacklog.http import Retry
from anybacklog_simulators.nulab import DEMO_KEY, demo_space, simulator

__all__ = ["_own_folders", "address", "call_unsearched", "plugin", "process_unsearched", "serving", "url"]
USER = {"id": 1, "userId": "ann", "name": "安", "mailAddress": "ann@example.com"}
RATE = {"limit": 600, "remaining": 598, "reset": int(time()) + 60}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again at once."""
    monkeypatch.setattr(Retry, "pause", lambda *_: 0.0)


@pytest.fixture(autouse=True)
def _no_key_is_left_behind(tmp_path: Path, canary: str, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Search every file and every log line of ours that a test has left."""
    caplog.set_level(logging.DEBUG)
    yield
    assert find_in_tree(tmp_path, canary) == []
    assert find_in_records(caplog.get_records("call"), canary) == []


@pytest.fixture
def call(call_unsearched: Call, canary: str) -> Call:
    """Run a command line in this process; what it prints is searched for the key."""
    return _searched(call_unsearched, canary)


@pytest.fixture
def process(process_unsearched: Call, canary: str) -> Call:
    """Run a command line in a process of its own; what it prints is searched for the key."""
    return _searched(process_unsearched, canary)


def _searched(call: Call, key: str) -> Call:
    def called(*arguments: object, **how: Any) -> Answer:
        answer = call(*arguments, **how)
        assert find_canary(f"{answer.out}\0{answer.err}".encode("utf-8", "surrogatepass"), key) == []
        return answer

    return called


@pytest.fixture
def secret_folder() -> Iterator[Path]:
    """Give a folder that is not searched: where a user keeps the key."""
    folder = Path(mkdtemp())
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def space(canary: str) -> Space:
    """Give a space with one issue that has all there is, a comment and a file."""
    space = Space(key=canary)
    user_and_time = {"createdUser": USER, "created": "2015-05-01T00:01:00Z"}
    file = {"id": 9, "name": "trace.txt", "size": 5, **user_and_time}
    space.issues = [
        space.issue(
            1,
            summary="タイトル",
            description="text",
            status={"id": 1, "name": "Open"},
            issueType={"id": 3, "name": "Bug"},
            attachments=[file],
            **user_and_time,
        )
    ]
    space.comments = [{"id": 70, "content": "seen", "changeLog": [], **user_and_time}]
    space.attachments = [file]
    space.refusals = {
        "issues/A-1": (200, space.issues[0]),
        "issues/1001": (200, space.issues[0]),
        "issues/1001/attachments/9": (200, b"bytes"),
        "projects/5/users": (200, [USER]),
        "projects/5/issueTypes": (200, [{"id": 3, "name": "Bug"}]),
        **{f"projects/5/{words}": (200, []) for words in ("categories", "versions", "customFields")},
        **{words: (200, []) for words in ("priorities", "resolutions")},
        "users/myself": (200, USER | {"roleType": 2}),
        "rateLimit": (200, {"rateLimit": dict.fromkeys(("read", "update", "search", "icon"), RATE)}),
    }
    return space


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Write the configuration file."""

    def written(text: str) -> Path:
        path = tmp_path / "config.toml"
        path.write_text(text, encoding="utf-8")
        monkeypatch.setenv("ANYBACKLOG_CONFIG", str(path))
        return path

    return written


@pytest.fixture
def fake() -> Any:
    """Give a strict fake of a space."""
    return simulator(demo_space())


@pytest.fixture
def ends(fake: Any, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, ...]]:
    """Give a copy of that space which is done, as the arguments that name it."""
    monkeypatch.setenv("ANYBACKLOG_NULAB_API_KEY", DEMO_KEY)
    with fake.served() as server:
        ends = (f"nulab+{server.url}/DEMO", f"sqlite:///{tmp_path}/t.db?project=T", "--ledger", f"{tmp_path}/l.db")
        assert call("migrate", *ends, "--yes").code == 0
        yield ends
