"""Acme keeps every contract that what it can do is held to."""

from __future__ import annotations

from pathlib import Path

import pytest
from anybacklog.testing import (
    AddsCommentsContract,
    CreatesTicketsContract,
    ListsStatusesContract,
    ReadsCommentsContract,
    TicketContract,
)

from anybacklog_acme.backend import AcmeBackend


class TestAcme(
    TicketContract, ListsStatusesContract, CreatesTicketsContract, ReadsCommentsContract, AddsCommentsContract
):
    @pytest.fixture
    def backend(self, tmp_path: Path) -> AcmeBackend:
        (tmp_path / "acme.json").write_text('{"id": "kit", "name": "Kit"}', encoding="utf-8")
        return AcmeBackend(tmp_path)
