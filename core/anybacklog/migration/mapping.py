"""Which of the target's people and words stands for each of the source's: decided by name, purely."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from anybacklog.abilities import METADATA_KINDS, MetadataKind
from anybacklog.migration.fields import missing_options, of_one_type, one_each
from anybacklog.migration.people import Confidence, find_same
from anybacklog.model import (
    STATUS_CATEGORIES,
    CustomField,
    CustomFieldValue,
    FieldValue,
    Named,
    Status,
    StatusCategory,
    User,
)

Noun: TypeAlias = Named | User
Nouns: TypeAlias = Mapping[MetadataKind, Sequence[Any]]
MapUser: TypeAlias = Callable[[User, Sequence[User]], User | None]
SAID_NOTHING = "the plan says that nothing stands for it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """What a plan says of one noun: what stands for it, or the name to create it under; neither: nothing does."""

    said: str
    target: Any = None
    create: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One noun of the source and what stands for it.

    `target` None: nothing does, unless `create` says it will be made. `noun` is as it will be made, or as it was made
    where somebody has renamed it since. `options` are those of a custom field that are called otherwise there:
    option -> name, or None where nothing stands for it. `offer` is what would stand for it if the plan did not say that
    nothing does.
    """

    source: Any
    target: Any
    reason: str
    create: bool = False
    noun: Any = None
    sure: Confidence = "certain"
    options: Mapping[str, str | None] = field(default_factory=dict)
    offer: Any = None

    @property
    def confidence(self) -> Confidence:
        """Say how sure it is."""
        return "none" if self.target is None and not self.create else self.sure


@dataclass(frozen=True, slots=True)
class MappingTable:
    """Every match, by kind and source id; `left_out` are the kinds of which nothing is made."""

    matches: Mapping[MetadataKind, Mapping[str, Match]] = field(default_factory=dict)
    left_out: Collection[MetadataKind] = ()

    def of(self, kind: MetadataKind, noun: Noun | None) -> Any:
        """Give the target's noun for one of the source's; None if there is none (or nothing was asked)."""
        match = self.match(kind, noun)
        return match.target if match else None

    def match(self, kind: MetadataKind, noun: Noun | None) -> Match | None:
        """Give the match of one of the source's nouns."""
        return self.matches.get(kind, {}).get(noun.id) if noun is not None else None

    def value(self, held: CustomFieldValue) -> FieldValue:
        """Give a custom field's value in the words of the target's options."""
        match = self.match("custom_fields", held)
        options = match.options if match else {}
        if isinstance(held.value, tuple):
            there = (options.get(each, each) for each in held.value)
            return tuple(option for option in there if option is not None)
        return options.get(held.value, held.value) if isinstance(held.value, str) else held.value

    def to_create(self) -> Iterable[tuple[MetadataKind, Match]]:
        """Name what has to be made in the target first."""
        kinds = (kind for kind in METADATA_KINDS if kind not in self.left_out)
        return [(kind, match) for kind in kinds for match in self.matches.get(kind, {}).values() if match.create]

    def unmatched(self) -> Iterable[tuple[MetadataKind, Match]]:
        """Name what nothing stands for, and nothing will."""
        every = ((kind, match) for kind in METADATA_KINDS for match in self.matches.get(kind, {}).values())
        return [(kind, match) for kind, match in every if match.target is None and not match.create]

    def renamed(self) -> Iterable[Match]:
        """Name what this migration made and is called otherwise there, by now or since a plan names it anew."""
        every = [match for matches in self.matches.values() for match in matches.values() if not match.create]
        return [match for match in every if match.target is not None and match.noun is not None]

    def made(self, kind: MetadataKind, source_id: str, target: Any) -> MappingTable:
        """Give the mapping with one noun made."""
        match = replace(self.matches[kind][source_id], target=target, create=False, noun=None)
        return replace(self, matches={**self.matches, kind: {**self.matches[kind], source_id: match}})


