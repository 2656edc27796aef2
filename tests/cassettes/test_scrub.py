"""Scrubbing: who is named in traffic is named no more, what belonged together still does, nothing else changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cassettes.nulab.service import NULAB
from tests.cassettes.scrub import Exchange, leaks, scrubbed, texts

HOST = "canary-space.backlog.com"
KNOWN = {
    f"https://{HOST}": "https://example.backlog.com", HOST: "example.backlog.com", "canary-space": "example",
    "CANARY": "PROJ", "PROJ": "PROJ",
}  # fmt: skip
KEY = "a1B2" * 16
JSON = {"Content-Type": "application/json;charset=utf-8"}
words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
names = words.map(lambda word: f"canary𠮷{word}")
"""Names as nobody's own texts have them, so that finding one means that it was left in."""
people = st.builds(
    lambda number, name, login, mail: {
        "id": number, "userId": login, "name": name, "mailAddress": mail, "roleType": 2,
        "nulabAccount": {"nulabId": f"n-{login}", "name": name, "uniqueId": login},
    },
    st.integers(1, 9), names, names, st.from_regex(r"canary[a-z]{1,8}@[a-z]{2,8}\.co\.jp", fullmatch=True),
)  # fmt: skip
projects = st.builds(
    lambda place, name: {"id": place, "projectKey": f"CANARY_{place}", "name": name}, st.integers(1, 9), names
)


def exchange(answer: Any, **others: Any) -> Exchange:
    body = answer if isinstance(answer, bytes) else json.dumps(answer, ensure_ascii=False).encode()
    usual: dict[str, Any] = {
        "method": "GET",
        "url": f"https://{HOST}/api/v2/projects/CANARY",
        "sent_headers": {"Backlog-API-Key": KEY, "Cookie": "canary", "Accept": "*/*", "User-Agent": "canary"},
        "sent": b"",
        "status": 200,
        "reason": "OK",
        "headers": JSON | {"Set-Cookie": "canary", "Server": "canary"},
        "body": body,
    }
    return Exchange(**usual | others)


def clean(*exchanges: Exchange, known: Mapping[str, str] = KNOWN) -> list[Exchange]:
    return scrubbed(exchanges, NULAB.things, known)


def answer(scrubbed: Exchange) -> Any:
    return json.loads(scrubbed.body)


@given(st.lists(people, max_size=3), st.lists(projects, max_size=3), words)
def test_no_name_is_left_wherever_it_stands(people: list[Any], projects: list[Any], text: str) -> None:
    told = [each["name"] for each in (*people, *projects)] + [each["mailAddress"] for each in people]
    notes = [f"{text} {name}、{name}. https://{HOST}/view/CANARY-1" for name in told]
    found = clean(
        exchange({"rows": people, "notes": notes}), exchange(projects, headers=JSON | {"Location": f"https://{HOST}/x"})
    )
    assert [
        part for each in found for part in texts(each) if "canary" in part or "CANARY" in part.replace(text, "")
    ] == []


@given(st.lists(st.one_of(people, projects, words), max_size=6), words)
def test_scrubbing_again_changes_nothing(rows: list[Any], text: str) -> None:
    once = clean(exchange(rows), exchange({"comment": text, "rows": rows}))
    assert clean(*once, known={"PROJ": "PROJ"}) == once


@given(st.recursive(st.none() | st.booleans() | st.integers() | words, lambda inner: st.lists(inner) | st.dictionaries(
    words.map(lambda word: f"x{word}"), inner)))  # fmt: skip
def test_what_names_nobody_comes_through_byte_by_byte(value: Any) -> None:
    (found,) = clean(exchange(value), known={})
    assert found.body == exchange(value).body or "@" in json.dumps(value)


@given(people, people)
def test_the_same_person_has_the_same_pseudonym_everywhere(one: Any, other: Any) -> None:
    other = other | {"id": one["id"] + 1}
    first, second = clean(exchange([one, other]), exchange({"by": other, "text": f"by {other['name']}"}))
    assert answer(first)[1] == answer(second)["by"]
    assert answer(first)[0]["name"] == "User 1"
    assert answer(first)[0]["mailAddress"] == "user1@example.com"
    assert {type(each) for each in answer(first)[0].values()} == {int, str, dict}


