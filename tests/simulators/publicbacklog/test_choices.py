"""Every word of every switch changes what it says it changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from anybacklog_simulators.faults import Fault, Harm
from anybacklog_simulators.publicbacklog import FIELDS, SWITCHES, Choices

DRAFT = {"title": "Crash", "description": "It falls over.", "backlogName": "Website"}
SAVE, CREATE = "/tickets/save-ticket", "/tickets/create-ticket"


def statuses(api: Any, *asked: tuple[str, str]) -> list[int]:
    return [api(method, path, None if method == "GET" else DRAFT).status_code for method, path in asked]


def creating(api: Any) -> object:
    return statuses(api, ("POST", SAVE), ("POST", CREATE))


def reading(api: Any) -> object:
    api.create()
    return [api(verb, "/tickets/get-ticket", id=1).status_code for verb in ("GET", "POST")]


def lost(api: Any) -> object:
    """Ask by the verb and by the path that the other page has."""
    return [api("POST", "/tickets/get-ticket", id=1).status_code, api("POST", CREATE, DRAFT).status_code]


def page(api: Any) -> object:
    answer = api("POST", "/tickets/<create>", DRAFT)
    return answer.mimetype, answer.get_data(as_text=True)


def missing(api: Any) -> object:
    asked = [
        api.refused("GET", "/tickets/get-ticket", id=1),
        api.refused("PATCH", "/tickets/update-ticket", {"id": 1, "comment": "x"}),
        api.refused("DELETE", "/tickets/delete-ticket", id=1),
        api.refused("GET", "/backlogs/get-backlog", backlogName="Nowhere"),
        api.refused("POST", SAVE, {**DRAFT, "backlogName": "Nowhere"}),
    ]
    return [message for status, message in asked if status == 404]


def wrapped(api: Any) -> object:
    user = {"email": "x@example.com", "firstName": "x"}
    answers = [
        api.create(),
        api.read(1),
        api.update(1, title="Another"),
        api.json("DELETE", "/tickets/delete-ticket", id=1),
        api.json("GET", "/organizations/get-organization"),
        api.json("POST", "/organizationusers/add-organization-user", user),
        api.json("GET", "/backlogs/get-backlog", backlogName="App"),
    ]
    return [None if "id" in answer else "/".join(answer) for answer in answers]


def placed(api: Any) -> object:
    """Create with the name of a backlog, and without one."""
    nameless = {name: value for name, value in DRAFT.items() if name != "backlogName"}
    answers = [api("POST", SAVE, each) for each in (DRAFT, nameless)]
    return [answer.get_json().get("backlogName", answer.status_code) for answer in answers]


def by_id(api: Any) -> object:
    return [api("GET", "/backlogs/get-backlog", **query).status_code for query in ({"backlogId": 2}, {})]


def meant(api: Any) -> object:
    api.organization.choices.shown = ["ticketType"]
    return [api.read(api.create(ticketTypeId=number)["id"])["ticketType"] for number in (1, 2)]


def untyped(api: Any) -> object:
    return api.create(ticketTypeId=None)["ticketTypeId"]


def bare(api: Any) -> object:
    whole = api.create(statusId=2)["id"]
    change = {"id": whole, "statusId": 4}
    return [
        api("POST", SAVE, {**DRAFT, "statusId": 2}).status_code,
        api("PATCH", "/tickets/update-ticket", change).status_code,
        api("PATCH", "/tickets/update-ticket", {**change, "ticketTypeId": 1}).status_code,
    ]


def texts(api: Any) -> object:
    for each in ("1 < 2\nnext", "<p>1 &lt; <b>2</b></p>"):
        api.create(description=each, comment=each)
    return [(api.read(id)["description"], *api.comments(id)) for id in (1, 2)]


def torn(api: Any) -> object:
    api.create(description="before")
    api.fake.faults.add(Fault(harm=Harm.ERROR_AFTER, method="PATCH"))
    api("PATCH", "/tickets/update-ticket", {"id": 1, "description": "after", "comment": "said"})
    return api.read(1)["description"], api.comments(1)


def created(api: Any) -> object:
    user = {"email": "x@example.com", "firstName": "x"}
    return [
        api("POST", SAVE, DRAFT).status_code,
        api("POST", "/organizationusers/add-organization-user", user).status_code,
    ]


def deleted(api: Any) -> object:
    api.create()
    answer = api("DELETE", "/tickets/delete-ticket", id=1)
    return answer.status_code, list(answer.get_json() or {}) if answer.data else answer.data


def counted(api: Any) -> object:
    return [api("POST", SAVE, {**DRAFT, "title": "🎉" * length}).status_code for length in (2, 125, 250)]


def strangers(api: Any) -> object:
    api.create()
    return [
        api("POST", SAVE, {**DRAFT, "priority": 1}).status_code,
        api("POST", SAVE, DRAFT, verbose="1").status_code,
        api("GET", "/tickets/get-ticket", id=1, verbose="1").status_code,
        api("GET", "/tickets/get-ticket", {"id": 1}, id=1).status_code,
    ]


KEPT = [("1 < 2\nnext",) * 2, ("<p>1 &lt; <b>2</b></p>",) * 2]
EFFECTS: dict[str, tuple[Callable[[Any], object], dict[str, object]]] = {
    "create_path": (creating, {"save-ticket": [200, 404], "create-ticket": [404, 200], "both": [200, 200]}),
    "read_verb": (reading, {"get": [200, 405], "post": [405, 200], "both": [200, 200]}),
    "undefined": (lost, {"http": [405, 404], "404": [404, 404], "405": [405, 405]}),
    "undefined_page": (
        page,
        {
            "html": ("text/html", "<html><body><pre>Cannot POST /v1/tickets/&lt;create&gt;</pre></body></html>"),
            "json": ("application/json", '{"message":"Cannot POST /v1/tickets/<create>"}'),
        },
    ),
    "missing": (missing, {"named": [*["Ticket not found"] * 3, *["Backlog not found"] * 2], "bare": ["Not found"] * 5}),
    "wrapping": (
        wrapped,
        {
            "none": [None] * 7,
            "data": ["data"] * 7,
            "kind": [*["ticket"] * 4, "organization", "organizationUser", "backlog"],
        },
    ),
    "backlog_name": (
        placed,
        {
            "required": ["Website", 400],
            "optional": ["Website", "App"],
            "ignored": ["App", "App"],
            "refused": [400, "App"],
        },
    ),
    "backlog_by": (by_id, {"name": [400, 400], "either": [200, 400]}),
    "type_ids": (meant, {"definitions": ["Bug", "Request"], "reference": ["Request", "Bug"]}),
    "default_type": (untyped, {"1": 1, "2": 2}),
    "bare_status": (bare, {"taken": [200, 200, 200], "refused": [400, 400, 200]}),
    "texts": (
        texts,
        {
            "kept": KEPT,
            "html": [("<p>1 &lt; 2</p><p>next</p>",) * 2, KEPT[1]],
            "plain": [KEPT[0], ("1 < 2",) * 2],
        },
    ),
    "writes": (
        torn,
        {"atomic": ("after", ["said"]), "fields-first": ("after", []), "comment-first": ("before", ["said"])},
    ),
    "created": (created, {"200": [200, 200], "201": [201, 201]}),
    "deleted": (
        deleted,
        {
            "id": (200, ["id"]),
            "ticket": (200, ["id", "title", "description", "statusId", "ticketTypeId", "backlogName"]),
            "nothing": (200, b""),
        },
    ),
    "lengths": (counted, {"characters": [400, 200, 200], "utf-16": [200, 200, 400]}),
    "strangers": (strangers, {"refused": [400] * 4, "ignored": [200] * 4}),
}
WORDS = [(name, word) for name, switch in SWITCHES.items() for word in switch.words]


@pytest.mark.parametrize(("name", "word"), WORDS, ids=["=".join(each) for each in WORDS])
def test_a_word_does_what_it_says(chosen: Any, name: str, word: str) -> None:
    seen, expected = EFFECTS[name]
    assert seen(chosen(**{name: word})) == expected[word]


def test_the_default_is_the_first_word() -> None:
    assert {name: getattr(Choices(), name) for name in SWITCHES} == {
        name: switch.words[0] for name, switch in SWITCHES.items()
    }


class TestFields:
    def test_a_ticket_that_is_read_shows_what_is_chosen(self, chosen: Any) -> None:
        api = chosen(shown=["id", "comments", "createdAt", "updatedAt", "backlogId"])
        api.create(comment="seen")
        told = {"createdAt": "2026-03-01T12:00:10.000Z", "updatedAt": "2026-03-01T12:00:10.000Z", "backlogId": 1}
        comments = [{"id": 1, "comment": "seen", "createdAt": "2026-03-01T12:00:10.000Z"}]
        assert api.read(1) == {"id": 1, "comments": comments, **told}

    def test_one_that_was_just_written_shows_what_is_chosen_for_that(self, chosen: Any) -> None:
        api = chosen(echoed=["id"])
        assert (api.create(), api.update(1, title="Another")) == ({"id": 1}, {"id": 1})
        assert api.read(1)["title"] == "Another"

    def test_a_read_may_leave_the_description_and_the_backlog_out(self, chosen: Any) -> None:
        api = chosen(shown=["id", "title"])
        api.create()
        assert api.read(1) == {"id": 1, "title": "Crash"}

    def test_there_is_a_way_to_show_each(self, chosen: Any) -> None:
        api = chosen(shown=list(FIELDS))
        api.create()
        assert set(api.read(1)) == set(FIELDS)


class TestWhatIsNoChoice:
    @pytest.mark.parametrize(
        ("name", "value", "told"),
        [
            ("read_verb", "put", "read_verb has no 'put'; it has get, post, both"),
            ("shown", ["tags"], "shown has no 'tags'; it has id, title"),
            ("readverb", "get", "there is no choice 'readverb'; there are create_path, read_verb"),
        ],
    )
    def test_it_is_refused_by_name_at_any_time(self, name: str, value: object, told: str) -> None:
        choices = Choices()
        with pytest.raises(ValueError, match=told):
            setattr(choices, name, value)

    def test_it_is_refused_from_the_beginning(self) -> None:
        with pytest.raises(ValueError, match="writes has no 'torn'"):
            Choices(writes="torn")


def test_a_choice_may_change_while_somebody_is_connected(api: Any) -> None:
    api.create()
    api.organization.choices.read_verb = "post"
    assert [api(verb, "/tickets/get-ticket", id=1).status_code for verb in ("GET", "POST")] == [405, 200]
    assert api("GET", "/tickets/get-ticket", id=1).headers["Allow"] == "POST"
