"""The memory store is the reference: it keeps every contract."""

from __future__ import annotations

import pytest

from anybacklog.store.memory import MemoryBackend
from anybacklog.testing import StoreContract, furnish


class TestMemory(StoreContract):
    @pytest.fixture
    def backend(self) -> MemoryBackend:
        backend = MemoryBackend("PROJ")
        furnish(backend)
        return backend
