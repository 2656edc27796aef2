"""Which of the target's people and words stands for each of the source's: decided by name, purely."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from anybacklog.abilities import METADATA_KINDS, MetadataKind
from anybacklog.model import STATUS_CATEGORIES, CustomField, Named, Status, StatusCategory, User

Noun: TypeAlias = Named | User
Nouns: TypeAlias = Mapping[MetadataKind, Sequence[Any]]
MapUser: TypeAlias = Callable[[User, Sequence[User]], User | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One noun of the source and what stands for it.

    `target` None: nothing does, unless `create` says it will be made.
    """

    source: Any
    target: Any
    reason: str
    create: bool = False
    noun: Any = None


@dataclass(frozen=True, slots=True)
class MappingTable:
    """Every match, by kind and source id."""

    matches: Mapping[MetadataKind, Mapping[str, Match]] = field(default_factory=dict)

    def of(self, kind: MetadataKind, noun: Noun | None) -> Any:
        """Give the target's noun for one of the source's; None if there is none (or nothing was asked)."""
        match = self.match(kind, noun)
        return match.target if match else None

    def match(self, kind: MetadataKind, noun: Noun | None) -> Match | None:
        """Give the match of one of the source's nouns."""
        return self.matches.get(kind, {}).get(noun.id) if noun is not None else None

    def to_create(self) -> Iterable[tuple[MetadataKind, Match]]:
        """Name what has to be made in the target first."""
        return [
            (kind, match) for kind in METADATA_KINDS for match in self.matches.get(kind, {}).values() if match.create
        ]

    def unmatched(self) -> Iterable[tuple[MetadataKind, Match]]:
        """Name what nothing stands for, and nothing will."""
        every = ((kind, match) for kind in METADATA_KINDS for match in self.matches.get(kind, {}).values())
        return [(kind, match) for kind, match in every if match.target is None and not match.create]

    def made(self, kind: MetadataKind, source_id: str, target: Any) -> MappingTable:
        """Give the mapping with one noun made."""
        match = replace(self.matches[kind][source_id], target=target, create=False)
        return MappingTable({**self.matches, kind: {**self.matches[kind], source_id: match}})


def map_all(
    source: Nouns,
    target: Nouns,
    creatable: frozenset[MetadataKind],
    *,
    made: Mapping[MetadataKind, Mapping[str, str]] | None = None,
    chosen: Mapping[MetadataKind, Mapping[str, str]] | None = None,
    map_user: MapUser | None = None,
    new_statuses: frozenset[StatusCategory] = frozenset(STATUS_CATEGORIES),
) -> MappingTable:
    """Match every noun of the source; `chosen` are a plan's own words, by kind: source word -> target word.

    `new_statuses` are the categories that a status made in the target can be of.
    """
    matches: dict[MetadataKind, dict[str, Match]] = {}
    for kind in METADATA_KINDS:
        ours = source.get(kind, ())
        end = _End(
            kind=kind,
            there=target.get(kind, ()),
            can_create=kind in creatable,
            made=(made or {}).get(kind, {}),
            picks=(chosen or {}).get(kind, {}),
            shared_names=frozenset(name for name, count in Counter(noun.name for noun in ours).items() if count > 1),
            map_user=map_user,
            new_statuses=new_statuses,
        )
        matches[kind] = {noun.id: _match(noun, end) for noun in ours}
    matches["custom_fields"] = _one_each(matches["custom_fields"])
    return MappingTable(matches)


def _one_each(matches: Mapping[str, Match]) -> dict[str, Match]:
    """Let no two custom fields share one of the target's: a ticket holds one value in each."""
    found: dict[str, Match] = {}
    for source_id, match in matches.items():
        holder = next((each for each in found.values() if match.target and each.target == match.target), None)
        if holder is not None:
            reason = f"the custom field {match.target.name!r} there is taken by {holder.source.name!r}"
            found[source_id] = Match(source=match.source, target=None, reason=reason)
        else:
            found[source_id] = match
    return found


