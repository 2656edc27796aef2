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
from typing import Any, Self

import sqlalchemy as sa
from filelock import FileLock, Timeout
from sqlalchemy.dialects.sqlite import insert

from anybacklog.abilities import MetadataKind
from anybacklog.errors import ConfigurationError, TransportError
from anybacklog.migration.ledger_rows import Landed, Row, to_landed, to_row
from anybacklog.migration.ledger_tables import (
    FIND_BY_TARGET,
    FIND_ITEM,
    FIND_MADE,
    FIND_STEP,
    INTEND,
    LAND,
    PAIRS,
    SET_STATE,
    STEPS,
    TABLES,
)
from anybacklog.steps import StepState

APPLICATION_ID = 0x616E796C  # "anyl"
SCHEMA_VERSION = 1


class Ledger:
    """One ledger file, held by this process.

    `watch` is told before and after every commit, for those who test crashes.
    """

    def __init__(self, path: str | os.PathLike[str], *, watch: Callable[[str], None] = lambda _: None) -> None:
        self.path = Path(path)
        self._watch = watch
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(f"{self.path}.lock", blocking=False)
        try:
            self._lock.acquire()
        except Timeout:
            raise TransportError(
                f"the ledger {self.path} is in use by another process; wait for it, then run this again",
                maybe_applied=False,
            ) from None
        except NotImplementedError:
            raise ConfigurationError(
                f"the file system of {self.path} has no locks, so two runs could meet; put the ledger on a local disk"
            ) from None
        try:
            self._connection = _opened(self.path)
        except BaseException:
            self._lock.release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()
        self._connection.engine.dispose()
        self._lock.release()

    def pairs(self) -> list[tuple[str, str]]:
        """List the (source, target) identities this ledger knows."""
        rows = self._connection.execute(sa.select(PAIRS.c.source, PAIRS.c.target).order_by(PAIRS.c.id))
        found = [(row.source, row.target) for row in rows]
        self._connection.rollback()
        return found

    def pair(self, source: str, target: str) -> Pair:
        """Open one pair, new or known."""
        with self.commit("pair"):
            self._connection.execute(
                insert(PAIRS)
                .values(source=source, target=target, settings="{}")
                .on_conflict_do_nothing(index_elements=["source", "target"])
            )
        row = self._connection.execute(sa.select(PAIRS).where(PAIRS.c.source == source, PAIRS.c.target == target)).one()
        self._connection.rollback()
        return Pair(self, self._connection, row.id, json.loads(row.settings))

    @contextmanager
    def commit(self, what: str) -> Iterator[None]:
        """Do what is inside in one durable transaction."""
        with _translated(self.path):
            yield
            self._watch(f"before ledger commit: {what}")
            self._connection.commit()
        self._watch(f"after ledger commit: {what}")


