"""What every operation stands on: a backend that is open, who it is, what it can."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from anybacklog.backend import (
    OPERATIONS,
    Backend,
    Waits,
)  # fmt: skip
from anybacklog.errors import AnyBacklogError, ConfigurationError, NotFound, UnsupportedOperation, ValidationError
from anybacklog.location import Location
from anybacklog.model import Comment, Ticket, TicketId
from anybacklog.tracker.capabilities import Capabilities
from anybacklog.tracker.drafts import Drafts
from anybacklog.tracker.words import Words

P = TypeVar("P")
Ref = Ticket | str | int


class Opened:
    """A backend in use, with its words and capabilities; knows how to name itself in an error."""

    def __init__(self, backend: Backend, location: Location, waits: Waits | None = None) -> None:
        self.location = location
        self.waits = waits or Waits()
        self._backend = backend
        self._words = Words(backend)
        self._capabilities = Capabilities(backend, location.scheme)
        self._closed = False

    def __enter__(self) -> Self:
        self._refuse_closed()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Tracker {self.location}>"

    @property
    def capabilities(self) -> Capabilities:
        """What works here, and within which limits: asked before the call."""
        return self._capabilities

    def close(self) -> None:
        """Let go of the connection; the tracker refuses every later call, but may be closed again."""
        if not self._closed:
            self._closed = True
            self._backend.close()

    def identity(self) -> str:
        """Name the project for good, whatever the URL is written like."""
        with self._during("identity"):
            return self._backend.identity()

    def _able(self, _ability: type[P], operation: str) -> P:
        if not isinstance(self._backend, OPERATIONS[operation]):
            raise UnsupportedOperation(operation, self.capabilities.why_not(operation) or "")
        return cast("P", self._backend)

    @contextmanager
    def _during(self, operation: str) -> Iterator[None]:
        try:
            self._refuse_closed()
            yield
        except AnyBacklogError as error:
            error.backend = error.backend or str(self.location)
            error.operation = error.operation or operation
            raise

    def _refuse_closed(self) -> None:
        if self._closed:
            raise ConfigurationError("this tracker is closed; connect again")

    def _drafts(self) -> Drafts:
        return Drafts(self._backend.abilities, self.capabilities, self._words, self._id)

    def _id(self, ref: Ref) -> str:
        """Give the id of a ref; only a plain `str` has to be looked up, as a key first and then as an id."""
        if isinstance(ref, Ticket):
            return ref.id
        return str(ref) if isinstance(ref, TicketId | int) else self._found(ref).id

    def _found(self, ref: Any) -> Ticket:
        if ref == "":
            raise NotFound("ticket", "''")  # no service is asked: its path for no key lists everything
        if not isinstance(ref, str):
            raise ValidationError(
                f"a ticket is named by its key, its id or itself, not by {ref!r}", field="ticket", value=ref
            )
        try:
            return self._backend.ticket_by_key(ref)
        except NotFound:
            return self._backend.ticket(ref)


N = TypeVar("N", Ticket, Comment)


def owned(noun: N, ticket_id: str | None = None) -> N:
    """Let each attachment remember its ticket, so that it can be opened by itself."""
    owner = ticket_id or noun.id
    for attachment in noun.attachments:
        if attachment.ticket != owner:
            return replace(noun, attachments=tuple(replace(each, ticket=owner) for each in noun.attachments))
    return noun
