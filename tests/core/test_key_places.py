"""The places a key is looked up in, each tried for real: a keyring, a file, a program, and tokens among them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from anybacklog.backend import Backend, BackendSpec, Connection
from anybacklog.config import FoundKey, Look, Settings, expected_place, find_key, load_config, places, read_config
from anybacklog.config.settings import LARGEST_FILE, SecretSource
from anybacklog.connection import connect, find_target, open_target
from anybacklog.errors import ConfigurationError
from anybacklog.location import parse
from anybacklog.store.memory import MemoryBackend

SPACE = "nulab://example.backlog.com/PROJ"
SECRET = "s3cr3t-𠮷"


class Held(KeyringBackend):
    """A keyring in memory, which counts how often it is asked, and may be locked."""

    priority = 1

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}
        self.asked = 0
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        if self.locked:
            raise KeyringLocked
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


@pytest.fixture(autouse=True)
def ring() -> Iterator[Held]:
    before, ring = keyring.get_keyring(), Held()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def look_up(url: str = SPACE, **given: Any) -> tuple[FoundKey | None, list[Look]]:
    usual: dict[str, Any] = {
        "keyword": None, "key_env": None, "connection": None, "vendor_hosts": ("backlog.com",), "default_host": "",
        "environ": {},
    }  # fmt: skip
    looks: list[Look] = []
    return find_key(places(parse(url), **(usual | given)), looks.append), looks


def work(source: SecretSource) -> Settings:
    return Settings(name="work", url=SPACE, api_key=source)


# ---- the places


def test_the_system_keyring_is_asked_last_under_scheme_and_host() -> None:
    keyring.set_password("anybacklog", "nulab://example.backlog.com", SECRET)
    found, looks = look_up()
    assert found is not None
    assert (found.secret, found.origin) == (SECRET, "system keyring entry anybacklog/nulab://example.backlog.com")
    assert (looks[-1].outcome, {look.outcome for look in looks[:-1]}) == ("used", {"not asked", "empty"})


@pytest.mark.parametrize("url", ["nulab://other.backlog.com/PROJ", "redmine://example.backlog.com/p"])
def test_the_system_keyrings_key_is_for_one_scheme_and_host(url: str) -> None:
    keyring.set_password("anybacklog", "nulab://example.backlog.com", SECRET)
    assert look_up(url)[0] is None


def test_a_configured_keyring_entry_is_read(ring: Held) -> None:
    keyring.set_password("backlog/jp", "ann", SECRET)
    found, _ = look_up(connection=work(SecretSource("keyring", ("backlog/jp/ann",))))
    assert found == FoundKey(SECRET, "keyring entry backlog/jp/ann")
    assert ring.asked == 1


def test_a_locked_keyring_stops_the_look_up_wherever_it_is_asked(ring: Held) -> None:
    ring.locked = True
    with pytest.raises(ConfigurationError, match="system keyring cannot be read: KeyringLocked; unlock it"):
        look_up()
    configured = work(SecretSource("keyring", ("backlog/ann",)))
    with pytest.raises(ConfigurationError, match="backlog/ann cannot be read: KeyringLocked; unlock the keyring"):
        look_up(connection=configured, environ={"ANYBACKLOG_NULAB_API_KEY": "another"})


def test_the_keyring_named_by_its_own_variable_is_asked_by_a_process(tmp_path: Path) -> None:
    (tmp_path / "ring.py").write_text(
        "from keyring.backend import KeyringBackend\n"
        "class Ring(KeyringBackend):\n"
        "    priority = 1\n"
        "    def get_password(self, service, username): return f'{service} {username}'\n"
        "    set_password = delete_password = None\n",
        encoding="utf-8",
    )
    program = (
        "import os; from anybacklog.config import find_key, places; from anybacklog.location import parse\n"
        "print(find_key(places(parse('nulab://h.example/P'), keyword=None, key_env=None, connection=None,"
        " vendor_hosts=(), default_host='', environ=os.environ)).secret)"
    )
    environ = {"PYTHONPATH": str(tmp_path), "PYTHON_KEYRING_BACKEND": "ring.Ring", "PATH": ""}
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("anybacklog nulab://h.example\n", "")


def test_a_program_has_no_input_to_wait_for() -> None:
    code = "import sys; print(repr(sys.stdin.read()))"
    found, _ = look_up(connection=work(SecretSource("command", (sys.executable, "-c", code))))
    assert found is not None
    assert found.secret == "''"


def test_a_file_too_large_for_a_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"x" * 70_000)
    with pytest.raises(ConfigurationError, match=r"film\.mp4 is over 65536 bytes"):
        look_up(connection=work(SecretSource("file", (str(path),))))


@pytest.mark.parametrize("kind", ["env", "file", "keyring", "command"])
def test_a_configured_place_that_is_empty_lets_the_next_one_speak(kind: Any, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\n")
    words: Mapping[str, tuple[str, ...]] = {
        "env": ("UNSET",),
        "file": (str(tmp_path / "key"),),
        "keyring": ("backlog/ann",),
        "command": (sys.executable, "-c", ""),
    }
    found, looks = look_up(
        connection=work(SecretSource(kind, words[kind])), environ={"ANYBACKLOG_WORK_API_KEY": SECRET}
    )
    assert found == FoundKey(SECRET, "environment variable ANYBACKLOG_WORK_API_KEY")
    assert [look.outcome for look in looks][2:4] == ["empty", "used"]


# ---- asked, or not


def test_nothing_behind_the_key_is_asked(ring: Held) -> None:
    _, looks = look_up(keyword=SECRET)
    assert [look.outcome for look in looks] == ["used"] + ["not asked"] * (len(looks) - 1)
    assert ring.asked == 0


def test_nothing_behind_a_failure_is_asked(ring: Held) -> None:
    looks: list[Look] = []
    configured = work(SecretSource("file", ("/no/such/file",)))
    with pytest.raises(ConfigurationError):
        find_key(
            places(
                parse(SPACE), keyword=None, key_env=None, connection=configured, vendor_hosts=("backlog.com",),
                default_host="", environ={"ANYBACKLOG_WORK_API_KEY": "another"},
            ),
            looks.append,
        )  # fmt: skip
    assert [look.outcome for look in looks][2:] == ["failed"] + ["not asked"] * (len(looks) - 3)
    assert ring.asked == 0


def test_where_a_key_would_come_from_is_said_without_asking(ring: Held) -> None:
    given: dict[str, Any] = {
        "keyword": None, "key_env": None, "vendor_hosts": (), "default_host": "", "environ": {}, "connection": None,
    }  # fmt: skip
    assert expected_place(places(parse(SPACE), **given)) == (
        "system keyring entry anybacklog/nulab://example.backlog.com (not asked)"
    )
    given["connection"] = work(SecretSource("command", ("/no/such/program", "an-argument")))
    assert expected_place(places(parse(SPACE), **given)) == "command /no/such/program (not run)"
    assert ring.asked == 0


# ---- access tokens


def opened(monkeypatch: pytest.MonkeyPatch, *, takes_token: bool, **environ: str) -> Connection:
    """Open a networked backend that keeps what it was opened with."""
    seen: list[Connection] = []

    def open_it(connection: Connection) -> Backend:
        seen.append(connection)
        return MemoryBackend()

    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    target = find_target("nulab+http://127.0.0.1/P")
    spec = BackendSpec("nulab", open_it, needs_key=True, takes_token=takes_token)
    open_target(replace(target, spec=spec), find_key(target.places())).close()
    return seen[0]


def test_a_token_is_given_as_a_token_and_satisfies_who_needs_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = opened(monkeypatch, takes_token=True, ANYBACKLOG_NULAB_ACCESS_TOKEN=SECRET)
    assert (connection.api_key, connection.access_token) == (None, SECRET)
    assert SECRET not in repr(connection)


def test_a_key_goes_before_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"ANYBACKLOG_NULAB_API_KEY": "key", "ANYBACKLOG_NULAB_ACCESS_TOKEN": "token"}
    connection = opened(monkeypatch, takes_token=True, **given)
    assert (connection.api_key, connection.access_token) == ("key", None)


def test_a_backend_that_knows_no_tokens_is_never_shown_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="takes no access token; put an API key into ANYBACKLOG_NULAB_API_KEY"):
        opened(monkeypatch, takes_token=False, ANYBACKLOG_NULAB_ACCESS_TOKEN=SECRET)


def test_nothing_at_all_names_the_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANYBACKLOG_NULAB_API_KEY", raising=False)
    with pytest.raises(ConfigurationError, match="set ANYBACKLOG_NULAB_API_KEY, give --key-env NAME, or add it"):
        connect(SPACE)
    with pytest.raises(ConfigurationError, match="is not one of the vendor's own hosts, so name its key"):
        connect("nulab://backlog.example.org/P")


# ---- a configuration file that is none


def test_a_file_too_large_for_a_configuration_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"#" * (LARGEST_FILE + 1))
    with pytest.raises(ConfigurationError, match="is over 1048576 bytes"):
        load_config(path=path)


def test_a_file_nested_too_deep_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("a = " + "[" * 50_000, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="is not TOML"):
        load_config(path=path)


def test_a_connection_written_twice_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[connections.a]\nurl = "memory://a/P"\n[connections.a]\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match="line 3"):
        load_config(path=path)


def test_a_file_below_a_file_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    environ = {"ANYBACKLOG_CONFIG": str(tmp_path / "file" / "config.toml")}
    with pytest.raises(ConfigurationError, match="does not exist"):
        load_config(environ=environ)


def test_what_is_good_in_a_file_can_be_read_beside_its_problems(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('colour = 1\n[connections.a]\nurl = "memory://a/P"', encoding="utf-8")
    config = read_config(path=path)
    assert list(config.connections) == ["a"]
    assert config.problems == ("colour is not known; a connection is written as [connections.NAME]",)
