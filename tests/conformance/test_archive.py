"""The archive keeps every contract, while it is worked on and from what it is at rest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from anybacklog.store.archive import ArchiveBackend
from anybacklog.testing import StoreContract, furnish


class TestArchive(StoreContract):
    @pytest.fixture
    def backend(self, tmp_path: Path) -> Iterator[ArchiveBackend]:
        with closing(ArchiveBackend(tmp_path / "archive", "PROJ")) as backend:
            furnish(backend)
            yield backend
