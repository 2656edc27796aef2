"""What an organization holds: plain mutable records that refer to one another by id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from anybacklog_simulators.publicbacklog.choices import Choices

EPOCH = datetime(2025, 6, 1, tzinfo=UTC)
TYPES: Mapping[str, Mapping[int, str]] = {
    "definitions": {1: "Bug", 2: "Request"},
    "reference": {1: "Request", 2: "Bug"},
}
STATUSES: Mapping[str, Mapping[int, str]] = {
    "Bug": {1: "New", 2: "Approved", 3: "Fixing", 4: "Done", 5: "Rejected"},
    "Request": {1: "New", 2: "Approved", 3: "Development", 4: "Done", 5: "Rejected"},
}
NEW, APPROVED, IN_PROGRESS, DONE, REJECTED = 1, 2, 3, 4, 5
ON_ROADMAP = frozenset({APPROVED, IN_PROGRESS, DONE})
"""Reaching one of these puts a ticket on its backlog's default roadmap."""


@dataclass(kw_only=True)
class Comment:
    """A remark on a ticket; the API has no way to name one."""

    id: int
    text: str
    created: datetime


@dataclass(kw_only=True)
class Ticket:
    """A bug or a request; ids count up through the whole organization."""

    id: int
    backlog_id: int
    title: str
    description: str
    type_id: int
    status_id: int = NEW
    comments: list[Comment] = field(default_factory=list)
    created: datetime = EPOCH
    updated: datetime = EPOCH


@dataclass(kw_only=True)
class Backlog:
    """A collection of tickets; `roadmap` are the tickets on its default roadmap, which no endpoint shows."""

    id: int
    name: str
    roadmap: list[int] = field(default_factory=list)


@dataclass(kw_only=True)
class OrganizationUser:
    """A regular user, never an admin."""

    id: int
    email: str
    first_name: str
    last_name: str = ""


@dataclass(kw_only=True)
class Webhook:
    """Where events are posted, in ASCII: an address of this machine, anything else is a ValueError."""

    url: str
    secret: str = "secret-of-the-simulator"  # noqa: S105  # worth nothing anywhere else

    def __post_init__(self) -> None:
        if not (self.url + self.secret).isascii() or not (self.url + self.secret).isprintable():
            raise ValueError("a webhook's URL and secret are printable ASCII; percent-encode the URL")
        parts = urlsplit(self.url)
        if parts.scheme != "http" or not _is_here(parts.hostname or "") or parts.port == 0:
            raise ValueError(f"{self.url} is not on this machine; a fake posts to http://127.0.0.1:PORT/... only")


@dataclass(kw_only=True)
class Organization:
    """Everything an organization holds, by id. `default_backlog_id` takes tickets that name no backlog."""

    id: int = 1
    name: str = "Demo"
    key: str = ""
    choices: Choices = field(default_factory=Choices)
    backlogs: dict[int, Backlog] = field(default_factory=dict)
    default_backlog_id: int = 1
    users: dict[int, OrganizationUser] = field(default_factory=dict)
    tickets: dict[int, Ticket] = field(default_factory=dict)
    webhook: Webhook | None = None
    last_ids: dict[str, int] = field(default_factory=dict)

    def new_id(self, kind: str) -> int:
        """Give the next id of a kind, from 1, never one that was used."""
        self.last_ids[kind] = self.last_ids.get(kind, 0) + 1
        return self.last_ids[kind]

    def add_backlog(self, name: str) -> Backlog:
        """Make a backlog without tickets."""
        made = Backlog(id=self.new_id("backlog"), name=name)
        self.backlogs[made.id] = made
        return made

    def backlog_named(self, name: str) -> Backlog | None:
        """Find a backlog by its exact name."""
        return next((each for each in self.backlogs.values() if each.name == name), None)

    def type_name(self, ticket: Ticket) -> str:
        """Name a ticket's type, which depends on what the ids mean."""
        return TYPES[self.choices.type_ids][ticket.type_id]


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
