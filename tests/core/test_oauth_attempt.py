"""Logging in: the page, what it sends back, and the tokens for it, asked of a strict fake over real HTTP."""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from tests.canary import find_in_error
from tests.logins import CLIENT, REDIRECT, LoginSpace, led_to, login_space

from anybacklog.backend import OAuthSpec, Traffic
from anybacklog.errors import AuthenticationError, ConfigurationError, ProtocolError, TransportError
from anybacklog.location import parse
from anybacklog.oauth.attempt import Attempt
from anybacklog.oauth.callback import listening, listens
from anybacklog.oauth.endpoints import Endpoints, endpoints_of
from anybacklog.redact import MASK, redact

if TYPE_CHECKING:
    from tests.core.conftest import Server

TOKEN = {"access_token": "acc-1", "token_type": "Bearer", "refresh_token": "ref-1", "expires_in": 755}


@pytest.fixture
def space() -> Iterator[LoginSpace]:
    with login_space() as space:
        yield space


def scripted(server: Server, *answers: object, pkce: bool = False) -> Endpoints:
    """Let a server of the test's own give tokens."""
    server.script += [server.answer(body=json.dumps(each).encode()) for each in answers]
    spec = OAuthSpec(authorize="/page", token="/door/token", pkce=pkce, scopes=("read", "write"))
    return endpoints_of(spec, parse(f"nulab+{server.url}/P"), "", Traffic(read_timeout=5))


def attempt(at: Endpoints) -> Attempt:
    return Attempt(at, CLIENT, REDIRECT)


def state_of(page: str) -> str:
    return parse_qs(urlsplit(page).query)["state"][0]


# ---- the whole way


def test_a_browser_that_comes_back_with_the_code_brings_tokens_that_open_the_space(space: LoginSpace) -> None:
    with listening(REDIRECT) as callback:
        log_in = Attempt(space.at(), CLIENT, callback.redirect_uri)
        browser = threading.Thread(target=requests.get, args=(log_in.page,), kwargs={"timeout": 10})
        browser.start()
        login = log_in.login(callback.wait(10))
        browser.join()
    bearer = {"Authorization": f"Bearer {login.access_token}"}
    assert requests.get(f"{space.url}/api/v2/users/myself", headers=bearer, timeout=10).json()["userId"] == "hanako"
    assert (login.address, login.client_id, login.client_secret) == (space.address, CLIENT.id, CLIENT.secret)


def test_the_address_that_the_page_led_to_may_be_pasted(space: LoginSpace) -> None:
    log_in = attempt(space.at())
    assert log_in.login(f"  {led_to(log_in.page)}#_=_\n").access_token


def test_the_code_alone_may_be_pasted(space: LoginSpace) -> None:
    log_in = attempt(space.at())
    code = parse_qs(urlsplit(led_to(log_in.page)).query)["code"][0]
    assert log_in.login(code).access_token


def test_the_lifetime_that_is_returned_is_believed_and_counted_from_before_the_question(server: Server) -> None:
    login = Attempt(scripted(server, TOKEN), CLIENT, REDIRECT, now=lambda: 1_000_000.0).login("a-code")
    assert login.expires_at == 1_000_755.0


def test_a_token_of_no_said_lifetime_has_none(server: Server) -> None:
    at = scripted(server, {"access_token": "acc-1", "token_type": "bearer"})
    login = attempt(at).login("a-code")
    assert (login.expires_at, login.refresh_token) == (None, None)


def test_the_form_holds_what_the_grant_asks_for_and_nothing_else(server: Server) -> None:
    attempt(scripted(server, TOKEN)).login("a-code")
    head, _, form = server.requests[0].rpartition("\r\n")
    assert head.startswith("POST /door/token HTTP/1.1")
    assert "Authorization" not in head
    assert parse_qs(form) == {
        "grant_type": ["authorization_code"],
        "code": ["a-code"],
        "redirect_uri": [REDIRECT],
        "client_id": [CLIENT.id],
        "client_secret": [CLIENT.secret],
    }


