"""The mapping as a plan says it: what its words name at both ends, and all that is wrong with them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from anybacklog.abilities import MetadataKind
from anybacklog.migration.choices import SAID_BEFORE, Choices, Problem, Said, refuse
from anybacklog.migration.mapping import MappingTable, MapUser, Nouns, Pick, map_all
from anybacklog.migration.mapping.fields import of_one_type
from anybacklog.migration.options import option_problems, options_of
from anybacklog.migration.words import Words, only
from anybacklog.model import CustomField, Status, StatusCategory

Picks: TypeAlias = dict[MetadataKind, dict[str, Pick]]


def map_chosen(
    choices: Choices,
    source: Nouns,
    target: Nouns,
    creatable: frozenset[MetadataKind],
    *,
    made: Mapping[MetadataKind, Mapping[str, str]],
    map_user: MapUser,
    new_statuses: frozenset[StatusCategory],
    fixed_ids: Mapping[MetadataKind, frozenset[str]],
) -> MappingTable:
    """Match every noun of the source as the plan says, else by the rules.

    ConfigurationError names all that is wrong with the plan, what neither end knows or the target cannot do included.
    """
    picks, problems = _picks_of(choices, source, target, creatable, new_statuses)
    options, more = options_of(choices, source)
    mapping = map_all(
        source,
        target,
        creatable,
        made=made,
        picks=picks,
        options=options,
        map_user=map_user,
        new_statuses=new_statuses,
        fixed_ids=fixed_ids,
    )
    taken = _field_problems(choices, source, picks, mapping)
    words = [*problems, *more, *taken, *option_problems(choices, source, mapping)]
    refuse(choices.plan, [*choices.problems, *words])
    return mapping


def _picks_of(
    choices: Choices,
    source: Nouns,
    target: Nouns,
    creatable: frozenset[MetadataKind],
    new_statuses: frozenset[StatusCategory],
) -> tuple[Picks, list[Problem]]:
    """Find what the words of a plan name at both ends, by kind and source id, and all that is wrong with them."""
    picks: Picks = {}
    problems: list[Problem] = []
    for kind, pairs in choices.mapping.items():
        ours, theirs = Words(source.get(kind, ())), Words(target.get(kind, ()))
        makes = new_statuses if kind == "statuses" else None
        for word, said in pairs.items():
            noun = only(word, ours, "source")
            pick = _pick(said, theirs)
            wrong = [each for each in (noun, pick) if isinstance(each, str)]
            if isinstance(pick, Pick) and not isinstance(noun, str):
                wrong += _unfit(noun, pick, kind, makes if kind in creatable else frozenset())
                wrong += _other_type(noun, pick, theirs)
                if noun.id in picks.get(kind, {}):
                    wrong.append(SAID_BEFORE)
                picks.setdefault(kind, {})[noun.id] = pick
            problems += [choices.at(("mapping", kind, word), each) for each in wrong]
    return picks, problems


def _field_problems(choices: Choices, source: Nouns, picks: Picks, mapping: MappingTable) -> Iterator[Problem]:
    """Yield the custom fields that a plan puts where another one's values already go."""
    fields = Words(source.get("custom_fields", ()))
    for word in choices.mapping.get("custom_fields", {}):
        for held in fields.named(word)[:1]:
            pick, match = picks.get("custom_fields", {}).get(held.id), mapping.match("custom_fields", held)
            wanted = pick is not None and (pick.target is not None or pick.create is not None)
            if wanted and match is not None and match.target is None and not match.create:
                yield choices.at(("mapping", "custom_fields", word), match.reason)


def _pick(said: Said, theirs: Words) -> Pick | str:
    if isinstance(said, Mapping):
        return Pick(said=said["create"], create=said["create"])
    if not said:
        return Pick(said="")
    found = only(said, theirs, "target")
    return found if isinstance(found, str) else Pick(said=said, target=found)


def _unfit(noun: Any, pick: Pick, kind: str, makes: frozenset[StatusCategory] | None) -> Iterator[str]:
    """Say what the kinds of things rule out: a field of another type, a word that cannot be made."""
    if isinstance(noun, CustomField) and pick.target is not None and pick.target.type != noun.type:
        yield f"the custom field {pick.target.name!r} is a {pick.target.type} field there, not {noun.type}"
    if pick.create is not None and makes is not None and (not isinstance(noun, Status) or noun.category not in makes):
        what = f"statuses that are {noun.category}" if isinstance(noun, Status) and makes else kind.replace("_", " ")
        yield f"the target cannot create {what}"


def _other_type(noun: Any, pick: Pick, theirs: Words) -> Iterator[str]:
    """Say that a field to be made has a namesake of another type there."""
    same = [each for each in theirs.nouns if each.name == pick.create] if isinstance(noun, CustomField) else []
    if same and not any(of_one_type(each, noun) for each in same):
        yield f"the custom field {pick.create!r} is a {same[0].type} field there, not {noun.type}; give it another name"
