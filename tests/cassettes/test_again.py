"""Recording everything again gives what is there: nothing in it is left to chance, forgotten, or made by hand."""

from __future__ import annotations

from pathlib import Path

from tests.cassettes.conftest import CASSETTES
from tests.cassettes.index import kept
from tests.cassettes.modes import LIVE
from tests.cassettes.recording import read
from tests.cassettes.runs import pytest_in


def test_what_is_recorded_again_is_what_is_there(tmp_path: Path) -> None:
    run = pytest_in("tests/cassettes", "--record", "--cassettes", str(tmp_path))
    assert run.returncode == 0, run.stdout
    there = {path.relative_to(CASSETTES): path for path in kept(CASSETTES)}
    again = {path.relative_to(tmp_path): path for path in kept(tmp_path)}
    assert again.keys() == there.keys(), "some belong to no test, or were never recorded: pytest --record"
    simulated = {name for name, path in there.items() if read(path)[1]["from"] != LIVE}
    differing = [str(name) for name in simulated if read(again[name])[0] != read(there[name])[0]]
    assert differing == [], "the adapter or the simulator changed: look at the difference that pytest --record makes"
