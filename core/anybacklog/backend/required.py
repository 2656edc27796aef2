"""What every backend has: seven members."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from anybacklog.abilities import Abilities
from anybacklog.model import Project, Ticket
from anybacklog.query import TicketQuery


@runtime_checkable
class Backend(Protocol):
    """Required of every backend: seven members."""

    @property
    def abilities(self) -> Abilities:
        """Say what this backend can hold; may ask the service once, never at construction."""
        ...

    def identity(self) -> str:
        """Name the project for good.

        Host or space and the project's *id* (a file: its own UUID), never the URL's text.
        """
        ...

    def project(self) -> Project:
        """Read the project the URL names. NotFound if there is none, ConfigurationError if the URL names none."""
        ...

    def tickets(self, query: TicketQuery) -> Iterator[Ticket]:
        """Yield, lazily and in `query.order`, each ticket the query asks for, once.

        And perhaps more than it asks for.
        """
        ...

    def ticket(self, ticket_id: str) -> Ticket:
        """Read one ticket of this project by its id, never by a key. NotFound also for one of another project."""
        ...

    def ticket_by_key(self, key: str) -> Ticket:
        """Read one ticket of this project by its key, never by an id. NotFound also for one of another project."""
        ...

    def close(self) -> None:
        """Let go of connections and files. A closed backend is not used again."""
        ...