def words_of(noun: Noun) -> tuple[str, ...]:
    """Name the words a person may call a noun by, the surest first."""
    if isinstance(noun, User):
        return tuple(word for word in (noun.email, noun.login, noun.name, noun.id) if word)
    return (noun.name, noun.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """One kind of the target's nouns, and what has been said about it before any rule is asked."""

    kind: MetadataKind
    there: Sequence[Any]
    can_create: bool
    made: Mapping[str, str]
    picks: Mapping[str, str]
    shared_names: frozenset[str]
    map_user: MapUser | None
    new_statuses: frozenset[StatusCategory]

    def missing(self, noun: Noun, reason: str) -> Match:
        """Create what has no counterpart, or say that nothing stands for it."""
        if self.can_create:
            shared = not isinstance(noun, User) and noun.name in self.shared_names
            why = "will be created, with its id: another there has the same name" if shared else "will be created"
            made = replace(noun, name=own_name(noun, self.shared_names)) if isinstance(noun, Named) else noun
            return Match(source=noun, target=None, reason=why, create=True, noun=made)
        return Match(source=noun, target=None, reason=reason)


def _match(noun: Any, end: _End) -> Match:
    if isinstance(noun, Status) and noun.category not in end.new_statuses:
        end = replace(end, can_create=False)
    picked = next((end.picks[word] for word in words_of(noun) if word in end.picks), None)
    if picked is not None:
        found = next((each for each in end.there if picked in words_of(each)), None)
        return Match(source=noun, target=found, reason=f"the plan says {picked!r}")
    known = next((each for each in end.there if each.id == end.made.get(noun.id)), None)
    if isinstance(noun, CustomField):
        return _match_field(noun, end)
    if known is not None:
        return Match(source=noun, target=known, reason="created by this migration")
    return _match_user(noun, end) if isinstance(noun, User) else _match_name(noun, end)


def own_name(noun: Named, shared_names: frozenset[str]) -> str:
    """Give the name to create a noun under: with its id where another of the source has the same name."""
    return f"{noun.name} ({noun.id})" if noun.name in shared_names else noun.name


def _match_name(noun: Named, end: _End) -> Match:
    wanted = own_name(noun, end.shared_names) if end.can_create else noun.name
    same = next((each for each in end.there if each.name == wanted), None)
    if same is not None:
        return Match(source=noun, target=same, reason="same name")
    if isinstance(noun, Status) and not end.can_create:
        near = next((each for each in end.there if each.category == noun.category), None)
        if near is not None:
            return Match(source=noun, target=near, reason=f"no status of that name; {near.name} is {noun.category} too")
    return end.missing(noun, f"the target has no {noun.name!r} among its {end.kind.replace('_', ' ')}")


def _match_user(user: User, end: _End) -> Match:
    picked = end.map_user(user, end.there) if end.map_user else None
    if picked is not None:
        return Match(source=user, target=picked, reason="a plugin says so")
    rules: tuple[tuple[str, Callable[[User], str | None]], ...] = (
        ("same e-mail address", lambda each: each.email.casefold() if each.email else None),
        ("same login", lambda each: each.login),
        ("same name, and nobody else has it", lambda each: None if user.name in end.shared_names else each.name),
    )
    for reason, word in rules:
        found = [each for each in end.there if word(user) is not None and word(each) == word(user)]
        if len(found) == 1 and not _contradicts(user, found[0]):
            return Match(source=user, target=found[0], reason=reason)
    return end.missing(user, "nobody there has this e-mail address, login or name of their own")


def _contradicts(one: User, other: User) -> bool:
    """Tell two people of one name apart: both have an address (or login), and not the same."""
    if one.email and other.email:
        return one.email.casefold() != other.email.casefold()
    return bool(one.login and other.login and one.login != other.login)


def _match_field(field_: CustomField, end: _End) -> Match:
    if field_.name in end.shared_names and not end.can_create:
        return Match(source=field_, target=None, reason=f"several custom fields are called {field_.name!r}")
    wanted = own_name(field_, end.shared_names)
    named = [each for each in end.there if each.name == wanted]
    same = next((each for each in named if each.type == field_.type), None)
    if same is None and named:
        trouble = f"is a {named[0].type} field there, not {field_.type}"
        return Match(source=field_, target=None, reason=f"the custom field {wanted!r} {trouble}")
    if same is None:
        return end.missing(field_, f"the custom field {wanted!r} does not exist there")
    missing = _missing_options(field_, same)
    if missing and end.can_create:
        return Match(source=field_, target=same, reason=f"will be given {len(missing)} more options", create=True)
    return Match(source=field_, target=same, reason="same name and type")


def _missing_options(wanted: CustomField, there: CustomField) -> tuple[Named, ...]:
    names = {option.name for option in there.options}
    return tuple(option for option in wanted.options if option.name not in names)


def to_make(match: Match) -> Any:
    """Describe what has to be made: the source's noun, or the target's field with the options it lacks."""
    if isinstance(match.source, CustomField) and match.target is not None:
        return replace(match.target, options=match.target.options + _missing_options(match.source, match.target))
    return match.noun if match.noun is not None else match.source
