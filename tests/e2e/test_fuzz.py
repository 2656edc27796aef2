"""Any text at all, wherever a text is taken: the contract's exit code and one sentence, never a traceback."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.e2e.told import one_sentence

from anybacklog.errors import ConfigurationError
from anybacklog.location import parse

if TYPE_CHECKING:
    from tests.cli.conftest import Answer, Call

same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
CLOSED = 9  # a port nobody listens on
# What a command line can hold: everything but NUL; what is no UTF-8 arrives as lone surrogates.
words = st.text(st.characters(exclude_characters="\0"), max_size=40)
schemes = ("nulab", "sqlite", "memory", "archive", "+http", "://")
signs = (":", "/", "//", "?", "&", "=", "%", "%00", "%2F", "%ff", "#", "@", "[", "]", "..", ".", "\\", " ", "\t")
others = ("project", "read_timeout", "127.0.0.1", "::1", "x.invalid", "é", "\ud800")
pieces = st.sampled_from((*schemes, *signs, *others))
urls = st.lists(pieces | words, max_size=9).map("".join)
heads = ("[connections.work]\n", "[connections]\n", "[mapping.users]\n", "[mapping]\n", "url = ", "api_key = ", "a = ")
values = (
    "'x'\n",
    "{env = 'X'}\n",
    "{command = ['false']}\n",
    "5\n",
    "nan\n",
    "1979-05-27\n",
    "'nulab://h/P'\n",
    "true\n",
)
tokens = st.sampled_from((*heads, *values, "[", "]", "\n", "=", '"', "'''", "\\u0000"))
toml = st.lists(tokens | words, max_size=9).map(lambda parts: "".join(parts).encode("utf-8", "surrogatepass"))


@pytest.fixture
def url(tmp_path: Path, call: Call) -> str:
    """Give a database of one ticket."""
    url = f"sqlite:///{tmp_path}/good.db?project=PROJ"
    call("create", url, "--title", "kept")
    return url


def proper(answer: Answer) -> None:
    """Expect success, or one sentence and nothing on stdout."""
    assert answer.code in (0, 1, 2, 3, 4), answer
    assert "Unexpected" not in answer.err, answer
    assert "Traceback" not in answer.err, answer
    if answer.code:
        assert answer.out == "", answer
        one_sentence(
            "\n".join(line for line in answer.err.split("\n") if not line.startswith(("memory://", "Reading: ")))
        )


@given(url=urls | words)
def test_any_text_is_a_location_or_a_configuration_error(url: str) -> None:
    with suppress(ConfigurationError):
        location = parse(url)
        assert parse(str(location)) == location


@same_folder
@given(url=urls)
@example(url="sqlite:///%00")
@example(url="nulab://x..y/P")
@example(url="nulab://" + "a" * 70 + ".invalid/P")
@example(url="sqlite:///" + "a" * 300)
@example(url="archive:///" + "/".join("a" * 200 for _ in range(30)))
def test_any_text_as_a_url(url: str, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MY_KEY", "a-key")
    proper(call("ls", "--key-env", "MY_KEY", "--", url))


@same_folder
@given(value=words | pieces)
@pytest.mark.parametrize("option", ["share", "pace", "connect_timeout", "read_timeout", "allow_plain_http", "project"])
def test_any_text_as_an_option_of_a_url(option: str, value: str, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "a-key")
    spelt = quote(value, safe="", errors="surrogatepass")
    proper(call("ls", f"nulab+http://127.0.0.1:{CLOSED}/A?{option}={spelt}", "--key-env", "MY_KEY"))


@same_folder
@example(value=str(1 << 63))
@given(value=words | st.datetimes().map(str) | st.dates().map(str) | st.integers().map(str) | st.floats().map(str))
@pytest.mark.parametrize(
    "option",
    [f"ls --{name}" for name in ("updated-since", "limit", "status", "format", "share", "pace")]
    + [f"create --{name}" for name in ("due", "type", "status", "assignee", "parent", "title", "attach")]
    + [f"edit --{name}" for name in ("due", "parent")]
    + [f"migrate --{name}" for name in ("limit", "only", "sample")],
)
def test_any_text_as_the_value_of_an_option(option: str, value: str, url: str, call: Call, tmp_path: Path) -> None:
    command, name = option.split()
    more = {
        "create": () if name == "--title" else ("--title", "t"),
        "edit": ("PROJ-1",),
        "migrate": ("memory://fuzz/P", "--dry-run", "--ledger", tmp_path / "l.db"),
    }
    proper(call(command, url, *more.get(command, ()), f"{name}={value}"))


@same_folder
@given(key=words | st.integers().map(str))
@pytest.mark.parametrize("command", ["show", "edit", "rm", "comment", "download"])
def test_any_text_as_a_key(command: str, key: str, url: str, call: Call, tmp_path: Path) -> None:
    if key in ("PROJ-1", "1"):
        return  # it is there
    more = {"edit": ("--title", "x"), "rm": ("--yes",), "download": ("-o", tmp_path / "files")}
    proper(call(command, *more.get(command, ()), "--", url, key, *(["text"] if command == "comment" else [])))


@same_folder
@given(content=toml | st.binary(max_size=60))
def test_any_bytes_as_a_configuration_file(
    content: bytes, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_bytes(content)
    monkeypatch.setenv("ANYBACKLOG_CONFIG", str(tmp_path / "config.toml"))
    answer = call("ls", "work")
    assert answer.code == 2
    proper(answer)


@same_folder
@given(content=toml | st.binary(max_size=60))
def test_any_bytes_as_a_plan(content: bytes, url: str, call: Call, tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_bytes(content)
    proper(call("migrate", url, "memory://fuzz/P", "--plan", tmp_path / "plan.toml", "--dry-run"))


@same_folder
@given(content=st.binary(max_size=200), magic=st.booleans())
def test_any_bytes_as_a_ledger(content: bytes, magic: bool, url: str, call: Call, tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    for tail in ("", "-wal", "-shm"):
        Path(f"{path}{tail}").unlink(missing_ok=True)
    if magic:
        with sqlite3.connect(path) as database:
            database.execute(f"PRAGMA application_id = {0x616E796C}")
            database.execute("CREATE TABLE step (a)")
        database.close()
        kept = bytearray(path.read_bytes())
        kept[100 : 100 + len(content)] = content
        path.write_bytes(kept)
    else:
        path.write_bytes(content)
    answer = call("migrate", url, "memory://fuzz/P", "--ledger", path, "--dry-run")
    proper(answer)
    assert answer.code in ((2, 4) if content else (0, 2))


@same_folder
@given(content=st.binary(max_size=200))
def test_any_bytes_as_a_database(content: bytes, call: Call, tmp_path: Path) -> None:
    (tmp_path / "any.db").write_bytes(content)
    proper(call("ls", f"sqlite:///{tmp_path}/any.db"))


@same_folder
@given(text=words)
def test_any_text_as_a_command_and_as_an_option(text: str, call: Call, url: str) -> None:
    if text in ("demo", "completion") or text.startswith(("-v", "--v", "--h", "-h")):
        return
    for arguments in ([text], ["ls", url, f"--{text}"], ["ls", url, text]):
        answer = call(*arguments)
        assert answer.code in (0, 2), answer
        assert "Traceback" not in answer.err
        assert "Unexpected" not in answer.err
