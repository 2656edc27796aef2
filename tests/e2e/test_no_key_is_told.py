"""Every command, with the key from every place it may be kept: it is in nothing they print, log or leave behind."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import keyring
import pytest

if TYPE_CHECKING:
    from tests.adapters.nulab.served.conftest import Space
    from tests.cli.conftest import Call

Config = Callable[[str], Path]
LOUD = ("-vv", "--debug")


@pytest.fixture
def given(
    request: pytest.FixtureRequest,
    address: str,
    canary: str,
    config: Config,
    secret_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> list[str]:
    """Put the key where the test's parameter says; give the URL or name, and the options that lead there."""
    url = f"{address}/A"
    (secret_folder / "key").write_text(f"{canary}\n")
    (secret_folder / "key").chmod(0o600)
    program = [sys.executable, "-c", f"print(open('{secret_folder}/key').read().strip())"]
    place = {
        "a file": f'{{file = "{secret_folder}/key"}}',
        "a command": f"{{command = {program!r}}}",
        "a keyring": '{keyring = "backlog/me"}',
        "a variable": '{env = "MY_KEY"}',
    }
    match request.param:
        case "--key-env":
            monkeypatch.setenv("MY_KEY", canary)
            return [url, "--key-env", "MY_KEY"]
        case "the variable of the scheme":
            monkeypatch.setenv("ANYBACKLOG_NULAB_API_KEY", canary)
            return [url]
        case "the system keyring":
            monkeypatch.setattr(keyring, "get_password", lambda *_: canary)
            return [url]
        case where:
            monkeypatch.setenv("MY_KEY", canary)
            monkeypatch.setattr(keyring, "get_password", lambda *_: canary)
            config(f'[connections.work]\nurl = "{url}"\napi_key = {place[where]}\n')
            return ["work"]


PLACES = [
    "--key-env",
    "the variable of the scheme",
    "the system keyring",
    "a file",
    "a command",
    "a keyring",
    "a variable",
]


@pytest.mark.parametrize("key_in", ["header", "query"])
@pytest.mark.parametrize("given", PLACES, indirect=True)
def test_a_whole_day_of_commands_tells_nobody_the_key(
    given: list[str], key_in: str, space: Space, call: Call, tmp_path: Path
) -> None:
    space.key_in = key_in
    url, *options = given
    copy, ledger = f"sqlite:///{tmp_path}/copy.db?project=A", tmp_path / "ledger.db"
    day: list[list[object]] = [
        ["ls", url],
        ["ls", url, "--format", "json", "--raw"],
        ["show", url, "A-1"],
        ["show", url, "A-1", "--format", "json", "--raw"],
        ["download", url, "A-1", "-o", tmp_path / "files"],
        ["migrate", url, copy, "--ledger", ledger, "--dry-run", "--json-report", tmp_path / "dry.json"],
        ["migrate", url, copy, "--ledger", ledger, "--yes", "--report", tmp_path / "report.html"],
        ["migrate", url, copy, "--ledger", ledger, "--yes", "--json-report", "-"],
        ["verify", url, copy, "--ledger", ledger, "--json-report", tmp_path / "verified.json"],
        ["doctor", url],
        ["doctor", url, "--format", "json"],
        ["connections"],
        ["connections", "--format", "json"],
    ]
    for command in day:
        answer = call(*command, *options, *LOUD)
        assert answer.code == 0, (command, answer.out, answer.err)
    assert space.key in "".join(space.shown)
