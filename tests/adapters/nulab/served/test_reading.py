"""Journals, tickets and projects of a space, and what is said of those that cannot be read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import anybacklog
from anybacklog import (
    ConfigurationError,
    NotFound,
    ProtocolError,
    Tracker,
)

if TYPE_CHECKING:
    from tests.adapters.nulab.served.conftest import Space


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


def test_a_file_that_came_after_its_issue_was_listed_is_not_taken_for_a_deleted_one(
    space: Space, tracker: Tracker
) -> None:
    space.issues = [space.issue(1, attachments=[{"id": 8, "name": "early", "size": 1}])]
    (listed,) = tracker.tickets()
    logs = [{"field": "attachment", "newValue": "f", "attachmentInfo": {"id": each, "name": "f"}} for each in (8, 9)]
    space.comments = [{"id": 1, "changeLog": logs[:1]}, {"id": 2, "content": "late", "changeLog": logs[1:]}]
    space.attachments = [{"id": 8, "name": "early", "size": 1}, {"id": 9, "name": "late", "size": 1}]
    found = [[each.name for each in comment.attachments] for comment in tracker.comments(listed)]
    assert found == [["early"], ["late"]]
    assert sum("attachments" in asked for asked in space.asked) == 1


def test_a_journal_shorter_than_a_page_costs_one_request(space: Space, tracker: Tracker) -> None:
    space.comments = [{"id": 70 + each, "content": f"c{each}"} for each in range(99)]
    list(tracker.comments("A-1"))
    assert len([asked for asked in space.asked if "comments" in asked]) == 1


@pytest.mark.parametrize("ref", ["B-1", "A-404", "..", "count", "A-1/comments", "A 1"])
def test_what_is_no_ticket_of_this_project_is_not_found(ref: str, tracker: Tracker) -> None:
    with pytest.raises(NotFound):
        tracker.ticket(ref)


def test_a_project_that_is_not_there_is_not_found(address: str, space: Space) -> None:
    with (
        anybacklog.connect(f"{address}/ZZ", api_key=space.key) as tracker,
        pytest.raises(NotFound, match=r"project ZZ .*code 6"),
    ):
        tracker.project()


def test_without_a_project_only_the_space_answers(address: str, space: Space) -> None:
    with anybacklog.connect(address, api_key=space.key) as tracker:
        assert [project.key for project in tracker.projects()] == ["A"]
        assert tracker.myself().name == "me"
        assert tracker.capabilities.text_format == "markdown"
        with pytest.raises(ConfigurationError, match=f"names no project; write {re.escape(address)}/PROJECT"):
            tracker.project()
        with pytest.raises(ConfigurationError, match="names no project"):
            list(tracker.tickets())


def test_a_project_is_known_by_host_port_and_id(address: str, tracker: Tracker) -> None:
    assert tracker.identity() == f"nulab:{address.partition('://')[2]}/5"


@pytest.mark.parametrize("code", [2, 7])
def test_a_plan_without_custom_fields_has_none(code: int, space: Space, tracker: Tracker) -> None:
    space.refusals["projects/5/customFields"] = space.refusal(400, code, "current plan is not customField available.")
    assert tracker.capabilities.native("custom_fields")  # nobody has asked yet
    assert tracker.custom_fields() == ()
    assert "the space's plan has none" in tracker.capabilities.answer("custom_fields").reason
    assert "custom_fields" not in tracker.capabilities.creatable


def test_a_space_without_statuses_of_projects_has_its_own(tracker: Tracker) -> None:
    assert [status.name for status in tracker.statuses()] == ["Open"]


def test_what_cannot_be_read_is_told_with_its_issue_or_comment(space: Space, tracker: Tracker) -> None:
    odd = {"id": 3, "name": "Due", "fieldTypeId": 4, "value": "soon"}
    space.issues = [space.issue(1), space.issue(2, customFields=[odd]), space.issue(3, summary=None)]
    space.comments = [{"id": 70}, {"id": 71, "changeLog": 5}]
    space.attachments = [{"id": 9}]
    with pytest.raises(ProtocolError, match=r"^issue A-2: custom field 'Due' \(id 3\) holds something that is no day"):
        list(tracker.tickets())
    space.issues.pop(1)
    with pytest.raises(ProtocolError, match=r"^issue A-3: .*summary"):
        list(tracker.tickets())
    with pytest.raises(ProtocolError, match=r"^comment 71 of issue 1001: .*changeLog"):
        list(tracker.comments("A-1"))
    with pytest.raises(ProtocolError, match=r"^the files of issue 1001: .*name"):
        tracker.attachments("A-1")
