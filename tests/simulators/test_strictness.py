"""The fake is as strict as the service: what a client gets wrong is refused here, not on a customer's space."""

from __future__ import annotations

from typing import Any

import pytest

DEMO = "/projects/DEMO"


@pytest.mark.parametrize("path", ["/issues", "/issues/count", "/space/activities", f"{DEMO}/activities"])
def test_an_unknown_parameter_is_refused_by_strict_lists(api: Any, path: str) -> None:
    assert api.refused("GET", path, ("test", 1)) == (400, 7, "error.unknownParameter : test")


@pytest.mark.parametrize("path", ["/projects", "/notifications", "/teams", f"{DEMO}/files/metadata/"])
def test_an_unknown_parameter_is_ignored_by_lenient_lists(api: Any, path: str) -> None:
    assert api("GET", path, ("test", 1)).status_code == 200


def test_a_comments_list_ignores_what_a_comment_refuses(api: Any) -> None:
    path = f"/issues/{api.issue()['id']}/comments"
    assert api("GET", path, ("test", 1)).status_code == 200
    assert api.refused("POST", path, ("content", "x"), ("test", 1))[:2] == (400, 7)


def test_an_unknown_parameter_is_told_before_a_missing_one(api: Any) -> None:
    assert api.refused("POST", "/issues", ("created", "2020-01-01")) == (400, 7, "error.unknownParameter : created")


def test_a_new_issue_takes_no_status(api: Any, project: Any) -> None:
    needed = [("projectId", project.id), ("issueTypeId", 1), ("priorityId", 3), ("summary", "x")]
    assert api.refused("POST", "/issues", *needed, ("statusId", 2)) == (400, 7, "error.unknownParameter : statusId")


def test_a_project_is_named_by_number_when_an_issue_is_made(api: Any) -> None:
    needed = [("projectId", "DEMO"), ("issueTypeId", 1), ("priorityId", 3), ("summary", "x")]
    assert api.refused("POST", "/issues", *needed)[:2] == (400, 7)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("projectId", 1001),
        ("count", 101),
        ("count", 0),
        ("offset", -1),
        ("order", "up"),
        ("sort", "title"),
        ("hasDueDate", "true"),
        ("attachment", "1"),
        ("createdSince", "2026-01-01T00:00:00Z"),
        ("createdSince", "2026-13-01"),
        ("statusId[]", "open"),
        ("parentChild", 11),
    ],
)
def test_a_search_takes_only_what_is_documented(api: Any, name: str, value: object) -> None:
    assert api.refused("GET", "/issues", (name, value))[:2] == (400, 7)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dueDate", "2026/01/01"),
        ("estimatedHours", "1,5"),
        ("estimatedHours", "1e1"),
        ("estimatedHours", "-1"),
        ("assigneeId", 999),
        ("categoryId[]", 999),
        ("priorityId", 1),
        ("resolutionId", 5),
        ("statusId", 9),
        ("summary", ""),
        ("summary", "x" * 256),
        ("description", "x" * 100_001),
        ("comment", "x" * 50_001),
        ("attachmentId[]", 999),
        ("customField_1", "x"),
        ("parentIssueId", 999),
    ],
)
def test_an_update_takes_only_what_is_there(api: Any, name: str, value: object) -> None:
    issue = api.issue()
    before = api.json("GET", f"/issues/{issue['id']}")
    assert api.refused("PATCH", f"/issues/{issue['id']}", (name, value))[:2] == (400, 7)
    assert api.json("GET", f"/issues/{issue['id']}") == before


def test_texts_of_just_the_allowed_length_are_kept(api: Any) -> None:
    issue = api.issue("題" * 255, ("description", "細" * 100_000))
    assert (len(issue["summary"]), len(issue["description"])) == (255, 100_000)
    assert len(api.json("POST", f"/issues/{issue['id']}/comments", ("content", "x" * 50_000))["content"]) == 50_000


def test_lengths_can_be_counted_as_utf_16(api: Any, fake: Any) -> None:
    assert api.issue("🎉" * 255)["summary"] == "🎉" * 255
    fake.service.space.choices.utf16_lengths = True
    with pytest.raises(AssertionError, match="255"):
        api.issue("🎉" * 128)


def test_an_update_that_changes_nothing_is_refused_unless_it_says_something(api: Any) -> None:
    issue = f"/issues/{api.issue()['id']}"
    assert api.refused("PATCH", issue, ("statusId", 1), key="second-key-of-the-simulator") == (
        400,
        7,
        "No comment content.",
    )
    assert api("PATCH", issue, ("statusId", 1), ("comment", "same")).status_code == 200


def test_json_is_refused(api: Any) -> None:
    assert api.refused("POST", f"/issues/{api.issue()['id']}/comments", json={"content": "x"})[:2] == (400, 7)


@pytest.mark.parametrize("path", ["/issues/", "/nowhere", "/issues/DEMO-1/comments/", "/users/myself/"])
def test_a_path_must_be_exact(api: Any, path: str) -> None:
    status, code, message = api.refused("GET", path)
    assert (status, code) == (404, 6)
    assert message.startswith("Undefined resource")


def test_a_key_must_be_exact(api: Any) -> None:
    api.issue()
    assert api("GET", "/issues/DEMO-1").status_code == 200
    assert api.refused("GET", "/issues/demo-1")[:2] == (404, 6)
    assert api.refused("GET", "/issues/DEMO-2")[:2] == (404, 6)


def test_a_long_url_is_refused_before_anything_else(api: Any) -> None:
    answer = api("GET", "/issues", *[("id[]", number) for number in range(2000)])
    assert (answer.status_code, answer.mimetype) == (414, "text/html")


def test_a_multiple_custom_field_is_written_without_brackets(api: Any, project: Any) -> None:
    items = [("items[]", "Windows"), ("items[]", "macOS")]
    field = api.json("POST", f"{DEMO}/customFields", ("typeId", 6), ("name", "OS"), *items)
    path, name = f"/issues/{api.issue()['id']}", f"customField_{field['id']}"
    assert api.refused("PATCH", path, (f"{name}[]", 1)) == (400, 7, f"error.unknownParameter : {name}[]")
    for pairs in ([(name, 1), (name, 2)], [(f"{name}[0]", 2), (f"{name}[1]", 1)]):
        api.json("PATCH", path, *pairs, ("comment", "x"))
        (value,) = api.json("GET", path)["customFields"]
        assert [each["name"] for each in value["value"]] == ["Windows", "macOS"]
    assert api.json("PATCH", path, (name, ""))["customFields"][0]["value"] == []
    assert len(api.json("GET", "/issues", (f"{name}[]", 1))) == 0


def test_a_plan_without_custom_fields_refuses_their_list_with_error_7(api: Any, fake: Any) -> None:
    fake.service.space.licence.attribute = False
    refusal = (400, 7, "current plan is not customField available.")
    assert api.refused("GET", f"{DEMO}/customFields") == refusal
