"""What the contracts share: a way to make a ticket, and looks at values that belong to no backend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Protocol, cast

import pytest

from anybacklog.backend import Backend, CreatesTickets, TicketFields
from anybacklog.markup.wording import shown_as
from anybacklog.model import Text, Ticket
from anybacklog.query import TicketQuery

SAMPLE = 20
"""How many tickets a look at a project that may be large takes."""

UNKNOWN_ID = "999999999"


class Creating(Backend, CreatesTickets, Protocol):
    """A backend that tickets can be made in."""


class Contract:
    """Override the fixture `backend`: give an open backend, and nothing of the kit needs to know how you made it."""

    @pytest.fixture
    def backend(self) -> Any:
        raise NotImplementedError("a contract needs the fixture `backend`: override it and give an open backend")


def ticket_fields(values: Mapping[str, Any]) -> TicketFields:
    """Say that a mapping has the boundary's field names."""
    return cast("TicketFields", dict(values))


def make_ticket(backend: Backend, **values: Any) -> Ticket:
    """Create a ticket with these fields; the title is made up if none is given."""
    assert isinstance(backend, CreatesTickets), "this contract makes its tickets: it needs a backend that can"
    return backend.create_ticket(ticket_fields({"title": "Made by the kit", **values}))


def some_tickets(backend: Backend) -> list[Ticket]:
    """Take a few tickets of the project, oldest first; two are made first where that can be done."""
    if isinstance(backend, CreatesTickets):
        for title in ("One of two", "Two of two"):
            make_ticket(backend, title=title)
    tickets = list(islice(backend.tickets(TicketQuery()), SAMPLE))
    assert tickets, "the kit needs a project with at least one ticket, or a backend that can create one"
    return tickets


def listed(backend: Backend, **filters: Any) -> list[Ticket]:
    """List all that a query asks for."""
    return list(backend.tickets(TicketQuery(**filters)))


def instants_in(value: Any) -> Iterator[datetime]:
    """Find every instant in a noun, however deep."""
    if isinstance(value, datetime):
        yield value
    for part in _parts(value):
        yield from instants_in(part)


def nouns_in(value: Any) -> Iterator[Any]:
    """Find every noun that has an id in a noun, itself included."""
    if is_dataclass(value) and hasattr(value, "id"):
        yield value
    for part in _parts(value):
        yield from nouns_in(part)


def assert_well_formed(*nouns: Any) -> None:
    """Every id is a text with something in it, every instant is aware and in UTC."""
    for noun in nouns:
        for each in nouns_in(noun):
            assert isinstance(each.id, str | None), f"the id of {each} must be a str"
            assert each.id != "", f"the id of {each} is empty"
        for moment in instants_in(noun):
            assert moment.tzinfo is UTC or moment.utcoffset() == datetime.now(UTC).utcoffset(), (
                f"{moment} must be in UTC"
            )


def assert_kept(backend: Backend, written: Text, *found: Text | None) -> None:
    """Hold a text to the last code point; to every word, where the backend says that it shows another format."""
    for text in found:
        assert text is not None
        if text.source == written.source:
            assert text == written or backend.abilities.formats_by_content
        else:
            form = shown_as(written, text.source, backend.abilities.texts_become)
            assert form is not None, f"{written.source!r} came back as {text.source!r}"


def assert_distinct(ids: Iterable[str]) -> None:
    """No id is there twice."""
    every = list(ids)
    assert sorted(every) == sorted(set(every))


def _parts(value: Any) -> Iterator[Any]:
    if is_dataclass(value) and not isinstance(value, type):
        yield from (getattr(value, each.name) for each in fields(value) if each.name != "raw")
    elif isinstance(value, tuple | list):
        yield from value
