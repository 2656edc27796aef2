"""Writing an issue's custom fields: what each type takes, and what the plan allows."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from anybacklog_simulators.nulab.call import Call
from anybacklog_simulators.nulab.errors import Refused
from anybacklog_simulators.nulab.issue_shape import CHECKBOX, DATE, LISTS, NUMBER, RADIO, SINGLE, by_id
from anybacklog_simulators.nulab.parameters import Custom, custom_writes
from anybacklog_simulators.nulab.things import CustomField, CustomValue, Issue, Project


def write_custom(call: Call, project: Project, issue: Issue, *, creating: bool) -> None:
    """Write what was sent of custom fields; on creation every required one that applies must have a value."""
    writes = custom_writes(call.sent)
    if writes and not call.space.licence.attribute:
        raise Refused("no_custom_fields")
    for id, said in writes.items():
        field = by_id(project.custom_fields, id)
        if field is None or (field.issue_types and issue.issue_type_id not in field.issue_types):
            raise Refused("unknown_parameter", name=f"customField_{id}")
        _put(issue, _filled(field, said, issue))
    if creating and call.space.licence.attribute:
        _check_required(project, issue)


def _check_required(project: Project, issue: Issue) -> None:
    for field in project.custom_fields:
        applies = not field.issue_types or issue.issue_type_id in field.issue_types
        values = [each for each in issue.custom_values if each.field_id == field.id and (each.text or each.items)]
        if field.required and applies and not values:
            raise Refused("required", name=f"customField_{field.id}")


def _put(issue: Issue, value: CustomValue) -> None:
    issue.custom_values = [each for each in issue.custom_values if each.field_id != value.field_id] + [value]


def _filled(field: CustomField, said: Custom, issue: Issue) -> CustomValue:
    known = next((each for each in issue.custom_values if each.field_id == field.id), CustomValue(field_id=field.id))
    value = CustomValue(field_id=field.id, text=known.text, items=list(known.items), other=known.other)
    name = f"customField_{field.id}"
    if said.other is not None:
        if field.type_id not in (CHECKBOX, RADIO) or not field.allow_input:
            raise Refused("unknown_parameter", name=f"{name}_otherValue")
        value.other = said.other or None
    if said.values is not None:
        sent = [each for each in said.values if each != ""]
        if field.type_id in (SINGLE, RADIO, *LISTS):
            value.items = _items(field, sent, name)
        else:
            value.text = _scalar(field, sent[-1], name) if sent else None
    return value


def _items(field: CustomField, sent: list[str], name: str) -> list[int]:
    known = {str(item.id) for item in field.items}
    if not set(sent) <= known or (field.type_id in (SINGLE, RADIO) and len(sent) > 1):
        raise Refused("choice", name=name)
    return [int(each) for each in sent]


def _scalar(field: CustomField, sent: str, name: str) -> str:
    if field.type_id == NUMBER:
        if not re.fullmatch(r"-?[0-9]+(\.[0-9]{1,4})?", sent):
            raise Refused("number", name=name)
        _check_between(field, Decimal(sent), Decimal, name)
    if field.type_id == DATE:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", sent) or _day(sent) is None:
            raise Refused("date", name=name)
        _check_between(field, date.fromisoformat(sent), date.fromisoformat, name)
    return sent


def _day(sent: str) -> date | None:
    try:
        return date.fromisoformat(sent)
    except ValueError:
        return None


def _check_between(field: CustomField, value: Any, read: Any, name: str) -> None:
    low, high = field.minimum, field.maximum
    if (low is not None and value < read(low)) or (high is not None and value > read(high)):
        raise Refused("range", name=name, low=low, high=high)
