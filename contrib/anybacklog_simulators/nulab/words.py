"""A project's words: issue types, categories, versions, statuses; and those every project shares."""

from __future__ import annotations

from typing import Any

from anybacklog_simulators.nulab import shapes
from anybacklog_simulators.nulab.call import Call, Who, route
from anybacklog_simulators.nulab.errors import Refused
from anybacklog_simulators.nulab.issue_shape import Thing
from anybacklog_simulators.nulab.parameters import a, needed, one_of
from anybacklog_simulators.nulab.projects import STATUSES
from anybacklog_simulators.nulab.recording import MILESTONE_CREATED, MILESTONE_DELETED, MILESTONE_UPDATED, record
from anybacklog_simulators.nulab.things import Category, IssueType, Project, Version

TYPE_COLORS = ("#e30000", "#990000", "#934981", "#814fbc", "#2779ca", "#007e9a", "#7ea800", "#ff9200", "#ff3265",
               "#666665")  # fmt: skip


def word(call: Call, words: list[Thing], kind: str) -> Thing:
    """Find the word a path names."""
    for each in words:
        if str(each.id) == call.path["word"]:
            return each
    raise Refused("no_thing", thing=kind)


def check_name(call: Call, words: list[Any], but: Any = None) -> None:
    """Refuse a name another word of the kind has."""
    if any(each is not but and each.name == call.get("name") for each in words):
        raise Refused("name_taken")


def _type(call: Call, project: Project, found: IssueType) -> Any:
    return shapes.issue_type(call.space, project.id, found)


def types(call: Call) -> Any:
    """List the issue types."""
    project = call.project()
    return [_type(call, project, each) for each in project.issue_types]


def add_type(call: Call) -> Any:
    """Add an issue type."""
    project = call.project()
    check_name(call, project.issue_types)
    made = IssueType(id=call.space.new_id("issue type"), name=call.get("name"), color=call.get("color"))
    project.issue_types.append(made)
    return _type(call, project, _filled_type(call, made))


def change_type(call: Call) -> Any:
    """Change an issue type; nothing to change is no error."""
    project = call.project()
    found = word(call, project.issue_types, "issueType")
    check_name(call, project.issue_types, found)
    return _type(call, project, _filled_type(call, found))


def delete_type(call: Call) -> Any:
    """Delete an issue type; its issues get the other one."""
    project = call.project()
    found = word(call, project.issue_types, "issueType")
    other = call.get("substituteIssueTypeId")
    if other == found.id or other not in {each.id for each in project.issue_types}:
        raise Refused("choice", name="substituteIssueTypeId")
    project.issue_types.remove(found)
    for issue in call.space.issues_of(project.id):
        issue.issue_type_id = other if issue.issue_type_id == found.id else issue.issue_type_id
    return _type(call, project, found)


def _filled_type(call: Call, found: IssueType) -> IssueType:
    found.name, found.color = call.get("name", found.name), call.get("color", found.color)
    found.template_summary = call.get("templateSummary", found.template_summary)
    found.template_description = call.get("templateDescription", found.template_description)
    return found


def categories(call: Call) -> Any:
    """List the categories."""
    project = call.project()
    return [shapes.category(call.space, project.id, each) for each in project.categories]


def add_category(call: Call) -> Any:
    """Add a category."""
    project = call.project()
    check_name(call, project.categories)
    made = Category(id=call.space.new_id("category"), name=call.get("name"))
    project.categories.append(made)
    return shapes.category(call.space, project.id, made)


def change_category(call: Call) -> Any:
    """Rename a category."""
    project = call.project()
    found = word(call, project.categories, "category")
    check_name(call, project.categories, found)
    found.name = call.get("name", found.name)
    return shapes.category(call.space, project.id, found)


def delete_category(call: Call) -> Any:
    """Delete a category; issues lose it."""
    project = call.project()
    found = word(call, project.categories, "category")
    project.categories.remove(found)
    for issue in call.space.issues_of(project.id):
        issue.category_ids = [id for id in issue.category_ids if id != found.id]
    return shapes.category(call.space, project.id, found)


def versions(call: Call) -> Any:
    """List the versions, which are the milestones too."""
    project = call.project()
    return [shapes.version(project.id, each) for each in project.versions]