def test_a_key_in_an_address_or_a_header_is_masked_and_says_where_it_was() -> None:
    (found,) = clean(exchange([], url=f"https://{HOST}/api/v2/issues?count=1&apiKey={KEY}"))
    assert found.url == "https://example.backlog.com/api/v2/issues?count=1&apiKey=***"
    assert found.sent_headers == {"Accept": "*/*", "Backlog-API-Key": "***"}
    assert leaks([found], [KEY]) == []


@pytest.mark.parametrize("where", ["sent", "body"])
@pytest.mark.parametrize("spelt", [KEY, KEY.replace("a", "%61"), json.dumps({"x": KEY})])
def test_a_key_that_stands_where_none_belongs_is_told(where: str, spelt: str) -> None:
    parts: dict[str, Any] = {where: spelt.encode()}
    assert leaks(clean(exchange([], **parts)), [KEY]) == ["GET https://example.backlog.com/api/v2/projects/PROJ"]


def test_headers_are_kept_only_if_they_matter() -> None:
    (found,) = clean(exchange([], headers={"Date": "Sun", "X-RateLimit-Limit": "600", "X-Trace": "canary", "Via": "x"}))
    assert found.headers == {"Content-Length": "2", "Date": "Sun", "X-RateLimit-Limit": "600"}


def test_what_a_scenario_sent_and_its_files_stay_as_they_are() -> None:
    sent, file = "summary=𠮷+canary%40service.co.jp".encode(), b"\xff\xfe canary@service.co.jp"
    (found,) = clean(exchange(file, sent=sent, headers={"Content-Type": "application/octet-stream"}))
    assert (found.sent, found.body) == (sent, file)


@pytest.mark.parametrize(
    ("kind", "sent", "kept"),
    [
        ("application/x-www-form-urlencoded", "name=My+%E5%80%89&x=1", "name=PROJ&x=1"),
        ("application/json", '{"name": "My 倉", "x": "\\u5009"}', '{"name": "PROJ", "x": "\\u5009"}'),
        ("application/json", '{"name": "My \\u5009"}', '{"name": "PROJ"}'),
    ],
)
def test_the_project_is_not_named_in_what_was_sent_however_it_is_spelt(kind: str, sent: str, kept: str) -> None:
    (found,) = clean(
        exchange(
            [], sent=sent.encode(), sent_headers={"Content-Type": kind}, url="https://h.example/v1/My%20%E5%80%89/2"
        ),
        known={"My 倉": "PROJ"},
    )
    assert (found.sent.decode(), found.url) == (kept, "https://h.example/v1/PROJ/2")


def test_a_short_name_spoils_no_text() -> None:
    person = {"id": 7, "userId": "a", "name": "Al", "roleType": 1}
    (found,) = clean(exchange({"by": person, "newValue": "Al", "text": "Also a trial, says Al."}))
    assert answer(found)["newValue"] == "User 1"
    assert answer(found)["text"] == "Also a trial, says Al."


def test_a_longer_name_is_taken_before_the_one_it_holds() -> None:
    people = [{"id": 1, "name": "山田", "roleType": 1}, {"id": 2, "name": "山田 花子", "roleType": 1}]
    (found,) = clean(exchange([*people, "山田 花子さんと山田さん"]))
    assert answer(found)[2] == "User 2さんとUser 1さん"


def test_a_boundary_that_changes_each_time_becomes_one_that_does_not() -> None:
    boundaries = ("0123abcd", "ffff9999")
    forms = [
        exchange(
            [],
            sent_headers={"Content-Type": f"multipart/form-data; boundary={each}"},
            sent=f'--{each}\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--{each}--\r\n'.encode(),
        )
        for each in boundaries
    ]
    one, other = clean(*forms)
    assert one == other


def test_half_a_character_is_no_reason_to_stop() -> None:
    (found,) = clean(exchange(b'[{"userId": "canary", "note": "\\ud83c"}]'))
    assert answer(found) == [{"userId": "user1", "note": "\ud83c"}]
