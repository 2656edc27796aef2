"""Tickets: what is to be written -> columns and lists, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, insert, select, true, update

from anybacklog.backend import TicketFields
from anybacklog.errors import Conflict, NotFound, ValidationError
from anybacklog.model import (
    CustomField,
    FieldValue,
    Named,
    Priority,
    Status,
    Ticket,
    TicketType,
)
from anybacklog.store.defaults import DEFAULT_PRIORITY, DEFAULT_TYPE
from anybacklog.store.sqlite.project import Opened
from anybacklog.store.sqlite.rows import instant_text, read_tickets, value_texts
from anybacklog.store.sqlite.tables import CUSTOM_VALUES, LISTS, PROJECTS, TICKETS
from anybacklog.store.sqlite.words import number_of
from anybacklog.store.values import (
    PLAIN_FIELDS,
    REFERENCE_LISTS,
    REFERENCES,
    custom_value,
    encodable,
    number_in,
    own_ancestor,
    plain_value,
    unique,
    unknown_field,
    unknown_id,
)

_T = TICKETS.c
_COLUMNS = tuple(column.name for column in TICKETS.c if column.name != "id")
_BY_KEY = select(TICKETS).where(_T.project_id == bindparam("project"), _T.key == bindparam("ref"))
_BY_ID = select(TICKETS).where(_T.project_id == bindparam("project"), _T.id == bindparam("number"))
_EXISTS = select(_T.id).where(_T.project_id == bindparam("project"), _T.id == bindparam("number"))
_HOLDER = select(_T.id).where(_T.project_id == bindparam("project"), _T.key == bindparam("ref"))
_PARENT = select(_T.parent_id).where(_T.id == bindparam("number"))
_INSERT = insert(TICKETS)
_LAST_NUMBER = select(PROJECTS.c.last_number, _HOLDER.scalar_subquery()).where(PROJECTS.c.id == bindparam("project"))
_USE_NUMBER = update(PROJECTS).where(PROJECTS.c.id == bindparam("project")).values(last_number=bindparam("used"))


@dataclass(slots=True)
class _Written:
    """What a write puts where: the row's columns, whole lists, and custom fields' texts by field, [] clearing one."""

    columns: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, list[int]] = field(default_factory=dict)
    custom: dict[int, list[str]] | None = None


def by_id(opened: Opened, ticket_id: str) -> Ticket:
    """Read one ticket by its id; NotFound if this project has none such."""
    row = opened.connection.execute(_BY_ID, {"project": opened.number, "number": number_of(ticket_id)}).first()
    if row is None:
        raise NotFound("ticket", ticket_id, local=True)
    return read_tickets(opened.connection, opened.words, [row])[0]


def by_key(opened: Opened, key: str) -> Ticket:
    """Read one ticket by its key; NotFound if this project has none such."""
    known = encodable(key)
    row = opened.connection.execute(_BY_KEY, {"project": opened.number, "ref": key}).first() if known else None
    if row is None:
        raise NotFound("ticket", key, local=True)
    return read_tickets(opened.connection, opened.words, [row])[0]


def ticket_number(opened: Opened, ticket_id: str) -> int:
    """Turn a ticket's id into its number; NotFound if this project has no such ticket."""
    number = number_of(ticket_id)
    if opened.connection.execute(_EXISTS, {"project": opened.number, "number": number}).first() is None:
        raise NotFound("ticket", ticket_id, local=True)
    return number


def create(opened: Opened, fields: TicketFields, *, now: datetime) -> Ticket:
    """Insert a ticket; absent fields get their defaults."""
    if "title" not in fields:
        raise ValidationError("a ticket needs a title", field="title")
    written = _written(opened, fields)
    given = written.columns
    given["key"] = _take_key(opened, given.get("key"))
    defaults = {
        "project_id": opened.number,
        "status_id": _first_open(opened.words.all_of(Status)),
        "type_id": _named(opened.words.all_of(TicketType), DEFAULT_TYPE),
        "priority_id": _named(opened.words.all_of(Priority), DEFAULT_PRIORITY),
        "reporter_id": opened.myself(),
        "created_at": instant_text(now),
        "updated_at": instant_text(now),
    }
    row = dict.fromkeys(_COLUMNS) | defaults | given
    number = opened.connection.execute(_INSERT, row).lastrowid
    _write_lists(opened, number, written, fresh=True)
    lists = {(number, name): items for name, items in written.lists.items()}
    unwritten = () if written.custom else ("custom_fields",)
    return _read(opened, number, lists=lists, empty=("links", "attachments", *unwritten))


def change(opened: Opened, ticket_id: str, fields: TicketFields, *, now: datetime) -> Ticket:
    """Update a ticket; `updated_at` moves unless it is named, or nothing is."""
    number = ticket_number(opened, ticket_id)
    written = _written(opened, fields)
    columns = written.columns
    if columns.get("key", "") is None:
        del columns["key"]
    if "key" in columns:
        _take_key(opened, columns["key"], holder=number)
    if columns.get("parent_id") is not None:
        _refuse_own_ancestor(opened, number, columns["parent_id"])
    if fields:
        columns.setdefault("updated_at", instant_text(now))
        opened.connection.execute(update(TICKETS).where(_T.id == number).values(columns))
    _write_lists(opened, number, written, fresh=False)
    return _read(opened, number)


