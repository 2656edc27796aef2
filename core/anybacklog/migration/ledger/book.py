"""A ledger in use: its lock, its pairs, and its transactions."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

import sqlalchemy as sa

from anybacklog.migration.ledger.file import hold, open_ledger, understood
from anybacklog.migration.ledger.pair import Pair
from anybacklog.migration.ledger.tables import ADD_PAIR, FIND_PAIR, FIND_PAIRS

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
