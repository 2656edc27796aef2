"""Nulab's words and ours: the corners that no recording shows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anybacklog.plugin import FieldValue, ProtocolError, Text, TicketQuery, Version
from anybacklog_nulab import convert
from anybacklog_nulab.custom_fields import to_field
from anybacklog_nulab.schemas import COMMENT, FIELD, ISSUE, PROJECT, USER

BARE = {"id": 1, "projectId": 2, "issueKey": "A-1", "summary": "s"}
ALL_OF_AN_ISSUE = [
    "description", "issueType", "status", "priority", "resolution", "assignee", "category", "versions", "milestone",
    "startDate", "dueDate", "estimatedHours", "actualHours", "parentIssueId", "createdUser", "created", "updated",
    "customFields", "attachments",
]  # fmt: skip


def ticket(**json: Any) -> Any:
    issue = BARE | json
    return convert.to_ticket(ISSUE.load(issue), issue, "markdown", "https://s.example")


def comment(files: dict[str, Any] | None = None, **json: Any) -> Any:
    entry = {"id": 9, **json}
    return convert.to_comment(COMMENT.load(entry), entry, "markdown", files or {})


@pytest.mark.parametrize("json", [{}, dict.fromkeys(ALL_OF_AN_ISSUE)])
def test_an_issue_may_lack_everything_but_its_names(json: dict[str, None]) -> None:
    bare = ticket(**json)
    assert (bare.id, bare.key, bare.title, bare.url) == ("1", "A-1", "s", "https://s.example/view/A-1")
    unknown = (bare.description, bare.type, bare.status, bare.priority, bare.resolution, bare.reporter, bare.due_date)
    assert set(unknown) == {None}
    assert (bare.assignees, bare.categories, bare.custom_fields, bare.attachments, bare.parent) == (
        (),
        (),
        (),
        (),
        None,
    )


@pytest.mark.parametrize(
    ("id", "category"),
    [(1, "open"), (2, "in_progress"), (3, "done"), (4, "done"), (5, "in_progress"), (987654, "in_progress")],
)
def test_a_status_is_sorted_by_its_id_whatever_its_name(id: int, category: str) -> None:
    assert ticket(status={"id": id, "name": "完了"}).status.category == category


def test_resolution_zero_is_a_resolution() -> None:
    assert ticket(resolution={"id": 0, "name": "対応済み"}).resolution.id == "0"


DAYS = ["2015-05-29T00:00:00Z", "2015-05-29T15:00:00Z", "2015-05-29", "2015/05/29", "2015-5-29", "2015/05/29T00:00:00Z"]


@pytest.mark.parametrize("text", DAYS)
def test_a_day_is_never_shifted(text: str) -> None:
    assert ticket(dueDate=text).due_date == date(2015, 5, 29)


NO_DAYS = [
    "2015-02-30T00:00:00Z",
    "2015-02-30",
    "2015-W22-5T00:00:00Z",
    "20150529",
    "２０１５-05-29T00:00:00Z",
    "",
    5,
    [],
]


@pytest.mark.parametrize("value", NO_DAYS)
def test_what_is_no_day_is_refused(value: Any) -> None:
    with pytest.raises(ProtocolError, match="dueDate: Not a day"):
        ticket(dueDate=value)


def test_versions_and_milestones_of_an_issue_are_told_apart() -> None:
    found = ticket(versions=[{"id": 5, "name": "1.0"}], milestone=[{"id": 6, "name": "2.0"}, {"id": 5, "name": "1.0"}])
    assert found.affected_versions == (Version(id="5", name="1.0"),)
    assert [each.name for each in found.milestones] == ["2.0", "1.0"]


@given(st.text(min_size=1), st.text())
def test_texts_are_sacred(title: str, description: str) -> None:
    found = ticket(summary=title, description=description)
    assert (found.title, found.description) == (title, Text(description, "markdown"))


def test_a_person_may_hide_everything_but_an_id() -> None:
    assert USER.load({"id": 7}).name == ""
    assert USER.load({"id": 7, "userId": "x", "name": None}).name == "x"


@pytest.mark.parametrize(("rule", "text_format"), [("markdown", "markdown"), ("backlog", "backlog"), (None, "backlog")])
def test_the_projects_rule_is_the_format_of_its_texts(rule: str | None, text_format: str) -> None:
    loaded = PROJECT.load({"id": 1, "projectKey": "A", "name": "a", "textFormattingRule": rule})
    assert convert.to_format(loaded["text_formatting_rule"]) == text_format


@pytest.mark.parametrize(
    "json", [{"dueDate": "soon"}, {"startDate": 20150529}, {"dueDate": "2015-02-29"}, {"created": "2015-05-29"}]
)
def test_a_day_or_instant_that_is_none_is_named(json: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError, match=f"{next(iter(json))}: Not a "):
        ticket(**json)


BLUE, RED = {"id": 1, "name": "blue", "displayOrder": 0}, {"id": 2, "name": "red, dark", "displayOrder": 1}


@pytest.mark.parametrize(
    ("type_id", "value", "other", "expected"),
    [
        (1, "one\r\ntwo", None, "one\r\ntwo"),
        (1, "", None, ""),
        (2, None, None, None),
        (3, 12, None, 12),
        (3, 1.25, None, 1.25),
        (3, 10**400, None, 10**400),
        (3, "1.5", None, 1.5),
        (3, None, None, None),
        (4, "2015-05-29T00:00:00Z", None, date(2015, 5, 29)),
        (4, None, None, None),
        (5, BLUE, None, "blue"),
        (5, None, None, None),
        (6, [BLUE, RED], None, ("blue", "red, dark")),
        (6, [], None, ()),
        (6, None, None, ()),
        (7, [BLUE], "green", ("blue", "green")),
        (7, [], "green", ("green",)),
        (8, RED, None, "red, dark"),
        (8, None, "green", "green"),
        (8, None, "", None),
        (8, "", None, None),
        (8, BLUE, "sky", "blue: sky"),
        (8, [BLUE], None, "blue"),
        (5, [], None, None),
        (6, "", None, ()),
        (6, [None, "", {"name": ""}, RED], None, ("red, dark",)),
        (6, BLUE, None, ("blue",)),
        (6, ["blue", "green"], None, ("blue", "green")),
        (3, "", None, None),
        (3, " -2e3 ", None, -2000),
        (4, "", None, None),
        (4, "2026-1-2", None, date(2026, 1, 2)),
        (4, "2026/01/02 15:00", None, date(2026, 1, 2)),
        (1, ["ä", {"b": None}], None, '["ä", {"b": null}]'),
        (2, True, None, "true"),
        (99, [5], None, "[5]"),
        (99, 5, None, "5"),
        (None, "x", None, "x"),
    ],
)
def test_a_custom_field_has_the_value_its_type_says(
    type_id: int | None, value: Any, other: str | None, expected: FieldValue
) -> None:
    field = {"id": 3, "name": "f", "fieldTypeId": type_id, "value": value, "otherValue": other}
    assert ticket(customFields=[field]).custom_fields[0].value == expected


@pytest.mark.parametrize(
    ("type_id", "value"),
    [(3, each) for each in ("private words", "nan", "1e999", "1_0", "１", True, [1], float("inf"))]
    + [(4, each) for each in ("private words", "2015-02-29", "20150529", "2015-05-29!", 20150529, ["2015-05-29"])]
    + [(5, [BLUE, RED]), (8, 7), (8, {"id": 1}), (6, [[BLUE]]), (7, {"name": 3})],
)
def test_a_value_that_its_type_does_not_know_is_told_with_its_field_and_not_shown(type_id: int, value: Any) -> None:
    with pytest.raises(ProtocolError, match=r"^custom field 'Größe' \(id 3\) ") as caught:
        ticket(customFields=[{"id": 3, "name": "Größe", "fieldTypeId": type_id, "value": value}])
    assert "private" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_fields_choices_stand_in_display_order() -> None:
    json = {"id": 3, "typeId": 5, "name": "Colour", "required": True, "items": [RED, BLUE]}
    field = to_field(FIELD.load(json), json)
    assert (field.type, field.required, [each.name for each in field.options]) == (
        "choice",
        True,
        ["blue", "red, dark"],
    )


def test_a_comment_may_have_neither_text_nor_changes() -> None:
    found = comment(content=None, changeLog=None, createdUser=None)
    assert (found.body, found.changes, found.author) == (Text("", "markdown"), (), None)


def test_a_change_is_named_like_the_tickets_field_and_a_custom_field_by_its_own_name() -> None:
    log = [
        {"field": "limitDate", "newValue": "2015/05/29", "originalValue": None},
        {"field": "assigner", "newValue": "", "originalValue": "a", "attributeInfo": {"id": 31, "typeId": "1"}},
        {"field": "never seen", "newValue": "new", "originalValue": "old"},
        {"field": "notification", "newValue": None, "notificationInfo": {"type": "issue.create"}},
    ]
    changes = [(each.field, each.old, each.new, each.id) for each in comment(changeLog=log).changes]
    assert changes == [
        ("due_date", None, "2015/05/29", None),
        ("assigner", "a", "", "31"),
        ("never seen", "old", "new", None),
        ("notification", None, "issue.create", None),
    ]


def test_only_files_that_are_still_there_are_attachments_of_a_comment() -> None:
    (there,) = ticket(attachments=[{"id": 5, "name": "a"}]).attachments
    log = [
        {"field": "attachment", "newValue": "a", "attachmentInfo": {"id": 5, "name": "a"}},
        {"field": "attachment", "newValue": "gone", "attachmentInfo": {"id": 6, "name": "gone"}},
    ]
    removed = [{"field": "attachment", "newValue": "", "originalValue": "a", "attachmentInfo": {"id": 5, "name": "a"}}]
    assert comment({"5": there}, changeLog=log).attachments == (there,)
    assert [each.new for each in comment({"5": there}, changeLog=log).changes] == ["a", "gone"]
    assert comment({"5": there}, changeLog=removed).attachments == ()


def test_a_query_is_spelt_with_ids_and_days_widened_by_one() -> None:
    query = TicketQuery(
        status=frozenset({"4", "1"}),
        assignee=frozenset({"47893"}),
        text="no server looks for this as we do",
        created_since=datetime(2015, 5, 9, 15, tzinfo=UTC),
        updated_until=datetime(2015, 5, 31, tzinfo=UTC),
    )
    assert convert.to_filters(query, "31224") == {
        "projectId[]": "31224",
        "statusId[]": ["1", "4"],
        "assigneeId[]": ["47893"],
        "createdSince": "2015-05-08",
        "updatedUntil": "2015-06-01",
    }


@pytest.mark.parametrize("words", [frozenset(), frozenset({"a word"}), frozenset({"１"})])
def test_a_filter_that_nothing_can_match_asks_nothing(words: frozenset[str]) -> None:
    assert convert.to_filters(TicketQuery(category=words), "1") is None


@pytest.mark.parametrize("bound", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_the_ends_of_time_are_bounds_too(bound: datetime) -> None:
    params = convert.to_filters(TicketQuery(created_since=bound, created_until=bound), "1")
    assert params is not None
    assert params["createdSince"] == params["createdUntil"] == bound.date().isoformat()
