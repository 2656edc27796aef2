"""What a plan says: who and what stands for whom, in words of both ends, and what these words name there. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any, TypeAlias

from anybacklog.abilities import MetadataKind
from anybacklog.errors import ConfigurationError
from anybacklog.migration.fields import of_one_type
from anybacklog.migration.mapping import MappingTable, MapUser, Nouns, Pick, map_all
from anybacklog.migration.settings import Settings
from anybacklog.migration.words import Words
from anybacklog.model import CustomField, Status, StatusCategory

Said: TypeAlias = str | Mapping[str, str]
"""A word of the target; `""`: nothing; `{"create": NAME}`: to be made there under this name."""
Key: TypeAlias = tuple[str, ...]
_SAID_BEFORE = "said before, by another word"
_SHOWN = 10
"""How many words an end has are listed where none of them is near."""
_STAYS = ("fallback_folder", "fallback_link")
Picks: TypeAlias = dict[MetadataKind, dict[str, Pick]]


@dataclass(frozen=True, slots=True)
class Edit:
    """What a table says of a word now, what was planned when the table was written, and the comment that said why."""

    said: Said
    planned: Said
    why: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a plan: at which key, in which line (None: unknown), in words."""

    key: Key
    said: str
    line: int | None = None

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{shown_key(self.key)}{': ' if self.key else ''}{self.said}"


def shown_key(key: Key) -> str:
    """Write a key as a person would."""
    return ".".join(part if part.replace("_", "").isalnum() and part.isascii() else f'"{part}"' for part in key)


def refuse(plan: str, problems: Sequence[Problem]) -> None:
    """Raise ConfigurationError with all problems of a plan, in the order of its lines."""
    said = [str(problem) for problem in sorted(problems, key=lambda problem: problem.line or 0)]
    if len(said) == 1:
        raise ConfigurationError(f"the plan {plan} cannot be followed: {said[0]}")
    if said:
        raise ConfigurationError(
            f"the plan {plan} cannot be followed, {len(said)} things are wrong with it:", problems=said
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices(Settings):
    """What a plan says; empty: everything is matched by name. `options` are those of custom fields, by field.

    `lines` tells where each key stands in the file `plan`, `whys` gives the comments beside the words for which it says
    that nothing stands; `undecided` are those of them that nobody has decided, which no longer say so here.
    """

    mapping: Mapping[MetadataKind, Mapping[str, Said]] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, Said]] = field(default_factory=dict)
    plan: str = ""
    lines: Mapping[Key, int] = field(default_factory=dict)
    whys: Mapping[Key, str] = field(default_factory=dict)
    undecided: Mapping[Key, str] = field(default_factory=dict)

    @classmethod
    def remembered(cls, settings: Mapping[str, Any]) -> Choices:
        """Read what a ledger keeps of the last plan it was given."""
        held = {name: value for name, value in settings.items() if name != "marks"}  # what the first run chose stays
        tables = {"mapping": settings.get("mapping", {}), "options": settings.get("options", {})}
        return replace(cls.named(held), **tables, plan="in the ledger")

    def to_remember(self) -> dict[str, Any]:
        """Give what a ledger keeps of it, as JSON."""
        return {
            "mapping": {kind: dict(words) for kind, words in self.mapping.items()},
            "options": {field: dict(words) for field, words in self.options.items()},
            **{
                name: value
                for name, value in self.chosen().items()
                if name != "marks" and (value or name not in _STAYS)
            },
        }

    def with_kept(self, settings: Mapping[str, Any]) -> Choices:
        """Go on with what an earlier run was told and this plan is silent of: where files are kept."""
        return replace(self, **{name: getattr(self, name) or settings.get(name, "") for name in _STAYS})

    def at(self, key: Key, said: str) -> Problem:
        """Name a problem with its line."""
        return Problem(key, said, self.lines.get(key))


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

    ConfigurationError names everything in the plan that neither end knows, or the target cannot do.
    """
    picks, problems = picks_of(choices, source, target, creatable, new_statuses)
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
    taken = field_problems(choices, source, picks, mapping)
    refuse(choices.plan, [*problems, *more, *taken, *option_problems(choices, source, mapping)])
    return mapping


def picks_of(
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
            noun = _only(word, ours, "source")
            pick = _pick(said, theirs)
            wrong = [each for each in (noun, pick) if isinstance(each, str)]
            if isinstance(pick, Pick) and not isinstance(noun, str):
                wrong += _unfit(noun, pick, kind, makes if kind in creatable else frozenset())
                wrong += _other_type(noun, pick, theirs)
                if noun.id in picks.get(kind, {}):
                    wrong.append(_SAID_BEFORE)
                picks.setdefault(kind, {})[noun.id] = pick
            problems += [choices.at(("mapping", kind, word), each) for each in wrong]
    return picks, problems


def options_of(choices: Choices, source: Nouns) -> tuple[dict[str, dict[str, str | None]], list[Problem]]:
    """Find what stands for the options of custom fields, by the source field's id: option -> name there, or None."""
    found: dict[str, dict[str, str | None]] = {}
    problems: list[Problem] = []
    fields = Words(source.get("custom_fields", ()))
    for word, pairs in choices.options.items():
        held = _only(word, fields, "source")
        if isinstance(held, str):
            problems.append(choices.at(("options", word), held))
        elif held.id in found:
            problems.append(choices.at(("options", word), _SAID_BEFORE))
        else:
            found[held.id] = {
                one: said["create"] if isinstance(said, Mapping) else said or None for one, said in pairs.items()
            }
    return found, problems


