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


def ask(row: Any, filling: str, form: dict[str, str]) -> TestResponse:
    """Ask a row of the demo, its path filled with words that are known, or else with one for all."""
    known, otherwise = FILLINGS[filling]
    path = re.sub(r"<int:\w+>", otherwise if otherwise.isascii() and otherwise.isdecimal() else "999", row.path)
    path = re.sub(r"<(?:path:)?(\w+)>", lambda part: known.get(part[1], otherwise), path)
    headers = {"Backlog-API-Key": DEMO_KEY}
    client = Client(simulator(demo_space()))
    if row.method in ("GET", "DELETE"):
        return client.open(f"{API}{path}", method=row.method, headers=headers, query_string=form)
    return client.open(f"{API}{path}", method=row.method, headers=headers, data=form)


@pytest.mark.parametrize("row", TABLE, ids=ROWS)
@pytest.mark.parametrize("filling", FILLINGS)
def test_a_row_answers_by_its_own_rules(row: Any, filling: str) -> None:
    assert ask(row, filling, {}).status_code in EXPECTED
    every = {each.sent_as: each.choices[0] if each.choices else VALUES[each.kind] for each in row.parameters}
    answer = ask(row, filling, every)
    assert answer.status_code in EXPECTED | {413}
    if answer.status_code >= 400:
        (error,) = answer.get_json()["errors"]
        assert "{" not in error["message"]


@pytest.mark.parametrize("row", TABLE, ids=ROWS)
def test_an_undeclared_parameter_is_refused_where_the_table_says_so(row: Any) -> None:
    answer = ask(row, "what is there", {"never heard of": "1"})
    told = (answer.get_json(silent=True) or {}) if answer.status_code == 400 else {}
    unknown = told.get("errors", [{}])[0].get("message") == "error.unknownParameter : never heard of"
    assert unknown is row.strict or answer.status_code in (403, 404)


def test_no_row_stands_twice() -> None:
    assert len(set(ROWS)) == len(ROWS)
