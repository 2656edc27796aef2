"""The token of a login while it is used: believed, renewed once for all who share it, and kept before it is shown."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.logins import CLIENT, LoginSpace, led_to, login_space

from anybacklog import TicketDraft
from anybacklog.backend import Traffic
from anybacklog.config import FoundKey, Login, Logins
from anybacklog.connection import connect, find_target, open_target
from anybacklog.errors import AuthenticationError, ConfigurationError, TransportError
from anybacklog.http import HttpSession
from anybacklog.oauth.attempt import Attempt
from anybacklog.oauth.tokens import EARLY, LoginTokens
from anybacklog_simulators.nulab import Fault, Harm


@pytest.fixture(autouse=True)
def _own_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep logins in files, and out of the developer's home."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    import keyring

    before = keyring.get_keyring()
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    assert keyring.get_keyring() is not before


@pytest.fixture
def space() -> Iterator[LoginSpace]:
    with login_space() as space:
        yield space


@pytest.fixture
def login(space: LoginSpace) -> Login:
    """Log in."""
    attempt = Attempt(space.at(), CLIENT, "http://127.0.0.1:0/")
    login = attempt.login(led_to(attempt.page))
    Logins().keep(login)
    return login


@pytest.fixture
def over(space: LoginSpace, login: Login) -> Login:
    """Log in, and let the token's life pass, as both ends know."""
    space.fake.clock.advance(3601)
    due = replace(login, expires_at=0.0)
    Logins().keep(due)
    return due


def tokens(space: LoginSpace, **given: Any) -> LoginTokens:
    return LoginTokens(space.at(), Logins(), **given)


def asked(space: LoginSpace, before: int = 1) -> int:
    """Count the renewals: all that was asked for but the login itself."""
    return space.tokens_asked() - before


# ---- when it is renewed


def test_a_token_that_lives_is_used_as_it_is(space: LoginSpace, login: Login) -> None:
    source = tokens(space)
    assert [source.token() for _ in range(5)] == [login.access_token] * 5
    assert asked(space) == 0


def test_a_token_whose_life_is_over_is_renewed_before_it_is_used(space: LoginSpace, over: Login) -> None:
    with connect(f"{space.address}/DEMO") as tracker:
        assert tracker.myself().login == "hanako"
    assert [status for _, path, status in space.fake.log if "oauth2" not in path.lower()] == [200]
    assert asked(space) == 1


def test_a_token_that_the_service_ended_is_renewed_once_and_the_call_repeated(space: LoginSpace, login: Login) -> None:
    space.fake.clock.advance(3601)  # our own clock knows nothing of it
    with connect(f"{space.address}/DEMO") as tracker:
        tracker.myself()
    statuses = [status for _, path, status in space.fake.log if path.endswith("/users/myself")]
    assert (statuses, asked(space)) == ([401, 200], 1)


def test_a_write_that_was_refused_for_its_token_happens_once(space: LoginSpace, login: Login) -> None:
    with connect(f"{space.address}/DEMO") as tracker:
        tracker.project()
        space.fake.clock.advance(3601)
        tracker.create_ticket(TicketDraft(title="once", type=tracker.ticket_types()[0]))
        assert [ticket.title for ticket in tracker.tickets()] == ["once"]


def test_a_long_run_outlives_any_number_of_tokens(space: LoginSpace, login: Login) -> None:
    with connect(f"{space.address}/DEMO") as tracker:
        for _ in range(4):
            tracker.myself()
            space.fake.clock.advance(3601)
        tracker.myself()
    assert asked(space) == 4


def test_a_service_that_gives_the_same_token_again_is_asked_early_once_and_then_at_its_end(
    space: LoginSpace, login: Login
) -> None:
    now = 1_000_000.0
    Logins().keep(replace(login, expires_at=now + EARLY / 2))
    source = tokens(space, now=lambda: now)
    for token in space.space.oauth.tokens:  # as recorded: the same token, with what is left of its life
        token.expires = space.fake.clock.now().replace(microsecond=0)
    space.gives(login.access_token, str(login.refresh_token), seconds=EARLY / 2)
    space.space.oauth.tokens.reverse()
    assert {source.token() for _ in range(10)} == {login.access_token}
    assert asked(space) == 1
    now += EARLY
    space.fake.clock.advance(EARLY)
    assert source.token() != login.access_token
    assert asked(space) == 2


def test_a_refusal_stands_if_the_service_gives_the_same_token_again(space: LoginSpace, login: Login) -> None:
    assert tokens(space).renew(login.access_token) is False
    assert asked(space) == 1


def test_a_session_asks_for_another_token_once_not_for_every_call_that_is_refused(
    space: LoginSpace, login: Login
) -> None:
    space.space.users.pop(space.space.owner_id)  # the API is closed to this person, the door of tokens is not
    space.space.oauth.tokens[0].access = "another"
    session = HttpSession(f"{space.url}/api/v2", login=tokens(space), traffic=Traffic(read_timeout=5))
    space.fake.faults.add(Fault(harm=Harm.ERROR_BEFORE, path="/api/v2/users", status=401))
    for _ in range(3):
        with pytest.raises(AuthenticationError):
            session.get("users/myself")
    session.close()
    assert asked(space) == 1


