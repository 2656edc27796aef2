"""A real project of 2015, replayed: all that was recorded of it is read, and arrives elsewhere, field by field.

The printed lines say of every request whether its answer was recorded or made by hand (`pytest -s`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest

import anybacklog
from anybacklog import Attachment, Comment, Ticket, Tracker, User

URL = "nulab://example.backlog.jp/31224"
KEY = "a-key-nobody-has"
Json = dict[str, Any]
RecordedJson = Callable[[str], Any]
CHANGED = {"assigner": "assignees", "attachment": "attachments", "resolution": "resolution"}
DONE = {3, 4}
SIZE_RECORDED = 19
MADE_BY_HAND = {
    "GET /api/v2/projects/31224/statuses",
    "GET /api/v2/projects/31224/customFields",
    "GET /api/v2/issues/1188856/comments?order=asc&count=100",
    "GET /api/v2/issues/1188856/relatedIssues",
    "GET /api/v2/issues/1189073/attachments/535137",
}


class Space(Protocol):
    told: list[tuple[str, str]]
    synthetic: list[Any]
    recorded: list[Any]


@pytest.fixture
def tracker(replayed: Any) -> Iterator[Tracker]:
    with replayed(), anybacklog.connect(URL, api_key=KEY) as tracker:
        yield tracker


# ---- what a ticket of either tracker must say of the JSON that was received


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def assert_person(person: User | None, user: Json) -> None:
    assert person is not None
    assert (person.name, person.login, person.email) == (user["name"], user["userId"], user["mailAddress"])


def names(nouns: Sequence[Any]) -> list[str]:
    return [noun.name for noun in nouns]


def json_names(rows: list[Json]) -> list[str]:
    return [row["name"] for row in rows]


def assert_ticket(ticket: Ticket, issue: Json) -> None:
    assert ticket.key == issue["issueKey"]
    assert ticket.title == issue["summary"]
    assert ticket.description is not None
    assert (ticket.description.source, ticket.description.format) == (issue["description"], "backlog")
    assert ticket.type is not None
    assert ticket.type.name == issue["issueType"]["name"]
    assert ticket.priority is not None
    assert ticket.priority.name == issue["priority"]["name"]
    assert ticket.resolution is not None
    assert ticket.resolution.name == issue["resolution"]["name"]
    assert ticket.status is not None
    assert ticket.status.name == issue["status"]["name"]
    assert ticket.status.category == ("done" if issue["status"]["id"] in DONE else "open")
    assert_person(ticket.reporter, issue["createdUser"])
    assert len(ticket.assignees) == 1
    assert_person(ticket.assignees[0], issue["assignee"])
    assert names(ticket.categories) == json_names(issue["category"])
    assert names(ticket.affected_versions) == json_names(issue["versions"])
    assert names(ticket.milestones) == json_names(issue["milestone"])
    assert (ticket.created_at, ticket.updated_at) == (instant(issue["created"]), instant(issue["updated"]))
    assert issue["startDate"] is None
    assert ticket.start_date is None
    assert ticket.due_date == date.fromisoformat(issue["dueDate"][:10])
    assert (ticket.estimated_hours, ticket.actual_hours) == (issue["estimatedHours"], issue["actualHours"])
    assert issue["parentIssueId"] is None
    assert ticket.parent is None
    assert issue["customFields"] == []
    assert ticket.custom_fields == ()
    assert len(ticket.attachments) == len(issue["attachments"])
    for attachment, file in zip(ticket.attachments, issue["attachments"], strict=True):
        assert_attachment(attachment, file)


def assert_attachment(attachment: Attachment, file: Json) -> None:
    assert (attachment.name, attachment.size) == (file["name"], file["size"])
    assert attachment.created_at == instant(file["created"])
    assert_person(attachment.author, file["createdUser"])


def assert_comment(comment: Comment, entry: Json) -> None:
    assert comment.body.source == entry["content"]
    assert_person(comment.author, entry["createdUser"])
    assert (comment.created_at, comment.updated_at) == (instant(entry["created"]), instant(entry["updated"]))
    assert len(comment.changes) == len(entry["changeLog"])
    for change, log in zip(comment.changes, entry["changeLog"], strict=True):
        announced = (log["notificationInfo"] or {}).get("type")
        assert change.field == CHANGED.get(log["field"], log["field"])
        assert (change.old, change.new) == (log["originalValue"], log["newValue"] or announced)
    files = [log["attachmentInfo"]["name"] for log in entry["changeLog"] if log["attachmentInfo"]]
    assert names(comment.attachments) == files


def assert_project(tracker: Tracker, recorded_json: RecordedJson) -> None:
    """Both tickets with every field, the recorded comments in order, the files to the last byte."""
    issues = sorted(recorded_json("issues"), key=lambda issue: str(issue["created"]))
    tickets = list(tracker.tickets())
    assert [ticket.key for ticket in tickets] == ["TEST_PROJECT_1-1", "TEST_PROJECT_1-2"]
    for ticket, issue in zip(tickets, issues, strict=True):
        assert_ticket(ticket, issue)
    first, second = tickets
    assert list(tracker.comments(first)) == []
    comments = list(tracker.comments(second))
    entries = sorted(recorded_json("issues/1189073/comments"), key=lambda entry: int(entry["id"]))
    assert len(comments) == len(entries) == 5
    for comment, entry in zip(comments, entries, strict=True):
        assert_comment(comment, entry)
    assert content(tracker, first) == "テストです。\n".encode()  # recorded
    assert content(tracker, second) == "合成ファイル\n".encode()  # made by hand


def content(tracker: Tracker, ticket: Ticket) -> bytes:
    (attachment,) = tracker.attachments(ticket) if ticket.key.endswith("2") else ticket.attachments
    with tracker.open_attachment(attachment) as stream:
        read = stream.read()
    assert len(read) == SIZE_RECORDED
    return read


# ---- the tests


def test_the_recorded_project_is_read_field_by_field(tracker: Tracker, recorded_json: RecordedJson) -> None:
    assert tracker.count_tickets() == 2
    assert_project(tracker, recorded_json)


def test_the_recorded_project_arrives_in_sqlite_field_by_field(
    tracker: Tracker, recorded_json: RecordedJson, space: Space, tmp_path: Path
) -> None:
    with anybacklog.connect(f"sqlite:///{tmp_path}/target.db?project=COPY") as target:
        report = anybacklog.migrate(tracker, target, ledger=tmp_path / "ledger.db")
        assert report.status == "done"
        assert_project(target, recorded_json)
        again = anybacklog.migrate(tracker, target, ledger=tmp_path / "ledger.db")
        assert len(list(target.tickets())) == 2
        assert again.status == "done"
        verified = anybacklog.verify(tracker, target, ledger=tmp_path / "ledger.db")
        assert list(verified.differences) == []
    assert {request for request, source in space.told if source == "synthetic"} == MADE_BY_HAND


def test_a_ticket_and_its_comments_keep_the_json_as_it_was_received(
    tracker: Tracker, recorded_json: RecordedJson
) -> None:
    ticket = next(iter(tracker.tickets()))
    assert ticket.raw == next(issue for issue in recorded_json("issues") if issue["id"] == int(ticket.id))
    assert ticket.url == "https://example.backlog.jp/view/TEST_PROJECT_1-1"
    *_, last = tracker.tickets()
    assert [comment.raw for comment in tracker.comments(last)] == recorded_json("issues/1189073/comments")[::-1]


def test_the_words_of_the_recorded_project_are_read(tracker: Tracker, recorded_json: RecordedJson) -> None:
    lists: dict[str, Sequence[Any]] = {
        "priorities": tracker.priorities(),
        "resolutions": tracker.resolutions(),
        "statuses": tracker.statuses(),
        "projects/31224/issueTypes": tracker.ticket_types(),
        "projects/31224/categories": tracker.categories(),
        "projects/31224/versions": tracker.versions(),
        "projects/31224/users": tracker.users(),
    }
    for path, nouns in lists.items():
        assert [(noun.id, noun.name) for noun in nouns] == [
            (str(row["id"]), row["name"]) for row in recorded_json(path)
        ]
    assert [status.category for status in tracker.statuses()] == ["open", "in_progress", "done", "done"]
    assert [noun.id for noun in tracker.milestones()] == [noun.id for noun in tracker.versions()]
    assert_person(tracker.myself(), recorded_json("users/myself"))
    assert tracker.custom_fields() == ()


def test_the_recorded_project_is_known_by_its_id(tracker: Tracker, recorded_json: RecordedJson) -> None:
    project = tracker.project()
    assert (project.id, project.key, project.name) == ("31224", "TEST_PROJECT_1", "test_project_1")
    assert project.raw == recorded_json("projects/31224")
    assert tracker.identity() == "nulab:example.backlog.jp/31224"


def test_a_refusal_that_was_recorded_is_a_validation_error(tracker: Tracker) -> None:
    with pytest.raises(
        anybacklog.ValidationError, match=r"error\.unknownParameter : test \(code 7, HTTP 400\)"
    ) as caught:
        tracker.raw("GET", "projects/31224/activities", params={"test": "test"})
    assert caught.value.field == "test"


def test_nothing_is_made_by_hand_that_was_recorded(space: Space) -> None:
    recorded = {(request.method, request.path) for request, _ in space.recorded}
    made = {(request.method, request.path) for request, _ in space.synthetic}
    assert made & recorded == set()
