"""Custom fields at both ends: which go together, and what has to be made of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from anybacklog.migration.mapping.match import Match
from anybacklog.model import CustomField, Named


def of_one_type(one: Any, other: Any) -> bool:
    """Tell whether one may stand for the other: custom fields only for those of their type."""
    return not isinstance(one, CustomField) or not isinstance(other, CustomField) or one.type == other.type


def one_each(matches: Mapping[str, Match]) -> dict[str, Match]:
    """Let no two custom fields share one of the target's, there or to be made: a ticket holds one value in each."""
    found: dict[str, Match] = {}
    holders: dict[tuple[str, str], Match] = {}
    for source_id, match in matches.items():
        place = _place(match)
        holder = holders.setdefault(place, match) if place is not None else match
        if holder is not match and place is not None:
            reason = f"the custom field {_name(match)!r} there is taken by {holder.source.name!r}"
            match = replace(match, target=None, create=False, noun=None, reason=reason, options={})
        found[source_id] = match
    return found


def missing_options(wanted: CustomField, there: Iterable[Named], called: Mapping[str, str | None]) -> tuple[Named, ...]:
    """Name the options that a field lacks there; `called` says what stands for some of them."""
    names = {option.name for option in there}
    wished = [replace(each, name=name) for each in wanted.options if (name := called.get(each.name, each.name))]
    return tuple({option.name: option for option in reversed(wished) if option.name not in names}.values())[::-1]


def to_make(match: Match) -> Any:
    """Describe what has to be made: the source's noun, or the target's field with the options it lacks."""
    if isinstance(match.source, CustomField) and match.target is not None:
        more = missing_options(match.source, match.target.options, match.options)
        return replace(match.target, options=match.target.options + more)
    return match.noun if match.noun is not None else match.source


def _place(match: Match) -> tuple[str, str] | None:
    """Say which field of the target holds the values: one that is there, or one that is made under a name."""
    if match.target is not None:
        return "id", match.target.id
    return ("name", _name(match)) if match.create else None


def _name(match: Match) -> str:
    return str((match.target or match.noun or match.source).name)
