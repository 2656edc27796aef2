"""Deletes what a ledger created, each with its intent before and its outcome after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from anybacklog.backend import Metadata
from anybacklog.errors import (
    AnyBacklogError,
    AuthenticationError,
    ConfigurationError,
    Conflict,
    NotFound,
    PermissionDenied,
    ProtocolError,
    RateLimited,
    TransportError,
    UnsupportedOperation,
)
from anybacklog.migration.apply.fallback import fallback_of, kept_for
from anybacklog.migration.clock import Clock
from anybacklog.migration.ledger import Pair
from anybacklog.migration.ledger.rows import Made, Row
from anybacklog.model import TicketId
from anybacklog.tracker import Tracker

_DELETE = "delete:"


@dataclass(frozen=True, slots=True)
class Remover:
    """Deletes the tickets of one pair, and has the ledger know it."""

    target: Tracker
    pair: Pair
    clock: Clock

    def remove(self, source_id: str, source_key: str, target_id: str) -> str | None:
        """Delete a ticket with all that hangs on it; gives None, or why the target refused.

        Whether a delete in doubt happened, the target says. What stops everything is raised, and running again goes on.
        """
        key = f"{_DELETE}{source_id}"
        self.pair.intend(key, source_key, None, {"target": target_id}, self.clock.now())
        try:
            self.target.delete_ticket(TicketId(target_id))
        except NotFound:
            self.target.project()
        except (TransportError, ProtocolError) as error:
            if isinstance(error, TransportError) and not error.maybe_applied:
                self.pair.replan(key)
                raise
            if not self._happened(key):
                raise
            return None
        except (AuthenticationError, ConfigurationError, PermissionDenied, RateLimited):
            self.pair.replan(key)
            raise
        except AnyBacklogError as error:
            self.pair.replan(key)
            return str(error)
        forget(self.pair, source_id, key)
        return None

    def word(self, made: Made, noun: Metadata) -> str | None:
        """Delete a word that nothing uses any more; gives None, or why it stays."""
        try:
            self.target.delete_metadata(made.kind, noun)
        except NotFound:
            self.target.project()
        except (Conflict, UnsupportedOperation) as error:
            return str(error)
        self.pair.replan(made.key)
        return None

    def _happened(self, key: str) -> bool:
        """Find out what a delete did, and have the ledger know it."""
        row = self.pair.row(key)
        return row is None or _settle(self.target, self.pair, row, self.clock)


def forget(pair: Pair, source_id: str, key: str) -> None:
    """Have the ledger know that a ticket is gone; its files in the fallback folder go first."""
    landed = pair.landed("ticket", source_id, source_id)
    for path in kept_for(pair, landed.target_ticket) if landed is not None else ():
        fallback_of(pair).remove(path)
    pair.forget_ticket(source_id, key)


def settle_removals(target: Tracker, pair: Pair, clock: Clock) -> None:
    """Find out what a delete did whose answer was lost, before anybody relies on the ledger again."""
    for row in pair.rows("intended"):
        if row.key.startswith(_DELETE):
            _settle(target, pair, row, clock)


def until_settled(target: Tracker, rows: Sequence[Row], clock: Clock) -> None:
    """Wait until nothing of what was asked for can happen any more."""
    if rows:
        seconds = target.capabilities.settle.seconds
        wait = max(clock.left(seconds, row.intended_at) for row in rows)
        clock.settle(wait, rows[0].key, others=len(rows) - 1)


def _settle(target: Tracker, pair: Pair, row: Row, clock: Clock) -> bool:
    target_id = TicketId(row.before["target"])
    if _is_there(target, target_id):
        until_settled(target, [row], clock)
        if _is_there(target, target_id):
            pair.replan(row.key)
            return False
    forget(pair, row.key.removeprefix(_DELETE), row.key)
    return True


def _is_there(target: Tracker, ticket_id: TicketId) -> bool:
    try:
        target.ticket(ticket_id)
    except NotFound:
        target.project()  # gone is what a project says that is there itself
        return False
    return True
