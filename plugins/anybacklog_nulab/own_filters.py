"""The service's own parameters of a listing, beside the words that all backends share; pure but for `sweep`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from anybacklog.plugin import IncompleteListing, TicketQuery, ValidationError
from anybacklog_nulab.listing import PAGE, Json

OURS: Mapping[str, str] = {
    "count": "pages are turned here",
    "offset": "pages are turned here",
    "projectId[]": "a tracker is of one project; connect to the other",
}
PASSES = 5


def own_filters(query: TicketQuery, shared: Mapping[str, Any]) -> dict[str, Any]:
    """Give the options that filter; ValidationError for one that is not the caller's to give, or was given already."""
    options = {name: value for name, value in query.options.items() if name not in ("sort", "order")}
    for name in options:
        reason = OURS.get(name) or ("a filter of that meaning is given beside it" if name in shared else None)
        if reason:
            raise ValidationError(f"the option {name} cannot be given: {reason}", field=name)
    return options


def own_order(query: TicketQuery) -> tuple[str, bool]:
    """Give what to sort by, and whether the highest comes first: the options', else the query's order.

    As the service has it, an option `sort` without an `order` is descending.
    """
    sort, order = query.options.get("sort"), query.options.get("order")
    if sort is None:
        if order is not None:
            raise ValidationError("the option order goes with sort; else write order='-created'", field="order")
        return query.order.removeprefix("-"), query.order.startswith("-")
    if order not in (None, "asc", "desc"):
        raise ValidationError(f"the option order is asc or desc, not {order!r}", field="order", value=order)
    return str(sort), order != "asc"


def sweep(read: Callable[[int], list[Json]], count: Callable[[], int]) -> Iterator[Json]:
    """Yield each issue once, in an order in which issues may move: pages overlap by one, to notice it.

    Whatever moved is looked for in another pass, and comes last. IncompleteListing if fewer than counted were found.
    """
    seen: set[int] = set()
    counted = 0
    for _ in range(PASSES):
        offset, last, moved = 0, None, False
        while page := read(offset):
            moved |= last is not None and page[0]["id"] != last
            fresh = [issue for issue in page if issue["id"] not in seen]
            seen.update(issue["id"] for issue in fresh)
            yield from fresh
            if len(page) < PAGE:
                break
            offset, last = offset + PAGE - 1, page[-1]["id"]
        counted = count()
        if len(seen) >= counted and not moved:
            return
    if len(seen) < counted:
        raise IncompleteListing(counted=counted, listed=len(seen))
