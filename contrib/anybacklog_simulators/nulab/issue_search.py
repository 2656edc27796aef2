"""`GET /issues`: which issues a query finds, and in what order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from anybacklog_simulators.nulab.call import Call, page_by_offset
from anybacklog_simulators.nulab.differences import by_custom_id
from anybacklog_simulators.nulab.errors import Refused
from anybacklog_simulators.nulab.issue_shape import NUMBER, by_id
from anybacklog_simulators.nulab.parameters import CUSTOM_SEARCH, ORDER, Parameter, a
from anybacklog_simulators.nulab.things import CustomField, CustomValue, Issue, Project

ONE = {
    "projectId": "project_id",
    "issueTypeId": "issue_type_id",
    "statusId": "status_id",
    "priorityId": "priority_id",
    "assigneeId": "assignee_id",
    "createdUserId": "created_user_id",
    "resolutionId": "resolution_id",
    "id": "id",
    "parentIssueId": "parent_id",
}
SEVERAL = {"categoryId": "category_ids", "versionId": "version_ids", "milestoneId": "milestone_ids"}
DAYS = {"startDate": "start_date", "dueDate": "due_date"}
INSTANTS = ("created", "updated")
SORTS: dict[str, Callable[[Issue], Any]] = {
    "issueType": lambda issue: issue.issue_type_id,
    "category": lambda issue: issue.category_ids,
    "version": lambda issue: issue.version_ids,
    "milestone": lambda issue: issue.milestone_ids,
    "summary": lambda issue: issue.summary,
    "status": lambda issue: issue.status_id,
    "priority": lambda issue: issue.priority_id,
    "attachment": lambda issue: len(issue.attachments),
    "sharedFile": lambda issue: len(issue.shared_files),
    "created": lambda issue: issue.created,
    "createdUser": lambda issue: issue.created_user_id,
    "updated": lambda issue: issue.updated,
    "updatedUser": lambda issue: issue.updated_user_id or 0,
    "assignee": lambda issue: issue.assignee_id or 0,
    "startDate": lambda issue: issue.start_date or date.min,
    "dueDate": lambda issue: issue.due_date or date.min,
    "estimatedHours": lambda issue: issue.estimated_hours or Decimal(-1),
    "actualHours": lambda issue: issue.actual_hours or Decimal(-1),
    "childIssue": lambda issue: issue.parent_id or 0,
}
FILTERS: tuple[Parameter, ...] = (
    *a("int", *ONE, *SEVERAL, many=True),
    *a("int", "parentChild", low=0, high=10),
    *a("bool", "attachment", "sharedFile", "hasDueDate"),
    *a("text", "keyword", "sort"),
    *a("date", *(f"{name}{end}" for name in (*DAYS, *INSTANTS) for end in ("Since", "Until"))),
    *a("int", "offset", low=0),
    *a("int", "count", low=1, high=100),
    ORDER,
    Parameter(name="expand", kind="text", many=True, choices=("childIssueSummary",)),
)


def page(call: Call) -> list[Issue]:
    """Give the page of issues a query asks for, as they are now."""
    rows = [issue for _, issue in sorted(_sortable(call), key=lambda row: row[0])]
    return page_by_offset(call, rows if call.get("order") == "asc" else rows[::-1])


def found(call: Call) -> Iterator[tuple[Issue, Issue]]:
    """Yield the matching issues as they are now, each with what the index knows of it."""
    if call.get("hasDueDate"):
        raise Refused("choice", name="hasDueDate")
    visible = {project.id for project in call.space.projects.values() if call.sees(project.id)}
    wanted = visible & set(call.get("projectId") or visible)
    tests = list(_tests(call))
    for issue in call.space.issues.values():
        known = call.indexed(issue) if issue.project_id in wanted else None
        if known is not None and all(test(known) for test in tests):
            yield issue, known


def _sortable(call: Call) -> Iterator[tuple[Any, Issue]]:
    key = _sort(call)
    return (((key(known), known.id), issue) for issue, known in found(call))


def _sort(call: Call) -> Callable[[Issue], Any]:
    sort = call.get("sort") or "created"
    match = re.fullmatch(r"customField_(\d+)", sort)
    if match:
        id = int(match[1])
        return lambda issue: (value.text or "") if (value := by_custom_id(issue, id)) else ""
    if sort not in SORTS:
        raise Refused("choice", name="sort")
    return SORTS[sort]


def _tests(call: Call) -> Iterator[Callable[[Issue], bool]]:
    given = call.given
    for name, attribute in ONE.items():
        if given.get(name):
            yield lambda issue, at=attribute, ids=given[name]: getattr(issue, at) in ids  # type: ignore[misc]
    for name, attribute in SEVERAL.items():
        if given.get(name):
            yield lambda issue, at=attribute, ids=given[name]: bool(set(getattr(issue, at)) & set(ids))  # type: ignore[misc]
    if given.get("parentChild"):
        yield _parent_child(call, given["parentChild"])
    if given.get("keyword"):
        yield lambda issue: given["keyword"].casefold() in _haystack(issue)
    yield from _flag_tests(given)
    yield from _day_tests(call)
    yield from _custom_tests(call)


def _flag_tests(given: dict[str, Any]) -> Iterator[Callable[[Issue], bool]]:
    if given.get("attachment") is not None:
        yield lambda issue: bool(issue.attachments) == given["attachment"]
    if given.get("sharedFile") is not None:
        yield lambda issue: bool(issue.shared_files) == given["sharedFile"]
    if given.get("hasDueDate") is False:
        yield lambda issue: issue.due_date is None


def _haystack(issue: Issue) -> str:
    return "\n".join([issue.summary, issue.description, *(each.content for each in issue.comments)]).casefold()


def _parent_child(call: Call, kind: int) -> Callable[[Issue], bool]:
    parents = {issue.id: issue.parent_id for issue in call.space.issues.values()}
    with_children = set(parents.values())

    def depth(issue: Issue) -> int:
        above = parents.get(issue.parent_id) if issue.parent_id is not None else None
        return 0 if issue.parent_id is None else 1 if above is None else 2

    rules: dict[int, Callable[[Issue], bool]] = {
        1: lambda issue: depth(issue) == 0,
        2: lambda issue: depth(issue) > 0,
        3: lambda issue: depth(issue) == 0 and issue.id not in with_children,
        4: lambda issue: issue.id in with_children,
        5: lambda issue: depth(issue) == 2,
        6: lambda issue: depth(issue) == 1,
        7: lambda issue: depth(issue) == 0,
        8: lambda issue: depth(issue) < 2,
        9: lambda issue: depth(issue) > 0,
        10: lambda issue: issue.id not in with_children,
    }
    return rules[kind]


def _day_tests(call: Call) -> Iterator[Callable[[Issue], bool]]:
    """Yield the tests of days: both ends are included, and an instant's day is that of the space's zone."""
    for name, attribute in DAYS.items():
        yield from _between(call, name, lambda issue, at=attribute: getattr(issue, at))  # type: ignore[misc]
    for name in INSTANTS:
        yield from _between(call, name, lambda issue, at=name: _local_day(call, getattr(issue, at)))  # type: ignore[misc]


def _between(call: Call, name: str, value: Callable[[Issue], date | None]) -> Iterator[Callable[[Issue], bool]]:
    low, high = call.get(f"{name}Since"), call.get(f"{name}Until")
    if low is not None:
        yield lambda issue: (day := value(issue)) is not None and day >= low
    if high is not None:
        yield lambda issue: (day := value(issue)) is not None and day <= high


def _local_day(call: Call, instant: datetime) -> date:
    return (instant + timedelta(hours=call.space.choices.filter_hours)).date()


def _custom_tests(call: Call) -> Iterator[Callable[[Issue], bool]]:
    for name, sent in call.sent:
        match = CUSTOM_SEARCH.fullmatch(name)
        if match and sent:
            field = _field(call, int(match[1]))
            test = _custom_test(field, match[2], sent, [value for other, value in call.sent if other == name])
            yield _applied(field.id, test)


def _applied(field_id: int, test: Callable[[CustomValue], bool]) -> Callable[[Issue], bool]:
    return lambda issue: (value := by_custom_id(issue, field_id)) is not None and test(value)


def _field(call: Call, id: int) -> CustomField:
    projects: Iterator[Project] = (each for each in call.space.projects.values() if call.sees(each.id))
    for project in projects:
        if (field := by_id(project.custom_fields, id)) is not None:
            return field
    raise Refused("unknown_parameter", name=f"customField_{id}")


def _custom_test(field: CustomField, end: str | None, sent: str, every: list[str]) -> Callable[[CustomValue], bool]:
    if end == "[]":
        return lambda value: any(str(item) in every for item in value.items)
    if end is None:
        return lambda value: sent.casefold() in (value.text or "").casefold()
    read: Callable[[str], Any] = Decimal if field.type_id == NUMBER else date.fromisoformat
    try:
        bound = read(sent)
    except (ArithmeticError, ValueError):
        raise Refused("number", name=f"customField_{field.id}{end}") from None
    if end == "_min":
        return lambda value: bool(value.text) and read(value.text or "") >= bound
    return lambda value: bool(value.text) and read(value.text or "") <= bound
