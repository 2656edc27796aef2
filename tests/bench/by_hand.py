"""What an engineer would write by hand to load an issue: `IssueSchema`'s checks and its values, nothing generated."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from math import isfinite
from typing import Any

from anybacklog import Category, Milestone, Priority, Resolution, TicketType, User, Version
from anybacklog_nulab.nouns import to_status, to_user, to_word
from anybacklog_nulab.schemas import to_day

Make = Callable[[int, str], Any]

to_type, to_priority, to_resolution = to_word(TicketType), to_word(Priority), to_word(Resolution)
to_category, to_version, to_milestone = to_word(Category), to_word(Version), to_word(Milestone)


def load_issue(json: Any) -> dict[str, Any]:
    """Load an issue; KeyError, TypeError or ValueError for anything that is not as expected."""
    return {
        "id": whole(json["id"]),
        "project_id": whole(json["projectId"]),
        "issue_key": text(json["issueKey"]),
        "summary": text(json["summary"]),
        "description": text_or_none(json.get("description")),
        "issue_type": word_or_none(to_type, json.get("issueType")),
        "status": word_or_none(to_status, json.get("status")),
        "priority": word_or_none(to_priority, json.get("priority")),
        "resolution": word_or_none(to_resolution, json.get("resolution")),
        "assignee": user_or_none(json.get("assignee")),
        "category": all_words(to_category, json.get("category")),
        "versions": all_words(to_version, json.get("versions")),
        "milestone": all_words(to_milestone, json.get("milestone")),
        "start_date": day_or_none(json.get("startDate")),
        "due_date": day_or_none(json.get("dueDate")),
        "estimated_hours": number_or_none(json.get("estimatedHours")),
        "actual_hours": number_or_none(json.get("actualHours")),
        "parent_issue_id": whole_or_none(json.get("parentIssueId")),
        "created_user": user_or_none(json.get("createdUser")),
        "created": instant_or_none(json.get("created")),
        "updated": instant_or_none(json.get("updated")),
        "custom_fields": all_values(json.get("customFields")),
        "attachments": all_attachments(json.get("attachments")),
    }


def whole(value: Any) -> int:
    if type(value) is not int:
        raise TypeError("not a whole number")
    return value


def text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError("not a text")
    return value


def whole_or_none(value: Any) -> int | None:
    return None if value is None else whole(value)


def text_or_none(value: Any) -> str | None:
    return None if value is None else text(value)


def number_or_none(value: Any) -> float | None:
    if value is None:
        return None
    if type(value) is not int and type(value) is not float:
        raise TypeError("not a number")
    if not isfinite(value):
        raise ValueError("not a finite number")
    return float(value)


def instant_or_none(value: Any) -> datetime | None:
    if value is None:
        return None
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError("no time zone")
    return instant


def day_or_none(value: Any) -> Any:
    return None if value is None else to_day(value)


def array(value: Any) -> list[Any]:
    if type(value) is not list:
        raise TypeError("not an array")
    return value


def word_or_none(make: Make, json: Any) -> Any:
    return None if json is None else make(whole(json["id"]), text(json["name"]))


def all_words(make: Make, json: Any) -> list[Any] | None:
    return None if json is None else [make(whole(each["id"]), text(each["name"])) for each in array(json)]


def user_or_none(json: Any) -> User | None:
    if json is None:
        return None
    return to_user(
        whole(json["id"]),
        text_or_none(json.get("userId")),
        text_or_none(json.get("name")),
        text_or_none(json.get("mailAddress")),
    )


def all_values(json: Any) -> list[dict[str, Any]] | None:
    return None if json is None else [field_value(each) for each in array(json)]


def field_value(json: Any) -> dict[str, Any]:
    return {
        "id": whole(json["id"]),
        "field_type_id": whole_or_none(json.get("fieldTypeId")),
        "name": text(json["name"]),
        "value": json.get("value"),
        "other_value": text_or_none(json.get("otherValue")),
    }


def all_attachments(json: Any) -> list[dict[str, Any]] | None:
    return None if json is None else [attachment(each) for each in array(json)]


def attachment(json: Any) -> dict[str, Any]:
    return {
        "id": whole(json["id"]),
        "name": text(json["name"]),
        "size": whole_or_none(json.get("size")),
        "created_user": user_or_none(json.get("createdUser")),
        "created": instant_or_none(json.get("created")),
    }