def remove(opened: Opened, ticket_id: str) -> None:
    """Delete a ticket; the database's foreign keys take what hangs on it, and its children's parent."""
    opened.connection.execute(delete(TICKETS).where(_T.id == ticket_number(opened, ticket_id)))


def _read(
    opened: Opened,
    number: int,
    *,
    lists: dict[tuple[int, str], list[int]] | None = None,
    empty: Collection[str] = (),
) -> Ticket:
    row = opened.connection.execute(_BY_ID, {"project": opened.number, "number": number}).one()
    return read_tickets(opened.connection, opened.words, [row], lists=lists, empty=empty)[0]


def _written(opened: Opened, fields: TicketFields) -> _Written:
    written = _Written()
    for name, value in fields.items():
        if name in PLAIN_FIELDS:
            written.columns |= _plain_columns(name, plain_value(name, value))
        elif name in REFERENCES:
            number = None if value is None else opened.words.number(REFERENCES[name], name, str(value))
            written.columns[f"{name}_id"] = number
        elif name == "parent":
            written.columns["parent_id"] = None if value is None else _parent(opened, str(value))
        elif name in REFERENCE_LISTS:
            ids = cast("Sequence[str]", value or ())
            written.lists[name] = [opened.words.number(REFERENCE_LISTS[name], name, each) for each in unique(ids)]
        elif name == "custom_fields":
            written.custom = _custom_texts(opened, cast("Mapping[str, FieldValue] | None", value))
        else:
            raise unknown_field(name)
    return written


def _plain_columns(name: str, value: Any) -> dict[str, Any]:
    if name == "description":
        return {
            "description": None if value is None else value.source,
            "description_format": None if value is None else value.format,
        }
    if name in ("created_at", "updated_at"):
        return {name: instant_text(value)}
    return {name: value.isoformat() if value is not None and name in ("start_date", "due_date") else value}


def _custom_texts(opened: Opened, given: Mapping[str, FieldValue] | None) -> dict[int, list[str]]:
    texts: dict[int, list[str]] = {}
    for field_id, value in (given or {}).items():
        number = opened.words.number(CustomField, "custom_fields", field_id)
        kept = custom_value(opened.words.all_of(CustomField)[number], value)
        texts[number] = [] if kept is None else value_texts(kept)
    return texts


def _parent(opened: Opened, ticket_id: str) -> int:
    try:
        return ticket_number(opened, ticket_id)
    except NotFound:
        raise unknown_id("parent", ticket_id) from None


def _refuse_own_ancestor(opened: Opened, number: int, parent: int) -> None:
    ancestor: int | None = parent
    while ancestor is not None:
        if ancestor == number:
            raise own_ancestor(_read(opened, number).key)
        ancestor = opened.connection.execute(_PARENT, {"number": ancestor}).scalar_one()


def _take_key(opened: Opened, key: str | None, holder: int | None = None) -> str:
    """Reserve a key, the next one if none is given; Conflict if another ticket of the project has it."""
    last, found = opened.connection.execute(_LAST_NUMBER, {"project": opened.number, "ref": key}).one()
    taken = key or f"{opened.project.key}-{last + 1}"
    if found not in (None, holder):
        raise Conflict(f"the key {taken} is taken by another ticket of {opened.project.key}")
    used = number_in(taken, opened.project.key)
    if used > last:
        opened.connection.execute(_USE_NUMBER, {"project": opened.number, "used": used})
    return taken


def _write_lists(opened: Opened, number: int, written: _Written, *, fresh: bool) -> None:
    for name, items in written.lists.items():
        table = LISTS[name]
        if not fresh:
            opened.connection.execute(delete(table).where(table.c.ticket_id == number))
        item = table.c[2].name
        rows = [{"ticket_id": number, "position": position, item: each} for position, each in enumerate(items)]
        _insert(opened, table, rows)
    if written.custom is not None:
        _write_custom(opened, number, written.custom, fresh=fresh)


def _write_custom(opened: Opened, number: int, custom: dict[int, list[str]], *, fresh: bool) -> None:
    if not fresh:
        named = CUSTOM_VALUES.c.custom_field_id.in_(custom) if custom else true()
        opened.connection.execute(delete(CUSTOM_VALUES).where(CUSTOM_VALUES.c.ticket_id == number, named))
    rows = [
        {"ticket_id": number, "custom_field_id": field_id, "position": position, "value": text}
        for field_id, texts in custom.items()
        for position, text in enumerate(texts)
    ]
    _insert(opened, CUSTOM_VALUES, rows)


def _insert(opened: Opened, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        opened.connection.execute(insert(table), rows)


def _first_open(statuses: Mapping[int, Status]) -> int | None:
    return next((number for number, status in statuses.items() if status.category == "open"), None)


def _named(nouns: Mapping[int, Named], name: str) -> int | None:
    return next((number for number, noun in nouns.items() if noun.name == name), None)
