"""One request on its way to its handler, one row of the route table, and what a handler answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from anybacklog_simulators.publicbacklog.choices import Choices
from anybacklog_simulators.publicbacklog.errors import Missing
from anybacklog_simulators.publicbacklog.parameters import Parameter
from anybacklog_simulators.publicbacklog.things import Organization, Ticket

API = "/v1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a JSON body under its kind's name if answers are wrapped so; None is an empty answer."""

    kind: str
    body: dict[str, Any] | None
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One row of the table; `there` tells whether the service has it, as chosen; `parameters` what it takes then."""

    method: str
    path: str
    do: Callable[[Call], Answer]
    parameters: Callable[[Choices], Sequence[Parameter]]
    in_body: bool = False
    there: Callable[[Choices], bool] = lambda _: True


@dataclass(kw_only=True)
class Call:
    """A request that was let in: when, with what; `torn` when it is to end between its parts."""

    organization: Organization
    now: datetime
    given: dict[str, Any]
    torn: bool = False
    events: list[tuple[str, Ticket]] = field(default_factory=list)
    """What webhooks are to be told."""

    @property
    def choices(self) -> Choices:
        """What was chosen for this organization."""
        return self.organization.choices

    def ticket(self) -> Ticket:
        """Give the ticket that `id` names, in whatever backlog."""
        found = self.organization.tickets.get(self.given["id"])
        if found is None:
            raise Missing("Ticket")
        return found
