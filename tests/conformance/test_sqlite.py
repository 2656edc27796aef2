"""The SQLite store keeps every contract."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from anybacklog.store.sqlite import SqliteBackend
from anybacklog.testing import StoreContract, furnish


class TestSqlite(StoreContract):
    @pytest.fixture
    def backend(self, tmp_path: Path) -> Iterator[SqliteBackend]:
        with closing(SqliteBackend(tmp_path / "tickets.db", "PROJ")) as backend:
            furnish(backend)
            yield backend