class Pair:
    """The part of a ledger that belongs to one source and one target."""

    def __init__(self, ledger: Ledger, connection: sa.Connection, id: int, settings: Mapping[str, Any]) -> None:
        self._ledger = ledger
        self._connection = connection
        self._of = {"pair": id}
        self.id = id
        self.settings = settings

    def remember(self, settings: Mapping[str, Any]) -> None:
        """Keep what was chosen for this pair: marks, the plan's words, where the target began."""
        if settings != self.settings:
            with self._ledger.commit("settings"):
                change = sa.update(PAIRS).where(PAIRS.c.id == self.id).values(settings=json.dumps(settings))
                self._connection.execute(change)
            self.settings = settings

    def row(self, key: str) -> Row | None:
        """Give what is known of a step; None: nothing, so it is planned."""
        found = self._connection.execute(FIND_STEP, self._of | {"key": key}).one_or_none()
        return to_row(found) if found is not None else None

    def rows(self, *states: StepState) -> list[Row]:
        """List the steps in any of these states."""
        query = sa.select(STEPS).where(STEPS.c.pair == self.id, STEPS.c.state.in_(states)).order_by(STEPS.c.key)
        return [to_row(found) for found in self._connection.execute(query)]

    def made(self) -> dict[MetadataKind, dict[str, str]]:
        """Give what this migration has created in the project: by kind, the source's id and the target's."""
        found: dict[MetadataKind, dict[str, str]] = {}
        for row in self._connection.execute(FIND_MADE, self._of):
            _, kind, source_id = row.key.split(":", 2)
            found.setdefault(kind, {})[source_id] = json.loads(row.before)["created"]
        return found

    def untouched(self) -> bool:
        """Tell whether no step was ever intended here."""
        query = sa.select(sa.literal(1)).where(STEPS.c.pair == self.id).limit(1)
        return self._connection.execute(query).first() is None

    def landed(self, kind: str, ticket_id: str, id: str) -> Landed | None:
        """Find where an item of the source ended."""
        found = self._connection.execute(
            FIND_ITEM, self._of | {"kind": kind, "ticket": ticket_id, "id": id}
        ).one_or_none()
        return to_landed(found) if found is not None else None

    def landed_on(self, target_ticket: str) -> list[Landed]:
        """List every item that ended on one ticket of the target, itself included."""
        return [
            to_landed(row)
            for row in self._connection.execute(FIND_BY_TARGET, self._of | {"target_ticket": target_ticket})
        ]

    def intend(self, key: str, source_key: str, mark: str | None, before: Mapping[str, Any], at: datetime) -> None:
        """Write down what is about to be written, and what recognises it."""
        values = {"state": "intended", "source_key": source_key, "mark": mark, "before": json.dumps(before)}
        with self._ledger.commit(f"intend {key}"):
            self._connection.execute(
                INTEND, self._of | values | {"key": key, "intended_at": at.isoformat(), "error": None}
            )

    def done(
        self, key: str, landed: Sequence[Landed], *, source_key: str = "", before: Mapping[str, Any] | None = None
    ) -> None:
        """Write down that a step is done, and where its items are."""
        with self._ledger.commit(f"done {key}"):
            self._put(key, "done", source_key)
            if before is not None:
                self._connection.execute(
                    sa.update(STEPS)
                    .where(STEPS.c.pair == self.id, STEPS.c.key == key)
                    .values(before=json.dumps(before))
                )
            self._land(landed)

    def set(self, key: str, state: StepState, *, source_key: str = "", error: str | None = None) -> None:
        """Write down that a step is unsure, refused or held, and why."""
        with self._ledger.commit(f"{state} {key}"):
            self._put(key, state, source_key, error)

    def replan(self, key: str) -> None:
        """Write down that nothing happened: the step is planned again."""
        with self._ledger.commit(f"replan {key}"):
            self._connection.execute(sa.delete(STEPS).where(STEPS.c.pair == self.id, STEPS.c.key == key))

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
        with self._ledger.commit("adopt"):
            for key, landed in found:
                self._put(key, "done", landed.item.ticket_key)
                self._land([landed])

    def _put(self, key: str, state: str, source_key: str, error: str | None = None) -> None:
        values = {"key": key, "state": state, "source_key": source_key, "error": error}
        self._connection.execute(SET_STATE, self._of | values)

    def _land(self, landed: Sequence[Landed]) -> None:
        for each in landed:
            kind = "comment" if each.item.kind == "history" else each.item.kind
            where = {"kind": kind, "ticket": each.item.ticket_id, "id": each.item.id}
            what = {"target_ticket": each.target_ticket, "target_id": each.target_id, "target_key": each.target_key}
            self._connection.execute(LAND, self._of | where | what)


def is_ledger(path: Path) -> bool:
    """Tell whether a file is a ledger of ours; a missing or empty one may become one."""
    if not path.exists() or path.stat().st_size == 0:
        return True
    with path.open("rb") as file:
        head = file.read(72)
    return head.startswith(b"SQLite format 3\0") and int.from_bytes(head[68:72], "big") == APPLICATION_ID


def _opened(path: Path) -> sa.Connection:
    if not is_ledger(path):
        raise ConfigurationError(f"{path} is not a ledger of anybacklog; it is left alone, name another file")
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.pool.NullPool)
    connection = engine.connect()
    try:
        with _translated(path):
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if version > SCHEMA_VERSION:
                raise ConfigurationError(f"the ledger {path} was written by a newer anybacklog; update this one")
            if version == 0:
                _create(connection)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                connection.exec_driver_sql(f"PRAGMA {pragma}")
            connection.commit()
    except BaseException:
        connection.close()
        engine.dispose()
        raise
    return connection


def _create(connection: sa.Connection) -> None:
    """Make a ledger in one transaction, before WAL, so that the file's own header names it from the first byte on."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version={SCHEMA_VERSION}")
    TABLES.create_all(connection)
    connection.commit()


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except sa.exc.OperationalError as error:
        raise TransportError(
            f"the ledger {path} cannot be written ({error.orig}); mend that and run this again", maybe_applied=False
        ) from error
    except sa.exc.DatabaseError as error:
        raise ConfigurationError(
            f"the ledger {path} is damaged ({error.orig}); restore it, or use --rebuild-ledger"
        ) from error
