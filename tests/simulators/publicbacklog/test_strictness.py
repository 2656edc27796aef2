"""What a client gets wrong is refused here, not on a customer's organization; a refusal changes nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from werkzeug.test import Client

from anybacklog_simulators.publicbacklog import DEMO_KEY, demo_organization, organizations, simulator, tickets
from anybacklog_simulators.publicbacklog.choices import Choices
from anybacklog_simulators.publicbacklog.parameters import Parameter
from anybacklog_simulators.publicbacklog.routes import TABLE

CHOICES = Choices(create_path="both", read_verb="both")
QUESTIONS = (tickets.shown, organizations.shown, organizations.backlog_shown)
ROWS = [f"{row.method} {row.path}" for row in TABLE]
GOOD: dict[str, Any] = {
    "id": 1,
    "title": "Another",
    "description": "More words",
    "statusId": 2,
    "ticketTypeId": 2,
    "comment": "seen",
    "backlogName": "App",
    "email": "taro@example.com",
    "firstName": "太郎",
    "lastName": "山田",
}
WRONG: dict[str, list[Any]] = {
    "text": [1, True, None, ["x"], {"x": 1}, "\ud800 half a pair"],
    "number": ["1", 1.0, True, None, [1], "one", 0, -1],
}


def good(row: Any, *, required: bool = False) -> dict[str, Any]:
    """Give what a row takes, or only what it must have."""
    names = [each.name for each in row.parameters(CHOICES) if each.required or not required]
    return {name: GOOD[name] for name in names if name in GOOD}


def ask(row: Any, given: dict[str, Any], **more: Any) -> tuple[int, list[str]]:
    """Ask a row of the demo; give the status, and what changed."""
    fake = simulator(demo_organization(replace(CHOICES)))
    before = fake.dump()
    place = {"json": given} if row.in_body else {"query_string": given}
    headers = {"apiKey": DEMO_KEY}
    answer = Client(fake).open(row.path, method=row.method, **{"headers": headers, **place, **more})
    if answer.status_code >= 400:
        assert isinstance(answer.get_json()["message"], str)
    return answer.status_code, [name for name, held in fake.dump().items() if held != before[name]]


def wrong(row: Any) -> list[dict[str, Any]]:
    """Give what a row must refuse: each parameter of each wrong type, as far as a query can tell one."""
    found = []
    for each in row.parameters(CHOICES):
        values = WRONG["text" if each.text else "number"]
        if not row.in_body:
            values = [] if each.text else ["one", "1.0", "0", "-1", "+1", "1 ", "１", "9" * 19, ""]
        found += [{**good(row), each.name: value} for value in values]
    return found


@pytest.mark.parametrize("row", TABLE, ids=ROWS)
class TestEveryRow:
    def test_takes_what_is_good(self, row: Any) -> None:
        one_change = {"title": "Another"} if row.method == "PATCH" else {}
        for given in (good(row), {**good(row, required=True), **one_change}):
            status, changed = ask(row, given)
            assert (status, changed == []) == (200, row.do in QUESTIONS)

    def test_refuses_a_wrong_key_and_changes_nothing(self, row: Any) -> None:
        for headers in ({}, {"apiKey": "wrong"}):
            assert ask(row, good(row), headers=headers) == (401, [])

    def test_refuses_a_key_in_query_or_body_even_beside_the_header(self, row: Any) -> None:
        for name in ("apiKey", "apikey"):
            assert ask(row, {**good(row), name: DEMO_KEY}) == (400, [])
            assert ask(row, {**good(row), name: DEMO_KEY}, headers={}) == (401, [])

    def test_refuses_what_it_does_not_name(self, row: Any) -> None:
        assert ask(row, {**good(row), "priority": 1}) == (400, [])

    def test_refuses_what_lacks_something(self, row: Any) -> None:
        for each in row.parameters(CHOICES):
            if each.required:
                assert ask(row, {name: value for name, value in good(row).items() if name != each.name}) == (400, [])

    def test_refuses_a_wrong_type(self, row: Any) -> None:
        for given in wrong(row):
            assert ask(row, given) == (400, []), given

    def test_has_its_exact_path_only(self, row: Any) -> None:
        fake = simulator(demo_organization(replace(CHOICES)))
        for path in (f"{row.path}/", row.path.upper(), row.path.replace("/v1", "/v2"), row.path.replace("/v1", "")):
            answer = Client(fake).open(path, method=row.method, headers={"apiKey": DEMO_KEY})
            assert (answer.status_code, answer.mimetype) == (404, "text/html")

    def test_answers_other_verbs_with_those_it_has(self, row: Any) -> None:
        fake = simulator(demo_organization(replace(CHOICES)))
        answer = Client(fake).open(row.path, method="PUT", headers={"apiKey": DEMO_KEY})
        assert (answer.status_code, row.method in answer.headers["Allow"]) == (405, True)


IN_BODY = [row for row in TABLE if row.in_body]


@pytest.mark.parametrize("row", IN_BODY, ids=[f"{row.method} {row.path}" for row in IN_BODY])
class TestEveryBody:
    @pytest.mark.parametrize("body", [b"", b"[]", b"null", b'"x"', b"{", b"\xff{}", b"[" * 100_000])
    def test_must_be_a_json_object(self, row: Any, body: bytes) -> None:
        assert ask(row, {}, json=None, data=body, content_type="application/json") == (400, [])

    def test_has_each_name_once(self, row: Any) -> None:
        whole = json.dumps(good(row))
        name = next(iter(good(row)))
        twice = f"{whole[:-1]}, {json.dumps(name)}: {json.dumps(GOOD[name])}}}"
        assert ask(row, {}, json=None, data=twice, content_type="application/json") == (400, [])

    @pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded"])
    def test_says_that_it_is_json(self, row: Any, content_type: str) -> None:
        body = json.dumps(good(row))
        assert ask(row, {}, json=None, data=body, content_type=content_type) == (415, [])

    def test_comes_without_a_query(self, row: Any) -> None:
        assert ask(row, good(row), query_string={"title": "Another"}) == (400, [])

    def test_keeps_a_key_in_the_query_out_also_where_strangers_are_ignored(self, row: Any) -> None:
        fake = simulator(demo_organization(Choices(strangers="ignored", create_path="both")))
        answer = Client(fake).open(
            row.path, method=row.method, json=good(row), query_string={"apiKey": DEMO_KEY}, headers={"apiKey": DEMO_KEY}
        )
        assert answer.status_code == 400


def test_a_query_has_each_name_once(api: Any) -> None:
    api.create()
    asked = Client(api.fake).get("/v1/tickets/get-ticket?id=1&id=1", headers={"apiKey": DEMO_KEY})
    assert asked.status_code == 400


def test_an_update_of_nothing_is_refused(api: Any) -> None:
    api.create()
    assert api.refused("PATCH", "/tickets/update-ticket", {"id": 1}) == (400, "There is nothing to update")


def test_an_empty_comment_is_refused(api: Any) -> None:
    api.create()
    assert api("PATCH", "/tickets/update-ticket", {"id": 1, "comment": ""}).status_code == 400


def test_a_backlog_is_asked_for_in_one_way(chosen: Any) -> None:
    api = chosen(backlog_by="either")
    for query in ({}, {"backlogName": "App", "backlogId": 2}):
        assert api("GET", "/backlogs/get-backlog", **query).status_code == 400


@pytest.mark.parametrize("email", ["taro", "taro@a@b"])
def test_an_address_is_one(api: Any, email: str) -> None:
    given = {"email": email, "firstName": "x"}
    assert api("POST", "/organizationusers/add-organization-user", given).status_code == 400


def test_a_ticket_in_a_backlog_nobody_has_is_refused(api: Any) -> None:
    draft = {"title": "Crash", "description": "It falls over.", "backlogName": "Nowhere"}
    assert api.refused("POST", "/tickets/save-ticket", draft) == (404, "Backlog not found")


def test_no_row_stands_twice() -> None:
    assert len(set(ROWS)) == len(ROWS)


def test_every_parameter_is_asked_here() -> None:
    named: set[Parameter] = {each for row in TABLE for each in row.parameters(CHOICES)}
    assert {each.name for each in named} == set(GOOD)
