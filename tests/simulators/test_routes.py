"""Every row of the table answers whatever is asked of it, and none falls over."""

from __future__ import annotations

import re
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from anybacklog_simulators.nulab import DEMO_KEY, demo_space, simulator
from anybacklog_simulators.nulab.routes import API, TABLE

HOLDERS = {"project": "DEMO", "issue": "DEMO-1", "user": "1001"}
THERE = {**HOLDERS, "other": "DEMO-2", "item": "1"}
FILLINGS: dict[str, tuple[dict[str, str], str]] = {
    "what is there": (THERE, "1001"),
    "what is not": (HOLDERS, "999"),
    "what is no number": (HOLDERS, "nothing"),
    "nothing that is": ({}, "１２"),
}
ROWS = [f"{row.method} {row.path}" for row in TABLE]
VALUES = {"text": "x", "int": "1001", "bool": "true", "date": "2026-01-01", "decimal": "1.5"}
EXPECTED = {200, 201, 204, 400, 403, 404}


def ask(row: Any, filling: str, form: dict[str, str]) -> tuple[TestResponse, list[str]]:
    """Ask a row of the demo, its path filled with known words or else with one for all; tell what it changed."""
    known, otherwise = FILLINGS[filling]
    path = re.sub(r"<int:\w+>", otherwise if otherwise.isascii() and otherwise.isdecimal() else "999", row.path)
    path = re.sub(r"<(?:path:)?(\w+)>", lambda part: known.get(part[1], otherwise), path)
    fake = simulator(demo_space())
    before = fake.dump()
    place = "query_string" if row.method in ("GET", "DELETE") else "data"
    more: dict[str, Any] = {place: form, "headers": {"Backlog-API-Key": DEMO_KEY}}
    answer = Client(fake).open(f"{API}{path}", method=row.method, **more)
    return answer, [name for name, held in fake.dump().items() if held != before[name] and name != "last_ids"]


@pytest.mark.parametrize("row", TABLE, ids=ROWS)
@pytest.mark.parametrize("filling", FILLINGS)
def test_a_row_answers_by_its_own_rules_and_a_refusal_or_a_question_changes_nothing(row: Any, filling: str) -> None:
    every = {each.sent_as: each.choices[0] if each.choices else VALUES[each.kind] for each in row.parameters}
    needed = {each.sent_as: every[each.sent_as] for each in row.parameters if each.required}
    for form in ({}, needed, every):
        answer, changed = ask(row, filling, form)
        assert answer.status_code in EXPECTED
        if answer.status_code >= 400:
            (error,) = answer.get_json()["errors"]
            assert "{" not in error["message"]
        if answer.status_code >= 400 or row.method == "GET":
            assert changed == []


@pytest.mark.parametrize("row", TABLE, ids=ROWS)
def test_an_undeclared_parameter_is_refused_where_the_table_says_so(row: Any) -> None:
    answer, _ = ask(row, "what is there", {"never heard of": "1"})
    told = (answer.get_json(silent=True) or {}) if answer.status_code == 400 else {}
    unknown = told.get("errors", [{}])[0].get("message") == "error.unknownParameter : never heard of"
    assert unknown is row.strict or answer.status_code in (403, 404)


def test_no_row_stands_twice() -> None:
    assert len(set(ROWS)) == len(ROWS)
