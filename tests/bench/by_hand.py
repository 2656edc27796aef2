"""What an engineer would write by hand to load an issue: `IssueSchema`'s checks and its values, nothing generated."""

from __future__ import annotations

from datetime import datetime
from math import isfinite
from typing import Any

from anybacklog_nulab.schemas import to_day


def load_issue(json: Any) -> dict[str, Any]:
    """Load an issue; KeyError, TypeError or ValueError for anything that is not as expected."""
    return {
        "id": whole(json["id"]),
        "project_id": whole(json["projectId"]),
        "issue_key": text(json["issueKey"]),
        "summary": text(json["summary"]),
        "description": text_or_none(json.get("description")),
        "issue_type": named_or_none(json.get("issueType")),
        "status": named_or_none(json.get("status")),
        "priority": named_or_none(json.get("priority")),
        "resolution": named_or_none(json.get("resolution")),
        "assignee": user_or_none(json.get("assignee")),
        "category": all_named(json.get("category")),
        "versions": all_named(json.get("versions")),
        "milestone": all_named(json.get("milestone")),
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


def named(json: Any) -> dict[str, Any]:
    return {"id": whole(json["id"]), "name": text(json["name"])}


def named_or_none(json: Any) -> dict[str, Any] | None:
    return None if json is None else named(json)


def all_named(json: Any) -> list[dict[str, Any]] | None:
    return None if json is None else [named(each) for each in array(json)]


def user_or_none(json: Any) -> dict[str, Any] | None:
    if json is None:
        return None
    return {
        "id": whole(json["id"]),
        "user_id": text_or_none(json.get("userId")),
        "name": text_or_none(json.get("name")),
        "mail_address": text_or_none(json.get("mailAddress")),
    }


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
