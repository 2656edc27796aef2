"""A whole issue as JSON, the same in lists as alone; and custom fields, as defined and as filled."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from anybacklog_simulators.nulab import shapes
from anybacklog_simulators.nulab.shapes import JSON, MODERN, instant
from anybacklog_simulators.nulab.space import Space
from anybacklog_simulators.nulab.things import CustomField, CustomValue, Issue, Item, Project

TEXT, SENTENCE, NUMBER, DATE, SINGLE, MULTIPLE, CHECKBOX, RADIO = range(1, 9)
LISTS = (MULTIPLE, CHECKBOX)


class HasId(Protocol):
    """Something with a number."""

    id: int


Thing = TypeVar("Thing", bound=HasId)


def by_id(things: Iterable[Thing], id: int | None) -> Thing | None:
    """Find a thing by its number."""
    return next((each for each in things if each.id == id), None)


def issue(space: Space, found: Issue, *, children: bool = False) -> JSON:
    """Give an issue; with `children`, how many it has."""
    project = space.projects[found.project_id]
    body: JSON = {
        "id": found.id,
        "projectId": project.id,
        "issueKey": f"{project.key}-{found.number}",
        "keyId": found.number,
        **_words(space, project, found),
        "startDate": shapes.day(found.start_date),
        "dueDate": shapes.day(found.due_date),
        "estimatedHours": shapes.number(found.estimated_hours),
        "actualHours": shapes.number(found.actual_hours),
        "parentIssueId": found.parent_id,
        "createdUser": shapes.user(space, found.created_user_id),
        "created": instant(found.created),
        "updatedUser": shapes.user(space, found.updated_user_id),
        "updated": instant(found.updated),
        "customFields": custom_values(project, found),
        "attachments": [shapes.attachment(space, each) for each in found.attachments],
        "sharedFiles": shapes.shared_files(space, found.shared_files),
        **({"externalFileLinks": []} if space.today(MODERN) else {}),
        "stars": shapes.stars(space, "issue", found.id),
    }
    return body | ({"childIssueSummary": _children(space, found)} if children else {})


def _words(space: Space, project: Project, found: Issue) -> JSON:
    kind, state = by_id(project.issue_types, found.issue_type_id), by_id(project.statuses, found.status_id)
    status = None if state is None else shapes.status(project.id, state)
    versions = [shapes.version(project.id, each) for each in project.versions if each.id in found.version_ids]
    milestones = [shapes.version(project.id, each) for each in project.versions if each.id in found.milestone_ids]
    return {
        "issueType": kind and shapes.issue_type(space, project.id, kind),
        "summary": found.summary,
        "description": found.description,
        "resolution": shapes.resolution(space, found.resolution_id),
        "priority": shapes.priority(space, found.priority_id),
        "status": status if status is None or space.today(MODERN) else {"id": status["id"], "name": status["name"]},
        "assignee": shapes.user(space, found.assignee_id),
        "category": [
            shapes.category(space, project.id, each) for each in project.categories if each.id in found.category_ids
        ],
        "versions": versions,
        "milestone": milestones,
    }


def _children(space: Space, found: Issue) -> JSON:
    children = [each for each in space.issues_of(found.project_id) if each.parent_id == found.id]
    return {"total": len(children), "closed": sum(each.status_id == 4 for each in children)}


def custom_values(project: Project, found: Issue) -> list[JSON]:
    """Give the custom fields that apply to an issue, with what it has in each."""
    values = {value.field_id: value for value in found.custom_values}
    return [
        custom_value(field, values.get(field.id, CustomValue(field_id=field.id)))
        for field in project.custom_fields
        if not field.issue_types or found.issue_type_id in field.issue_types
    ]


def custom_value(field: CustomField, value: CustomValue) -> JSON:
    """Give one field of an issue; here the type is `fieldTypeId`."""
    body: JSON = {"id": field.id, "fieldTypeId": field.type_id, "name": field.name, "value": _value(field, value)}
    return body | ({"otherValue": value.other} if field.type_id in (CHECKBOX, RADIO) else {})


def _value(field: CustomField, value: CustomValue) -> Any:
    chosen = [item_shape(item) for item in field.items if item.id in value.items]
    if field.type_id in LISTS:
        return chosen
    if field.type_id in (SINGLE, RADIO):
        return chosen[0] if chosen else None
    if value.text is None or value.text == "":
        return None
    if field.type_id == NUMBER:
        return shapes.number(Decimal(value.text))
    return f"{value.text}T00:00:00Z" if field.type_id == DATE else value.text


def item_shape(item: Item) -> JSON:
    """Give a value of a list field."""
    return {"id": item.id, "name": item.name, "displayOrder": item.display_order}


def custom_field(project_id: int, field: CustomField) -> JSON:
    """Give a field's definition; here the type is `typeId`."""
    return {
        "id": field.id,
        "projectId": project_id,
        "typeId": field.type_id,
        "version": 1,
        "name": field.name,
        "description": field.description,
        "required": field.required,
        "useIssueType": bool(field.issue_types),
        "applicableIssueTypes": field.issue_types,
        "displayOrder": field.display_order,
        **_extras(field),
    }


def _extras(field: CustomField) -> JSON:
    if field.type_id == NUMBER:
        numbers = {"min": field.minimum, "max": field.maximum, "initialValue": field.initial}
        return {
            **{name: None if each is None else shapes.number(Decimal(each)) for name, each in numbers.items()},
            "unit": field.unit,
        }
    if field.type_id == DATE:
        days = {"min": field.minimum, "max": field.maximum}
        return {
            **{name: each and f"{each}T00:00:00Z" for name, each in days.items()},
            "initialDate": _initial_date(field),
        }
    if field.type_id in (SINGLE, MULTIPLE, CHECKBOX, RADIO):
        typed = {"allowInput": field.allow_input} if field.type_id in (CHECKBOX, RADIO) else {}
        return {"items": list(map(item_shape, field.items)), **typed, "allowAddItem": field.allow_add_item}
    return {}


def _initial_date(field: CustomField) -> JSON | None:
    if field.initial_kind is None:
        return None
    return {
        "id": field.initial_kind,
        **({"date": f"{field.initial}T00:00:00Z"} if field.initial else {}),
        **({"shift": field.initial_shift} if field.initial_shift is not None else {}),
    }
