"""What stands for a noun because a plan says so. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from anybacklog.migration.mapping.end import End, as_made
from anybacklog.migration.mapping.fields import of_one_type
from anybacklog.migration.mapping.match import Match, Pick
from anybacklog.model import CustomField, User

SAID_NOTHING = "the plan says that nothing stands for it"


def match_as_picked(noun: Any, pick: Pick, end: End) -> Match:
    """Match one noun of the source as a plan says."""
    if pick.create is None and pick.target is None:
        return Match(source=noun, target=None, reason=SAID_NOTHING)
    reason = f"the plan says {pick.said!r}"
    target = pick.target
    if pick.create is not None:
        target = end.known(noun) or _same(replace(noun, name=pick.create), end)
        if target is None:
            return end.creation(noun, replace(noun, name=pick.create), "the plan says to create it")
    if isinstance(noun, CustomField):
        return end.with_options(noun, target, reason)
    was = as_made(replace(noun, name=pick.create), target) if pick.create is not None else None
    return Match(source=noun, target=target, reason=reason, noun=was)


def _same(noun: Any, end: End) -> Any:
    """Find what is there already of what a plan says to create: a word of that name, but no stranger of that name."""
    if isinstance(noun, User):
        found = end.person(noun)
        return found.person if found is not None else None
    return next((each for each in end.there if each.name == noun.name and of_one_type(each, noun)), None)
