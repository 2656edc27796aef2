"""What differs between an issue before and after, in the words of its history and in those of activities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from anybacklog_simulators.nulab import shapes
from anybacklog_simulators.nulab.issue_shape import NUMBER, by_id
from anybacklog_simulators.nulab.space import Space
from anybacklog_simulators.nulab.things import ChangeLog, CustomField, CustomValue, Issue, Project

Told = tuple[str | None, str]
"""The word in the history and the raw value in activities; nothing is "" in some fields and null in others."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field, told both ways."""

    field: str
    old: Told
    new: Told
    custom: CustomField | None = None

    def logged(self) -> ChangeLog:
        """Give the line of the history."""
        attribute: dict[str, int | str] | None = None
        if self.custom is not None:
            attribute = {"id": self.custom.id, "typeId": str(self.custom.type_id)}
        return ChangeLog(field=self.field, new=self.new[0], old=self.old[0], attribute=attribute)

    def told(self) -> dict[str, str]:
        """Give the change as activities show it."""
        kind = "custom" if self.custom is not None else "standard"
        return {"field": self.field, "new_value": self.new[1], "old_value": self.old[1], "type": kind}


def differences(space: Space, project: Project, before: Issue, after: Issue) -> list[Difference]:
    """List what differs, in a fixed order; files are not fields."""
    old, new = _told(space, project, before), _told(space, project, after)
    found = [Difference(field, old[field], new[field]) for field in old if old[field] != new[field]]
    return [*found, *_custom(project, before, after)]


def _custom(project: Project, before: Issue, after: Issue) -> Iterator[Difference]:
    for field in project.custom_fields:
        old, new = _custom_word(field, before), _custom_word(field, after)
        if old != new:
            yield Difference(field.name, (old, old or ""), (new, new or ""), field)


def _custom_word(field: CustomField, issue: Issue) -> str | None:
    value = by_custom_id(issue, field.id)
    if value is None:
        return None
    chosen = [item.name for item in field.items if item.id in value.items] + ([value.other] if value.other else [])
    if chosen:
        return ",".join(chosen)
    unit = field.unit or "" if field.type_id == NUMBER else ""
    return f"{value.text}{unit}" if value.text else None


def by_custom_id(issue: Issue, id: int) -> CustomValue | None:
    """Find what an issue has in a custom field."""
    return next((value for value in issue.custom_values if value.field_id == id), None)


def _day(value: date | None) -> Told:
    return (None, "") if value is None else (value.strftime("%Y/%m/%d"), value.isoformat())


def _hours(value: Decimal | None) -> Told:
    written = None if value is None else str(value)
    return written, written or ""


def _names(things: list[Any], ids: list[int]) -> Told:
    names = [each.name for each in things if each.id in ids]
    return ", ".join(names), "".join(f" {name}" for name in names)


def _name(thing: Any) -> Told:
    return (None, "") if thing is None else (thing.name, str(thing.id))


def _told(space: Space, project: Project, issue: Issue) -> dict[str, Told]:
    """Tell every field, in the order histories have them."""
    resolution = shapes.resolution(space, issue.resolution_id)
    assignee = None if issue.assignee_id is None else space.users[issue.assignee_id].name
    priority = shapes.priority(space, issue.priority_id)
    parent = None if issue.parent_id is None else str(issue.parent_id)
    return {
        "summary": (issue.summary, issue.summary),
        "description": (issue.description, issue.description),
        "issueType": _name(by_id(project.issue_types, issue.issue_type_id)),
        "component": _names(project.categories, issue.category_ids),
        "version": _names(project.versions, issue.version_ids),
        "milestone": _names(project.versions, issue.milestone_ids),
        "status": _name(by_id(project.statuses, issue.status_id)),
        "resolution": ("", "") if resolution is None else (resolution["name"], str(resolution["id"])),
        "assigner": (assignee, assignee or ""),
        "priority": (priority["name"], str(priority["id"])),
        "startDate": _day(issue.start_date),
        "limitDate": _day(issue.due_date),
        "estimatedHours": _hours(issue.estimated_hours),
        "actualHours": _hours(issue.actual_hours),
        "parentIssue": (parent, parent or ""),
    }
