"""The files of the next tickets, read while the target makes a run wait: reading goes beside writing."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import NoReturn, Self

from anybacklog.errors import AnyBacklogError, RateLimited
from anybacklog.migration.course import Bundle, Course
from anybacklog.migration.faults import Fault, telling_faults
from anybacklog.migration.fetching import Spooled, asked_for, spooled
from anybacklog.migration.ledger import Pair
from anybacklog.migration.planning import plan_ticket
from anybacklog.steps import Upload, uploads_of
from anybacklog.tracker import Tracker

TICKETS = 50
FILES = 100
ROOM = 64 << 20
"""How far is looked ahead; how many files, and bytes of them, lie here at once. One larger waits for its turn."""

_log = logging.getLogger(__name__)
_Key = tuple[str | None, str]


@dataclass(slots=True)
class Ahead:
    """Gives the tickets to copy, and their files: those that were read ahead, all others from the source.

    `tickets`: how many of the next ones are looked at. A context manager: what nobody took is closed.
    """

    source: Tracker
    pair: Pair
    course: Course
    bundles: Iterator[Bundle]
    tickets: int = TICKETS
    _coming: deque[Bundle] = field(default_factory=deque)
    _wanted: dict[_Key, Upload] = field(default_factory=dict)
    _here: dict[_Key, Spooled] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._here:
            self._here.popitem()[1].file.close()

    def __iter__(self) -> Iterator[Bundle]:
        """Yield every ticket in its turn; of one that is over nothing is kept here."""
        while (bundle := self._coming.popleft() if self._coming else next(self.bundles, None)) is not None:
            yield bundle
            self._let_go(bundle.ticket.id)

    def fetch(self, upload: Upload) -> Spooled:
        """Give a file that is wanted now; the caller closes it."""
        self._wanted.pop(_key(upload), None)
        return self._here.pop(_key(upload), None) or asked_for(self.source, upload)

    def read(self) -> bool:
        """Read one file more, without any wait; False: none is wanted, or there is neither room nor budget for it."""
        upload = self._next()
        if upload is None or self._is_full(upload):
            return False
        try:
            with telling_faults(), self.source.waits.refusing():
                self._here[_key(upload)] = spooled(self.source, upload)
            _log.debug("read ahead: attachment %s of ticket %s", upload.attachment.id, upload.attachment.ticket)
        except RateLimited:
            return False
        except (AnyBacklogError, Fault, OSError) as error:
            # No failure of its ticket, nor of the write that waits: in its turn it is read again, and told of.
            _log.debug("not read ahead: attachment %s: %s", upload.attachment.id, error)
        del self._wanted[_key(upload)]
        return True

    def _next(self) -> Upload | None:
        while not self._wanted and len(self._coming) < self.tickets and (bundle := self._seen()) is not None:
            self._coming.append(bundle)
            self._wanted |= {_key(upload): upload for upload in self._uploads(bundle)}
        return next(iter(self._wanted.values()), None)

    def _seen(self) -> Bundle | None:
        """Look at the ticket behind those that were seen already; what hinders that is raised in its turn."""
        try:
            return next(self.bundles, None)
        except AnyBacklogError as error:
            self.bundles = map(_raise, [error])
            return None

    def _uploads(self, bundle: Bundle) -> Iterator[Upload]:
        """Yield the files that a ticket will ask the source for."""
        ticket_id = bundle.ticket.id
        for step in plan_ticket(bundle, self.course):
            for upload in uploads_of(step):
                there = any(self.pair.landed(kind, ticket_id, upload.attachment.id) for kind in ("attachment", "kept"))
                size = upload.attachment.size
                if upload.content is None and not there and size is not None and size <= ROOM:
                    yield upload

    def _is_full(self, upload: Upload) -> bool:
        taken = sum(each.sent.size for each in self._here.values())
        return len(self._here) >= FILES or taken + (upload.attachment.size or 0) > ROOM

    def _let_go(self, ticket_id: str) -> None:
        for wanted in [key for key in self._wanted if key[0] == ticket_id]:
            del self._wanted[wanted]
        for here in [key for key in self._here if key[0] == ticket_id]:
            self._here.pop(here).file.close()


def _key(upload: Upload) -> _Key:
    return upload.attachment.ticket, upload.attachment.id


def _raise(error: AnyBacklogError) -> NoReturn:
    raise error
