"""Filters in words -> a query, and a listing that is exact, and never ends early in silence."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Any, TypeAlias

from anybacklog.backend import Backend, CountsTickets
from anybacklog.errors import IncompleteListing, UnsupportedOperation, ValidationError
from anybacklog.model import Named, StatusCategory, Ticket, User
from anybacklog.query import FILTERS, TicketQuery, instant, known_order, matches
from anybacklog.tracker.words import Words

Moment: TypeAlias = date | datetime | None
_KINDS = {
    "category": "categories", "type": "ticket_types", "priority": "priorities", "assignee": "users",
    "reporter": "users",
    "milestone": "milestones",
}  # fmt: skip
_BOUNDS = ("created_since", "created_until", "updated_since", "updated_until")


def build_query(
    words: Words,
    filters: Mapping[str, Any],
    *,
    parents: frozenset[str] | None,
    order: str,
    options: Mapping[str, Any],
) -> TicketQuery:
    """Turn a user's filters into a query; `parents` are the ids that the `parent` filter came to."""
    unknown = set(filters) - FILTERS
    if unknown:
        raise ValidationError(
            f"there is no filter {min(unknown)!r}; there is {', '.join(sorted(FILTERS))}", field=min(unknown)
        )
    categories, statuses = _statuses(words, filters.get("status"))
    ids: dict[str, Any] = {name: _ids(words, kind, filters.get(name)) for name, kind in _KINDS.items()}
    moments: dict[str, Any] = {name: instant(filters.get(name), name) for name in _BOUNDS}
    return TicketQuery(
        status=statuses,
        status_category=categories,
        parent=parents,
        text=filters.get("text"),
        order=known_order(order),
        options=dict(options),
        **ids,
        **moments,
    )


def listed(backend: Backend, query: TicketQuery) -> Iterator[Ticket]:
    """Yield what the query asks for; raise IncompleteListing if the backend listed fewer than it counts."""
    if query.order not in backend.abilities.listing.orders:
        served = ", ".join(sorted(backend.abilities.listing.orders))
        raise UnsupportedOperation(f"order={query.order}", f"this backend lists by {served}")
    pages = backend.abilities.listing.how == "pages" and isinstance(backend, CountsTickets)
    counted = _count(backend, query) if pages else 0
    seen = 0
    for ticket in backend.tickets(query):
        seen += 1
        if matches(query, ticket):
            yield ticket
    # Tickets deleted while we listed are no loss: only what is counted now must have been seen.
    if seen < counted and seen < (counted := _count(backend, query)):
        raise IncompleteListing(counted=counted, listed=seen)


def counted(backend: Backend, query: TicketQuery) -> int:
    """Count exactly: on the server where its filters are exact, else by listing."""
    if isinstance(backend, CountsTickets) and query.filters() <= backend.abilities.listing.exact_filters:
        return backend.count_tickets(query)
    if backend.abilities.listing.how == "scan":
        raise UnsupportedOperation("count_tickets", f"it would need a scan: {backend.abilities.listing.reason}")
    return sum(1 for _ in listed(backend, query))


def _count(backend: Backend, query: TicketQuery) -> int:
    return backend.count_tickets(query) if isinstance(backend, CountsTickets) else 0


def _each(value: Any) -> Collection[Any]:
    return (value,) if isinstance(value, (str, int, Named, User, Ticket)) else tuple(value)


def _ids(words: Words, kind: str, value: Any) -> frozenset[str] | None:
    return None if value is None else frozenset(words.ids_for_filter(kind, word) for word in _each(value))


def _statuses(words: Words, value: Any) -> tuple[frozenset[StatusCategory] | None, frozenset[str] | None]:
    if value is None:
        return None, None
    read = [(None, word.id) if isinstance(word, Named) else words.status_filter(word) for word in _each(value)]
    categories = frozenset(category for category, _ in read if category)
    ids = frozenset(word for _, word in read if word is not None)
    known = words.all("statuses")
    if not categories:
        return None, ids
    if not known:
        if ids:
            raise ValidationError(
                "statuses and categories cannot be mixed where statuses are not listed",
                field="status",
                value=value,
            )
        return categories, None
    return None, ids | {status.id for status in known if status.category in categories}
