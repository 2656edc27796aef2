"""`migrate` with options that do not go together: nothing is left undone in silence; a refusal says the way out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Call


@pytest.fixture
def source(url: str, call: Call) -> str:
    call("create", url, "--title", "一つ 🎉")
    call("create", url, "--title", "two")
    call("comment", url, "PROJ-2", "見ました 𠮷")
    return url


@pytest.fixture
def target(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/target.db?project=COPY"


def test_a_rebuild_that_has_nothing_to_go_by_says_the_way_out(source: str, target: str, call: Call) -> None:
    for also in ((), ("--dry-run",)):
        refused = call("migrate", source, target, "--rebuild-ledger", *also)
        assert (refused.code, "holds no mark of this source" in refused.err) == (2, True)
        assert "; leave out --rebuild-ledger" in refused.err
    refused = call("migrate", source, f"{target}2", "--rebuild-ledger", "--no-marks")
    assert refused.code == 2
    assert "a migration without marks" in refused.err


def test_a_dry_run_changes_no_ledger(source: str, target: str, call: Call, tmp_path: Path) -> None:
    ledger = tmp_path / "l.db"
    assert call("migrate", source, target, "--ledger", ledger).code == 0
    before = ledger.read_bytes()
    lost = call("migrate", source, target, "--ledger", tmp_path / "lost.db", "--rebuild-ledger", "--dry-run")
    known = call("migrate", source, target, "--ledger", ledger, "--rebuild-ledger", "--dry-run")
    for told in (lost, known):
        assert (told.code, "the ledger would be rebuilt: 3 items" in told.out) == (0, True)
    assert (ledger.read_bytes(), (tmp_path / "lost.db").exists()) == (before, False)


def test_a_dry_run_says_the_price_of_no_marks_and_that_no_map_is_written(
    source: str, target: str, call: Call, tmp_path: Path
) -> None:
    told = call("migrate", source, target, "--dry-run", "--no-marks", "--redirect-map", tmp_path / "map.csv")
    assert "no marks: a lost ledger cannot be rebuilt" in told.out
    assert "a dry run writes no redirect map" in told.out
    assert not (tmp_path / "map.csv").exists()
