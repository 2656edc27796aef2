"""Two hundred seeds: killed at random moments, through every fault the simulators know, and resumed until done."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.torture.run import run, verdict

SEEDS = 200


def test_nothing_is_lost_doubled_or_out_of_order_and_everything_that_can_go_wrong_did(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines, wrong = verdict(run(SEEDS), whole=True)
    with capsys.disabled():
        print("", *lines, sep="\n")
    assert not wrong, "\n".join(wrong)


def test_what_killed_processes_leave_behind_goes_with_their_seed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    outcomes = run(2, pairs=["archive:archive"], jobs=1)
    assert sum(outcome.happened["run ended with -9"] for outcome in outcomes) > 0
    assert list(tmp_path.iterdir()) == []
