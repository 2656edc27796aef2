"""One line's noun -> rows of the tables; whatever it refers to must be known, and be told as where it is defined."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, TypeAlias

from sqlalchemy import Table

from anybacklog.model import (
    Attachment,
    Comment,
    CustomField,
    CustomFieldValue,
    Link,
    Named,
    Project,
    Status,
    Ticket,
    User,
)
from anybacklog.store.sqlite.rows import instant_text, value_texts
from anybacklog.store.sqlite.tables import (
    ATTACHMENTS,
    CHANGES,
    COMMENTS,
    CUSTOM_VALUES,
    LINKS,
    LISTS,
    NOUNS,
    OPTIONS,
    PROJECTS,
    TICKETS,
    USERS,
)
from anybacklog.store.sqlite.words import number_of
from anybacklog.store.values import REFERENCE_LISTS, REFERENCES, number_in

Row: TypeAlias = tuple[Table, dict[str, Any]]
More: TypeAlias = Mapping[str, Any]


class Refused(Exception):
    """What a line says cannot be; the sentence says why, and the caller where."""


class Known:
    """What the lines so far have defined, in memory: everything but tickets and what hangs on them."""

    def __init__(self, check_blob: Callable[[str, int], None]) -> None:
        self._check_blob = check_blob
        self._projects: dict[int, tuple[str, int]] = {}
        self._nouns: dict[tuple[type, int], dict[str, Named | User]] = {(User, 0): {}}
        self._taken: set[tuple[object, ...]] = set()

    def rows(self, noun: Any, more: More) -> Iterator[Row]:
        """Give the rows of a noun and what its line says beside it, its own first; Refused if that cannot be."""
        match noun:
            case Project():
                return self._project(noun, more)
            case User():
                return self._user(noun)
            case Ticket():
                return self._ticket(noun, more)
            case Comment():
                return self._comment(noun, more)
            case Attachment():
                return self._attachment(noun, more)
            case Link():
                return self._link(noun, more)
        return self._word(noun, more)

    def _project(self, project: Project, more: More) -> Iterator[Row]:
        number, last = _number(project.id), more["last_number"]
        if type(last) is not int or not 0 <= last < 10**18:
            raise Refused(f"last_number cannot be {last!r}")
        if not project.key:
            raise Refused("a project needs a key")
        self._take("project", project.key)
        self._projects[number] = (project.key, last)
        self._nouns |= {(kind, number): {} for kind in NOUNS}
        yield PROJECTS, {"id": number, "key": project.key, "name": project.name, "last_number": last}

    def _user(self, user: User) -> Iterator[Row]:
        if user.login or user.email:
            self._take("login and e-mail", user.login, user.email)
        self._nouns[User, 0][user.id] = user
        yield USERS, {"id": _number(user.id), "login": user.login, "name": user.name, "email": user.email}

    def _word(self, noun: Named, more: More) -> Iterator[Row]:
        number, project = _number(noun.id), self._of_project(more)
        self._take("name", noun.name, type(noun), project)
        self._nouns[type(noun), project][noun.id] = noun
        row: dict[str, Any] = {"id": number, "project_id": project, "name": noun.name}
        if isinstance(noun, Status):
            row["category"] = noun.category
        if isinstance(noun, CustomField):
            row |= {"type": noun.type, "required": noun.required}
        yield NOUNS[type(noun)], row
        for option in noun.options if isinstance(noun, CustomField) else ():
            self._take("option", option.id)
            yield OPTIONS, {"id": _number(option.id), "custom_field_id": number, "name": option.name}

    def _ticket(self, ticket: Ticket, more: More) -> Iterator[Row]:
        number, project = _number(ticket.id), self._of_project(more)
        key, last = self._projects[project]
        if not ticket.key or number_in(ticket.key, key) > last:
            raise Refused(f"the key {ticket.key!r} is empty, or beyond the project's last_number")
        text = ticket.description
        row = {
            "id": number,
            "project_id": project,
            "key": ticket.key,
            "title": ticket.title,
            "description": text and text.source,
            "description_format": text and text.format,
            "created_at": instant_text(ticket.created_at),
            "updated_at": instant_text(ticket.updated_at),
            "start_date": _day(ticket.start_date),
            "due_date": _day(ticket.due_date),
            "estimated_hours": _hours(ticket.estimated_hours),
            "actual_hours": _hours(ticket.actual_hours),
            "parent_id": None if ticket.parent is None else _number(ticket.parent),
            "external_id": _text(more, "external_id"),
        }
        for name, kind in REFERENCES.items():
            row[f"{name}_id"] = self._reference(kind, project, name, getattr(ticket, name))
        yield TICKETS, row
        for name, kind in REFERENCE_LISTS.items():
            nouns = getattr(ticket, name)
            yield from self._list(number, project, name, kind, nouns) if nouns else ()
        yield from self._values(number, project, ticket.custom_fields)

    def _list(self, ticket: int, project: int, name: str, kind: type, nouns: Iterable[Any]) -> Iterator[Row]:
        table = LISTS[name]
        numbers = [self._reference(kind, project, name, noun) for noun in nouns]
        if len(set(numbers)) != len(numbers):
            raise Refused(f"{name} names one thing twice")
        item = table.c[2].name
        for position, number in enumerate(numbers):
            yield table, {"ticket_id": ticket, "position": position, item: number}

    def _values(self, ticket: int, project: int, values: tuple[CustomFieldValue, ...]) -> Iterator[Row]:
        fields = self._nouns[CustomField, project]
        if len({value.id for value in values}) != len(values):
            raise Refused("custom_fields names one field twice")
        for value in values:
            field = fields.get(value.id)
            if not isinstance(field, CustomField) or (field.name, field.type) != (value.name, value.type):
                raise Refused(f"custom_fields: there is no field {value.id!r} of this name and type in the project")
            if value.value is None or value.value in ("", ()):
                raise Refused(f"custom_fields: {value.name!r} has no value; a field without one is left out")
            for position, text in enumerate(value_texts(value.value)):
                row = {"ticket_id": ticket, "custom_field_id": int(value.id), "position": position, "value": text}
                yield CUSTOM_VALUES, row

    def _comment(self, comment: Comment, more: More) -> Iterator[Row]:
        number = _number(comment.id)
        row = {
            "id": number,
            "ticket_id": _number(more["ticket"]),
            "author_id": self._person(comment.author),
            "body": comment.body.source,
            "body_format": comment.body.format,
            "created_at": _instant(comment.created_at),
            "updated_at": instant_text(comment.updated_at),
            "private": comment.private,
            "external_id": _text(more, "external_id"),
        }
        yield COMMENTS, row
        for position, change in enumerate(comment.changes):
            told = {"field": change.field, "old": change.old, "new": change.new, "id": change.id}
            yield CHANGES, {"comment_id": number, "position": position, **told}

    def _attachment(self, file: Attachment, more: More) -> Iterator[Row]:
        if file.size is None or file.sha256 is None:
            raise Refused("an attachment needs its size and its sha256")
        self._check_blob(file.sha256, file.size)
        row = {
            "id": _number(file.id),
            "ticket_id": _number(more["ticket"]),
            "comment_id": None if more["comment"] is None else _number(more["comment"]),
            "name": file.name,
            "size": file.size,
            "content_type": file.content_type,
            "sha256": file.sha256,
            "author_id": self._person(file.author),
            "created_at": _instant(file.created_at),
            "external_id": _text(more, "external_id"),
        }
        yield ATTACHMENTS, row

    def _link(self, link: Link, more: More) -> Iterator[Row]:
        row = {"id": _number(link.id), "ticket_id": _number(more["ticket"]), "kind": link.kind}
        yield LINKS, row | {"target_id": _number(link.target)}

    def _take(self, what: str, *told: object) -> None:
        if (what, *told) in self._taken:
            raise Refused(f"the {what} {told[0]!r} stands there twice")
        self._taken.add((what, *told))

    def _of_project(self, more: More) -> int:
        number = _number(more["project"])
        if number not in self._projects:
            raise Refused(f"there is no project {more['project']!r}")
        return number

    def _person(self, user: User | None) -> int | None:
        return self._reference(User, 0, "author", user)

    def _reference(self, kind: type, project: int, name: str, noun: Named | User | None) -> int | None:
        if noun is None:
            return None
        known = self._nouns[kind, 0 if kind is User else project].get(noun.id)
        if known is None:
            raise Refused(f"{name}: nothing has the id {noun.id!r}")
        if known != noun:
            raise Refused(f"{name}: {noun.name!r} is not told as in its own file")
        return int(noun.id)


def _number(id: object) -> int:
    number = number_of(id) if isinstance(id, str) else -1
    if number < 1:
        raise Refused(f"{id!r} is no id: that is a text of 1 to 18 digits, without a leading 0")
    return number


def _text(more: More, name: str) -> str | None:
    text = more[name]
    if text is None or isinstance(text, str):
        return text
    raise Refused(f"{name} must be a text or null")


def _instant(moment: datetime | None) -> str | None:
    if moment is None:
        raise Refused("created_at must be an instant")
    return instant_text(moment)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _hours(hours: float | None) -> float | None:
    return None if hours is None else float(hours)
