"""What every operation stands on: a backend that is open, who it is, what it can."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
from anybacklog.model import Attachment, Comment, Ticket, TicketId, User
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

    def _refuse_unheld(self, what: str, given: Mapping[str, Any]) -> None:
        """Refuse what is given for fields that the backend cannot hold."""
        for name, value in given.items():
            reason = self.capabilities.why_not(f"{what}.{name}") if value not in (None, (), [], False) else None
            if reason is not None:
                raise UnsupportedOperation(f"{what}.{name}", reason)

    def _person(self, word: str | User | None) -> str | None:
        return None if word is None else self._words.id_of("users", "author", word)

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


def id_of(noun: Any, kind: type[Comment | Attachment]) -> str:
    """Give the id of a comment or a file, named by it or itself."""
    if isinstance(noun, str):
        return noun
    if not isinstance(noun, kind):
        word = kind.__name__.lower()
        raise ValidationError(
            f"a {word} is named by its id (a str) or itself, not by {type(noun).__name__}", field=word, value=noun
        )
    return str(noun.id)


def refuse_empty(word: Any, sentence: str, field: str) -> None:
    """Refuse an empty word, or what is none."""
    if not isinstance(word, str) or not word:
        raise ValidationError(sentence, field=field, value=word)
