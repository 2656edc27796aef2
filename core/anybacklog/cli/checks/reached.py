"""What a tracker's service says: who we are there, what we may do, how its budgets and its clock stand. Only reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from anybacklog.backend import RateState
from anybacklog.cli.checks.check import Check, fine, of_error, passed_over, problem
from anybacklog.errors import (
    AnyBacklogError,
    AuthenticationError,
    ConfigurationError,
    NotFound,
    RateLimited,
    TransportError,
    UnsupportedOperation,
)
from anybacklog.tracker import Tracker

CLOCK_SECONDS = 5.0
"""Beyond this offset, instants and waits that are compared across both clocks are wrong enough to notice."""


def reached(tracker: Tracker, host: str) -> Iterator[Check]:
    """Ask all that can be asked; after a problem the rest is asked all the same, unless it is the same problem."""
    closed: dict[str, str] = {}
    answered = False
    for name, look in (_LOOKS if host else _LOOKS | {"tickets": _tickets}).items():
        if name in closed:
            yield passed_over(name, f"not asked because {closed[name]}")
            continue
        checks, error = _looked(tracker, look)
        if isinstance(error, TransportError):
            yield of_error("host", error)
            closed = dict.fromkeys(_LOOKS, f"{host or 'the tracker'} cannot be reached")
        elif host and not answered and not isinstance(error, UnsupportedOperation):
            answered = True
            yield fine("host", f"{host} answers", host=host)
        yield from checks
        yield from _told(name, error)
        closed |= _closed_by(name, error)


def _looked(tracker: Tracker, look: Callable[[Tracker], Iterator[Check]]) -> tuple[list[Check], Exception | None]:
    checks: list[Check] = []
    try:
        checks.extend(look(tracker))
    except (AnyBacklogError, OSError) as error:
        return checks, error
    return checks, None


def _told(name: str, error: Exception | None) -> Iterator[Check]:
    if isinstance(error, UnsupportedOperation):
        yield passed_over(name, error.reason)
    elif error is not None and not isinstance(error, TransportError):
        yield of_error(name, error)


def _closed_by(name: str, error: Exception | None) -> Mapping[str, str]:
    """Say what is not worth asking after an error."""
    if isinstance(error, AuthenticationError):
        return dict.fromkeys(_LOOKS, "the service did not accept the key")
    if isinstance(error, RateLimited):
        return dict.fromkeys(_LOOKS, "the service wants no requests now")
    if isinstance(error, ConfigurationError):
        return dict.fromkeys((*_LOOKS, "tickets"), "that is to be mended first")
    if name == "project" and error is not None:
        return {"limits": "the project cannot be read"}
    return {}


def _myself(tracker: Tracker) -> Iterator[Check]:
    myself = tracker.myself()
    facts = {"id": myself.id, "login": myself.login, "user": myself.name}
    yield fine("myself", f"{myself.name or myself.login or myself.id} (id {myself.id})", **facts)


def _project(tracker: Tracker) -> Iterator[Check]:
    if tracker.location.project is None:
        yield passed_over("project", "the URL names none; add one at its end to look at a project")
        return
    project = tracker.project()
    yield fine("project", f"{project.key} {project.name}", id=project.id, key=project.key, project=project.name)


def _tickets(tracker: Tracker) -> Iterator[Check]:
    """Tell a file that is there from one that a misspelt URL would make; a service is not made to count."""
    try:
        count = tracker.count_tickets()
    except NotFound as error:
        yield passed_over("tickets", str(error), "the first write makes it", count=None)
    else:
        yield fine("tickets", f"{count} ticket{'s' * (count != 1)}", count=count)


def _permissions(tracker: Tracker) -> Iterator[Check]:
    permissions = tracker.permissions()
    yield fine("permissions", f"the role is {permissions.role}", role=permissions.role)
    for operation, reason in permissions.denied.items():
        yield fine("permissions", f"{operation} is denied: {reason}", denied=operation, reason=reason)


def _limits(tracker: Tracker) -> Iterator[Check]:
    limits, listing = tracker.capabilities.limits, tracker.capabilities.listing
    for name, value in limits.known().items():
        why = f" ({limits.reasons[name]})" if name in limits.reasons else ""
        yield fine("limits", f"{name} {value}{why}", limit=name, value=value)
    if not limits.known():
        yield passed_over("limits", "no limit is known")
    if not listing.complete:
        yield passed_over("limits", f"the end of a listing does not prove that there is nothing more: {listing.reason}")


def _traffic(tracker: Tracker) -> Iterator[Check]:
    traffic = tracker.traffic()
    yield from map(_rate, traffic.rates)
    if not traffic.rates:
        yield passed_over("traffic", "the service has said nothing about its rate limits")
    if traffic.clock_offset is None:
        yield passed_over("clock", "the service has not said what time it is")
    else:
        yield _clock(traffic.clock_offset)


def _rate(rate: RateState) -> Check:
    left = "unknown" if rate.remaining is None else rate.remaining
    limit = "an unknown number of" if rate.limit is None else rate.limit
    resets_at = rate.resets_at and rate.resets_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    told = f"{rate.bucket}: {left} of {limit} requests left{f', all of them again at {resets_at}' if resets_at else ''}"
    facts = {"bucket": rate.bucket, "limit": rate.limit, "remaining": rate.remaining, "resets_at": resets_at}
    return fine("traffic", told, **facts)


def _clock(offset: float) -> Check:
    side = "ahead of" if offset > 0 else "behind"
    told = f"the service's clock is {abs(offset):.1f} s {side} this machine's"
    if abs(offset) <= CLOCK_SECONDS:
        return fine("clock", told, offset=offset)
    return problem("clock", told, "set this machine's clock, best by NTP", offset=offset)


_LOOKS: dict[str, Callable[[Tracker], Iterator[Check]]] = {
    "myself": _myself,
    "project": _project,
    "permissions": _permissions,
    "limits": _limits,
    "traffic": _traffic,
}