def test_a_service_that_knows_pkce_is_shown_the_challenge_and_then_what_solves_it(server: Server) -> None:
    log_in = attempt(scripted(server, TOKEN, pkce=True))
    log_in.login("a-code")
    asked = parse_qs(urlsplit(log_in.page).query)
    [verifier] = parse_qs(server.requests[0].rpartition("\r\n")[2])["code_verifier"]
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    assert (asked["code_challenge"], asked["code_challenge_method"]) == ([digest], ["S256"])
    assert asked["scope"] == ["read write"]


def test_every_attempt_has_a_state_of_its_own(space: LoginSpace) -> None:
    states = {state_of(attempt(space.at()).page) for _ in range(20)}
    assert len(states) == 20
    assert min(map(len, states)) >= 20


# ---- what is refused


def test_an_address_of_another_attempt_is_refused_and_nothing_is_asked(space: LoginSpace) -> None:
    log_in, other = attempt(space.at()), attempt(space.at())
    with pytest.raises(AuthenticationError, match="belongs to another login: its state is not the one"):
        log_in.login(led_to(other.page))
    assert space.tokens_asked() == 0


@pytest.mark.parametrize("query", ["code=abc", "code=abc&state=", "state=abc&code=abc"])
def test_an_address_without_the_right_state_is_refused(space: LoginSpace, query: str) -> None:
    with pytest.raises(AuthenticationError, match="its state is not the one"):
        attempt(space.at()).login(f"{REDIRECT}?{query}")
    assert space.tokens_asked() == 0


def test_what_the_page_says_instead_of_a_code_is_told(space: LoginSpace) -> None:
    log_in = attempt(space.at())
    said = f"{REDIRECT}?error=access_denied&error_description=Not%20now&state={state_of(log_in.page)}"
    with pytest.raises(AuthenticationError, match=r"gave no code: access_denied \(Not now\); log in again, and agree"):
        log_in.login(said)


def test_an_address_that_holds_no_code_is_refused(space: LoginSpace) -> None:
    with pytest.raises(AuthenticationError, match="holds no code"):
        attempt(space.at()).login(f"{REDIRECT}?state=abc")


def test_a_code_that_is_not_taken_names_what_to_check(space: LoginSpace) -> None:
    with pytest.raises(
        AuthenticationError, match=r"gave no token: invalid_grant .*; check the client's id, its secret"
    ):
        attempt(space.at()).login("an-invented-code")


def test_a_code_is_good_once(space: LoginSpace) -> None:
    log_in = attempt(space.at())
    address = led_to(log_in.page)
    log_in.login(address)
    with pytest.raises(AuthenticationError, match="invalid_grant"):
        log_in.login(address)


def test_a_client_whose_secret_is_wrong_is_told_so_without_the_secret(space: LoginSpace, canary: str) -> None:
    log_in = Attempt(space.at(), replace(CLIENT, secret=canary), REDIRECT)
    with pytest.raises(AuthenticationError, match="invalid_client") as refused:
        log_in.login(led_to(log_in.page))
    assert find_in_error(refused.value, canary) == []


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        ({"access_token": "a", "token_type": "mac"}, "token_type"),
        ({"access_token": "a"}, "token_type"),
        ({"access_token": "", "token_type": "bearer"}, "access_token"),
        ({"access_token": 5, "token_type": "bearer"}, "access_token"),
        ({"access_token": "a\nb", "token_type": "bearer"}, "access_token"),
        ({"access_token": "トークン", "token_type": "bearer"}, "access_token"),
        (TOKEN | {"expires_in": "soon"}, "expires_in"),
        (TOKEN | {"expires_in": -5}, "expires_in"),
        (TOKEN | {"expires_in": 1.5}, "expires_in"),
        (TOKEN | {"expires_in": True}, "expires_in"),
        (TOKEN | {"refresh_token": ["r"]}, "refresh_token"),
        ([TOKEN], "no JSON object"),
        (None, "no JSON object"),
    ],
)
def test_an_answer_that_is_no_token_is_named_and_never_shown(server: Server, answer: object, named: str) -> None:
    with pytest.raises(ProtocolError, match=named) as broken:
        attempt(scripted(server, answer)).login("a-code")
    assert "acc-1" not in str(broken.value)


