"""`anybacklog connections`: what the configuration file names, without running or unlocking anything."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Call, Configure


@pytest.fixture
def config(configure: Configure, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Write the configuration file, on a machine whose keyring fails whoever asks it."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return configure


def test_without_a_file_its_place_is_told(call: Call, tmp_path: Path) -> None:
    answer = call("connections")
    path = tmp_path / "xdg_config_home" / "anybacklog" / "config.toml"
    assert (answer.code, answer.out) == (0, f"Configuration file: {path} (not there)\n")
    assert call("connections", "--format", "json").json == {
        "path": str(path),
        "there": False,
        "entries": [],
        "problems": [],
    }


def test_the_guides_own_example_is_a_configuration_without_a_problem(call: Call, config: Configure) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guide.md").read_text(encoding="utf-8")
    config(guide.split("```toml\n")[1].split("```")[0])
    answer = call("connections", "--format", "json")
    assert (answer.code, answer.err) == (0, "")
    assert [each["name"] for each in answer.json["entries"]] == ["work", "copy"]


def test_a_connection_is_shown_with_its_backend_its_keys_place_and_its_options(call: Call, config: Configure) -> None:
    path = config('[connections.work]\nurl = "nulab://example.backlog.com/PROJ"\napi_key = {env = "W"}\nshare = 50')
    told = call("connections", "--format", "json").json
    assert (told["path"], told["there"]) == (str(path), True)
    assert told["entries"] == [
        {
            "name": "work",
            "url": "nulab://example.backlog.com/PROJ",
            "scheme": "nulab",
            "key": "system keyring entry anybacklog/nulab://example.backlog.com (not asked)",
            "options": {"share": "50"},
            "problems": [],
        }
    ]
    table = call("connections").out
    assert all(word in table for word in ("work", "nulab://example.backlog.com/PROJ", "share=50"))


@pytest.mark.parametrize(
    ("source", "environ", "place"),
    [
        ('{env = "WORK"}', {"WORK": "k"}, "environment variable WORK"),
        ('{env = "WORK"}', {"ANYBACKLOG_WORK_API_KEY": "k"}, "environment variable ANYBACKLOG_WORK_API_KEY"),
        (
            '{env = "WORK"}',
            {"ANYBACKLOG_NULAB_ACCESS_TOKEN": "k"},
            "environment variable ANYBACKLOG_NULAB_ACCESS_TOKEN",
        ),
        ('{file = "/keys/work"}', {"ANYBACKLOG_NULAB_API_KEY": "k"}, "file /keys/work (not read)"),
        ('{keyring = "backlog/ann"}', {}, "keyring entry backlog/ann (not asked)"),
        ('{command = ["pass", "show", "secret/path"]}', {}, "command pass (not run)"),
    ],
)
def test_the_keys_place_is_named(
    source: str,
    environ: dict[str, str],
    place: str,
    call: Call,
    config: Configure,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config(f'[connections.work]\nurl = "nulab://example.backlog.com/PROJ"\napi_key = {source}')
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    answer = call("connections", "--format", "json")
    assert answer.json["entries"][0]["key"] == place
    assert "secret/path" not in answer.out


def test_no_program_is_run(call: Call, config: Configure, tmp_path: Path) -> None:
    witness = tmp_path / "it-ran"
    code = f'open(r"{witness}", "w")'
    config(f"""[connections.work]
url = "nulab://example.backlog.com/PROJ"
api_key = {{command = ['{sys.executable}', '-c', '{code}']}}""")
    assert call("connections").code == 0
    assert not witness.exists()


def test_a_schemes_key_is_not_where_a_strangers_would_come_from(
    call: Call, config: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANYBACKLOG_NULAB_API_KEY", "k")
    config('[connections.own]\nurl = "nulab://backlog.example.org/PROJ"')
    key = call("connections", "--format", "json").json["entries"][0]["key"]
    assert key == "system keyring entry anybacklog/nulab://backlog.example.org (not asked)"


def test_all_problems_are_told_at_once_and_what_is_good_is_shown(call: Call, config: Configure) -> None:
    config(
        """
        colour = "red"
        [connections.good]
        url = "sqlite:///t.db"
        [connections.unknown]
        url = "nolab://x/P"
        [connections.options]
        url = "nulab://example.backlog.com/P?share=0"
        colour = "red"
        shape = "round"
        [connections.nulab]
        url = "nulab://me:hunter2@example.backlog.com/P"
        api_key = "hunter2"
        [connections.my-work]
        url = "memory://a/P"
        [connections.my_work]
        url = "memory://b/P"
        """
    )
    answer = call("connections")
    assert answer.code == 2
    assert "good" in answer.out
    assert "no key needed" in answer.out
    for told in (
        "colour is not known",
        "connections.unknown cannot be used, no backend for nolab://",
        "connections.options cannot be used, nulab:// has no options 'colour', 'shape'",
        "connections.options cannot be used, share is a percentage from 1 to 100, not '0'",
        "connections.nulab has a name that belongs to the scheme nulab://",
        "connections.nulab.url cannot be used, a URL must not hold a user name or a password",
        "connections.nulab.api_key is the key itself",
        "connections.my_work reads the same variable as connections.my-work",
    ):
        assert told in answer.err
    assert "hunter2" not in answer.out + answer.err


def test_what_looks_like_a_secret_among_the_options_is_masked(call: Call, config: Configure) -> None:
    config('[connections.work]\nurl = "nulab://example.backlog.com/P?apiKey=hunter2"\ntoken = "hunter2"')
    for form in ("table", "json"):
        answer = call("connections", "--format", form)
        assert answer.code == 2
        assert "hunter2" not in answer.out + answer.err


@pytest.mark.parametrize("command", ["connections", "ls"])
def test_a_file_that_is_named_and_missing_is_told(command: str, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANYBACKLOG_CONFIG", "/no/such/config.toml")
    answer = call(command, *["work"] * (command == "ls"))
    assert (answer.code, answer.out) == (2, "")
    assert "/no/such/config.toml does not exist" in answer.err


def test_a_connection_is_used_by_its_name(call: Call, config: Configure, tmp_path: Path) -> None:
    config(f'[connections.shop]\nurl = "sqlite:///{tmp_path}/shop.db"\nproject = "SHOP"')
    assert call("create", "shop", "--title", "x").out == "SHOP-1\n"
