"""The metadata of a project and the people of its file, by id, as the database holds them at one moment."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import Connection, insert, select

from anybacklog.backend import Metadata
from anybacklog.model import CustomField, Named, Project, Status, User
from anybacklog.store.defaults import DEFAULT_METADATA
from anybacklog.store.sqlite.damage import decoding
from anybacklog.store.sqlite.tables import NOUNS, OPTIONS, PROJECTS, USERS
from anybacklog.store.values import checked_noun, name_taken, same_person, unknown_id

_Noun = TypeVar("_Noun", bound=Named)


class Words:
    """What ids mean. Ids are numbers in the file and decimal strings outside."""

    @decoding()
    def __init__(self, connection: Connection, project_id: int) -> None:
        self._project_id = project_id
        self.users: dict[int, User] = {
            row.id: _user(row) for row in connection.execute(select(USERS).order_by(USERS.c.id))
        }
        options = _options(connection)
        self._nouns: dict[type[Named], dict[int, Any]] = {
            kind: {
                row.id: _noun(kind, row, options.get(row.id, []))
                for row in connection.execute(
                    select(table).where(table.c.project_id == project_id).order_by(table.c.id)
                )
            }
            for kind, table in NOUNS.items()
        }

    def all_of(self, kind: type[_Noun]) -> dict[int, _Noun]:
        """Give the metadata of one kind by number, in the order it was added."""
        return self._nouns[kind]

    def user(self, number: int | None) -> User | None:
        """Read a person's column."""
        return None if number is None else self.users[number]

    def noun(self, kind: type[_Noun], number: int | None) -> _Noun | None:
        """Read a noun's column."""
        return None if number is None else self.all_of(kind)[number]

    def number(self, kind: type[Named] | type[User], field: str, id: str) -> int:
        """Turn an id into its number; ValidationError names the field that holds an unknown one."""
        number = number_of(id)
        if number not in self._known(kind):
            raise unknown_id(field, id)
        return number

    def wanted(self, kind: type[Named] | type[User], words: Collection[str]) -> list[int]:
        """Give the numbers of what a filter's words name, by id or by name."""
        return [number for number, noun in self._known(kind).items() if noun.id in words or noun.name in words]

    def _known(self, kind: type[Named] | type[User]) -> dict[int, Any]:
        return self._nouns[kind] if issubclass(kind, Named) else self.users

    def add(self, connection: Connection, noun: Metadata) -> Metadata:
        """Store metadata under a new id, or new options of a custom field given under its own id."""
        checked_noun(noun)
        if isinstance(noun, User):
            return self._add_user(connection, noun)
        known = self._nouns[type(noun)].get(number_of(noun.id))
        if isinstance(noun, CustomField) and known is not None and known.name == noun.name:
            added: Metadata = replace(known, options=known.options + _add_options(connection, noun, known))
        elif any(each.name == noun.name for each in self._nouns[type(noun)].values()):
            raise name_taken(noun)
        else:
            added = self._add_noun(connection, noun)
        self._nouns[type(noun)][int(added.id)] = added
        return added

    def _add_user(self, connection: Connection, user: User) -> User:
        if any(same_person(user, each) for each in self.users.values()):
            raise name_taken(user)
        row = {"login": user.login, "name": user.name, "email": user.email}
        number = connection.execute(insert(USERS), row).lastrowid
        self.users[number] = replace(user, id=str(number))
        return self.users[number]

    def _add_noun(self, connection: Connection, noun: Named) -> Any:
        row: dict[str, Any] = {"project_id": self._project_id, "name": noun.name}
        if isinstance(noun, Status):
            row |= {"category": noun.category}
        if isinstance(noun, CustomField):
            row |= {"type": noun.type, "required": noun.required}
        added = replace(noun, id=str(connection.execute(insert(NOUNS[type(noun)]), row).lastrowid))
        if isinstance(added, CustomField):
            empty = replace(added, options=(), raw=None)
            added = replace(empty, options=_add_options(connection, noun, empty)) if added.options else empty
        return added


def number_of(id: str) -> int:
    """Turn an id into its number; what no number of ours looks like is -1, which nothing has."""
    known = id.isascii() and id.isdigit() and len(id) <= 18
    return int(id) if known and str(int(id)) == id else -1


def add_project(connection: Connection, key: str) -> int:
    """Store a new project with the default metadata and give its number."""
    number = connection.execute(insert(PROJECTS), {"key": key, "name": key, "last_number": 0}).lastrowid
    words = Words(connection, number)
    for noun in DEFAULT_METADATA:
        words.add(connection, noun)
    return number


def read_projects(connection: Connection) -> list[Project]:
    """List the projects of the file."""
    rows = connection.execute(select(PROJECTS).order_by(PROJECTS.c.id))
    return [Project(id=str(row.id), key=row.key, name=row.name) for row in rows]


def _add_options(connection: Connection, wanted: Any, known: CustomField) -> tuple[Named, ...]:
    names = {option.name for option in known.options}
    new = [option.name for option in wanted.options if option.name not in names]
    if not new:
        raise name_taken(wanted)
    rows = [{"custom_field_id": int(known.id), "name": name} for name in new]
    return tuple(Named(id=str(connection.execute(insert(OPTIONS), row).lastrowid), name=row["name"]) for row in rows)


def _options(connection: Connection) -> dict[int, list[Named]]:
    options: dict[int, list[Named]] = {}
    for row in connection.execute(select(OPTIONS).order_by(OPTIONS.c.id)):
        options.setdefault(row.custom_field_id, []).append(Named(id=str(row.id), name=row.name))
    return options


def _user(row: Any) -> User:
    return User(id=str(row.id), login=row.login, name=row.name, email=row.email)


def _noun(kind: type[Named], row: Any, options: Iterable[Named]) -> Named:
    if kind is Status:
        return Status(id=str(row.id), name=row.name, category=row.category)
    if kind is CustomField:
        return CustomField(
            id=str(row.id), name=row.name, type=row.type, options=tuple(options), required=bool(row.required)
        )
    return kind(id=str(row.id), name=row.name)
