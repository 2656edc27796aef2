"""The ledger: what was intended, what was done, what nobody knows yet. The cache of the marks.

SQLite in WAL mode with `synchronous=FULL`: what it says happened survives a power cut. One process holds it at a
time, by an OS file lock. It holds any number of (source, target) pairs. A step without a row is planned.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Self, TypeVar

import sqlalchemy as sa

from anybacklog.abilities import MetadataKind
from anybacklog.migration.ledger_file import hold, open_ledger, understood
from anybacklog.migration.ledger_rows import Landed, Made, Row, read_object, to_landed, to_made, to_row
from anybacklog.migration.ledger_tables import (
    ADD_PAIR,
    FIND_ANY,
    FIND_BY_STATE,
    FIND_BY_TARGET,
    FIND_CALLED,
    FIND_FILE,
    FIND_ITEM,
    FIND_KIND,
    FIND_MADE,
    FIND_PAIR,
    FIND_PAIRS,
    FIND_STEP,
    FIND_TICKETS,
    FORGET_ITEM,
    FORGET_STEP,
    FORGET_TICKET,
    FORGET_TIES,
    INTEND,
    KEEP_BEFORE,
    KEEP_SETTINGS,
    LAND,
    SET_STATE,
)
from anybacklog.redact import redact
from anybacklog.steps import Item, StepState, landing, step_key, text_key

_Value = TypeVar("_Value")


class Ledger:
    """One ledger file, held by this process.

    `watch` is told before and after every commit, for those who test crashes.
    """

    def __init__(self, path: str | os.PathLike[str], *, watch: Callable[[str], None] = lambda _: None) -> None:
        self.path = Path(os.path.realpath(path))  # one file has one lock, whatever it is called
        self._watch = watch
        self._lock = hold(self.path)
        try:
            self._connection = open_ledger(self.path)
        except BaseException:
            self._lock.release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        try:
            with understood(self.path):
                self._connection.close()
        finally:
            self._lock.release()

    def pairs(self) -> list[tuple[str, str]]:
        """List the (source, target) identities this ledger knows."""
        return self.ask(lambda found: (found.source, found.target), FIND_PAIRS)

    def pair(self, source: str, target: str) -> Pair:
        """Open one pair, new or known."""
        with self.commit("pair"):
            self._connection.execute(ADD_PAIR, {"source": source, "target": target})
        with understood(self.path):
            row = self._connection.execute(FIND_PAIR, {"source": source, "target": target}).one()
            return Pair(self, self._connection, row)

    def every(self) -> list[Pair]:
        """Open every pair this ledger knows."""
        return self.ask(lambda found: Pair(self, self._connection, found), FIND_PAIRS)

    def ask(self, read: Callable[[sa.Row[Any]], _Value], query: sa.Select[Any], **values: object) -> list[_Value]:
        """Read every row a query finds; one that makes no sense is damage."""
        with understood(self.path):
            return [read(found) for found in self._connection.execute(query, values)]

    @contextmanager
    def commit(self, what: str) -> Iterator[None]:
        """Do what is inside in one durable transaction, or nothing of it."""
        try:
            with understood(self.path):
                yield
            self._watch(f"before ledger commit: {what}")
            with understood(self.path):
                self._connection.commit()
        except BaseException:
            self._roll_back()
            raise
        self._watch(f"after ledger commit: {what}")

    def _roll_back(self) -> None:
        """Undo the file's transaction too: after a failed commit SQLAlchemy holds that there is none left."""
        with understood(self.path):
            self._connection.rollback()
            self._connection.connection.rollback()


