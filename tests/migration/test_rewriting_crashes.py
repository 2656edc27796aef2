"""SIGKILL at every boundary of a migration whose texts are written anew; running it again ends with all names right."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.migration.test_crashes import killed, open_source, run

import anybacklog
from anybacklog import Tracker
from anybacklog.migration import verify
from anybacklog.model import TicketDraft


def fill(folder: Path) -> None:
    """Put a source there whose texts name each other, and a target in which strangers have their keys."""
    with open_source(folder) as source:
        first = source.create_ticket(TicketDraft(title="first", description="before PROJ-2"))
        source.add_comment(first, "see PROJ-2")
        source.create_ticket(TicketDraft(title="second", description="after PROJ-1"))
    with open_target(folder) as target:
        for key in ("PROJ-1", "PROJ-2"):
            target.create_ticket(TicketDraft(title=f"stranger {key}", key=key))


def open_target(folder: Path) -> Tracker:
    return anybacklog.connect(f"sqlite:///{folder}/target.db?project=COPY")


def texts(folder: Path) -> dict[str, list[str]]:
    with open_target(folder) as target:
        return {
            ticket.title: [
                ticket.description.source if ticket.description else "",
                *(comment.body.source for comment in target.comments(ticket)),
            ]
            for ticket in target.tickets()
        }


@pytest.mark.parametrize("marks", [True, False], ids=["marks", "no-marks"])
def test_killed_anywhere_and_run_again_every_text_names_the_copies(tmp_path: Path, *, marks: bool) -> None:
    first = tmp_path / "reference"
    first.mkdir()
    fill(first)
    shutil.copytree(first, tmp_path / "pristine")
    names = run(first, 0, marks=marks)
    assert {"before write: update_comment", "before write: update_ticket"} <= set(names)
    wanted = texts(first)
    with open_target(first) as target:
        keys = {ticket.title: ticket.key for ticket in target.tickets()}
    assert wanted["first"] == [f"before {keys['second']}", f"see {keys['second']}"]
    assert wanted["second"] == [f"after {keys['first']}"]
    for number in range(1, len(names) + 1):
        folder = tmp_path / str(number)
        shutil.copytree(tmp_path / "pristine", folder)
        assert killed(folder, number, marks=marks), f"boundary {number} ({names[number - 1]}) was not hit"
        run(folder, 0, marks=marks)
        assert texts(folder) == wanted, f"killed at boundary {number}: {names[number - 1]}"
        with open_source(folder) as source, open_target(folder) as target:
            assert verify(source, target, ledger=folder / "ledger.db").differences == []
        shutil.rmtree(folder)