def map_all(
    source: Nouns,
    target: Nouns,
    creatable: frozenset[MetadataKind],
    *,
    made: Mapping[MetadataKind, Mapping[str, str]] | None = None,
    picks: Mapping[MetadataKind, Mapping[str, Pick]] | None = None,
    options: Mapping[str, Mapping[str, str | None]] | None = None,
    map_user: MapUser | None = None,
    new_statuses: frozenset[StatusCategory] = frozenset(STATUS_CATEGORIES),
    fixed_ids: Mapping[MetadataKind, frozenset[str]] | None = None,
) -> MappingTable:
    """Match every noun of the source; `picks` is what a plan says of them, by kind and source id.

    `options` is what it says of the options of custom fields, by the field's source id. `new_statuses` are the
    categories that a status made in the target can be of. `fixed_ids` are the ids that mean the same at both ends.
    """
    matches: dict[MetadataKind, dict[str, Match]] = {}
    for kind in METADATA_KINDS:
        ours = source.get(kind, ())
        end = _End(
            kind=kind,
            here=ours,
            there=target.get(kind, ()),
            can_create=kind in creatable,
            made=(made or {}).get(kind, {}),
            picks=(picks or {}).get(kind, {}),
            options=options or {},
            shared_names=frozenset(name for name, count in Counter(noun.name for noun in ours).items() if count > 1),
            map_user=map_user,
            new_statuses=new_statuses,
            fixed=(fixed_ids or {}).get(kind, frozenset()),
        )
        matches[kind] = {noun.id: _match(noun, end) for noun in ours}
    matches["custom_fields"] = one_each(matches["custom_fields"])
    return MappingTable(matches)


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """One kind of the target's nouns, and what has been said about it before any rule is asked."""

    kind: MetadataKind
    here: Sequence[Any]
    there: Sequence[Any]
    can_create: bool
    made: Mapping[str, str]
    picks: Mapping[str, Pick]
    options: Mapping[str, Mapping[str, str | None]]
    shared_names: frozenset[str]
    map_user: MapUser | None
    new_statuses: frozenset[StatusCategory]
    fixed: frozenset[str]

    def missing(self, noun: Noun, reason: str) -> Match:
        """Create what has no counterpart, or say that nothing stands for it."""
        if self.can_create:
            own = _own(noun, self.shared_names)
            why = "will be created" + ("" if own is noun else ", with its id: another there has the same name")
            return self.creation(noun, own, why)
        return Match(source=noun, target=None, reason=reason)

    def creation(self, noun: Noun, made: Any, reason: str) -> Match:
        """Say that `made` will be created for a noun; a field with its options in the target's words."""
        if not isinstance(made, CustomField):
            return Match(source=noun, target=None, reason=reason, create=True, noun=made)
        options = self.options.get(noun.id, {})
        made = replace(made, options=missing_options(made, (), options))
        return Match(source=noun, target=None, reason=reason, create=True, noun=made, options=options)

    def known(self, noun: Noun) -> Any:
        """Find what this migration has made of a noun."""
        return next((each for each in self.there if each.id == self.made.get(noun.id)), None)

    def same_id(self, noun: Noun) -> Any:
        """Find the word that is the same at both ends, whatever either calls it."""
        return next((each for each in self.there if each.id == noun.id in self.fixed), None)

    def beside(self, status: Status) -> Status | None:
        """Find the status at the same place of its category where both ends have as many of it; else the first."""
        ours: list[Status] = [each for each in self.here if each.category == status.category]
        theirs: list[Status] = [each for each in self.there if each.category == status.category]
        if len(ours) == len(theirs):
            return theirs[ours.index(status)]
        return theirs[0] if theirs else None


def _match(noun: Any, end: _End) -> Match:
    if isinstance(noun, Status) and noun.category not in end.new_statuses:
        end = replace(end, can_create=False)
    pick = end.picks.get(noun.id)
    ruled = _match_rule(noun, end)
    picked = _match_pick(noun, pick, end) if pick is not None else ruled
    if pick is not None and pick.target is None and pick.create is None:
        picked = replace(picked, offer=ruled.target)
    unedited = replace(picked, reason=ruled.reason, sure=ruled.sure) == ruled
    return ruled if unedited else picked  # what nobody has decided stays as sure as it was


