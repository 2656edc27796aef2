"""What the service does with what it holds, as recorded and documented: dates, orders, histories, files."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

NASTY = "𠮷🎉ﾊﾝｶｸ\r\ne\u0301 <b>&amp;</b>\t\u200b "


def test_text_comes_back_as_it_was_given(api: Any) -> None:
    issue = api.issue(NASTY, ("description", NASTY))
    comment = api.json("POST", f"/issues/{issue['id']}/comments", ("content", NASTY))
    assert (issue["summary"], issue["description"], comment["content"]) == (NASTY, NASTY, NASTY)


def test_a_day_is_midnight_utc_and_hours_are_numbers(api: Any) -> None:
    issue = api.issue("x", ("dueDate", "2026-05-29"), ("estimatedHours", "1.50"))
    assert (issue["dueDate"], issue["estimatedHours"], issue["startDate"]) == ("2026-05-29T00:00:00Z", 1.5, None)


def test_an_empty_value_clears(api: Any) -> None:
    issue = api.issue("x", ("dueDate", "2026-05-29"), ("description", "y"), ("assigneeId", 1001))
    cleared = api.json("PATCH", f"/issues/{issue['id']}", ("dueDate", ""), ("description", ""), ("assigneeId", ""))
    assert (cleared["dueDate"], cleared["description"], cleared["assignee"]) == (None, "", None)


def test_a_comment_does_not_move_updated_but_a_change_does(api: Any, clock: Any) -> None:
    issue = api.issue()
    clock.advance(60)
    comment = api.json("POST", f"/issues/{issue['id']}/comments", ("content", "x"))
    clock.advance(60)
    api.json("PATCH", f"/issues/{issue['id']}/comments/{comment['id']}", ("content", "y"))
    assert api.json("GET", f"/issues/{issue['id']}")["updated"] == issue["updated"]
    changed = api.json("PATCH", f"/issues/{issue['id']}", ("statusId", 2))
    assert changed["updated"] == "2026-03-01T12:02:10Z"


def test_a_change_is_a_comment_in_words_and_an_activity_in_numbers(api: Any) -> None:
    issue = api.issue()
    api.json("PATCH", f"/issues/{issue['id']}", ("statusId", 3), ("resolutionId", 0), ("dueDate", "2026-05-29"))
    (comment,) = api.json("GET", f"/issues/{issue['id']}/comments")
    assert [(each["field"], each["originalValue"], each["newValue"]) for each in comment["changeLog"]] == [
        ("status", "未対応", "処理済み"),
        ("resolution", "", "対応済み"),
        ("limitDate", None, "2026/05/29"),
    ]
    update, _ = api.json("GET", "/projects/DEMO/activities")
    assert [(each["field"], each["old_value"], each["new_value"]) for each in update["content"]["changes"]] == [
        ("status", "1", "3"),
        ("resolution", "", "0"),
        ("limitDate", "", "2026-05-29"),
    ]
    assert (update["type"], update["content"]["comment"]["id"]) == (2, comment["id"])


def test_a_comment_edit_leaves_no_activity(api: Any) -> None:
    issue = api.issue()
    comment = api.json("POST", f"/issues/{issue['id']}/comments", ("content", "x"))
    before = api.json("GET", "/space/activities")
    api.json("PATCH", f"/issues/{issue['id']}/comments/{comment['id']}", ("content", "y"))
    assert api.json("GET", "/space/activities") == before


def test_a_type_of_another_project_is_replaced_in_silence(api: Any, project: Any) -> None:
    form = [("projectId", project.id), ("issueTypeId", 1), ("priorityId", 3), ("summary", "x")]
    assert api.json("POST", "/issues", *form)["issueType"]["id"] == project.issue_types[0].id


def test_a_number_is_never_used_again(api: Any) -> None:
    api.issue()
    api.json("DELETE", f"/issues/{api.issue()['id']}")
    assert api.issue()["issueKey"] == "DEMO-3"
    assert api.refused("GET", "/issues/DEMO-2")[:2] == (404, 6)


def test_issues_come_newest_first_twenty_at_a_time(api: Any) -> None:
    for number in range(21):
        api.issue(f"n{number}")
    page = api.json("GET", "/issues")
    assert [each["keyId"] for each in page] == list(range(21, 1, -1))
    last = api.json("GET", "/issues", ("sort", "created"), ("order", "asc"), ("offset", 20), ("count", 100))
    assert [each["keyId"] for each in last] == [21]


def test_counting_without_a_project_finds_nothing(api: Any, project: Any) -> None:
    api.issue()
    assert api.json("GET", "/issues/count") == {"count": 0}
    assert api.json("GET", "/issues/count", ("projectId[]", project.id)) == {"count": 1}


def test_minimum_and_maximum_are_exclusive(api: Any) -> None:
    issue = api.issue()
    path = f"/issues/{issue['id']}/comments"
    ids = [api.json("POST", path, ("content", str(number)))["id"] for number in range(4)]
    found = api.json("GET", path, ("minId", ids[0]), ("maxId", ids[3]), ("order", "asc"))
    assert [each["id"] for each in found] == ids[1:3]
    assert [each["id"] for each in api.json("GET", path, ("count", 2))] == [ids[3], ids[2]]


@pytest.mark.parametrize(("day", "found"), [("2026-03-01", 1), ("2026-03-02", 1), ("2026-03-03", 0)])
def test_filters_of_days_use_the_zone_of_the_space(api: Any, clock: Any, day: str, found: int) -> None:
    clock.advance(4 * 3600)  # 16:00 UTC is already the next day in Tokyo
    api.issue()
    assert len(api.json("GET", "/issues", ("createdSince", day))) == found


def test_a_search_finds_by_word_person_and_state(api: Any) -> None:
    first = api.issue("Crash on save", ("assigneeId", 1002))
    api.issue("Typo")
    api.json("POST", f"/issues/{first['id']}/comments", ("content", "needle"))
    for name, value in [("keyword", "NEEDLE"), ("keyword", "crash"), ("assigneeId[]", 1002)]:
        assert [each["id"] for each in api.json("GET", "/issues", (name, value))] == [first["id"]]
    assert api.json("GET", "/issues", ("statusId[]", 4)) == []


def test_children_are_one_level_deep(api: Any) -> None:
    parent = api.issue("parent")
    child = api.issue("child", ("parentIssueId", parent["id"]))
    other = f"/issues/{api.issue('other')['id']}"
    assert api.refused("PATCH", other, ("parentIssueId", child["id"]))[:2] == (400, 7)
    assert [each["id"] for each in api.json("GET", "/issues", ("parentChild", 4))] == [parent["id"]]
    summary = api.json("GET", f"/issues/{parent['id']}", ("expand[]", "childIssueSummary"))["childIssueSummary"]
    assert summary == {"total": 1, "closed": 0}


class TestFiles:
    def test_an_upload_gets_another_number_when_it_is_linked(self, api: Any) -> None:
        issue = api.issue()
        api.upload(), api.upload()
        number = api.upload("ログ 🎉.txt", b"\x00\r\n")
        (linked,) = api.json("PATCH", f"/issues/{issue['id']}", ("attachmentId[]", number))["attachments"]
        assert (linked["name"], linked["size"]) == ("ログ 🎉.txt", 3)
        assert linked["id"] != number
        opened = api("GET", f"/issues/{issue['id']}/attachments/{linked['id']}")
        assert opened.data == b"\x00\r\n"
        assert opened.headers["Content-Disposition"] == (
            "attachment; filename*=UTF-8''%E3%83%AD%E3%82%B0%20%F0%9F%8E%89.txt"
        )

    def test_an_upload_is_used_up_by_its_link(self, api: Any) -> None:
        path, number = f"/issues/{api.issue()['id']}/comments", api.upload()
        api.json("POST", path, ("content", "x"), ("attachmentId[]", number))
        assert api.refused("POST", path, ("content", "x"), ("attachmentId[]", number))[:2] == (400, 7)
        assert api.json("GET", f"{path}/count") == {"count": 1}

    def test_an_upload_dies_after_an_hour(self, api: Any, clock: Any) -> None:
        path, number = f"/issues/{api.issue()['id']}", api.upload()
        clock.advance(3600)
        assert api.refused("PATCH", path, ("attachmentId[]", number))[:2] == (400, 7)

    def test_files_are_limited_in_size_and_number(self, api: Any, fake: Any) -> None:
        licence = fake.service.space.licence
        licence.attachment_limit, licence.attachment_limit_per_file = 1, 5
        path = f"/issues/{api.issue('x', ('attachmentId[]', api.upload()))['id']}"
        assert api.refused("PATCH", path, ("attachmentId[]", api.upload()))[1] == 9
        with pytest.raises(AssertionError, match='"code":10'):
            api.upload(content=b"123456")

    def test_a_removed_file_stays_in_the_history(self, api: Any) -> None:
        issue = api.issue("x", ("attachmentId[]", api.upload()))
        (file,) = issue["attachments"]
        api.json("DELETE", f"/issues/{issue['id']}/attachments/{file['id']}")
        (comment,) = api.json("GET", f"/issues/{issue['id']}/comments")
        (change,) = comment["changeLog"]
        assert (change["field"], change["newValue"], change["originalValue"]) == ("attachment", None, "a.txt")


def test_a_mention_notifies_and_the_others_are_told_once(api: Any) -> None:
    issue = api.issue()
    said = api.json("POST", f"/issues/{issue['id']}/comments", ("content", "<@U1002> look"), ("notifiedUserId[]", 1002))
    assert [(each["user"]["id"], each["reason"]) for each in said["notifications"]] == [(1002, 2)]
    (told,) = api.json("GET", "/notifications", key="second-key-of-the-simulator")
    assert (told["issue"]["id"], told["comment"]["id"], told["sender"]["id"]) == (issue["id"], said["id"], 1001)


def test_a_page_keeps_its_tags_out_of_its_name(api: Any, project: Any) -> None:
    form = [("projectId", project.id), ("name", "[t1][t2] Title"), ("content", "x")]
    page = api.json("POST", "/wikis", *form)
    assert (page["name"], [tag["name"] for tag in page["tags"]]) == ("Title", ["t1", "t2"])
    changed = api.json("PATCH", f"/wikis/{page['id']}", ("content", "y"))
    assert (changed["name"], changed["content"]) == ("Title", "y")
    assert [each["version"] for each in api.json("GET", f"/wikis/{page['id']}/history")] == [2, 1]


def test_a_renamed_project_renames_its_issues(api: Any) -> None:
    issue = api.issue()
    api.json("PATCH", "/projects/DEMO", ("key", "NEW"))
    assert api.json("GET", f"/issues/{issue['id']}")["issueKey"] == "NEW-1"
    assert api.refused("GET", "/issues/DEMO-1")[:2] == (404, 6)


def test_a_deleted_word_is_replaced_in_its_issues(api: Any, project: Any) -> None:
    issue = api.issue()
    other = project.issue_types[1].id
    api.json("DELETE", f"/projects/DEMO/issueTypes/{issue['issueType']['id']}", ("substituteIssueTypeId", other))
    assert api.json("GET", f"/issues/{issue['id']}")["issueType"]["id"] == other


def test_eight_statuses_may_be_added_to_the_four(api: Any) -> None:
    add = ("POST", "/projects/DEMO/statuses")
    for number in range(8):
        api.json(*add, ("name", f"s{number}"), ("color", "#ea2c00"))
    assert api.refused(*add, ("name", "s9"), ("color", "#ea2c00"))[1] == 9
    listed = api.json("GET", "/projects/DEMO/statuses")
    assert (len(listed), listed[0]["id"], listed[-1]["id"]) == (12, 1, 4)


def test_answers_of_today_have_what_is_documented_today(api: Any, fake: Any) -> None:
    issue = api.issue()
    path = f"/issues/{issue['id']}/comments"
    plain = api.json("POST", path, ("content", "x"))
    api.json("PATCH", f"/issues/{issue['id']}", ("statusId", 2))
    assert [each["content"] for each in api.json("GET", path)] == ["", "x"]
    fake.service.space.choices.as_of = date(2026, 1, 1)
    change, comment = api.json("GET", path)
    assert (change["content"], comment["changeLog"], comment["issueId"]) == (None, None, issue["id"])
    assert plain["changeLog"] == []
    later = api.json("GET", f"/issues/{issue['id']}")
    assert later.keys() - issue.keys() == {"externalFileLinks"}
    assert later["status"].keys() == {"id", "projectId", "name", "color", "displayOrder"}
    (project,) = api.json("GET", "/projects")
    assert {"useWiki", "useDocument", "grandchildIssueEnabled"} <= project.keys()
