"""Custom fields: their definitions, and the values lists offer."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from anybacklog_simulators.nulab.call import Call, Who, route
from anybacklog_simulators.nulab.errors import Refused
from anybacklog_simulators.nulab.issue_shape import CHECKBOX, DATE, NUMBER, RADIO, SINGLE, custom_field
from anybacklog_simulators.nulab.parameters import Parameter, a, needed
from anybacklog_simulators.nulab.things import CustomField, Item, Project
from anybacklog_simulators.nulab.words import check_name, word


def _project(call: Call) -> Project:
    if not call.space.licence.attribute:
        raise Refused("no_custom_fields")
    return call.project()


def listed(call: Call) -> Any:
    """List a project's fields."""
    project = _project(call)
    return [custom_field(project.id, each) for each in project.custom_fields]


def added(call: Call) -> Any:
    """Add a field; the type decides which extras it takes."""
    project = _project(call)
    check_name(call, project.custom_fields)
    made = CustomField(id=call.space.new_id("custom field"), type_id=call.get("typeId"), name=call.get("name"))
    _fill(call, project, made)
    for name in call.get("items", ()):
        _add_item(made, name)
    project.custom_fields.append(made)
    return custom_field(project.id, made)


def changed(call: Call) -> Any:
    """Change a field; its type stays."""
    project = _project(call)
    found = word(call, project.custom_fields, "customField")
    check_name(call, project.custom_fields, found)
    after = deepcopy(found)
    after.name = call.get("name", found.name)
    _fill(call, project, after)
    after.items = [] if "items" in call.given else after.items
    for name in call.get("items", ()):
        _add_item(after, name)
    project.custom_fields[project.custom_fields.index(found)] = after
    return custom_field(project.id, after)


def deleted(call: Call) -> Any:
    """Delete a field, and what issues have in it."""
    project = _project(call)
    found = word(call, project.custom_fields, "customField")
    project.custom_fields.remove(found)
    for issue in call.space.issues_of(project.id):
        issue.custom_values = [value for value in issue.custom_values if value.field_id != found.id]
    return custom_field(project.id, found)


def add_item(call: Call) -> Any:
    """Add a value to a list; the answer is the field. Everybody may where the field says so."""
    project = _project(call)
    found = _list(call, project)
    if not found.allow_add_item and not call.leads(project):
        raise Refused("denied")
    check_name(call, found.items)
    _add_item(found, call.get("name"))
    return custom_field(project.id, found)


def change_item(call: Call) -> Any:
    """Rename a value."""
    project = _project(call)
    found = _list(call, project)
    item = _item(call, found)
    item.name = call.get("name", item.name)
    return custom_field(project.id, found)


def delete_item(call: Call) -> Any:
    """Delete a value; issues lose it."""
    project = _project(call)
    found = _list(call, project)
    item = _item(call, found)
    found.items.remove(item)
    for issue in call.space.issues_of(project.id):
        for value in issue.custom_values:
            value.items = [id for id in value.items if (value.field_id, id) != (found.id, item.id)]
    return custom_field(project.id, found)


def _list(call: Call, project: Project) -> CustomField:
    found = word(call, project.custom_fields, "customField")
    if found.type_id < SINGLE:
        raise Refused("choice", name="id")
    return found


def _item(call: Call, found: CustomField) -> Item:
    for item in found.items:
        if str(item.id) == call.path["item"]:
            return item
    raise Refused("no_thing", thing="item")


def _add_item(found: CustomField, name: str) -> None:
    found.last_item += 1
    found.items.append(Item(id=found.last_item, name=name, display_order=len(found.items)))


_EXTRAS = {
    "min": ("minimum", (NUMBER, DATE)),
    "max": ("maximum", (NUMBER, DATE)),
    "initialValue": ("initial", (NUMBER,)),
    "unit": ("unit", (NUMBER,)),
    "initialValueType": ("initial_kind", (DATE,)),
    "initialDate": ("initial", (DATE,)),
    "initialShift": ("initial_shift", (DATE,)),
    "allowInput": ("allow_input", (CHECKBOX, RADIO)),
    "allowAddItem": ("allow_add_item", tuple(range(SINGLE, RADIO + 1))),
    "items": ("", tuple(range(SINGLE, RADIO + 1))),
}


def _fill(call: Call, project: Project, found: CustomField) -> None:
    for name, (attribute, types) in _EXTRAS.items():
        if name in call.given and found.type_id not in types:
            raise Refused("unknown_parameter", name=name)
        if name in call.given and attribute:
            value = call.given[name]
            setattr(found, attribute, str(value) if value is not None and attribute in _TEXTS else value)
    found.description = call.get("description", found.description)
    found.required = call.get("required", found.required)
    types = call.get("applicableIssueTypes", found.issue_types)
    if not set(types) <= {each.id for each in project.issue_types}:
        raise Refused("choice", name="applicableIssueTypes[]")
    found.issue_types = list(types)


_TEXTS = ("minimum", "maximum", "initial")
_NAME = a("text", "name", low=1, high=255)
_FIELDS: tuple[Parameter, ...] = (
    *a("text", "description", "min", "max", "unit"),
    *a("decimal", "initialValue"),
    *a("date", "initialDate"),
    *a("int", "initialValueType", low=1, high=3),
    *a("int", "initialShift"),
    *a("bool", "required", "allowInput", "allowAddItem"),
    *a("int", "applicableIssueTypes", many=True),
    *a("text", "items", many=True),
)
_TYPE = a("int", "typeId", low=1, high=8)
_HERE, _LEADERS = "/projects/<project>/customFields", Who.PROJECT_ADMINISTRATORS
_ITEMS = f"{_HERE}/<word>/items"

ROUTES = (
    route("GET", _HERE, listed),
    route("POST", _HERE, added, *needed(*_TYPE, *_NAME), *_FIELDS, who=_LEADERS),
    route("PATCH", f"{_HERE}/<word>", changed, *_NAME, *_FIELDS, who=_LEADERS),
    route("DELETE", f"{_HERE}/<word>", deleted, who=_LEADERS),
    route("POST", _ITEMS, add_item, *needed(*_NAME), who=Who.REPORTERS),
    route("PATCH", f"{_ITEMS}/<item>", change_item, *_NAME, who=_LEADERS),
    route("DELETE", f"{_ITEMS}/<item>", delete_item, who=_LEADERS),
)