def _match_rule(noun: Any, end: _End) -> Match:
    if isinstance(noun, CustomField):
        return _match_field(noun, end)
    if (known := end.known(noun)) is not None:
        was = _as_made(_own(noun, end.shared_names), known)
        return Match(source=noun, target=known, reason="created by this migration", noun=was)
    if (same := end.same_id(noun)) is not None:
        return Match(source=noun, target=same, reason=f"the same at both ends: {end.kind.replace('_', ' ')} {noun.id}")
    return _match_user(noun, end) if isinstance(noun, User) else _match_name(noun, end)


def _match_pick(noun: Any, pick: Pick, end: _End) -> Match:
    if pick.create is None and pick.target is None:
        return Match(source=noun, target=None, reason=SAID_NOTHING)
    reason = f"the plan says {pick.said!r}"
    target = pick.target
    if pick.create is not None:
        target = end.known(noun) or _same(replace(noun, name=pick.create), end)
        if target is None:
            return end.creation(noun, replace(noun, name=pick.create), "the plan says to create it")
    if isinstance(noun, CustomField):
        return _with_options(noun, target, end, reason)
    was = _as_made(replace(noun, name=pick.create), target) if pick.create is not None else None
    return Match(source=noun, target=target, reason=reason, noun=was)


def _same(noun: Any, end: _End) -> Any:
    """Find what is there already of what a plan says to create: a word of that name, but no stranger of that name."""
    if isinstance(noun, User):
        found = find_same(noun, end.there, known_by_name=noun.name not in end.shared_names)
        return found.person if found is not None else None
    return next((each for each in end.there if each.name == noun.name and of_one_type(each, noun)), None)


def _as_made(noun: Any, there: Any) -> Any:
    """Give a word under the name it was made with, where it has another by now; a service may trim names."""
    kept = isinstance(noun, User) or there.name.strip() == noun.name.strip()
    return None if kept else noun


def _own(noun: Any, shared_names: frozenset[str]) -> Any:
    """Give a noun as it is to be made: a word with its id where another of the source has the same name."""
    shared = not isinstance(noun, User) and noun.name in shared_names
    return replace(noun, name=f"{noun.name} ({noun.id})") if shared else noun


def _match_name(noun: Named, end: _End) -> Match:
    wanted = _own(noun, end.shared_names).name if end.can_create else noun.name
    same = next((each for each in end.there if each.name == wanted), None)
    if same is not None:
        return Match(source=noun, target=same, reason="same name")
    if isinstance(noun, Status) and not end.can_create:
        near = end.beside(noun)
        if near is not None:
            reason = f"no status of that name; {near.name} is {noun.category} too"
            return Match(source=noun, target=near, reason=reason, sure="guess")
    return end.missing(noun, f"the target has no {noun.name!r} among its {end.kind.replace('_', ' ')}")


def _match_user(user: User, end: _End) -> Match:
    picked = end.map_user(user, end.there) if end.map_user else None
    if picked is not None:
        return Match(source=user, target=picked, reason="a plugin says so")
    same = find_same(user, end.there, known_by_name=user.name not in end.shared_names)
    if same is not None:
        return Match(source=user, target=same.person, reason=same.reason, sure=same.sure)
    return end.missing(user, "nobody there has this e-mail address, login or name of their own")


def _match_field(field_: CustomField, end: _End) -> Match:
    if field_.name in end.shared_names and not end.can_create:
        return Match(source=field_, target=None, reason=f"several custom fields are called {field_.name!r}")
    wanted = _own(field_, end.shared_names).name
    named = [each for each in end.there if each.name == wanted]
    same = next((each for each in named if each.type == field_.type), None)
    if same is None and named:
        trouble = f"is a {named[0].type} field there, not {field_.type}"
        return Match(source=field_, target=None, reason=f"the custom field {wanted!r} {trouble}")
    if same is None:
        return end.missing(field_, f"the custom field {wanted!r} does not exist there")
    return _with_options(field_, same, end, "same name and type")


def _with_options(field_: CustomField, there: CustomField, end: _End, reason: str) -> Match:
    """Match a field, and say which options it will be given there."""
    options = end.options.get(field_.id, {})
    missing = missing_options(field_, there.options, options)
    if not missing or not end.can_create:
        return Match(source=field_, target=there, reason=reason, options=options)
    why = f"will be given {len(missing)} more options"
    return Match(source=field_, target=there, reason=why, create=True, options=options)
