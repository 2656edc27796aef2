"""What a project in memory calls things by: people, types, statuses and so on, by their ids."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

from anybacklog.backend import Metadata
from anybacklog.model import CustomField, Named, User
from anybacklog.store.defaults import DEFAULT_METADATA
from anybacklog.store.memory.people import MemoryPeople
from anybacklog.store.values import checked_noun, name_taken, unknown_id

_Noun = TypeVar("_Noun", bound=Named)


class MemoryWords:
    """The metadata of one project, in the order it was added, and the people it shares with others."""

    def __init__(self, people: MemoryPeople) -> None:
        self.people = people
        self._metadata: dict[type[Named], dict[str, Any]] = {}
        for each in DEFAULT_METADATA:
            self.add(each)

    def all_of(self, kind: type[_Noun]) -> list[_Noun]:
        """List the metadata of one kind, in the order it was added."""
        return list(self._metadata.get(kind, {}).values())

    def held(self, kind: type[Named]) -> dict[str, Any]:
        """Give the metadata of one kind by id, as it is kept."""
        return self._metadata.get(kind, {})

    def known(self, kind: type[Named] | type[User], field: str, id: str) -> Any:
        """Find a noun by id; ValidationError names the field that holds an unknown one."""
        known = self.held(kind) if issubclass(kind, Named) else self.people.users
        if id not in known:
            raise unknown_id(field, id)
        return known[id]

    def author(self, id: str | None) -> User:
        """Find who wrote something: the local user where nobody is named."""
        return self.people.myself if id is None else self.known(User, "author", id)

    def add(self, noun: Metadata) -> Metadata:
        """Take metadata in under a new id, or new options into a custom field given under its own id."""
        checked_noun(noun)
        if isinstance(noun, User):
            return self.people.add(noun)
        kind = self._metadata.setdefault(type(noun), {})
        known = kind.get(noun.id)
        if isinstance(noun, CustomField) and known is not None and known.name == noun.name:
            added: Metadata = replace(known, options=known.options + self._new_options(noun, known))
        elif any(each.name == noun.name for each in kind.values()):
            raise name_taken(noun)
        else:
            added = self._with_new_ids(noun)
        kind[added.id] = added
        return added

    def _with_new_ids(self, noun: Metadata) -> Metadata:
        added = replace(noun, id=self.people.new_id())
        if isinstance(added, CustomField):
            return replace(added, raw=None, options=self._options(added.options))
        return added

    def _new_options(self, wanted: CustomField, known: CustomField) -> tuple[Named, ...]:
        names = {option.name for option in known.options}
        new = self._options(option for option in wanted.options if option.name not in names)
        if not new:
            raise name_taken(wanted)
        return new

    def _options(self, options: Iterable[Named]) -> tuple[Named, ...]:
        return tuple(Named(id=self.people.new_id(), name=option.name) for option in options)