class Pair:
    """The part of a ledger that belongs to one source and one target."""

    def __init__(self, ledger: Ledger, connection: sa.Connection, row: Any) -> None:
        self.ledger = ledger
        self._connection = connection
        self._of = {"pair": row.id}
        self.id: int = row.id
        self.source: str = row.source
        self.target: str = row.target
        self.settings: Mapping[str, Any] = read_object(row.settings)

    def remember(self, settings: Mapping[str, Any]) -> None:
        """Keep what was chosen for this pair: marks, the plan's words, where the target began."""
        if settings != self.settings:
            text = json.dumps(settings)
            with self.ledger.commit("settings"):
                self._connection.execute(KEEP_SETTINGS, {"of": self.id, "kept": text})
            self.settings = settings

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

    def intend(self, key: str, source_key: str, mark: str | None, before: Mapping[str, Any], at: datetime) -> None:
        """Write down what is about to be written, and what recognises it."""
        values = {"key": key, "state": "intended", "source_key": source_key, "mark": mark, "error": None}
        kept = {"before": json.dumps(before), "intended_at": at.isoformat()}
        with self.ledger.commit(f"intend {key}"):
            self._connection.execute(INTEND, self._of | values | kept)

    def done(
        self, key: str, landed: Sequence[Landed], *, source_key: str = "", before: Mapping[str, Any] | None = None
    ) -> None:
        """Write down that a step is done, and where its items are."""
        with self.ledger.commit(f"done {key}"):
            self._put(key, "done", source_key)
            self._keep(key, before)
            self._land(landed)

    def set(
        self,
        key: str,
        state: StepState,
        *,
        source_key: str = "",
        error: str | None = None,
        before: Mapping[str, Any] | None = None,
    ) -> None:
        """Write down that a step is unsure, refused or held, and why, secrets masked."""
        with self.ledger.commit(f"{state} {key}"):
            self._put(key, state, source_key, error and redact(error))
            self._keep(key, before)

    def replan(self, key: str) -> None:
        """Write down that nothing happened: the step is planned again."""
        with self.ledger.commit(f"replan {key}"):
            self._connection.execute(FORGET_STEP, self._of | {"key": key})

    def forget_items(self, items: Sequence[Item]) -> None:
        """Write down that items are not in the target any more: their steps are planned again."""
        with self.ledger.commit(f"forget {len(items)} items"):
            for item in items:
                where = {"kind": landing(item.kind), "ticket": item.ticket_id, "id": item.id}
                has_text = landing(item.kind) in ("ticket", "comment")  # a link may have a comment's id
                for key in (step_key(item), *([text_key(item)] if has_text else [])):
                    self._connection.execute(FORGET_STEP, self._of | {"key": key})
                self._connection.execute(FORGET_ITEM, self._of | where)

    def forget_ties(self) -> None:
        """Take parents and links for not written: whichever of their two ends goes, writing one twice changes nothing.

        Once one end is deleted, nobody could tell any more from the other one's row that the tie went with it.
        """
        with self.ledger.commit("forget ties"):
            for statement in FORGET_TIES:
                self._connection.execute(statement, self._of)

    def forget_ticket(self, ticket_id: str, key: str) -> None:
        """Write down that a ticket is gone from the target with all that hung on it, and that step `key` is over."""
        with self.ledger.commit(f"forget ticket {ticket_id}"):
            for statement in FORGET_TICKET:
                self._connection.execute(statement, self._of | {"ticket": ticket_id})
            self._connection.execute(FORGET_STEP, self._of | {"key": key})

    def adopt(self, found: Iterable[tuple[str, Landed]], *, batch: int = 500) -> int:
        """Take in items found by their marks, by step key; gives how many."""
        count = 0
        pending: list[tuple[str, Landed]] = []
        for each in found:
            pending.append(each)
            count += 1
            if len(pending) >= batch:
                self._adopt(pending)
                pending = []
        self._adopt(pending)
        return count

    def _adopt(self, found: Sequence[tuple[str, Landed]]) -> None:
        with self.ledger.commit("adopt"):
            for key, landed in found:
                self._put(key, "done", landed.item.ticket_key)
                self._land([landed])

    def _put(self, key: str, state: str, source_key: str, error: str | None = None) -> None:
        values = {"key": key, "state": state, "source_key": source_key, "error": error}
        self._connection.execute(SET_STATE, self._of | values)

    def _keep(self, key: str, before: Mapping[str, Any] | None) -> None:
        if before is not None:
            self._connection.execute(KEEP_BEFORE, {"of": self.id, "step": key, "kept": json.dumps(before)})

    def _land(self, landed: Sequence[Landed]) -> None:
        for each in landed:
            where = {"kind": landing(each.item.kind), "ticket": each.item.ticket_id, "id": each.item.id}
            what = {
                name: getattr(each, name) for name in ("target_ticket", "target_id", "target_key", "size", "sha256")
            }
            self._connection.execute(LAND, self._of | where | what)
