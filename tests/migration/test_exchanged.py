"""Another project behind an address that a ledger knows: refused, or else all would be copied anew without a word."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import anybacklog
from anybacklog import Tracker
from anybacklog.errors import ConfigurationError
from anybacklog.location import parse
from anybacklog.migration import migrate, plan, rollback
from anybacklog.model import TicketDraft
from anybacklog.store.memory import MemoryBackend

Make = Callable[[], Tracker]


@contextmanager
def opened(path: Path) -> Iterator[Tracker]:
    with anybacklog.connect(f"sqlite:///{path}?project=PROJ") as tracker:
        yield tracker


def with_a_ticket(path: Path) -> Path:
    """Make a file with one ticket; one that is there is replaced."""
    path.unlink(missing_ok=True)
    with opened(path) as tracker:
        tracker.create_ticket(TicketDraft(title="the first"))
    return path


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Copy one file into another."""
    ends = {"source": with_a_ticket(tmp_path / "source.db"), "target": tmp_path / "target.db"}
    copy(ends)
    return ends


def copy(ends: dict[str, Path], ledger: str = "ledger.db", *, dry_run: bool = False) -> None:
    with opened(ends["source"]) as source, opened(ends["target"]) as target:
        assert migrate(source, target, ledger=ends["source"].with_name(ledger), dry_run=dry_run).clean


@pytest.mark.parametrize("end", ["source", "target"])
@pytest.mark.parametrize("dry_run", [False, True], ids=["run", "dry run"])
def test_a_file_that_was_made_anew_under_its_old_name_is_refused(
    files: dict[str, Path], end: str, *, dry_run: bool
) -> None:
    with_a_ticket(files[end])
    with pytest.raises(ConfigurationError, match=rf"the {end} sqlite:///.*/{end}\.db.* is another project .*--ledger"):
        copy(files, dry_run=dry_run)
    with opened(files["target"]) as target:
        assert target.count_tickets() == 1


def test_a_plan_for_it_is_refused_too(files: dict[str, Path]) -> None:
    with_a_ticket(files["target"])
    ledger = files["source"].with_name("ledger.db")
    with (
        opened(files["source"]) as source,
        opened(files["target"]) as target,
        pytest.raises(ConfigurationError, match="is another project"),
    ):
        plan(source, target, ledger=ledger)


def test_another_ledger_takes_it(files: dict[str, Path]) -> None:
    with_a_ticket(files["target"])
    copy(files, "another.db")


def test_what_was_rolled_back_may_be_made_anew(files: dict[str, Path]) -> None:
    with opened(files["target"]) as target:
        rollback(target, ledger=files["source"].with_name("ledger.db"))
    files["target"].unlink()
    copy(files)


def test_a_file_that_was_moved_is_known_wherever_it_lies(files: dict[str, Path]) -> None:
    files["target"] = files["target"].rename(files["target"].with_name("elsewhere.db"))
    copy(files)


def test_a_ledger_takes_other_ends_beside_those_it_knows(files: dict[str, Path], memory: Make) -> None:
    for name in ("source", "target"):
        with opened(files[name]) as source:
            assert migrate(source, memory(), ledger=files["source"].with_name("ledger.db")).clean


def test_files_of_one_name_in_two_folders_are_no_exchange(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.chdir(folder)
        with_a_ticket(Path("source.db"))
        with opened(Path("source.db")) as source, opened(Path("target.db")) as target:
            assert migrate(source, target, ledger=tmp_path / "ledger.db").clean


def test_what_every_process_has_its_own_of_is_no_exchange(tmp_path: Path) -> None:
    for _ in range(2):
        ends = [Tracker(MemoryBackend(), parse(f"memory://{name}/PROJ")) for name in ("source", "target")]
        ends[0].create_ticket(TicketDraft(title="one"))
        assert migrate(*ends, ledger=tmp_path / "ledger.db").clean
