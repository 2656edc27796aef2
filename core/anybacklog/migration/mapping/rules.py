"""What stands for a noun where nobody has said anything: what was made of it, the same id, the same name. Pure."""

from __future__ import annotations

from typing import Any

from anybacklog.migration.mapping.end import End, as_made
from anybacklog.migration.mapping.match import Match
from anybacklog.model import CustomField, Named, Status, User


def match_by_rule(noun: Any, end: End) -> Match:
    """Match one noun of the source by the first rule that finds something."""
    if isinstance(noun, CustomField):
        return _match_field(noun, end)
    if (known := end.known(noun)) is not None:
        was = as_made(end.own(noun), known)
        return Match(source=noun, target=known, reason="created by this migration", noun=was)
    if (same := end.same_id(noun)) is not None:
        return Match(source=noun, target=same, reason=f"the same at both ends: {end.kind.replace('_', ' ')} {noun.id}")
    return _match_user(noun, end) if isinstance(noun, User) else _match_name(noun, end)


def _match_field(field: CustomField, end: End) -> Match:
    if field.name in end.shared_names and not end.can_create:
        return Match(source=field, target=None, reason=f"several custom fields are called {field.name!r}")
    wanted = end.own(field).name
    named = [each for each in end.there if each.name == wanted]
    same = next((each for each in named if each.type == field.type), None)
    if same is None and named:
        trouble = f"is a {named[0].type} field there, not {field.type}"
        return Match(source=field, target=None, reason=f"the custom field {wanted!r} {trouble}")
    if same is None:
        return end.missing(field, f"the custom field {wanted!r} does not exist there")
    return end.with_options(field, same, "same name and type")


def _match_user(user: User, end: End) -> Match:
    picked = end.map_user(user, end.there) if end.map_user else None
    if picked is not None:
        return Match(source=user, target=picked, reason="a plugin says so")
    same = end.person(user)
    if same is not None:
        return Match(source=user, target=same.person, reason=same.reason, sure=same.sure)
    return end.missing(user, "nobody there has this e-mail address, login or name of their own")


def _match_name(noun: Named, end: End) -> Match:
    wanted = end.own(noun).name if end.can_create else noun.name
    same = next((each for each in end.there if each.name == wanted), None)
    if same is not None:
        return Match(source=noun, target=same, reason="same name")
    if isinstance(noun, Status) and not end.can_create:
        near = end.beside(noun)
        if near is not None:
            reason = f"no status of that name; {near.name} is {noun.category} too"
            return Match(source=noun, target=near, reason=reason, sure="guess")
    return end.missing(noun, f"the target has no {noun.name!r} among its {end.kind.replace('_', ' ')}")
