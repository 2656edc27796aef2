"""Between two spaces a copy keeps every field of every record, but what the report names; read from both dumps."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.migration.spaces import Serve, modern
from tests.migration.test_nulab_pair import with_fields
from tests.torture.told import bare, words

from anybacklog.migration import migrate
from anybacklog.migration.report import Report
from anybacklog_simulators.nulab import Space, demo_space, empty_space
from anybacklog_simulators.nulab.things import Category, CustomValue, IssueType, Status, Version

NAMED = {
    "created": "created_at",
    "created_user_id": "reporter",
    "updated": "updated_at",
}
"""What the space sets itself at an issue, and by which field the report says what becomes of it."""
OWN = {"id", "project_id", "updated_user_id"}
"""What only says which record it is; and who was last to change it, which is the last entry of its history."""
NAMED_OF_FILES = {"created": "attachments.created_at", "created_user_id": "attachments.author"}
NAMED_OF_ENTRIES = {"created": "comments.created_at", "created_user_id": "comments.author", "changes": "history"}
NOT_COPIED = {"id", "required", "display_order"}
"""What a field's definition has beside; one that older issues have nothing in is not required there, and told so."""


def rich(space: Space) -> Space:
    """Give every field of an issue a value, with words whose ids are others than those that the target will give."""
    project = with_fields(space).projects[1001]
    for noun in (project.categories, project.versions, project.issue_types):
        for each in noun:
            each.id += 70
    for issue in space.issues.values():
        issue.issue_type_id += 70
    project.issue_types.append(
        IssueType(id=2001, name="調査 🎉", color="#e30000", template_summary="件名", template_description="a\nb")
    )
    project.statuses.append(Status(id=2002, name="レビュー中", color="#3b9dbd", display_order=2000))
    project.categories.append(Category(id=2003, name="保存"))
    project.versions += [
        Version(id=2004, name="2.0", start_date=date(2024, 1, 1), release_due_date=date(2024, 6, 1)),
        Version(id=2005, name="2.1", description="次"),
    ]
    issue = space.issues[1002]
    issue.issue_type_id, issue.status_id, issue.priority_id, issue.resolution_id = 2001, 2002, 2, 1
    issue.category_ids, issue.version_ids, issue.milestone_ids = [2003], [2004], [2004, 2005]
    issue.start_date, issue.due_date = date(2024, 4, 1), date(2024, 4, 30)
    issue.estimated_hours, issue.actual_hours = Decimal("0.25"), Decimal("12.75")
    ids = {field.name: field.id for field in project.custom_fields}
    issue.custom_values = [
        CustomValue(field_id=ids["1"], text="一行"),
        CustomValue(field_id=ids["2"], text="l\nm 𠮷"),
        CustomValue(field_id=ids["3"], text="1.5"),
        CustomValue(field_id=ids["4"], text="2026-01-02"),
        CustomValue(field_id=ids["5"], items=[1]),
        CustomValue(field_id=ids["6"], items=[1, 2]),
        CustomValue(field_id=ids["7"], items=[1], other="mine"),
        CustomValue(field_id=ids["8"], items=[2]),
    ]
    return space


@pytest.fixture
def dumps(serve: Serve, tmp_path: Path) -> tuple[Report, Any, Any]:
    """Copy, and give the report and both dumps."""
    (source, one), (target, other) = serve(modern(rich(demo_space()))), serve(empty_space())
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert report.failures == []
    return report, one.dump(), other.dump()


def test_every_field_of_an_issue_is_equal_but_what_the_report_names(dumps: tuple[Report, Any, Any]) -> None:
    report, one, other = dumps
    for issue, copy in zip(_issues(one), _issues(other), strict=True):
        wanted = _readable(issue, one) | {"comments": [words(entry["content"]) for entry in issue["comments"]]}
        assert wanted.keys() == issue.keys() - OWN - NAMED.keys()
        assert _readable(copy, other) == wanted
    assert _not_native(report) >= {*NAMED.values(), *NAMED_OF_FILES.values(), *NAMED_OF_ENTRIES.values()}


def test_what_the_target_sets_itself_stands_in_the_header_lines(dumps: tuple[Report, Any, Any]) -> None:
    _, one, other = dumps
    people = {user["id"]: user["name"] for user in one["users"]}
    for issue, copy in zip(_issues(one), _issues(other), strict=True):
        assert copy["description"].partition("\n")[0].endswith(_signed(issue, people))
        entries = [entry for entry in copy["comments"] if entry["content"]]
        for entry, remark in zip(entries, issue["comments"], strict=True):
            assert entry["content"].partition("\n")[0].endswith(_signed(remark, people))


def test_every_word_of_the_project_is_there_as_it_was_defined(dumps: tuple[Report, Any, Any]) -> None:
    _, one, other = dumps
    (project,), (copy,) = one["projects"], other["projects"]
    for kind in ("issue_types", "statuses", "categories", "versions", "custom_fields"):
        there = {word["name"]: _definition(word) for word in copy[kind]}
        assert {word["name"]: _definition(word) for word in project[kind]}.items() <= there.items()


def _issues(dump: Any) -> list[Any]:
    return sorted(dump["issues"], key=lambda issue: int(issue["number"]))


def _readable(issue: Any, dump: Any) -> dict[str, Any]:
    """Give an issue with names for ids, without the header lines of a copy, and with remarks for a history."""
    (project,) = dump["projects"]
    name = {kind: {each["id"]: each["name"] for each in project[kind]} for kind in project if _is_words(project[kind])}
    fields = {field["id"]: field for field in project["custom_fields"]}
    named = {
        "issue_type_id": name["issue_types"][issue["issue_type_id"]],
        "status_id": name["statuses"][issue["status_id"]],
        "assignee_id": {user["id"]: user["mail_address"] for user in dump["users"]}.get(issue["assignee_id"]),
        "category_ids": sorted(name["categories"][each] for each in issue["category_ids"]),
        "version_ids": sorted(name["versions"][each] for each in issue["version_ids"]),
        "milestone_ids": sorted(name["versions"][each] for each in issue["milestone_ids"]),
        "parent_id": {each["id"]: each["number"] for each in dump["issues"]}.get(issue["parent_id"]),
        "description": bare(issue["description"]),
        "custom_values": sorted(_value(each, fields[each["field_id"]]) for each in issue["custom_values"]),
        "attachments": [_rest(file, NAMED_OF_FILES) for file in issue["attachments"]],
        "comments": [words(entry["content"]) for entry in issue["comments"] if entry["content"]],
    }
    return {key: named.get(key, value) for key, value in issue.items() if key not in {*OWN, *NAMED}}


def _value(value: Any, field: Any) -> tuple[Any, ...]:
    items = {item["id"]: item["name"] for item in field["items"]}
    return field["name"], repr(value["text"]), [items[each] for each in value["items"]], repr(value["other"])


def _is_words(found: Any) -> bool:
    return isinstance(found, list) and all(isinstance(each, dict) and "name" in each for each in found)


def _rest(record: Any, named: dict[str, str]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != "id" and key not in named}


def _definition(word: Any) -> dict[str, Any]:
    return {key: value or None for key, value in word.items() if key not in NOT_COPIED}


def _signed(record: Any, people: dict[int, str]) -> str:
    moment = record["created"].replace("T", " ")
    return f"{people[record['created_user_id']]} · {moment}"


def _not_native(report: Report) -> set[str]:
    return {row.field for row in report.fidelity if row.level != "native"}
