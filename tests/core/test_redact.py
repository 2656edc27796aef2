"""The two nets of redaction, tried by leaking."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from html import escape
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anybacklog import redact as place
from anybacklog.redact import MASK, is_secret_name, redact, redact_headers, redact_json, redact_url, remember

secrets = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=6, max_size=40).filter(
    lambda text: text.strip("*") == text and len(set(text)) > 3
)
surroundings = st.text(st.sampled_from("ab 12/?&=%\"'"), max_size=12)
ENCODINGS: dict[str, Callable[[str], str]] = {
    "raw": lambda text: text,
    "percent": lambda text: quote(text, safe=""),
    "percent, lower case": lambda text: quote(text, safe="").lower() if text.islower() else quote(text, safe=""),
    "percent, twice": lambda text: quote(quote(text, safe=""), safe=""),
    "percent, every byte": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "plus for space": quote_plus,
    "json": lambda text: json.dumps(text)[1:-1],
    "json, readable": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "repr": lambda text: repr(text)[1:-1],
    "html": escape,
    "html, decimal": lambda text: "".join(f"&#{ord(each)};" for each in text),
    "html, hexadecimal": lambda text: "".join(f"&#x{ord(each):X};" for each in text),
    "base64": lambda text: b64encode(text.encode()).decode(),
    "base64 for URLs": lambda text: urlsafe_b64encode(text.encode()).decode(),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(secret=secrets, before=surroundings, after=surroundings)
def test_a_known_secret_never_survives_however_it_is_spelt(encoding: str, secret: str, before: str, after: str) -> None:
    spelt = ENCODINGS[encoding](secret)
    assert spelt not in redact(f"{before}{spelt}{after}", [secret]).replace(MASK, "\0")


@given(secret=secrets, user=st.text(st.sampled_from("abcdefg"), min_size=1, max_size=9))
def test_a_known_secret_never_survives_inside_basic_credentials(secret: str, user: str) -> None:
    pair = b64encode(f"{user}:{secret}".encode()).decode()
    shown = redact(f"sent {pair}", [secret]).removeprefix("sent ").partition(MASK)
    assert len(shown[0]) + len(shown[2]) <= len(b64encode(user.encode())) + 8


@given(text=st.text(max_size=80), known=st.lists(secrets, max_size=2))
def test_redacting_twice_changes_nothing_more(text: str, known: list[str]) -> None:
    once = redact(text, known)
    assert redact(once, known) == once


def test_a_secret_is_masked_wherever_it_is_said_once_it_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "_remembered", set())
    assert redact("plugin crashed with hunter22") == "plugin crashed with hunter22"
    remember("hunter22", "")
    assert redact("plugin crashed with hunter22") == f"plugin crashed with {MASK}"
    assert redact_json({"said": "hunter22"}) == {"said": MASK}


def test_a_process_that_knows_many_secrets_learns_none_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "_remembered", {f"hunter-{number}" for number in range(200)})
    redact("plugin crashed")
    before = place._spellings.cache_info().misses
    redact("plugin crashed")
    assert place._spellings.cache_info().misses == before


@pytest.mark.parametrize("secret", ["a", "k1", "abc"])
def test_a_very_short_secret_is_masked_as_a_word_and_leaves_every_sentence_readable(secret: str) -> None:
    assert redact(f"the key {secret!r} was refused", [secret]) == f"the key '{MASK}' was refused"
    assert redact("Backlog 2k15 refused what abcd gave", [secret]) == "Backlog 2k15 refused what abcd gave"


SHAPES = [
    "https://h.example/api/v2/issues?apiKey={}&count=100",
    "https://h.example/api/v2/issues?count=100&api_key={}",
    "GET /x?access_token={} HTTP/1.1",
    "apiKey%3D{}",
    "Authorization: Bearer {}",
    "authorization: Basic {}",
    "the Bearer {} was refused",
    "Backlog-API-Key: {}",
    "apikey: {}",
    "X-Redmine-API-Key: {}",
    "{{'Authorization': 'Bearer {}', 'Accept': '*/*'}}",
    "{{'Backlog-API-Key': '{}'}}",
    "{{'Backlog-API-Key': b'{}'}}",
    '{{"access_token": "{}", "expires_in": 3600}}',
    '{{"refresh_token":"{}"}}',
    '"{{\\"client_secret\\": \\"{}\\"}}"',
    "client_secret={}&grant_type=refresh_token",
    "Cookie: JSESSIONID={}; theme=dark",
    "Set-Cookie: id={}; HttpOnly",
    "https://someone:{}@h.example/path",
    "proxy someone:{}@proxy.example:3128",
    "password={}",
]


@pytest.mark.parametrize("shape", SHAPES)
@given(secret=st.text(st.sampled_from("abcXYZ0189-._~+"), min_size=1, max_size=40).map(lambda text: f"k{text}9"))
def test_an_unknown_secret_is_known_by_its_shape(shape: str, secret: str) -> None:
    assert secret not in redact(shape.format(secret)).replace(shape.replace("{}", ""), "")


@pytest.mark.parametrize(
    "text", ["error.unknownParameter : test (code 7)", "issueKey=PROJ-1", "me@example.com", "at 12:30, nobody"]
)
def test_what_is_no_secret_stays_readable(text: str) -> None:
    assert redact(text, ["another"]) == text


@given(secret=secrets)
def test_a_url_hides_its_secret_parameters_even_under_an_escaped_name(secret: str) -> None:
    hidden = redact_url(
        "https://h.example/x?" + urlencode({"apiKey": secret, "count": "100"}).replace("apiKey", "api%4Bey")
    )
    assert hidden == f"https://h.example/x?api%4Bey={MASK}&count=100"


def test_headers_hide_credentials_and_secrets_elsewhere() -> None:
    hidden = redact_headers({"Authorization": "Bearer a", "Accept": "b", "X-Echo": "was hunter2 here"}, ["hunter2"])
    assert hidden == {"Authorization": MASK, "Accept": "b", "X-Echo": f"was {MASK} here"}


def test_json_hides_what_stands_under_a_secret_name_and_in_any_text() -> None:
    value = {"errors": [{"message": "bad hunter2", "code": 7}], "access_token": ["a", "b"], "ok": True}
    assert redact_json(value, ["hunter2"]) == {
        "errors": [{"message": f"bad {MASK}", "code": 7}],
        "access_token": MASK,
        "ok": True,
    }


@pytest.mark.parametrize(
    "name", ["apiKey", "apikey", "Backlog-API-Key", "X-Redmine-API-Key", "Cookie", "set-cookie", "client_secret"]
)
def test_the_names_of_secrets_are_known(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["issueKey", "count", "Accept", "projectId[]", "X-Request-Id"])
def test_other_names_are_no_secrets(name: str) -> None:
    assert not is_secret_name(name)
