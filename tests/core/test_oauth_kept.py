"""Where a login is kept: a keyring if one takes it, else a file that nobody else reads; whole, or as it was before."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import keyring
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backend import KeyringBackend
from keyring.core import load_keyring
from keyring.errors import KeyringLocked, PasswordSetError

from anybacklog.config import (
    FoundKey,
    Login,
    Logins,
    Look,
    address_of,
    expected_place,
    find_key,
    is_open_to_others,
    places,
)
from anybacklog.config.login import read_login
from anybacklog.config.logins import SERVICE
from anybacklog.connection import connect, find_target
from anybacklog.errors import ConfigurationError, TransportError
from anybacklog.location import parse
from anybacklog.redact import MASK, redact

ADDRESS = "nulab://example.backlog.com"
LOGIN = Login(
    address=ADDRESS,
    client_id="an-application",
    client_secret="client-s3cret",
    access_token="access-s3cret",
    refresh_token="refresh-s3cret",
    expires_at=1_000_000.0,
)


class Held(KeyringBackend):
    """A keyring in memory, which may be locked, or too small."""

    priority = 1

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}
        self.asked = 0
        self.locked = False
        self.largest = 10_000

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        if self.locked:
            raise KeyringLocked
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise KeyringLocked
        if len(password) > self.largest:
            raise PasswordSetError
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.locked:
            raise KeyringLocked
        del self.held[service, username]


@pytest.fixture(autouse=True)
def ring() -> Iterator[Held]:
    before, ring = keyring.get_keyring(), Held()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


@pytest.fixture
def logins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Logins:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return Logins()


def everything_below(folder: Path) -> str:
    return "".join(path.read_text("utf-8") for path in folder.rglob("*") if path.is_file())


# ---- in a keyring


def test_a_keyring_that_takes_it_has_it_and_the_file_holds_no_secret(logins: Logins, ring: Held) -> None:
    assert logins.keep(LOGIN) == "the system keyring"
    assert logins.load(ADDRESS) == LOGIN
    assert list(ring.held) == [(SERVICE, ADDRESS)]
    assert "s3cret" not in everything_below(logins.folder)


def test_no_keyring_is_asked_where_nobody_is_logged_in(logins: Logins, ring: Held) -> None:
    assert (logins.has(ADDRESS), logins.load(ADDRESS), logins.forget(ADDRESS)) == (False, None, False)
    assert ring.asked == 0


def test_a_locked_keyring_is_told_when_it_has_the_login(logins: Logins, ring: Held) -> None:
    logins.keep(LOGIN)
    ring.locked = True
    with pytest.raises(ConfigurationError, match="KeyringLocked; unlock it"):
        logins.load(ADDRESS)
    with pytest.raises(ConfigurationError, match="KeyringLocked; unlock it"):
        logins.forget(ADDRESS)
    assert logins.has(ADDRESS)


def test_a_login_that_somebody_took_out_of_the_keyring_is_told(logins: Logins, ring: Held) -> None:
    logins.keep(LOGIN)
    ring.held.clear()
    with pytest.raises(
        ConfigurationError, match=f"is not in the system keyring; log in again: anybacklog login {ADDRESS}"
    ):
        logins.load(ADDRESS)


def test_a_forgotten_login_is_nowhere(logins: Logins, ring: Held) -> None:
    logins.keep(LOGIN)
    assert logins.forget(ADDRESS) is True
    assert (ring.held, everything_below(logins.folder), logins.has(ADDRESS)) == ({}, "", False)


def test_a_login_that_its_keyring_takes_no_more_moves_to_a_file_and_that_is_told(
    logins: Logins, ring: Held, caplog: pytest.LogCaptureFixture
) -> None:
    logins.keep(LOGIN)
    ring.largest = 10
    logins.keep(replace(LOGIN, access_token="another"))
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "leaves the system keyring for the file" in caplog.text
    assert logins.load(ADDRESS) == replace(LOGIN, access_token="another")
    assert logins.forget(ADDRESS) is True
    assert (ring.held, everything_below(logins.folder)) == ({}, "")


def test_a_login_in_a_file_is_forgotten_though_the_keyring_is_locked(logins: Logins, ring: Held) -> None:
    ring.locked = True
    logins.keep(LOGIN)
    assert logins.forget(ADDRESS) is True
    assert everything_below(logins.folder) == ""


# ---- in a file


def in_a_file(how: str, ring: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    """See to it that no keyring takes anything, for this reason."""
    match how:
        case "KeyringLocked":
            ring.locked = True
        case "PasswordSetError":
            ring.largest = 10
        case "keeps":
            keyring.set_keyring(load_keyring("keyring.backends.null.Keyring"))
        case "extra":
            monkeypatch.setitem(sys.modules, "keyring", None)


@pytest.mark.parametrize("how", ["KeyringLocked", "PasswordSetError", "keeps", "extra"])
def test_where_no_keyring_takes_it_a_file_has_it_and_the_reason_is_told(
    how: str, logins: Logins, ring: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_a_file(how, ring, monkeypatch)
    told = logins.keep(LOGIN)
    assert told.startswith(f"the file {logins.path(ADDRESS)}, since ")
    assert how in told
    assert logins.load(ADDRESS) == LOGIN


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such permissions there")
def test_the_file_is_its_owners_alone_whatever_the_umask(logins: Logins, ring: Held) -> None:
    ring.locked = True
    before = os.umask(0)
    try:
        logins.keep(LOGIN)
        logins.keep(LOGIN)
    finally:
        os.umask(before)
    assert stat.S_IMODE(logins.path(ADDRESS).stat().st_mode) == 0o600
    assert stat.S_IMODE(logins.folder.stat().st_mode) == 0o700
    assert not is_open_to_others(str(logins.path(ADDRESS)))


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such permissions there")
def test_a_file_that_was_opened_to_others_is_closed_by_the_next_renewal(logins: Logins, ring: Held) -> None:
    ring.locked = True
    logins.keep(LOGIN)
    logins.path(ADDRESS).chmod(0o644)
    logins.keep(replace(LOGIN, access_token="another"))
    assert stat.S_IMODE(logins.path(ADDRESS).stat().st_mode) == 0o600


def test_a_full_disk_leaves_the_login_that_was_there(
    logins: Logins, ring: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring.locked = True
    logins.keep(LOGIN)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(ConfigurationError, match="cannot be used: No space left"):
            logins.keep(replace(LOGIN, access_token="another"))
    assert logins.load(ADDRESS) == LOGIN
    logins.keep(replace(LOGIN, access_token="a third"))
    logins.forget(ADDRESS)
    assert everything_below(logins.folder) == ""


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"\xff\xfe", b"null", b"[]", b"{}", b'"login"', b"[" * 50_000, b"1" * 5000,
        json.dumps({"address": "nulab://another.example"}).encode(),
        json.dumps({"address": ADDRESS, "kept": "elsewhere"}).encode(),
        json.dumps({"address": ADDRESS, "client_id": "a", "client_secret": "b", "access_token": ""}).encode(),
        json.dumps({"address": ADDRESS, "client_id": "a", "client_secret": "b", "access_token": 5}).encode(),
    ],
)  # fmt: skip
def test_a_damaged_file_is_one_sentence_and_can_be_forgotten(content: bytes, logins: Logins) -> None:
    logins.folder.mkdir(parents=True)
    logins.path(ADDRESS).write_bytes(content)
    with pytest.raises(ConfigurationError) as damaged:
        logins.load(ADDRESS)
    assert str(damaged.value) == (
        f"the login at {ADDRESS} is damaged ({logins.path(ADDRESS)}); log in again: anybacklog login {ADDRESS}"
    )
    assert logins.forget(ADDRESS) is True


def test_a_folder_in_the_place_of_the_file_is_one_sentence(logins: Logins) -> None:
    logins.path(ADDRESS).mkdir(parents=True)
    with pytest.raises(ConfigurationError, match="cannot be used: Is a directory"):
        logins.load(ADDRESS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*Login.__slots__, "x"]), inner),
    max_leaves=10,
)


@given(JSON)
def test_whatever_stands_in_a_file_it_is_a_login_or_none(document: object) -> None:
    login = read_login(document, ADDRESS)
    assert login is None or (login.address == ADDRESS and bool(login.access_token))


# ---- one at a time


def test_who_finds_the_login_locked_for_too_long_is_told(logins: Logins, monkeypatch: pytest.MonkeyPatch) -> None:
    program = (
        "import sys; from anybacklog.config import Logins\n"
        f"with Logins().locked({ADDRESS!r}): print('held', flush=True); sys.stdin.readline()"
    )
    other = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdout
    assert other.stdout.readline() == "held\n"
    monkeypatch.setattr("anybacklog.config.logins.LOCK_SECONDS", 0.0)
    with pytest.raises(TransportError, match="is being renewed by another process") as told, logins.locked(ADDRESS):
        pass
    assert told.value.maybe_applied is False
    with logins.locked("nulab://another.backlog.com"):
        other.communicate("go\n", timeout=10)
    with logins.locked(ADDRESS):
        pass


# ---- among the places of a key


def look_up(logins: Logins, **given: str) -> tuple[FoundKey | None, list[Look]]:
    looks: list[Look] = []
    at = places(
        parse(f"{ADDRESS}/PROJ"), keyword=None, key_env=None, connection=None, vendor_hosts=("backlog.com",),
        default_host="", environ=given, logins=logins,
    )  # fmt: skip
    return find_key(at, looks.append), looks


def test_a_login_is_found_behind_the_variables_and_before_the_keyrings_key(logins: Logins) -> None:
    logins.keep(LOGIN)
    keyring.set_password("anybacklog", ADDRESS, "the-keyrings-key")
    found, looks = look_up(logins)
    assert found == FoundKey("access-s3cret", f"login at {ADDRESS}", "login")
    assert [look.outcome for look in looks][-2:] == ["used", "not asked"]
    by_variable, _ = look_up(logins, ANYBACKLOG_NULAB_API_KEY="a-key")
    assert by_variable is not None
    assert by_variable.kind == "api_key"


def test_without_a_login_its_place_is_closed(logins: Logins) -> None:
    found, looks = look_up(logins)
    assert found is None
    assert (looks[-2].place, looks[-2].why) == (f"login at {ADDRESS}", "nobody logged in there")


def test_where_a_login_is_expected_is_said_without_reading_it(logins: Logins, ring: Held) -> None:
    logins.keep(LOGIN)
    ring.asked = 0
    at = places(
        parse(ADDRESS), keyword=None, key_env=None, connection=None, vendor_hosts=(), default_host="", environ={},
        logins=logins,
    )  # fmt: skip
    assert expected_place(at) == f"login at {ADDRESS} (not read)"
    assert ring.asked == 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("nulab://a.example/P", "nulab://a.example/Q", True),
        ("nulab://A.example", "nulab://a.example", True),
        ("nulab://a.example/P", "nulab+http://a.example/P", False),
        ("nulab://a.example/P", "nulab://a.example:8443/P", False),
        ("nulab://a.example/P", "nulab://b.example/P", False),
        ("nulab://a.example/one/P", "nulab://a.example/two/P", False),
        ("nulab://a.example/P", "redmine://a.example/P", False),
    ],
)
def test_a_login_is_for_one_service(one: str, other: str, same: bool) -> None:
    assert (address_of(parse(one)) == address_of(parse(other))) is same


def test_what_a_login_holds_is_masked_once_it_is_read(logins: Logins) -> None:
    logins.keep(LOGIN)
    Logins().load(ADDRESS)
    assert redact("client-s3cret access-s3cret refresh-s3cret") == f"{MASK} {MASK} {MASK}"
    assert "s3cret" not in repr(LOGIN)


def test_a_backend_without_logins_has_no_such_place() -> None:
    with pytest.raises(ConfigurationError, match="sqlite:// has no login; it needs no key"):
        find_target("sqlite:///x.db?project=A").endpoints()


def test_nobody_logged_in_is_told_with_the_way_to_log_in(logins: Logins, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANYBACKLOG_NULAB_API_KEY", raising=False)
    with pytest.raises(ConfigurationError, match=f"or log in with anybacklog login {ADDRESS}$"):
        connect(f"{ADDRESS}/PROJ")
