"""The adapter against a small strict space on loopback: paging, credentials, errors, and no key anywhere."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import anybacklog
from anybacklog import (
    AnyBacklogError,
    AuthenticationError,
    ConfigurationError,
    IncompleteListing,
    NotFound,
    PermissionDenied,
    ProtocolError,
    Tracker,
    ValidationError,
)

KEY = "aB3+/dEf=9"
Json = dict[str, Any]
Query = dict[str, list[str]]
PAGING = {"sort", "order", "offset", "count"}


def issue(number: int, **more: Any) -> Json:
    created = f"2015-05-{1 + number // 1440:02}T{number // 60 % 24:02}:{number % 60:02}:00Z"
    return {"id": 1000 + number, "projectId": 5, "issueKey": f"A-{number}", "summary": "s", "created": created} | more


def refusal(status: int, code: int, message: str = "いいえ") -> tuple[int, Any]:
    return status, {"errors": [{"message": message, "code": code, "moreInfo": ""}]}


@dataclass
class Space:
    """Answers like Nulab: strict about parameters, 404 for what it does not have."""

    issues: list[Json] = field(default_factory=list)
    comments: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    refusals: dict[str, tuple[int, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    before_answer: Callable[[str, Query], None] = lambda path, query: None
    min_id_is_exclusive: bool = True
    always_newest_first: bool = False
    count_lies_by: int = 0
    key_in: str = "header"

    def answer(self, path: str, query: Query, header: str | None) -> tuple[int, Any]:
        self.before_answer(path, query)
        key = header if self.key_in == "header" else query.get("apiKey", [None])[0]
        query.pop("apiKey", None)
        if key != KEY:
            return refusal(401, 11, f"Authentication failure of {key}.")
        if path in self.refusals:
            return self.refusals[path]
        if path in ("issues", "issues/count"):
            unknown = set(query) - PAGING - {"projectId[]", "statusId[]"}
            if unknown or query.get("projectId[]") != ["5"]:
                return refusal(400, 7, f"error.unknownParameter : {min(unknown, default='projectId[]')}")
            return 200, self.page(query) if path == "issues" else {"count": len(self.issues) + self.count_lies_by}
        if path.startswith("issues/") and path.endswith("/comments"):
            return 200, self.entries(query)
        known = {
            "projects/A": {"id": 5, "projectKey": "A", "name": "a", "textFormattingRule": "markdown"},
            "projects": [{"id": 5, "projectKey": "A", "name": "a"}],
            "users/myself": {"id": 1, "name": "me"},
            "issues/1001/attachments": self.attachments,
            "issues/A-1": issue(1),
            "issues/B-1": issue(1, projectId=6, issueKey="B-1"),
            "statuses": [{"id": 1, "name": "Open"}],
        }
        return (200, known[path]) if path in known else refusal(404, 6, "No such thing.")

    def page(self, query: Query) -> list[Json]:
        rows = sorted(self.issues, key=lambda row: row[query["sort"][0]], reverse=query["order"] == ["desc"])
        offset, count = int(query["offset"][0]), int(query["count"][0])
        assert count <= 100
        return rows[offset : offset + count]

    def entries(self, query: Query) -> list[Json]:
        low = int(query.get("minId", ["0"])[0])
        rows = [row for row in self.comments if row["id"] > low or (row["id"] == low and not self.min_id_is_exclusive)]
        descending = self.always_newest_first or query.get("order") != ["asc"]
        return sorted(rows, key=lambda row: int(row["id"]), reverse=descending)[: int(query["count"][0])]


@pytest.fixture
def space() -> Space:
    return Space()


@pytest.fixture
def address(space: Space) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            path = parts.path.removeprefix("/api/v2/")
            query = parse_qs(parts.query, keep_blank_values=True)
            space.asked.append(f"{path}?{'&'.join(sorted(query))}")
            status, answer = space.answer(path, query, self.headers.get("Backlog-API-Key"))
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("X-Request-Id", "r-77")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"nulab+http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture
def tracker(address: str) -> Iterator[Tracker]:
    with anybacklog.connect(f"{address}/A", api_key=KEY) as tracker:
        yield tracker


def keys(tracker: Tracker, **filters: Any) -> list[str]:
    return [ticket.key for ticket in tracker.tickets(**filters)]


# ---- listing


@pytest.mark.parametrize("number", [0, 1, 99, 100, 101, 250])
def test_every_issue_is_listed_once_oldest_first(number: int, space: Space, tracker: Tracker) -> None:
    space.issues = [issue(each) for each in range(number)][::-1]
    assert keys(tracker) == [f"A-{each}" for each in range(number)]
    assert tracker.count_tickets() == number


def test_a_listing_is_read_page_by_page(space: Space, tracker: Tracker) -> None:
    space.issues = [issue(each) for each in range(300)]
    next(tracker.tickets())
    assert sum(asked.startswith("issues?") for asked in space.asked) == 1


def test_newest_first_when_asked(space: Space, tracker: Tracker) -> None:
    space.issues = [issue(each) for each in range(150)]
    assert keys(tracker, order="-created") == [f"A-{each}" for each in reversed(range(150))]


def once(action: Callable[[], None], on_offset: str) -> Callable[[str, Query], None]:
    waiting = [action]

    def before(path: str, query: Query) -> None:
        if path == "issues" and query["offset"] == [on_offset] and waiting:
            waiting.pop()()

    return before


@pytest.mark.parametrize("deleted", [1, 50, 99, 100])
def test_what_is_deleted_while_listing_makes_nothing_else_disappear(
    deleted: int, space: Space, tracker: Tracker
) -> None:
    space.issues = [issue(each) for each in range(350)]

    def delete() -> None:
        del space.issues[:deleted]

    space.before_answer = once(delete, "99")
    assert keys(tracker) == [f"A-{each}" for each in range(350)]


def test_however_many_are_deleted_while_listing_the_others_all_come(space: Space, tracker: Tracker) -> None:
    space.issues = [issue(each) for each in range(900)]

    def delete() -> None:
        del space.issues[100:700]

    space.before_answer = once(delete, "594")
    assert {f"A-{each}" for each in (*range(100), *range(700, 900))} <= set(keys(tracker))


@pytest.mark.parametrize("order", ["updated", "-updated"])
def test_what_is_updated_while_listing_comes_once(order: str, space: Space, tracker: Tracker) -> None:
    space.issues = [issue(each, updated=f"2020-01-01T00:{each // 60:02}:{each % 60:02}Z") for each in range(350)]

    def update() -> None:
        for each in (0, 120, 349):
            space.issues[each]["updated"] = f"2020-01-02T00:00:0{each % 7}Z"

    space.before_answer = once(update, "99")
    assert sorted(keys(tracker, order=order)) == sorted(f"A-{each}" for each in range(350))


def test_a_space_that_gives_the_same_page_for_ever_is_told(space: Space, tracker: Tracker) -> None:
    space.issues = [issue(each) for each in range(300)]
    space.before_answer = lambda _, query: query.update(offset=["0"])
    with pytest.raises(IncompleteListing) as caught:
        keys(tracker)
    assert (caught.value.counted, caught.value.listed) == (300, 100)


def test_what_is_created_while_listing_doubles_nothing(space: Space, tracker: Tracker) -> None:
    space.issues = [issue(each) for each in range(250)]
    space.before_answer = once(lambda: space.issues.extend(issue(300 + each) for each in range(30)), "99")
    listed = keys(tracker, order="-created")
    assert len(listed) == len(set(listed))
    assert {f"A-{each}" for each in range(250)} <= set(listed)


def test_fewer_issues_than_were_counted_are_an_error(space: Space, tracker: Tracker) -> None:
    space.issues, space.count_lies_by = [issue(each) for each in range(120)], 1
    with pytest.raises(IncompleteListing) as caught:
        keys(tracker)
    assert (caught.value.counted, caught.value.listed) == (121, 120)


def test_what_the_space_filters_is_what_it_counts(space: Space, tracker: Tracker) -> None:
    space.issues = [issue(1, status={"id": 1, "name": "Open"})]
    assert keys(tracker, status="open") == ["A-1"]
    assert tracker.count_tickets(status="open") == 1
    asked = [asked for asked in space.asked if asked.startswith(("issues?", "issues/count"))]
    assert all("projectId[]&" in each and "statusId[]" in each for each in asked)


def test_a_vendors_own_filter_is_passed_on_and_its_refusal_told(tracker: Tracker) -> None:
    with pytest.raises(
        ValidationError, match=r"error\.unknownParameter : nonsense \(code 7, HTTP 400, request r-77\)"
    ) as caught:
        list(tracker.tickets(options={"nonsense": True}))
    assert caught.value.field == "nonsense"


# ---- journal


@pytest.mark.parametrize("exclusive", [True, False])
@pytest.mark.parametrize("number", [0, 1, 100, 101, 230])
def test_every_comment_is_read_once_oldest_first(number: int, exclusive: bool, space: Space, tracker: Tracker) -> None:
    space.comments = [{"id": 70 + each, "content": f"c{each}"} for each in range(number)]
    space.min_id_is_exclusive = exclusive
    assert [each.body.source for each in tracker.comments("A-1")] == [f"c{each}" for each in range(number)]
    journal = [asked for asked in space.asked if "comments" in asked]
    assert ["minId" in asked for asked in journal] == [False] + [True] * (len(journal) - 1)


def test_a_journal_that_comes_newest_first_is_refused_rather_than_cut(space: Space, tracker: Tracker) -> None:
    space.comments = [{"id": 70 + each} for each in range(130)]
    space.always_newest_first = True
    with pytest.raises(ProtocolError, match="newest first"):
        list(tracker.comments("A-1"))


def test_files_are_asked_for_once_and_only_where_a_comment_names_them(space: Space, tracker: Tracker) -> None:
    space.comments = [{"id": 1, "content": "plain"}]
    list(tracker.comments("A-1"))
    assert not any("attachments" in asked for asked in space.asked)
    logs = [{"field": "attachment", "newValue": "f", "attachmentInfo": {"id": each, "name": "f"}} for each in (8, 9)]
    space.comments += [{"id": 2, "changeLog": logs[:1]}, {"id": 3, "changeLog": logs[1:]}]
    space.attachments = [{"id": 9, "name": "f", "size": 1}]
    found = [[each.id for each in comment.attachments] for comment in tracker.comments("A-1")]
    assert found == [[], [], ["9"]]
    assert sum("attachments" in asked for asked in space.asked) == 1


# ---- one ticket, one project


@pytest.mark.parametrize("ref", ["B-1", "A-404", "..", "count", "A-1/comments", "A 1"])
def test_what_is_no_ticket_of_this_project_is_not_found(ref: str, tracker: Tracker) -> None:
    with pytest.raises(NotFound):
        tracker.ticket(ref)


def test_a_project_that_is_not_there_is_not_found(address: str) -> None:
    with (
        anybacklog.connect(f"{address}/ZZ", api_key=KEY) as tracker,
        pytest.raises(NotFound, match=r"project ZZ .*code 6"),
    ):
        tracker.project()


def test_without_a_project_only_the_space_answers(address: str) -> None:
    with anybacklog.connect(address, api_key=KEY) as tracker:
        assert [project.key for project in tracker.projects()] == ["A"]
        assert tracker.myself().name == "me"
        assert not tracker.capabilities.can("create_ticket")
        with pytest.raises(ConfigurationError, match="names no project"):
            tracker.project()
        with pytest.raises(ConfigurationError, match="names no project"):
            list(tracker.tickets())


def test_a_project_is_known_by_host_port_and_id(address: str, tracker: Tracker) -> None:
    assert tracker.identity() == f"nulab:{address.partition('://')[2]}/5"


@pytest.mark.parametrize("code", [2, 7])
def test_a_plan_without_custom_fields_has_none(code: int, space: Space, tracker: Tracker) -> None:
    space.refusals["projects/5/customFields"] = refusal(400, code, "current plan is not customField available.")
    assert tracker.custom_fields() == ()


def test_a_space_without_statuses_of_projects_has_its_own(tracker: Tracker) -> None:
    assert [status.name for status in tracker.statuses()] == ["Open"]


def test_what_cannot_be_read_is_told_with_its_issue_or_comment(space: Space, tracker: Tracker) -> None:
    odd = {"id": 3, "name": "Due", "fieldTypeId": 4, "value": "soon"}
    space.issues = [issue(1), issue(2, customFields=[odd]), issue(3, summary=None)]
    space.comments = [{"id": 70}, {"id": 71, "changeLog": 5}]
    space.attachments = [{"id": 9}]
    with pytest.raises(ProtocolError, match=r"^issue A-2: custom field 'Due' \(id 3\) holds something that is no day"):
        keys(tracker)
    space.issues.pop(1)
    with pytest.raises(ProtocolError, match=r"^issue A-3: .*summary"):
        keys(tracker)
    with pytest.raises(ProtocolError, match=r"^comment 71 of issue 1001: .*changeLog"):
        list(tracker.comments("A-1"))
    with pytest.raises(ProtocolError, match=r"^the files of issue 1001: .*name"):
        tracker.attachments("A-1")


# ---- credentials and errors


def test_a_space_that_wants_the_key_in_the_query_gets_it_there_from_then_on(space: Space, tracker: Tracker) -> None:
    space.key_in = "query"
    space.issues = [issue(each) for each in range(150)]
    assert len(keys(tracker)) == 150
    assert ["apiKey" in asked for asked in space.asked] == [False] + [True] * (len(space.asked) - 1)


ERRORS: dict[int, tuple[int, type[AnyBacklogError]]] = {
    2: (403, PermissionDenied),
    3: (403, PermissionDenied),
    4: (403, PermissionDenied),
    5: (403, PermissionDenied),
    6: (404, NotFound),
    7: (400, ValidationError),
    8: (400, ValidationError),
    9: (400, ValidationError),
    10: (413, ValidationError),
    11: (401, AuthenticationError),
    12: (403, PermissionDenied),
    13: (400, anybacklog.RateLimited),
    99: (403, PermissionDenied),
}


@pytest.mark.parametrize("code", ERRORS)
def test_an_error_is_told_by_its_code_first_and_keeps_the_request_id(code: int, space: Space, tracker: Tracker) -> None:
    status, error = ERRORS[code]
    space.refusals["users/myself"] = refusal(status, code)
    with pytest.raises(error) as caught:
        tracker.myself()
    if code < 99:
        assert f" (code {code}, HTTP {status}, request r-77)" in str(caught.value)
    assert (caught.value.operation, caught.value.backend) == ("myself", str(tracker.location))


@pytest.mark.parametrize("answer", [{"no": "id"}, [{"name": "no id"}], ["text"], None, 5])
def test_a_list_that_is_none_is_a_protocol_error(answer: Any, space: Space, tracker: Tracker) -> None:
    space.refusals["priorities"] = (200, answer)
    with pytest.raises(ProtocolError):
        tracker.priorities()


@pytest.mark.parametrize("key_in", ["header", "query", "nowhere"])
def test_the_key_is_in_no_log_and_no_error(
    key_in: str, space: Space, tracker: Tracker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    space.key_in = key_in
    space.refusals["issues/A-1"] = refusal(400, 7, f"the key {KEY} is bad")
    with pytest.raises(AnyBacklogError) as caught:
        tracker.ticket("A-1")
    printed = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(tracker) + repr(vars(caught.value))
    assert "anybacklog.http" in caplog.text
    assert "aB3" not in printed
    assert "dEf" not in printed


def test_a_timeout_that_is_no_number_is_refused(address: str) -> None:
    with pytest.raises(ConfigurationError, match="read_timeout is a number of seconds"):
        anybacklog.connect(f"{address}/A?read_timeout=soon", api_key=KEY)


def test_the_plugin_is_described_without_importing_anything_heavy() -> None:
    code = "import anybacklog_nulab.plugin, sys; print(sorted({'requests', 'marshmallow'} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_a_journal_shorter_than_a_page_costs_one_request(space: Space, tracker: Tracker) -> None:
    space.comments = [{"id": 70 + each, "content": f"c{each}"} for each in range(99)]
    list(tracker.comments("A-1"))
    assert len([asked for asked in space.asked if "comments" in asked]) == 1
