"""What the memory store holds: projects of tickets, on plain dicts in the order things were made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any, Literal, TypeVar
from uuid import uuid4

from anybacklog.backend import Marked, Metadata, TicketFields
from anybacklog.errors import Conflict, NotFound, ValidationError
from anybacklog.model import (
    CustomField,
    CustomFieldValue,
    FieldValue,
    Named,
    Priority,
    Project,
    Status,
    Ticket,
    TicketType,
    User,
)
from anybacklog.store.defaults import DEFAULT_METADATA, DEFAULT_PRIORITY, DEFAULT_TYPE, local_login
from anybacklog.store.memory_ticket import MemoryTicket
from anybacklog.store.memory_uses import is_used
from anybacklog.store.values import (
    PLAIN_FIELDS,
    REFERENCE_LISTS,
    REFERENCES,
    checked_noun,
    checked_text,
    custom_value,
    in_use,
    name_taken,
    number_in,
    own_ancestor,
    plain_value,
    same_person,
    unique,
    unknown_field,
    unknown_id,
)

_Noun = TypeVar("_Noun", bound=Named)


class MemoryContents:
    """All projects under one NAME, and the people and ids they share."""

    def __init__(self) -> None:
        self.uuid = str(uuid4())
        self.projects: dict[str, MemoryProject] = {}
        self.users: dict[str, User] = {}
        self._ids = count(1)
        login = local_login()
        self.myself = self.add_user(User(id="", login=login, name=login))

    def new_id(self) -> str:
        """Give the next id; every noun counts on the same line."""
        return str(next(self._ids))

    def project(self, key: str) -> MemoryProject:
        """Find the project, or start it."""
        if key not in self.projects:
            checked_text(key, "project")
            self.projects[key] = MemoryProject(self, Project(id=self.new_id(), key=key, name=key))
        return self.projects[key]

    def add_user(self, user: User) -> User:
        """Take a person in; Conflict when somebody has this login and e-mail already."""
        if any(same_person(user, each) for each in self.users.values()):
            raise name_taken(user)
        added = replace(user, id=self.new_id())
        self.users[added.id] = added
        return added

    def delete(self, project: MemoryProject, noun: Metadata) -> None:
        """Forget a person, or metadata of a project; Conflict while anything uses it."""
        known: dict[str, Any] = self.users if isinstance(noun, User) else project.held(type(noun))
        if noun.id not in known:
            raise NotFound(type(noun).__name__, noun.id, local=True)
        projects = self.projects.values() if isinstance(noun, User) else (project,)
        if any(is_used(noun, each.tickets.values()) for each in projects):
            raise in_use(noun)
        del known[noun.id]


class MemoryProject:
    """One project: its metadata, its tickets, their keys and marks."""

    def __init__(self, contents: MemoryContents, noun: Project) -> None:
        self.noun = noun
        self.tickets: dict[str, MemoryTicket] = {}
        self.ids_by_key: dict[str, str] = {}
        self.marks: dict[str, list[Marked]] = {}
        self._contents = contents
        self._metadata: dict[type[Named], dict[str, Any]] = {}
        self._last_number = 0
        for each in DEFAULT_METADATA:
            self.add(each)

    def all_of(self, kind: type[_Noun]) -> list[_Noun]:
        """List the metadata of one kind, in the order it was added."""
        return list(self._metadata.get(kind, {}).values())

    def held(self, kind: type[Named]) -> dict[str, Any]:
        """Give the metadata of one kind by id, as it is kept."""
        return self._metadata.get(kind, {})

    def add(self, noun: Metadata) -> Metadata:
        """Take metadata in under a new id, or new options into a custom field given under its own id."""
        checked_noun(noun)
        if isinstance(noun, User):
            return self._contents.add_user(noun)
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

    def user(self, id: str | None, field: str) -> User | None:
        """Find a person by id; ValidationError names the field that holds an unknown one."""
        return None if id is None else self._known(User, field, id)

    def resolved(self, fields: TicketFields, ticket: Ticket | None = None) -> dict[str, Any]:
        """Turn ids into nouns, texts and instants into what is kept; `ticket` is what is there already."""
        if ticket is None and "title" not in fields:
            raise ValidationError("a ticket needs a title", field="title")
        return {name: self._resolve(name, value, ticket) for name, value in fields.items()}

    def next_key(self) -> str:
        """Give the key for the next ticket."""
        return f"{self.noun.key}-{self._last_number + 1}"

    def use_key(self, ticket: Ticket) -> None:
        """Enter a ticket's key; a number it has will not be given again, even after the ticket is deleted."""
        self.ids_by_key[ticket.key] = ticket.id
        self._last_number = max(self._last_number, number_in(ticket.key, self.noun.key))

    def defaults(self, now: datetime, reporter: User) -> dict[str, Any]:
        """Give what a new ticket has where nothing is given."""
        return {
            "status": next(status for status in self.all_of(Status) if status.category == "open"),
            "type": next((each for each in self.all_of(TicketType) if each.name == DEFAULT_TYPE), None),
            "priority": next((each for each in self.all_of(Priority) if each.name == DEFAULT_PRIORITY), None),
            "reporter": reporter,
            "created_at": now,
            "updated_at": now,
        }

    def refuse_taken(self, key: str) -> None:
        """Raise Conflict if a ticket of the project has this key."""
        if key in self.ids_by_key:
            raise Conflict(f"the key {key} is taken by another ticket of {self.noun.key}")

    def refuse_own_ancestor(self, ticket: Ticket) -> None:
        """Raise ValidationError if the ticket would be above itself."""
        ancestor = ticket.parent
        while ancestor is not None:
            if ancestor == ticket.id:
                raise own_ancestor(ticket.key)
            ancestor = self.tickets[ancestor].ticket.parent

    def mark(
        self, kind: Literal["ticket", "comment", "attachment"], id: str, ticket_id: str, external_id: str | None
    ) -> None:
        """Remember the external id, if there is one."""
        if external_id is not None:
            marked = Marked(kind=kind, id=id, ticket_id=ticket_id, external_id=external_id)
            self.marks.setdefault(external_id, []).append(marked)

    def remove(self, ticket_id: str) -> None:
        """Forget a ticket and all that hangs on it; its children lose their parent."""
        del self.ids_by_key[self.tickets.pop(ticket_id).ticket.key]
        for held in self.tickets.values():
            parent = None if held.ticket.parent == ticket_id else held.ticket.parent
            links = tuple(link for link in held.ticket.links if link.target != ticket_id)
            held.ticket = replace(held.ticket, parent=parent, links=links)
        self.unmark(lambda marked: marked.ticket_id == ticket_id)

    def unmark(self, gone: Callable[[Marked], bool]) -> None:
        """Forget the marks of what is gone."""
        kept = {
            external_id: [each for each in several if not gone(each)] for external_id, several in self.marks.items()
        }
        self.marks = {external_id: several for external_id, several in kept.items() if several}

    def _with_new_ids(self, noun: Metadata) -> Metadata:
        added = replace(noun, id=self._contents.new_id())
        return (
            replace(added, raw=None, options=self._options(added.options)) if isinstance(added, CustomField) else added
        )

    def _new_options(self, wanted: CustomField, known: CustomField) -> tuple[Named, ...]:
        names = {option.name for option in known.options}
        new = self._options(option for option in wanted.options if option.name not in names)
        if not new:
            raise name_taken(wanted)
        return new

    def _options(self, options: Iterable[Named]) -> tuple[Named, ...]:
        return tuple(Named(id=self._contents.new_id(), name=option.name) for option in options)

    def _resolve(self, name: str, value: Any, ticket: Ticket | None) -> Any:
        if name in PLAIN_FIELDS:
            return plain_value(name, value)
        if name in REFERENCES:
            return None if value is None else self._known(REFERENCES[name], name, value)
        if name in REFERENCE_LISTS:
            return tuple(self._known(REFERENCE_LISTS[name], name, each) for each in unique(value or ()))
        if name == "custom_fields":
            return self._custom_values(value, ticket)
        if name == "parent":
            return self._parent(value)
        raise unknown_field(name)

    def _parent(self, ticket_id: str | None) -> str | None:
        if ticket_id is not None and ticket_id not in self.tickets:
            raise unknown_id("parent", ticket_id)
        return ticket_id

    def _known(self, kind: type[Named] | type[User], field: str, id: str) -> Any:
        known = self._metadata.get(kind, {}) if issubclass(kind, Named) else self._contents.users
        if id not in known:
            raise unknown_id(field, id)
        return known[id]

    def _custom_values(
        self, given: Mapping[str, FieldValue] | None, ticket: Ticket | None
    ) -> tuple[CustomFieldValue, ...]:
        values = {each.id: each for each in ticket.custom_fields} if ticket and given else {}
        definitions = self._metadata.get(CustomField, {})
        for field_id, value in (given or {}).items():
            definition = self._known(CustomField, "custom_fields", field_id)
            kept = custom_value(definition, value)
            values.pop(field_id, None)
            if kept is not None:
                values[field_id] = CustomFieldValue(id=field_id, name=definition.name, type=definition.type, value=kept)
        return tuple(values[field_id] for field_id in definitions if field_id in values)