def test_sessions_of_one_login_share_a_rate_budget_whatever_their_tokens(space: LoginSpace, login: Login) -> None:
    sessions = [HttpSession(f"{space.url}/api/v2", login=tokens(space)) for _ in range(2)]
    sessions[0].get("users/myself")
    space.fake.clock.advance(3601)
    sessions[1].get("users/myself")
    assert sessions[0].state() == sessions[1].state()
    sessions.append(HttpSession(f"{space.url}/api/v2"))  # who shows nothing is somebody else
    assert sessions[2].state() != sessions[1].state()
    for session in sessions:
        session.close()


# ---- once for all


def test_eight_threads_renew_once(space: LoginSpace, over: Login) -> None:
    start = threading.Barrier(8)

    def work(_: int) -> str:
        source = tokens(space)
        start.wait(10)
        return source.token()

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(work, range(8)))
    assert (len(found), asked(space)) == (1, 1)
    assert found != {over.access_token}


def test_eight_threads_that_are_all_refused_renew_once(space: LoginSpace, login: Login) -> None:
    space.fake.clock.advance(3601)
    start = threading.Barrier(8)

    def work(_: int) -> str:
        with connect(f"{space.address}/DEMO") as tracker:
            start.wait(10)
            return str(tracker.myself().login)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(work, range(8))) == {"hanako"}
    assert asked(space) == 1


def test_two_processes_renew_once(space: LoginSpace, over: Login) -> None:
    program = (
        "import sys, anybacklog\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        f"with anybacklog.connect('{space.address}/DEMO') as tracker: print(tracker.myself().login)"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for each in processes:
        assert each.stdout
        assert each.stdout.readline() == "ready\n"
    for each in processes:
        assert each.stdin
        each.stdin.write("go\n")
        each.stdin.flush()
    assert [each.communicate(timeout=30)[0] for each in processes] == ["hanako\n"] * 2
    assert asked(space) == 1


def test_what_another_process_renewed_is_used_without_asking(space: LoginSpace, login: Login) -> None:
    source = tokens(space)
    source.token()
    space.fake.clock.advance(3601)
    assert tokens(space).renew(login.access_token)
    assert source.renew(login.access_token)
    assert asked(space) == 1


# ---- kept before it is used


def test_the_new_pair_is_kept_before_it_is_used(space: LoginSpace, over: Login) -> None:
    token = tokens(space).token()
    kept = Logins().load(space.address)
    assert kept is not None
    assert (kept.access_token, kept.refresh_token) == (token, space.space.oauth.tokens[-1].refresh)
    assert kept.refresh_token != over.refresh_token


def test_a_new_pair_that_cannot_be_kept_is_not_used(
    space: LoginSpace, over: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ConfigurationError, match="cannot be used: No space left on device"):
        tokens(space).token()
    monkeypatch.undo()


def test_a_refresh_token_that_does_not_rotate_is_kept_on(space: LoginSpace, over: Login) -> None:
    space.space.choices.rotating_refresh = False
    tokens(space).token()
    kept = Logins().load(space.address)
    assert kept is not None
    assert kept.refresh_token == over.refresh_token


# ---- when it is over


def test_a_revoked_refresh_token_is_one_sentence_that_says_to_log_in_again(space: LoginSpace, over: Login) -> None:
    space.revoke()
    with connect(f"{space.address}/DEMO") as tracker, pytest.raises(AuthenticationError) as refused:
        tracker.myself()
    assert str(refused.value) == (
        f"the login at {space.address} is over: invalid_grant (The refresh token is invalid);"
        f" log in again: anybacklog login {space.address}"
    )


def test_a_login_without_a_refresh_token_ends_with_its_token(space: LoginSpace, over: Login) -> None:
    Logins().keep(replace(over, refresh_token=None))
    with pytest.raises(AuthenticationError, match="is over: it cannot be renewed; log in again"):
        tokens(space).token()
    assert asked(space) == 0


def test_who_logs_out_meanwhile_ends_the_login_for_all(space: LoginSpace, login: Login) -> None:
    source = tokens(space)
    source.token()
    Logins().forget(space.address)
    with pytest.raises(AuthenticationError, match="is over: somebody logged out; log in again"):
        source.renew(login.access_token)


def test_a_renewal_lost_on_its_way_is_no_doubt_about_what_the_caller_wanted(space: LoginSpace, over: Login) -> None:
    space.fake.faults.add(Fault(harm=Harm.DROP_AFTER, method="POST", path="oauth2/token"))
    with connect(f"{space.address}/DEMO") as tracker, pytest.raises(TransportError) as lost:
        tracker.raw("POST", "issues/1/comments", data={"content": "never sent"})
    assert (lost.value.maybe_applied, asked(space)) == (False, 1)
    assert "the login could not be renewed" in str(lost.value)


def test_a_login_is_handed_to_the_backend_as_a_login_alone(space: LoginSpace, login: Login) -> None:
    from anybacklog.backend import Connection

    seen: list[Connection] = []
    target = find_target(f"{space.address}/DEMO")

    def open_it(connection: Connection) -> Any:
        seen.append(connection)
        return target.spec.open(connection)

    spied = replace(target, spec=replace(target.spec, open=open_it))
    open_target(spied, FoundKey(login.access_token, "a login", "login")).close()
    assert (seen[0].api_key, seen[0].access_token) == (None, None)
    assert seen[0].login is not None
    assert login.access_token not in repr(seen[0])
