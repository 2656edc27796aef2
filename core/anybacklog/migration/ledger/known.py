"""What a ledger knows of one source and one target: the steps, and where the items ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from anybacklog.abilities import MetadataKind
from anybacklog.migration.ledger.file import understood
from anybacklog.migration.ledger.rows import Landed, Made, Row, read_object, to_landed, to_made, to_row
from anybacklog.migration.ledger.tables import (
    FIND_ANY,
    FIND_BY_STATE,
    FIND_BY_TARGET,
    FIND_CALLED,
    FIND_FILE,
    FIND_ITEM,
    FIND_KIND,
    FIND_MADE,
    FIND_STEP,
    FIND_TICKETS,
)
from anybacklog.steps import StepState

if TYPE_CHECKING:
    from anybacklog.migration.ledger.book import Ledger

_Value = TypeVar("_Value")


class Known:
    """The part of a ledger that belongs to one pair, as it is read."""

    def __init__(self, ledger: Ledger, connection: sa.Connection, row: Any) -> None:
        self.ledger = ledger
        self._connection = connection
        self._of = {"pair": row.id}
        self.id: int = row.id
        self.source: str = row.source
        self.target: str = row.target
        self.settings: Mapping[str, Any] = read_object(row.settings)

    def row(self, key: str) -> Row | None:
        """Give what is known of a step; None: nothing, so it is planned."""
        return next(iter(self._ask(to_row, FIND_STEP, key=key)), None)

    def rows(self, *states: StepState) -> list[Row]:
        """List the steps in any of these states."""
        return self._ask(to_row, FIND_BY_STATE, states=states)

    def made(self) -> dict[MetadataKind, dict[str, str]]:
        """Give what this migration has created in the project: by kind, the source's id and the target's."""
        found: dict[MetadataKind, dict[str, str]] = {}
        for each in self.words():
            found.setdefault(each.kind, {})[each.source_id] = each.target_id
        return found

    def words(self) -> list[Made]:
        """List what this migration has created in the project, or extended."""
        return self._ask(to_made, FIND_MADE)

    def untouched(self) -> bool:
        """Tell whether no step was ever intended here."""
        return not self._ask(lambda found: found, FIND_ANY)

    def landed(self, kind: str, ticket_id: str, id: str) -> Landed | None:
        """Find where an item of the source ended."""
        return next(iter(self._ask(to_landed, FIND_ITEM, kind=kind, ticket=ticket_id, id=id)), None)

    def called(self, source_key: str) -> Landed | None:
        """Find where the ticket ended that the source calls so."""
        for key in self._ask(lambda found: str(found.key), FIND_CALLED, source_key=source_key):
            ticket_id = key[len("ticket:") : len("ticket:") + (len(key) - len("ticket:")) // 2]  # ticket:ID:ID
            landed = self.landed("ticket", ticket_id, ticket_id)
            if landed is not None:
                return landed
        return None

    def file(self, id: str) -> Landed | None:
        """Find where a file ended by its id alone; None, too, where several have it."""
        found = self._ask(to_landed, FIND_FILE, id=id)
        return found[0] if len(found) == 1 else None

    def landed_on(self, target_ticket: str) -> list[Landed]:
        """List every item that ended on one ticket of the target, itself included."""
        return self._ask(to_landed, FIND_BY_TARGET, target_ticket=target_ticket)

    def tickets(self) -> Iterator[Landed]:
        """Yield every ticket that has ended in the target, by its id in the source, in constant memory."""
        with understood(self.ledger.path):
            rows = self._connection.execute(FIND_TICKETS, self._of, execution_options={"yield_per": 500})
            yield from map(to_landed, rows)

    def each(self, kind: str) -> Iterator[Landed]:
        """Yield every item of a kind that has ended in the target, in constant memory."""
        with understood(self.ledger.path):
            rows = self._connection.execute(FIND_KIND, self._of | {"kind": kind}, execution_options={"yield_per": 500})
            yield from map(to_landed, rows)

    def _ask(self, read: Callable[[sa.Row[Any]], _Value], query: sa.Select[Any], **values: object) -> list[_Value]:
        return self.ledger.ask(read, query, **self._of, **values)
