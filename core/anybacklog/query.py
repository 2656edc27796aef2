"""What a listing is asked for, and the meaning of every filter.

`matches` is that meaning. A server may filter coarsely or not at all: the Tracker looks at each ticket once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, time
from typing import Any

from anybacklog.errors import ValidationError
from anybacklog.model import Named, StatusCategory, Ticket, User

FILTERS = frozenset(
    [
        "status",
        "category",
        "type",
        "priority",
        "assignee",
        "reporter",
        "milestone",
        "parent",
        "text",
        "created_since",
        "created_until",
        "updated_since",
        "updated_until",
    ]
)
ORDERS = frozenset(sign + word for sign in ("", "-") for word in ("created", "updated", "due", "title", "id"))
Words = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketQuery:
    """Filters are joined by AND, the ids inside one by OR; `None` does not filter.

    Lower bounds are inclusive, upper exclusive. Ids are the backend's (a word stands where the backend has no list to
    look it up in). `order` is one of `ORDERS`. `options` are a vendor's own filters, passed on as they are.
    """

    status: Words | None = None
    status_category: frozenset[StatusCategory] | None = None
    category: Words | None = None
    type: Words | None = None
    priority: Words | None = None
    assignee: Words | None = None
    reporter: Words | None = None
    milestone: Words | None = None
    parent: Words | None = None
    text: str | None = None
    created_since: datetime | None = None
    created_until: datetime | None = None
    updated_since: datetime | None = None
    updated_until: datetime | None = None
    order: str = "created"
    options: Mapping[str, Any] = field(default_factory=dict)

    def filters(self) -> frozenset[str]:
        """Name the filters in use, `status_category` as `status`; vendor's options are not among them."""
        used = {each.name for each in fields(self) if getattr(self, each.name) is not None} - {
            "order",
            "options",
        }
        return frozenset("status" if name == "status_category" else name for name in used)


def matches(query: TicketQuery, ticket: Ticket) -> bool:
    """Tell whether a ticket is what the query asks for, whatever the server thought."""
    return all(test(query, ticket) for test in _TESTS)


def _one_of(noun: Named | User | None, words: Words | None) -> bool:
    return words is None or (noun is not None and (noun.id in words or noun.name in words))


def _any_of(nouns: Iterable[Named | User], words: Words | None) -> bool:
    return words is None or any(_one_of(noun, words) for noun in nouns)


def _in_category(query: TicketQuery, ticket: Ticket) -> bool:
    wanted = query.status_category
    return wanted is None or (ticket.status is not None and ticket.status.category in wanted)


def _has_text(query: TicketQuery, ticket: Ticket) -> bool:
    if query.text is None:
        return True
    wanted = query.text.casefold()
    described = ticket.description.source if ticket.description else ""
    return wanted in ticket.title.casefold() or wanted in described.casefold()


def _between(moment: datetime | None, since: datetime | None, until: datetime | None) -> bool:
    if since is None and until is None:
        return True
    return moment is not None and (since is None or moment >= since) and (until is None or moment < until)


_TESTS: tuple[Callable[[TicketQuery, Ticket], bool], ...] = (
    lambda query, ticket: _one_of(ticket.status, query.status),
    _in_category,
    lambda query, ticket: _any_of(ticket.categories, query.category),
    lambda query, ticket: _one_of(ticket.type, query.type),
    lambda query, ticket: _one_of(ticket.priority, query.priority),
    lambda query, ticket: _any_of(ticket.assignees, query.assignee),
    lambda query, ticket: _one_of(ticket.reporter, query.reporter),
    lambda query, ticket: _any_of(ticket.milestones, query.milestone),
    lambda query, ticket: query.parent is None or ticket.parent in query.parent,
    _has_text,
    lambda query, ticket: _between(ticket.created_at, query.created_since, query.created_until),
    lambda query, ticket: _between(ticket.updated_at, query.updated_since, query.updated_until),
)


def instant(moment: date | datetime | None, name: str) -> datetime | None:
    """Read a bound: a `date` is 00:00 UTC, an aware datetime is moved to UTC, a naive one is refused."""
    if moment is None:
        return None
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time(), tzinfo=UTC)
    if moment.tzinfo is None:
        raise ValidationError(f"{name} has no time zone; give an aware datetime, or a date", field=name, value=moment)
    return moment.astimezone(UTC)


def known_order(order: str) -> str:
    """Read an order: one of `ORDERS`, `created_at` and the like meaning `created`."""
    sign = "-" if order.startswith("-") else ""
    word = order.removeprefix("-")
    known = sign + {"created_at": "created", "updated_at": "updated", "due_date": "due"}.get(word, word)
    if known not in ORDERS:
        raise ValidationError(
            f"tickets cannot be ordered by {order!r}; give one of {', '.join(sorted(ORDERS))}",
            field="order",
            value=order,
        )
    return known


def sort_key(order: str) -> Callable[[Ticket], tuple[Any, ...]]:
    """Give the key that orders tickets as `order` says (its sign aside); ids break ties, unknown values come first."""
    field_name = {
        "created": "created_at",
        "updated": "updated_at",
        "due": "due_date",
        "title": "title",
        "id": "id",
    }[order.lstrip("-")]

    def key(ticket: Ticket) -> tuple[Any, ...]:
        value = None if field_name == "id" else getattr(ticket, field_name)
        return (
            (value is not None, value, _number_first(ticket.id))
            if value is not None
            else (False, _number_first(ticket.id))
        )

    return key


def _number_first(id: str) -> tuple[int, str]:
    return (int(id), id) if id.isascii() and id.isdigit() else (0, id)