def test_an_error_told_with_200_is_an_error(server: Server) -> None:
    with pytest.raises(ProtocolError, match="access_token"):
        attempt(scripted(server, {"error": "invalid_grant"})).login("a-code")


def test_a_door_that_is_out_of_order_is_asked_once(server: Server) -> None:
    at = scripted(server)
    server.script = [server.answer(503, b"later"), server.answer()]
    with pytest.raises(TransportError, match="503"):
        attempt(at).login("a-code")
    assert len(server.requests) == 1


def test_the_code_and_the_tokens_are_masked_from_now_on(server: Server) -> None:
    attempt(scripted(server, TOKEN)).login("a-code-of-its-own")
    assert redact("code a-code-of-its-own") == f"code {MASK}"


def test_the_secret_never_goes_unencrypted_to_another_machine() -> None:
    at = endpoints_of(OAuthSpec(authorize="/a", token="/t"), parse("nulab+http://space.example/P"), "", Traffic())
    with pytest.raises(ConfigurationError, match="plain http would send the key"):
        attempt(at).login("a-code")


def test_without_the_extra_the_sentence_names_it(space: LoginSpace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "authlib.oauth2.client", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'anybacklog\[oauth\]'"):
        attempt(space.at())


# ---- the door on this machine


def test_the_door_answers_at_its_own_path_alone() -> None:
    with listening(REDIRECT) as callback:
        origin = callback.redirect_uri.removesuffix("/callback")
        for path in ("/", "/favicon.ico", "/callback", "/callbacks?code=1", "/other?code=1"):
            assert requests.get(origin + path, timeout=5).status_code == 404
        assert requests.post(f"{callback.redirect_uri}?code=1", timeout=5).status_code == 501
        page = requests.get(f"{callback.redirect_uri}?code=<b>&state=2", timeout=5)
        assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "no-referrer")
        assert "<b>" not in page.text
        assert callback.wait(5) == f"{callback.redirect_uri}?code=%3Cb%3E&state=2"


def test_a_browser_that_opens_a_connection_and_says_nothing_keeps_nobody_out() -> None:
    import socket

    with listening(REDIRECT) as callback:
        parts = urlsplit(callback.redirect_uri)
        with socket.create_connection((str(parts.hostname), int(parts.port or 0))):
            requests.get(f"{callback.redirect_uri}?code=1", timeout=5)
            assert callback.wait(5).endswith("?code=1")


def test_a_browser_that_never_comes_back_is_told() -> None:
    with listening(REDIRECT) as callback, pytest.raises(TransportError, match="no browser came back within 0 s"):
        callback.wait(0)


def test_a_port_that_is_taken_is_told_with_the_way_out() -> None:
    told = pytest.raises(ConfigurationError, match="give it with --redirect-uri")
    with listening(REDIRECT) as first, told, listening(first.redirect_uri):
        pass


@pytest.mark.parametrize(
    ("uri", "here"),
    [
        ("http://127.0.0.1:8080/callback", True),
        ("http://localhost/", True),
        ("https://127.0.0.1/callback", False),
        ("http://example.com/callback", False),
        ("http://[::1]:8080/", False),
    ],
)
def test_only_an_address_of_this_machine_is_listened_to(uri: str, here: bool) -> None:
    assert listens(uri) is here


@pytest.mark.parametrize(
    "uri", ["", "callback", "http://", "http://127.0.0.1:99999/", "http://u@127.0.0.1/", "ftp://x/"]
)
def test_a_redirect_uri_that_is_none_is_refused(uri: str) -> None:
    with pytest.raises(ConfigurationError, match="must look like http://127"):
        listens(uri)
