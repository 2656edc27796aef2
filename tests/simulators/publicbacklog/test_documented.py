"""What the vendor documents, one test for each fact."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import Client

from anybacklog_simulators.publicbacklog import DEMO_KEY
from anybacklog_simulators.publicbacklog.things import STATUSES, TYPES

NASTY = "𠮷野家 🎉 ﾊﾝｶｸ e\u0301\r\n\ttab &lt;b&gt; \u200b"


class TestTheKey:
    @pytest.mark.parametrize("header", ["apiKey", "apikey", "APIKEY"])
    def test_it_opens_in_its_header_however_that_is_written(self, api: Any, header: str) -> None:
        answer = api("GET", "/organizations/get-organization", headers={header: DEMO_KEY})
        assert answer.status_code == 200

    @pytest.mark.parametrize("headers", [{}, {"apiKey": ""}, {"apiKey": "wrong"}, {"Authorization": DEMO_KEY}])
    def test_without_it_nothing_opens(self, api: Any, headers: dict[str, str]) -> None:
        answer = api("GET", "/organizations/get-organization", headers=headers)
        assert (answer.status_code, "message" in answer.get_json()) == (401, True)

    def test_one_key_reaches_every_backlog(self, api: Any) -> None:
        ids = [api.create(backlogName=name)["id"] for name in ("Website", "App")]
        assert [api.read(id)["backlogName"] for id in ids] == ["Website", "App"]

    def test_a_new_key_makes_the_old_one_worthless_at_once(self, api: Any) -> None:
        api.organization.key = "another-key-of-the-simulator"
        assert api("GET", "/organizations/get-organization").status_code == 401
        api.key = "another-key-of-the-simulator"
        assert api("GET", "/organizations/get-organization").status_code == 200

    @pytest.mark.parametrize("key", ["", DEMO_KEY])
    def test_no_answer_tells_it(self, api: Any, key: str) -> None:
        api.create()
        for path in ("/organizations/get-organization", "/tickets/get-ticket?id=1", "/nowhere"):
            assert DEMO_KEY.encode() not in Client(api.fake).get(f"/v1{path}", headers={"apiKey": key}).data


class TestTickets:
    def test_one_is_created_with_everything_the_reference_names(self, api: Any) -> None:
        made = api.create(title="New shed", statusId=3, ticketTypeId=2, comment="Which colour?")
        assert made == {
            "id": 1,
            "title": "New shed",
            "description": "It falls over.",
            "statusId": 3,
            "ticketTypeId": 2,
            "backlogName": "Website",
        }
        assert api.comments(1) == ["Which colour?"]

    def test_one_is_read_by_its_number(self, api: Any) -> None:
        assert api.create() == api.read(1)

    @pytest.mark.parametrize(
        ("name", "value"),
        [("title", "Another"), ("description", "More words"), ("statusId", 4), ("ticketTypeId", 2)],
    )
    def test_an_update_changes_what_it_names_and_leaves_the_rest(self, api: Any, name: str, value: object) -> None:
        before = api.create()
        after = api.update(1, **{name: value})
        assert after == {**before, name: value} == api.read(1)

    def test_an_update_answers_with_the_number_at_the_top(self, api: Any) -> None:
        api.create()
        assert api.update(1, title="Another")["id"] == 1

    def test_an_update_may_be_a_comment_alone_or_with_fields(self, api: Any) -> None:
        before = api.create()
        assert api.update(1, comment="first") == before
        api.update(1, comment="second", description="comments copied: 2/2")
        assert (api.comments(1), api.read(1)["description"]) == (["first", "second"], "comments copied: 2/2")

    def test_a_deleted_one_is_gone(self, api: Any) -> None:
        api.create()
        api.json("DELETE", "/tickets/delete-ticket", id=1)
        for method, path in (("GET", "get-ticket"), ("DELETE", "delete-ticket")):
            assert api.refused(method, f"/tickets/{path}", id=1) == (404, "Ticket not found")

    def test_numbers_count_through_all_backlogs_and_are_never_used_again(self, api: Any) -> None:
        ids = [api.create(backlogName=name)["id"] for name in ("Website", "App", "Website")]
        api.json("DELETE", "/tickets/delete-ticket", id=3)
        assert [*ids, api.create()["id"]] == [1, 2, 3, 4]

    def test_a_refused_one_takes_no_number(self, api: Any) -> None:
        assert api.refused("POST", "/tickets/save-ticket", {"title": "x"})[0] == 400
        assert api.create()["id"] == 1

    def test_a_description_is_plain_text_or_html(self, api: Any) -> None:
        texts = ["a < b & c", "<p>As <b>everywhere</b></p>", NASTY]
        assert [api.create(description=text)["description"] for text in texts] == texts

    def test_every_text_is_kept_to_the_letter(self, api: Any) -> None:
        api.create(title=NASTY, description=NASTY, comment=NASTY)
        api.update(1, comment=NASTY)
        ticket = api.read(1)
        assert {ticket["title"], ticket["description"], *api.comments(1)} == {NASTY}

    @pytest.mark.parametrize("status", [2, 3, 4])
    def test_approved_in_progress_and_done_join_the_roadmap_once(self, api: Any, status: int) -> None:
        for id in (1, 2):
            api.create()
            api.update(id, statusId=status)
        api.update(1, statusId=4)
        api.create(statusId=status)
        assert api.organization.backlog_named("Website").roadmap == [1, 2, 3]

    def test_new_and_rejected_ones_are_on_no_roadmap(self, api: Any) -> None:
        api.create()
        api.update(1, statusId=5)
        assert api.organization.backlog_named("Website").roadmap == []


class TestLimits:
    @pytest.mark.parametrize(("name", "low", "high"), [("title", 3, 250), ("description", 3, 3_000_000)])
    def test_texts_have_a_shortest_and_a_longest(self, api: Any, name: str, low: int, high: int) -> None:
        api.create()
        for length, status in ((low - 1, 400), (low, 200), (high, 200), (high + 1, 400)):
            text = "🎉" * length
            draft = {"title": "Crash", "description": "It falls over.", "backlogName": "Website", name: text}
            answers = [
                api("POST", "/tickets/save-ticket", draft),
                api("PATCH", "/tickets/update-ticket", {"id": 1, name: text}),
            ]
            assert [answer.status_code for answer in answers] == [status, status], length

    def test_a_refusal_names_the_parameter_and_its_limits(self, api: Any) -> None:
        told = api.refused("POST", "/tickets/save-ticket", {"title": "x", "description": "xxx", "backlogName": "App"})
        assert told == (400, "title must have at least 3 and at most 250 characters")


class TestWords:
    def test_one_is_a_bug_and_two_a_request(self, chosen: Any) -> None:
        api = chosen(shown=["ticketType"])
        for number in (1, 2):
            api.create(ticketTypeId=number)
        assert [api.read(id)["ticketType"] for id in (1, 2)] == ["Bug", "Request"]

    @pytest.mark.parametrize(
        ("type", "names"),
        [
            (1, ["New", "Approved", "Fixing", "Done", "Rejected"]),
            (2, ["New", "Approved", "Development", "Done", "Rejected"]),
        ],
    )
    def test_what_a_status_is_depends_on_the_type(self, chosen: Any, type: int, names: list[str]) -> None:
        api = chosen(shown=["status"])
        made = [api.create(ticketTypeId=type, statusId=status)["id"] for status in range(1, 6)]
        assert [api.read(id)["status"] for id in made] == names

    def test_a_ticket_that_changes_its_type_keeps_the_number_of_its_status(self, chosen: Any) -> None:
        api = chosen(shown=["status", "statusId"])
        api.create(ticketTypeId=1, statusId=3)
        api.update(1, ticketTypeId=2)
        assert api.read(1) == {"statusId": 3, "status": "Development"}

    @pytest.mark.parametrize("status", [0, 6])
    @pytest.mark.parametrize("type", [1, 2])
    def test_a_status_must_be_one_of_the_types(self, api: Any, type: int, status: int) -> None:
        changes = {"ticketTypeId": type, "statusId": status}
        draft = {"title": "Crash", "description": "It falls over.", "backlogName": "Website"}
        assert api("POST", "/tickets/save-ticket", {**draft, **changes}).status_code == 400
        api.create()
        assert api("PATCH", "/tickets/update-ticket", {"id": 1, **changes}).status_code == 400
        assert api.read(1)["statusId"] == 1

    def test_a_status_of_one_type_only_is_refused_with_the_other(
        self, api: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        requests = {**STATUSES["Request"], 6: "Planned"}
        monkeypatch.setattr("anybacklog_simulators.publicbacklog.tickets.STATUSES", {**STATUSES, "Request": requests})
        api.create(ticketTypeId=2, statusId=6)
        api.create(ticketTypeId=1)
        told = (400, "statusId is no status of this type of ticket")
        assert api.refused("PATCH", "/tickets/update-ticket", {"id": 2, "statusId": 6}) == told
        assert api.refused("PATCH", "/tickets/update-ticket", {"id": 1, "ticketTypeId": 1}) == told

    def test_the_two_pages_name_the_same_types(self) -> None:
        assert {frozenset(names.values()) for names in TYPES.values()} == {frozenset(STATUSES)}


class TestTheOrganization:
    def test_the_key_tells_it(self, api: Any) -> None:
        assert api.json("GET", "/organizations/get-organization") == {"id": 1, "name": "Demo"}

    def test_a_backlog_is_found_by_its_exact_name(self, api: Any) -> None:
        assert api.json("GET", "/backlogs/get-backlog", backlogName="App") == {"id": 2, "name": "App"}
        for name in ("app", "App ", "Ap", "2"):
            assert api.refused("GET", "/backlogs/get-backlog", backlogName=name) == (404, "Backlog not found")

    def test_a_name_in_any_script_is_found(self, api: Any) -> None:
        made = api.organization.add_backlog("ウェブ/サイト & 🎉")
        assert api.json("GET", "/backlogs/get-backlog", backlogName=made.name) == {"id": 3, "name": made.name}

    def test_a_user_is_added_with_or_without_a_last_name(self, api: Any) -> None:
        path = "/organizationusers/add-organization-user"
        made = api.json("POST", path, {"email": "taro@example.com", "firstName": "太郎", "lastName": "山田"})
        assert made == {"id": 2, "email": "taro@example.com", "firstName": "太郎", "lastName": "山田"}
        assert api.json("POST", path, {"email": "x@example.com", "firstName": "X"})["lastName"] == ""

    def test_a_user_is_there_once(self, api: Any) -> None:
        taken = {"email": "HANAKO@example.com", "firstName": "x"}
        assert api.refused("POST", "/organizationusers/add-organization-user", taken)[0] == 409
        assert len(api.organization.users) == 1


@pytest.mark.parametrize("path", ["/tickets", "/tickets/list", "/backlogs", "/comments", "/attachments", "/search"])
def test_nothing_lists_searches_or_holds_files(api: Any, path: str) -> None:
    assert {api(method, path).status_code for method in ("GET", "POST")} == {404}


def test_no_rate_limit_is_known(api: Any) -> None:
    api.create()
    answers = [api("GET", "/tickets/get-ticket", id=1) for _ in range(200)]
    assert {answer.status_code for answer in answers} == {200}
    assert not [name for name in answers[0].headers.keys() if "ratelimit" in name.lower()]  # noqa: SIM118  # a multidict


def test_a_rate_limit_that_is_set_says_when_to_come_back(api: Any, clock: Any) -> None:
    api.create()
    api.fake.rates.lower("requests", 3)  # one went into the create
    answers = [api("GET", "/tickets/get-ticket", id=1) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["Retry-After"] == "50"
    clock.advance(50)
    assert api.read(1)["id"] == 1


def test_what_was_asked_is_counted(api: Any) -> None:
    api.create()
    for _ in range(3):
        api.read(1)
    api("GET", "/tickets/get-ticket", id=2)
    assert api.fake.counts() == {"POST /v1/tickets/save-ticket": 1, "GET /v1/tickets/get-ticket": 4}