def field_problems(choices: Choices, source: Nouns, picks: Picks, mapping: MappingTable) -> Iterator[Problem]:
    """Yield the custom fields that a plan puts where another one's values already go."""
    fields = Words(source.get("custom_fields", ()))
    for word in choices.mapping.get("custom_fields", {}):
        for held in fields.named(word)[:1]:
            pick, match = picks.get("custom_fields", {}).get(held.id), mapping.match("custom_fields", held)
            wanted = pick is not None and (pick.target is not None or pick.create is not None)
            if wanted and match is not None and match.target is None and not match.create:
                yield choices.at(("mapping", "custom_fields", word), match.reason)


def option_problems(choices: Choices, source: Nouns, mapping: MappingTable) -> Iterator[Problem]:
    """Yield what is wrong with the options of fields that are there already: words that the target's does not have."""
    fields = Words(source.get("custom_fields", ()))
    for word, pairs in choices.options.items():
        for held in fields.named(word)[:1]:
            match = mapping.match("custom_fields", held)
            if match is None or match.target is None:
                continue
            there = [option.name for option in match.target.options]
            for one, said in pairs.items():
                if isinstance(said, str) and said and said not in there:
                    yield choices.at(("options", word, one), f"there is no option {said!r} there{_near(said, there)}")


def odd_options(choices: Choices, source: Nouns) -> Iterator[str]:
    """Say which options a plan speaks of that their field has not: misspelt, or left in old tickets alone."""
    fields = Words(source.get("custom_fields", ()))
    for word, pairs in choices.options.items():
        for held in fields.named(word)[:1]:
            known = [option.name for option in held.options]
            for one in pairs:
                if one not in known:
                    said = f"{shown_key(('options', word))}: {held.name!r} has no option {one!r} at the source"
                    yield f"{said}{_near(one, known)}; its line holds for tickets that have it all the same"


def _only(word: str, words: Words, end: str) -> Any:
    """Give the one thing that a word names, or say what is wrong."""
    found = words.named(word)
    if len(found) == 1:
        return found[0]
    if not found:
        return f"the {end} has no {word!r}{_near(word, words.known())}"
    ids = ", ".join(f"id:{noun.id}" for noun in found)
    return f"the {end} has several {word!r}; name one of {ids}"


def _pick(said: Said, theirs: Words) -> Pick | str:
    if isinstance(said, Mapping):
        return Pick(said=said["create"], create=said["create"])
    if not said:
        return Pick(said="")
    found = _only(said, theirs, "target")
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


def _near(word: str, known: Sequence[str]) -> str:
    """Say which word may be meant, else which there are."""
    if near := get_close_matches(word, known, n=1):
        return f"; did you mean {near[0]!r}?"
    more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    return f"; there is {', '.join(known[:_SHOWN])}{more}" if known else ""
