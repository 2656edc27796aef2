"""Filters in words -> a query, and a listing that is exact, and never ends early in silence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from anybacklog.backend import Backend, CountsTickets
from anybacklog.errors import IncompleteListing, UnsupportedOperation, ValidationError
from anybacklog.model import Named, StatusCategory, Ticket, User
from anybacklog.query import FILTERS, TicketQuery, instant, known_order, matches
from anybacklog.tracker.words import Words

_KINDS = {
    "category": "categories", "type": "ticket_types", "priority": "priorities", "assignee": "users",
    "reporter": "users",
    "milestone": "milestones",
}  # fmt: skip
_FIELDS = {
    "category": "categories", "assignee": "assignees", "milestone": "milestones", "text": "description",
    "created_since": "created_at", "created_until": "created_at",
    "updated_since": "updated_at", "updated_until": "updated_at",
}  # fmt: skip
"""Filter -> the field that it looks at, where that is called otherwise."""
_BOUNDS = ("created_since", "created_until", "updated_since", "updated_until")


def build_query(
    words: Words,
    filters: Mapping[str, Any],
    *,
    parents: frozenset[str] | None,
    order: str,
    options: Any,
) -> TicketQuery:
    """Turn a user's filters into a query; `parents` are the ids that the `parent` filter came to."""
    unknown = set(filters) - FILTERS
    if unknown:
        raise ValidationError(
            f"there is no filter {min(unknown)!r}; there is {', '.join(sorted(FILTERS))}", field=min(unknown)
        )
    if not isinstance(options, Mapping):
        raise ValidationError("options map a vendor's filter names to values", field="options", value=options)
    text = filters.get("text")
    if text is not None and not isinstance(text, str):
        raise ValidationError(f"text must be a str, not {type(text).__name__}", field="text", value=text)
    categories, statuses = _statuses(words, filters.get("status"))
    ids: dict[str, Any] = {name: _ids(words, kind, filters.get(name)) for name, kind in _KINDS.items()}
    moments: dict[str, Any] = {name: _bound(filters.get(name), name) for name in _BOUNDS}
    return TicketQuery(
        status=statuses,
        status_category=categories,
        parent=parents,
        text=text,
        order=known_order(str(order)),
        options=dict(options),
        **ids,
        **moments,
    )


def refuse_unknown_options(backend: Backend, options: Mapping[str, Any], name: str) -> None:
    """Refuse vendor's filters where there are none, rather than list what was not asked for."""
    if options and not backend.abilities.listing.vendor_filters:
        raise ValidationError(
            f"the {name} backend has no filters of its own; leave out options {', '.join(map(repr, options))}",
            field="options", value=sorted(map(str, options)),
        )  # fmt: skip


def _bound(value: Any, name: str) -> datetime | None:
    if value is not None and not isinstance(value, date):
        raise ValidationError(
            f"{name} must be a date or an aware datetime, not {type(value).__name__}; give date(2026, 1, 31)",
            field=name, value=value,
        )  # fmt: skip
    return instant(value, name)


def listed(backend: Backend, query: TicketQuery) -> Iterator[Ticket]:
    """Yield what the query asks for; raise IncompleteListing if the backend listed fewer than it counts.

    UnsupportedOperation in the end if a filter is of a field that the backend, as it turned out, shows nobody.
    """
    if query.order not in backend.abilities.listing.orders:
        served = ", ".join(sorted(backend.abilities.listing.orders))
        raise UnsupportedOperation(f"order={query.order}", f"this backend lists by {served}")
    pages = backend.abilities.listing.how == "pages" and isinstance(backend, CountsTickets)
    counted = _count(backend, query) if pages else 0
    seen, filtered = 0, bool(query.filters())
    for ticket in backend.tickets(query):
        seen += 1
        if not filtered or matches(query, ticket):
            yield ticket
    if filtered:
        _refuse_unseen(backend, query)
    # Tickets deleted while we listed are no loss: only what is counted now must have been seen.
    if seen < counted and seen < (counted := _count(backend, query)):
        raise IncompleteListing(counted=counted, listed=seen)


def _refuse_unseen(backend: Backend, query: TicketQuery) -> None:
    """Refuse a filter that no ticket could pass: what it asks for is there, and not shown."""
    unreadable = backend.abilities.unreadable
    for name in sorted(query.filters()):
        shown = _FIELDS.get(name, name)
        if shown in unreadable:
            raise UnsupportedOperation(f"the filter {name}", unreadable[shown])


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
    return tuple(value) if isinstance(value, Iterable) and not isinstance(value, (str, Named, User)) else (value,)


def _ids(words: Words, kind: str, value: Any) -> frozenset[str] | None:
    return None if value is None else frozenset(words.ids_for_filter(kind, word) for word in _each(value))


def _statuses(words: Words, value: Any) -> tuple[frozenset[StatusCategory] | None, frozenset[str] | None]:
    if value is None:
        return None, None
    read = [
        words.status_filter(word) if isinstance(word, str) else (None, words.id_of("statuses", "status", word))
        for word in _each(value)
    ]
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