def add_version(call: Call) -> Any:
    """Add a version."""
    project = call.project()
    check_name(call, project.versions)
    made = Version(id=call.space.new_id("version"), name=call.get("name"))
    project.versions.append(_filled_version(call, made))
    record(call, project.id, MILESTONE_CREATED, _milestone(made))
    return shapes.version(project.id, made)


def change_version(call: Call) -> Any:
    """Change a version."""
    project = call.project()
    found = word(call, project.versions, "version")
    check_name(call, project.versions, found)
    _filled_version(call, found)
    record(call, project.id, MILESTONE_UPDATED, _milestone(found) | {"changes": []})
    return shapes.version(project.id, found)


def delete_version(call: Call) -> Any:
    """Delete a version; issues lose it."""
    project = call.project()
    found = word(call, project.versions, "version")
    project.versions.remove(found)
    for issue in call.space.issues_of(project.id):
        issue.version_ids = [id for id in issue.version_ids if id != found.id]
        issue.milestone_ids = [id for id in issue.milestone_ids if id != found.id]
    record(call, project.id, MILESTONE_DELETED, _milestone(found))
    return shapes.version(project.id, found)


def _filled_version(call: Call, found: Version) -> Version:
    found.name = call.get("name", found.name)
    found.description = call.get("description", found.description)
    found.start_date = call.get("startDate", found.start_date)
    found.release_due_date = call.get("releaseDueDate", found.release_due_date)
    found.archived = call.get("archived", found.archived)
    return found


def _milestone(found: Version) -> dict[str, Any]:
    return {
        "id": found.id,
        "name": found.name,
        "start_date": found.start_date and found.start_date.isoformat(),
        "reference_date": found.release_due_date and found.release_due_date.isoformat(),
        "description": found.description or "",
    }


def priorities(call: Call) -> Any:
    """List the priorities."""
    return [shapes.priority(call.space, id) for id in shapes.PRIORITIES]


def resolutions(call: Call) -> Any:
    """List the resolutions."""
    return [shapes.resolution(call.space, id) for id in shapes.RESOLUTIONS]


def common_statuses(call: Call) -> Any:
    """List the four statuses of every project: an old door, number and name only."""
    return [{"id": id, "name": shapes.local(call.space, (en, ja))} for id, en, ja, _ in STATUSES]


_NAME = a("text", "name", low=1, high=255)
_COLOR = one_of("color", *TYPE_COLORS)
_TEMPLATES = a("text", "templateSummary", "templateDescription")
_PLAN = (*a("text", "description"), *a("date", "startDate", "releaseDueDate"))
_P = "/projects/<project>"
_LEADERS = Who.PROJECT_ADMINISTRATORS

ROUTES = (
    route("GET", f"{_P}/issueTypes", types),
    route("POST", f"{_P}/issueTypes", add_type, *needed(*_NAME, _COLOR), *_TEMPLATES, who=_LEADERS),
    route("PATCH", f"{_P}/issueTypes/<word>", change_type, *_NAME, _COLOR, *_TEMPLATES, who=_LEADERS),
    route("DELETE", f"{_P}/issueTypes/<word>", delete_type, *needed(*a("int", "substituteIssueTypeId")), who=_LEADERS),
    route("GET", f"{_P}/categories", categories),
    route("POST", f"{_P}/categories", add_category, *needed(*_NAME), who=_LEADERS),
    route("PATCH", f"{_P}/categories/<word>", change_category, *_NAME, who=_LEADERS),
    route("DELETE", f"{_P}/categories/<word>", delete_category, who=_LEADERS),
    route("GET", f"{_P}/versions", versions),
    route("POST", f"{_P}/versions", add_version, *needed(*_NAME), *_PLAN, who=_LEADERS),
    route("PATCH", f"{_P}/versions/<word>", change_version, *_NAME, *_PLAN, *a("bool", "archived"), who=_LEADERS),
    route("DELETE", f"{_P}/versions/<word>", delete_version, who=_LEADERS),
    route("GET", "/priorities", priorities),
    route("GET", "/resolutions", resolutions),
    route("GET", "/statuses", common_statuses),
)
