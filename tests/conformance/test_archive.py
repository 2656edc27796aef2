"""The archive keeps every contract: while it is worked on, and from what it is at rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from anybacklog.store.archive import ArchiveBackend
from anybacklog.testing import StoreContract, furnish

READS = (
    "activities",
    "attachments",
    "comments",
    "count_tickets",
    "custom_fields",
    "externals",
    "find_external",
    "links",
    "open_attachment",
    "ticket",
    "ticket_by_key",
    "tickets",
)


class Resting(ArchiveBackend):
    """Goes to rest before it is read, so that whatever is read was read from the files."""


def _rested(name: str) -> Callable[..., Any]:
    read = getattr(ArchiveBackend, name)

    def method(self: Resting, *args: Any) -> Any:
        self.close()
        return read(self, *args)

    return method


for _name in READS:
    setattr(Resting, _name, _rested(_name))


class TestArchive(StoreContract):
    @pytest.fixture
    def backend(self, tmp_path: Path) -> Iterator[ArchiveBackend]:
        with closing(ArchiveBackend(tmp_path / "archive", "PROJ")) as backend:
            furnish(backend)
            yield backend


class TestArchiveAtRest(StoreContract):
    @pytest.fixture
    def backend(self, tmp_path: Path) -> Iterator[ArchiveBackend]:
        with closing(ArchiveBackend(tmp_path / "archive", "PROJ")) as backend:
            furnish(backend)
        with closing(Resting(tmp_path / "archive", "PROJ")) as backend:
            yield backend
