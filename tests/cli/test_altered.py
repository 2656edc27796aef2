"""`migrate` into a service that changes texts: what is told first, and with which exit code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from anybacklog_simulators.publicbacklog import DEMO_KEY, Choices, empty_organization, simulator

if TYPE_CHECKING:
    from tests.cli.conftest import Call

CHANGED = "1 text came back changed by the target; verify names each."


@pytest.fixture
def options(url: str, call: Call, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, ...]]:
    """Give a migration into a service that takes a type parameter for a tag, and leaves it out."""
    call("create", url, "--title", "looks like HTML", "--description", "a List<String>")
    call("create", url, "--title", "looks like none", "--description", "as it was")
    monkeypatch.setenv("ITS_KEY", DEMO_KEY)
    with simulator(empty_organization(Choices(texts="plain"))).served() as server:
        target = f"publicbacklog+{server.url}/Website?scan_gap=2"
        yield "migrate", url, target, "--target-key-env", "ITS_KEY", "--yes"


def test_a_text_that_the_target_changed_is_told_first_with_exit_code_1_and_again_on_the_next_run(
    options: tuple[str, ...], call: Call, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    first = call(*options, "--report", page)
    assert (first.code, first.out.splitlines()[1]) == (1, f"Done, but {CHANGED}")
    assert "the target changed what these say: PROJ-1 (ticket); verify shows how" in first.out
    assert f"Done, but {CHANGED}" in page.read_text("utf-8")
    again = call(*options)
    assert (again.code, again.out.splitlines()[1]) == (1, f"Done, but {CHANGED}")


def test_a_part_of_which_a_text_was_changed_is_no_clean_part(options: tuple[str, ...], call: Call) -> None:
    answer = call(*options, "--limit", "1")
    assert (answer.code, answer.out.splitlines()[2]) == (1, CHANGED)
    assert answer.out.splitlines()[1].startswith("Partial")


def test_verify_names_the_text_that_the_target_changed(options: tuple[str, ...], call: Call) -> None:
    call(*options)
    answer = call("verify", *options[1:-1])
    assert answer.code == 1
    assert "PROJ-1 -> 1: description" in answer.out
    assert "PROJ-2" not in answer.out
