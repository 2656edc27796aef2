"""A project's words as they are made: which call makes which noun, with what; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from anybacklog.plugin import (
    Category,
    CustomField,
    FieldType,
    Metadata,
    MetadataKind,
    Milestone,
    Status,
    StatusCategory,
    TicketType,
    UnsupportedOperation,
    ValidationError,
    Version,
)  # fmt: skip
from anybacklog_nulab.custom_fields import FIELD_TYPES

TYPE_COLORS = ("#7ea800", "#990000", "#ff9200", "#2779ca", "#934981", "#007e9a", "#814fbc", "#ff3265", "#e30000",
               "#666665")  # fmt: skip
STATUS_COLORS = ("#3b9dbd", "#eda62a", "#868cb7", "#e07b9a", "#4caf93", "#b0be3c", "#e87758", "#f42858", "#ea2c00",
                 "#393939")  # fmt: skip
"""The colours that add-issue-type and add-status take; the next of them is used where nobody chose."""
_PATHS: Mapping[type[Metadata], str] = {
    TicketType: "issueTypes", Status: "statuses", Category: "categories", Milestone: "versions", Version: "versions",
    CustomField: "customFields",
}  # fmt: skip
_FILTERS: Mapping[type[Metadata], tuple[str, ...]] = {
    TicketType: ("issueTypeId[]",), Status: ("statusId[]",), Category: ("categoryId[]",),
    Milestone: ("milestoneId[]", "versionId[]"), Version: ("milestoneId[]", "versionId[]"),
}  # fmt: skip
_SUBSTITUTES: Mapping[type[Metadata], str] = {TicketType: "substituteIssueTypeId", Status: "substituteStatusId"}
CREATABLE: frozenset[MetadataKind] = frozenset(
    {"ticket_types", "statuses", "categories", "milestones", "versions", "custom_fields"}
)
_NEW_TYPES: Mapping[FieldType, int] = {"text": 2, "number": 3, "date": 4, "choice": 5, "choices": 6}
"""A text becomes a text area: it alone holds line breaks."""
_KEPT = ("description", "unit", "allowInput", "allowAddItem")
"""What a field of another space keeps beside its type and choices; not its bounds, which older values may break."""
OWN_CATEGORY: StatusCategory = "in_progress"
FIXED_IDS: Mapping[MetadataKind, frozenset[str]] = {
    "statuses": frozenset("1234"),
    "priorities": frozenset("234"),
    "resolutions": frozenset("01234"),
}
"""What every space has, each in its own language: 1 is Open here and 未対応 there."""


def path_of(noun: Metadata) -> str:
    """Name the list below the project that a noun stands in."""
    try:
        return _PATHS[type(noun)]
    except KeyError:
        raise UnsupportedOperation(
            "add_metadata", f"a space makes no {type(noun).__name__} by its API; it has its own"
        ) from None


def filters_for(noun: Metadata) -> tuple[str, ...]:
    """Name the parameters that find the issues which have a noun."""
    return _FILTERS[type(noun)]


def to_delete(noun: Metadata, ids: Sequence[str]) -> dict[str, str]:
    """Name what the issues of a type or status are to have instead: the service asks, though there are none."""
    name, other = _SUBSTITUTES.get(type(noun)), next((each for each in ids if each != noun.id), None)
    return {name: other} if name is not None and other is not None else {}


def has_value(issue: Mapping[str, Any], field_id: str) -> bool:
    """Tell whether an issue has anything in a custom field."""
    held = (each for each in issue.get("customFields") or () if str(each.get("id")) == field_id)
    return any(each.get("value") not in (None, "", []) for each in held)


def to_form(noun: Metadata, place: int) -> dict[str, Any]:
    """Spell a noun to be; `place` is how many of its kind there are."""
    form: dict[str, Any] = {"name": noun.name}
    match noun:
        case TicketType():
            form |= {"color": _color(noun, TYPE_COLORS, place), **_said(noun, "templateSummary", "templateDescription")}
        case Status(category=category) if category != OWN_CATEGORY:
            raise ValidationError(
                f"a status made in a project counts as in progress, and {noun.name!r} is {category}; "
                "use one of the four that are there",
                field="category",
                limit=OWN_CATEGORY,
                value=category,
            )
        case Status():
            form["color"] = _color(noun, STATUS_COLORS, place)
        case Milestone() | Version():
            days = _said(noun, "startDate", "releaseDueDate")
            form |= {**_said(noun, "description"), **{name: day[:10] for name, day in days.items()}}
        case CustomField():
            form |= _field(noun)
    return form


def _color(noun: TicketType | Status, allowed: Sequence[str], place: int) -> str:
    """Keep the colour of another space; where nobody chose, take the next."""
    return next((each for each in _said(noun, "color").values() if each in allowed), allowed[place % len(allowed)])


def _said(noun: TicketType | Status | Milestone | Version, *names: str) -> dict[str, str]:
    """Give what another space says of a word, and no other vendor."""
    said = noun.raw if noun.raw is not None and {"id", "displayOrder"} <= noun.raw.keys() else {}
    return {name: said[name] for name in names if isinstance(said.get(name), str) and said[name]}


def _field(noun: CustomField) -> dict[str, Any]:
    form: dict[str, Any] = {"typeId": _type_id(noun), "required": noun.required}
    if noun.options:
        form["items[]"] = [option.name for option in noun.options]
    said = (noun.raw or {}) if form["typeId"] == (noun.raw or {}).get("typeId") else {}
    return form | {name: said[name] for name in _KEPT if said.get(name)}


def _type_id(noun: CustomField) -> int:
    """Keep the kind of field another space had; of any other, only our type is known."""
    said = (noun.raw or {}).get("typeId")
    return said if isinstance(said, int) and FIELD_TYPES.get(said) == noun.type else _NEW_TYPES[noun.type]
