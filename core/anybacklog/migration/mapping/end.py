"""One kind of nouns at both ends, and the matches that can be made of them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from anybacklog.abilities import MetadataKind
from anybacklog.migration.mapping.fields import missing_options
from anybacklog.migration.mapping.match import Match, Noun, Pick
from anybacklog.migration.people import Same, find_same
from anybacklog.model import CustomField, Status, StatusCategory, User

MapUser: TypeAlias = Callable[[User, Sequence[User]], User | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
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

    def own(self, noun: Any) -> Any:
        """Give a noun as it is to be made: a word with its id where another of the source has the same name."""
        shared = not isinstance(noun, User) and noun.name in self.shared_names
        return replace(noun, name=f"{noun.name} ({noun.id})") if shared else noun

    def known(self, noun: Noun) -> Any:
        """Find what this migration has made of a noun."""
        return next((each for each in self.there if each.id == self.made.get(noun.id)), None)

    def same_id(self, noun: Noun) -> Any:
        """Find the word that is the same at both ends, whatever either calls it."""
        return next((each for each in self.there if each.id == noun.id in self.fixed), None)

    def person(self, user: User) -> Same | None:
        """Find the one person there who is `user`."""
        return find_same(user, self.there, known_by_name=user.name not in self.shared_names)

    def beside(self, status: Status) -> Status | None:
        """Find the status at the same place of its category where both ends have as many of it; else the first."""
        ours: list[Status] = [each for each in self.here if each.category == status.category]
        theirs: list[Status] = [each for each in self.there if each.category == status.category]
        if len(ours) == len(theirs):
            return theirs[ours.index(status)]
        return theirs[0] if theirs else None

    def missing(self, noun: Noun, reason: str) -> Match:
        """Create what has no counterpart, or say that nothing stands for it."""
        if not self.can_create:
            return Match(source=noun, target=None, reason=reason)
        own = self.own(noun)
        why = "will be created" + ("" if own is noun else ", with its id: another there has the same name")
        return self.creation(noun, own, why)

    def creation(self, noun: Noun, made: Any, reason: str) -> Match:
        """Say that `made` will be created for a noun; a field with its options in the target's words."""
        if not isinstance(made, CustomField):
            return Match(source=noun, target=None, reason=reason, create=True, noun=made)
        options = self.options.get(noun.id, {})
        made = replace(made, options=missing_options(made, (), options))
        return Match(source=noun, target=None, reason=reason, create=True, noun=made, options=options)

    def with_options(self, field: CustomField, there: CustomField, reason: str) -> Match:
        """Match a field with one that is there, and say which options that will be given."""
        options = self.options.get(field.id, {})
        missing = missing_options(field, there.options, options)
        if not missing or not self.can_create:
            return Match(source=field, target=there, reason=reason, options=options)
        why = f"will be given {len(missing)} more options"
        return Match(source=field, target=there, reason=why, create=True, options=options)


def as_made(noun: Any, there: Any) -> Any:
    """Give a word under the name it was made with, where it has another by now; a service may trim names."""
    kept = isinstance(noun, User) or there.name.strip() == noun.name.strip()
    return None if kept else noun
