"""`anybacklog login` and `logout`: a browser, a pasted address, what is kept, and what later commands make of it."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import keyring
import pytest
from keyring.core import load_keyring
from tests.canary import find_canary, find_in_tree, new_canary
from tests.logins import CLIENT, Browser, LoginSpace, led_to, login_space

from anybacklog.config import Logins
from anybacklog.oauth.callback import listening
from anybacklog_simulators.nulab import DEMO_KEY
from anybacklog_simulators.nulab.events import Application

if TYPE_CHECKING:
    from tests.cli.conftest import Call, Configure

FREE = "http://127.0.0.1:0/callback"
VISIT = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=10).read()"


@pytest.fixture(autouse=True)
def _no_keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    before = keyring.get_keyring()
    keyring.set_keyring(load_keyring("keyring.backends.fail.Keyring"))
    yield
    keyring.set_keyring(before)


@pytest.fixture
def space(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoginSpace]:
    """A space, and an application that may ask people to log in to it."""
    monkeypatch.setenv("ANYBACKLOG_NULAB_CLIENT_ID", CLIENT.id)
    monkeypatch.setenv("ANYBACKLOG_NULAB_CLIENT_SECRET", CLIENT.secret)
    with login_space() as space:
        yield space


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    browser = Browser()
    monkeypatch.setattr("webbrowser.open", browser.open)
    yield browser
    if browser.thread:
        browser.thread.join()


def logged_in(space: LoginSpace, call: Call) -> None:
    """Log in by paste, with the code of a page that was agreed to elsewhere."""
    at = space.at()
    page = f"{at.authorize}?response_type=code&client_id={CLIENT.id}&redirect_uri={at.spec.redirect_uri}"
    code = parse_qs(urlsplit(led_to(page)).query)["code"][0]
    assert call("login", space.address, "--no-browser", stdin=code.encode()).code == 0


# ---- logging in


def test_a_browser_brings_the_login_and_every_later_command_uses_it(
    space: LoginSpace, browser: Browser, call: Call
) -> None:
    answer = call("login", f"{space.address}/DEMO", "--redirect-uri", FREE)
    assert (answer.code, answer.out) == (0, f"Logged in at {space.address} as 山田 花子 (id 1001)\n")
    assert "The login is kept in the file" in answer.err
    assert call("ls", f"{space.address}/DEMO").code == 0
    assert "you can close this page" in browser.shown[0]
    assert browser.pages[0] in answer.err


def test_a_real_browser_program_is_started_by_a_process(space: LoginSpace, process: Call) -> None:
    answer = process(
        "login", space.address, "--redirect-uri", FREE, BROWSER=f"{sys.executable} -c '{VISIT}' %s"
    )  # fmt: skip
    assert (answer.code, answer.out) == (0, f"Logged in at {space.address} as 山田 花子 (id 1001)\n")


def test_the_address_that_a_browser_elsewhere_ended_at_is_pasted(space: LoginSpace, tmp_path: Path) -> None:
    import subprocess

    command = [sys.executable, "-m", "anybacklog", "login", space.address, "--no-browser"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as running:
        assert running.stdin
        assert running.stderr
        lines = iter(running.stderr.readline, "")
        page = next(line for line in lines if line.startswith(space.url)).strip()
        out, _ = running.communicate(led_to(page) + "\n", timeout=30)
    assert (running.returncode, out) == (0, f"Logged in at {space.address} as 山田 花子 (id 1001)\n")


def test_a_project_that_one_is_not_of_keeps_nobody_from_logging_in(
    space: LoginSpace, browser: Browser, call: Call
) -> None:
    answer = call("login", f"{space.address}/STRANGE", "--redirect-uri", FREE)
    assert (answer.code, answer.out) == (0, f"Logged in at {space.address} as 山田 花子 (id 1001)\n")


def test_a_code_alone_is_taken_too(space: LoginSpace, call: Call) -> None:
    logged_in(space, call)
    assert Logins().has(space.address)


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such permissions there")
def test_the_file_of_a_login_is_its_owners_alone(space: LoginSpace, call: Call) -> None:
    logged_in(space, call)
    files = [path for path in Logins().folder.iterdir() if path.suffix == ".json"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in files] == [0o600]


def test_a_connection_says_who_we_are_and_where_the_browser_comes_back(
    space: LoginSpace, browser: Browser, call: Call, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening(FREE) as found:
        uri = found.redirect_uri
    space.space.oauth.applications = [Application(client_id="named", client_secret="its-secret", redirect_uri=uri)]
    monkeypatch.setenv("ANYBACKLOG_WORK_CLIENT_SECRET", "its-secret")
    configure(f'[connections.work]\nurl = "{space.address}/DEMO"\nclient_id = "named"\nredirect_uri = "{uri}"')
    assert call("login", "work").code == 0
    assert call("ls", "work").code == 0


def test_logging_in_again_takes_the_place_of_the_login_before(space: LoginSpace, call: Call) -> None:
    logged_in(space, call)
    space.revoke()
    logged_in(space, call)
    assert call("ls", f"{space.address}/DEMO").code == 0


def test_a_damaged_login_is_mended_by_logging_in(space: LoginSpace, call: Call) -> None:
    logged_in(space, call)
    Logins().path(space.address).write_text("{")
    answer = call("ls", f"{space.address}/DEMO")
    assert answer.code == 2
    assert f"is damaged ({Logins().path(space.address)}); log in again: anybacklog login {space.address}" in answer.err
    logged_in(space, call)
    assert call("ls", f"{space.address}/DEMO").code == 0


def test_what_goes_before_the_login_is_said(space: LoginSpace, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANYBACKLOG_NULAB_API_KEY", DEMO_KEY)
    log_in = call("login", space.address, "--no-browser", stdin=b"an-invented-code")
    assert log_in.code == 3
    space_page = (
        f"{space.at().authorize}?response_type=code&client_id={CLIENT.id}&redirect_uri={space.at().spec.redirect_uri}"
    )
    code = parse_qs(urlsplit(led_to(space_page)).query)["code"][0]
    answer = call("login", space.address, "--no-browser", stdin=code.encode())
    assert "environment variable ANYBACKLOG_NULAB_API_KEY goes before the login" in answer.err


# ---- what is refused


def test_a_browser_that_comes_back_with_another_state_is_refused(
    space: LoginSpace, browser: Browser, call: Call
) -> None:
    browser.changed = lambda address: address.replace("state=", "state=x")
    answer = call("login", space.address, "--redirect-uri", FREE)
    assert answer.code == 3
    assert "belongs to another login" in answer.err
    assert not Logins().has(space.address)
    assert space.tokens_asked() == 0


def test_who_does_not_agree_is_told_so(space: LoginSpace, browser: Browser, call: Call) -> None:
    browser.changed = lambda address: f"{address.partition('?')[0]}?error=access_denied"
    answer = call("login", space.address, "--redirect-uri", FREE)
    assert (answer.code, "gave no code: access_denied" in answer.err) == (3, True)


def test_nothing_pasted_is_no_login(space: LoginSpace, call: Call) -> None:
    answer = call("login", space.address, "--no-browser")
    assert (answer.code, "no address and no code was given" in answer.err) == (2, True)


def test_an_address_elsewhere_needs_the_paste(space: LoginSpace, call: Call) -> None:
    answer = call("login", space.address, "--redirect-uri", "https://app.example/callback")
    assert (answer.code, "add --no-browser" in answer.err) == (2, True)


def test_without_an_application_the_way_to_one_is_told(
    space: LoginSpace, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANYBACKLOG_NULAB_CLIENT_ID")
    answer = call("login", space.address)
    assert answer.code == 2
    assert (
        "register an application at https://backlog.com/developer/applications, then set ANYBACKLOG_NULAB_"
        in answer.err
    )


def test_without_the_extra_the_sentence_names_it(
    space: LoginSpace, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "authlib.oauth2.client", None)
    answer = call("login", space.address, "--no-browser")
    assert (answer.code, "pip install 'anybacklog[oauth]'" in answer.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--redirect-uri", "callback"], "the redirect URI must look like http://127.0.0.1:8080/callback"),
        (["--redirect-uri", "http://127.0.0.1:99999/"], "the redirect URI must look like"),
        (["--client-secret-env", "NOT_SET"], "the environment variable NOT_SET is not set or empty"),
        (["--client-secret-env", "s3cret-itself"], "named by --client-secret-env (what was given may be the secret"),
        (["--client-secret-env", "TWO_LINES"], "from environment variable TWO_LINES has a line break"),
    ],
)
def test_a_bad_option_is_one_sentence_that_repeats_no_secret(
    arguments: list[str], told: str, space: LoginSpace, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWO_LINES", "s3cret-itself\nits-rest")
    answer = call("login", space.address, *arguments)
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert told in answer.err
    assert "s3cret-itself" not in answer.err


@pytest.mark.parametrize("command", ["login", "logout"])
def test_a_tracker_without_logins_is_refused(command: str, url: str, call: Call) -> None:
    answer = call(command, url)
    assert (answer.code, answer.err) == (2, "Error: sqlite:// has no login; it needs no key\n")


# ---- afterwards


def test_a_login_that_the_service_ended_is_one_sentence_with_exit_code_3(space: LoginSpace, call: Call) -> None:
    logged_in(space, call)
    space.revoke()
    answer = call("ls", f"{space.address}/DEMO")
    assert answer.code == 3
    assert answer.err.count("\n") == 1
    assert answer.err.endswith(
        f"the login at {space.address} is over: invalid_grant (The refresh token is invalid);"
        f" log in again: anybacklog login {space.address}\n"
    )


def test_logging_out_deletes_the_tokens(space: LoginSpace, call: Call) -> None:
    logged_in(space, call)
    assert call("logout", space.address).code == 0
    assert not [path for path in Logins().folder.iterdir() if path.suffix == ".json"]
    answer = call("ls", f"{space.address}/DEMO")
    assert (answer.code, f"or log in with anybacklog login {space.address}" in answer.err) == (2, True)
    again = call("logout", space.address)
    assert (again.code, again.err) == (0, f"Nobody is logged in at {space.address}.\n")


def test_doctor_and_connections_show_the_login(space: LoginSpace, call: Call, configure: Configure) -> None:
    logged_in(space, call)
    configure(f'[connections.work]\nurl = "{space.address}/DEMO"')
    assert call("connections", "--format", "json").json["entries"][0]["key"] == f"login at {space.address} (not read)"
    checks = call("doctor", "work", "--format", "json").json["checks"]
    assert (f"login at {space.address} - used") in [each["told"] for each in checks if each["name"] == "place"]
    [key] = [each for each in checks if each["name"] == "key"]
    assert key["told"] == f"an access token from login at {space.address}"


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such permissions there")
def test_a_logins_file_that_others_may_read_is_a_problem_for_doctor(space: LoginSpace, call: Call) -> None:
    logged_in(space, call)
    Logins().path(space.address).chmod(0o644)
    answer = call("doctor", f"{space.address}/DEMO", "--format", "json")
    [check] = [each for each in answer.json["checks"] if each["name"] == "key file"]
    assert check["told"] == f"other users of this machine may read the login's file {Logins().path(space.address)}"


def test_no_secret_is_shown_by_any_command_or_lies_outside_the_logins_file(
    space: LoginSpace, browser: Browser, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, access, refresh = (new_canary() for _ in range(3))
    space.space.oauth.applications = [Application(client_id=CLIENT.id, client_secret=secret)]
    space.gives(access, refresh)
    monkeypatch.setenv("ANYBACKLOG_NULAB_CLIENT_SECRET", secret)
    loud = ("-vv", "--debug")
    url = f"{space.address}/DEMO"
    told = [call("login", url, "--redirect-uri", FREE, *loud)]
    told += [call(*command, *loud) for command in (["ls", url], ["doctor", url], ["connections"])]
    copy, left = f"sqlite:///{tmp_path}/copy.db?project=COPY", ("--ledger", "--report", "--json-report")
    files = [part for name in left for part in (name, tmp_path / f"{name}.out")]
    told.append(call("migrate", url, copy, *files, "--yes", *loud))
    assert told[-1].code == 0
    space.fake.clock.advance(3601)
    told.append(call("ls", url, *loud))
    assert [each.code for each in told[:2]] == [0, 0]
    space.revoke()
    told.append(call("ls", url, *loud))
    Logins().path(space.address).write_text(f'{{"access_token": "{access[:20]}')
    told.append(call("ls", url, *loud))
    told.append(call("logout", url, *loud))
    shown = "".join(each.out + each.err for each in told).encode()
    assert [each for key in (secret, access, refresh) for each in find_canary(shown, key)] == []
    assert [each for key in (secret, access, refresh) for each in find_in_tree(tmp_path, key)] == []
    assert os.environ["ANYBACKLOG_NULAB_CLIENT_SECRET"] == secret
