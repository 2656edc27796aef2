"""Our fields -> the parameters of add-issue and update-issue, and what an answer holds otherwise; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from anybacklog.plugin import CustomField, Text, Ticket, TicketFields, ValidationError
from anybacklog_nulab.custom_fields import decimal, to_parameters, value_read

PARAMETERS: Mapping[str, str] = {
    "title": "summary", "description": "description", "type": "issueTypeId", "status": "statusId",
    "priority": "priorityId", "resolution": "resolutionId", "parent": "parentIssueId", "start_date": "startDate",
    "due_date": "dueDate", "estimated_hours": "estimatedHours", "actual_hours": "actualHours",
    "assignees": "assigneeId", "categories": "categoryId[]", "affected_versions": "versionId[]",
    "milestones": "milestoneId[]",
}  # fmt: skip
AFTER_CREATION = frozenset({"status", "resolution"})
"""What only update-issue takes: a new issue is open, and has no resolution."""
NEVER_EMPTY = frozenset({"type", "priority", "status"})
"""What every issue has: the project's first type and the normal priority are chosen where nobody says."""
_LISTS = ("categories", "affected_versions", "milestones")
_NOTHING: tuple[Any, ...] = (None, (), [], {})
NORMAL_PRIORITY = "3"
Definitions = Mapping[str, CustomField]
Form = dict[str, Any]


def to_new(fields: TicketFields, definitions: Definitions, project_id: int, first_type: str) -> Form:
    """Spell an issue to be: what is empty is left out, and what Nulab insists on is chosen as its own page does."""
    given: Any = {name: value for name, value in fields.items() if name not in AFTER_CREATION and not is_nothing(value)}
    if given.get("custom_fields"):
        given["custom_fields"] = {
            field_id: value for field_id, value in given["custom_fields"].items() if not is_nothing(value)
        }
    chosen = {"projectId": project_id, "issueTypeId": first_type, "priorityId": NORMAL_PRIORITY}
    return chosen | to_changes(given, definitions)


def to_changes(fields: TicketFields, definitions: Definitions) -> Form:
    """Spell changes: a scalar is cleared by an empty value, a list by one empty element (observed)."""
    form: Form = {}
    for name, value in fields.items():
        if name == "custom_fields":
            form |= _custom(_custom_fields(fields), definitions)
        else:
            form[PARAMETERS[name]] = _spelt(name, value)
    return form


def after_creation(fields: TicketFields) -> TicketFields:
    """Give the fields that a new issue can be given only by an update."""
    later: Any = {name: fields.get(name) for name in sorted(AFTER_CREATION) if fields.get(name) is not None}
    found: TicketFields = later
    return found


def differing(fields: TicketFields, ticket: Ticket, definitions: Definitions) -> list[str]:
    """Name the fields in which a ticket is not what was written."""
    found = {value.id: value.value for value in ticket.custom_fields}
    return [
        *(
            name
            for name, value in fields.items()
            if name != "custom_fields" and _wanted(name, value) != _held(name, getattr(ticket, name))
        ),
        *(
            f"custom_fields.{definitions[field_id].name}"
            for field_id, value in _custom_fields(fields).items()
            if _comparable(value_read(definitions[field_id], value)) != _comparable(found.get(field_id))
        ),
    ]


def is_nothing(value: Any) -> bool:
    """Tell what clears a field from a value; 0 is a value."""
    return any(value is each or value == each for each in _NOTHING)


def _custom_fields(fields: TicketFields) -> Mapping[str, Any]:
    return fields.get("custom_fields") or {}


def _custom(values: Mapping[str, Any], definitions: Definitions) -> Form:
    form: Form = {}
    for field_id, value in values.items():
        if field_id not in definitions:
            raise ValidationError(
                f"the project has no custom field with the id {field_id}; list custom_fields()", field="custom_fields"
            )
        form |= to_parameters(definitions[field_id], value)
    return form


def _spelt(name: str, value: Any) -> Any:
    if name == "assignees":
        return _one(value)
    if name in _LISTS:
        return list(value or ()) or [""]
    match value:
        case None:
            return ""
        case Text():
            return value.source
        case date():
            return value.isoformat()
        case float() | int():
            return decimal(value)
    return value


def _one(people: Sequence[str] | None) -> str:
    if people and len(people) > 1:
        raise ValidationError(
            f"an issue has one assignee, and {len(people)} were given; give one", field="assignees", limit=1
        )
    return people[0] if people else ""


def _comparable(value: Any) -> Any:
    """Give a value in a form in which equal means equal: choices without order, nothing as None.

    Numbers are as they are written: 1e300 is sent as a one with 300 noughts, and may come back as that int.
    """
    if isinstance(value, int | float):
        return Decimal(str(value))
    return frozenset(value) or None if isinstance(value, tuple) else value


def _wanted(name: str, value: Any) -> Any:
    if name in _LISTS or name == "assignees":
        return set(value or ())
    return (value.source or None) if isinstance(value, Text) else value


def _held(name: str, value: Any) -> Any:
    if name in _LISTS or name == "assignees":
        return {each.id for each in value}
    if isinstance(value, Text):
        return value.source or None
    return getattr(value, "id", value)
