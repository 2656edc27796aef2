"""Whatever is asked is answered, a refusal changes nothing, and every text that is taken is kept."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from anybacklog_simulators.publicbacklog import DEMO_KEY, Choices, demo_organization, organization_from, simulator
from anybacklog_simulators.publicbacklog.routes import TABLE

CHOICES = Choices(create_path="both", read_verb="both", backlog_by="either")
GOOD = {
    "id": 1,
    "title": "Another",
    "description": "More",
    "backlogName": "App",
    "email": "x@example.com",
    "firstName": "x",
}
NAMES = sorted({each.name for row in TABLE for each in row.parameters(CHOICES)} | {"apiKey", "strange"})
LEAVES = st.none() | st.booleans() | st.integers(-1, 9) | st.integers() | st.floats() | st.text() | st.just("Website")
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=3, max_size=250)


def ask(fake: Any, method: str, path: str, **more: Any) -> Any:
    return Client(fake).open(path, method=method, headers={"apiKey": DEMO_KEY}, **more)


@settings(deadline=None, max_examples=150)
@given(row=st.sampled_from(TABLE), body=st.dictionaries(st.sampled_from(NAMES), VALUES), query=st.binary(max_size=20))
def test_no_request_makes_it_fall_over_and_a_refusal_changes_nothing(row: Any, body: Any, query: bytes) -> None:
    fake = simulator(demo_organization(replace(CHOICES)))
    before = fake.dump()
    body = {**{each.name: GOOD[each.name] for each in row.parameters(CHOICES) if each.required}, **body}
    sent = {"json": body} if row.in_body else {"query_string": body if not query else query.decode("latin-1")}
    answer = ask(fake, row.method, row.path, **sent)
    assert answer.status_code in {200, 400, 404, 409}
    if answer.status_code != 200:
        assert (set(answer.get_json()), fake.dump()) == ({"message"}, before)


@settings(deadline=None)
@given(title=TEXTS, description=TEXTS, comment=TEXTS)
def test_every_text_comes_back_to_the_letter_also_from_a_dump(title: str, description: str, comment: str) -> None:
    fake = simulator(demo_organization())
    draft = {"title": title, "description": description, "comment": comment, "backlogName": "App"}
    made = ask(fake, "POST", "/v1/tickets/save-ticket", json=draft).get_json()
    assert (made["title"], made["description"]) == (title, description)
    held = organization_from(json.loads(json.dumps(fake.dump()))).tickets[made["id"]]
    assert (held.title, held.description, held.comments[0].text) == (title, description, comment)
