"""What holds for every test: a busy machine is no failure, so hypothesis sets no deadline; where recordings are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("anybacklog", deadline=None)
settings.load_profile("anybacklog")


@pytest.fixture(scope="session")
def recordings() -> Path:
    """Real recorded traffic, read in place: a folder beside the project, or the one ANYBACKLOG_RECORDINGS names."""
    beside = Path(__file__).resolve().parents[1] / ".." / "shared" / "recordings"
    folder = Path(os.environ.get("ANYBACKLOG_RECORDINGS", beside))
    if not folder.is_dir():
        pytest.skip("no recordings here: set ANYBACKLOG_RECORDINGS to their folder")
    return folder
