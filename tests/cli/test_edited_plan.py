"""A plan edited after a run: what is there and would differ is named, `repair --plan` writes it, then all is quiet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Call

NAMED = "changed at the source, or in the plan, since it was copied"


@pytest.fixture
def source(url: str, call: Call) -> str:
    """Three tickets; two are in progress, one has a comment."""
    call("create", url, "--title", "one 🎉", "--status", "In progress")
    call("create", url, "--title", "two", "--status", "In progress", "--priority", "High")
    call("create", url, "--title", "three")
    call("comment", url, "PROJ-2", "seen 𠮷")
    return url


@pytest.fixture
def target(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/target.db?project=COPY"


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """Write a plan that says nothing yet."""
    path = tmp_path / "plan.toml"
    path.write_text("", encoding="utf-8")
    return path


def edit(plan: Path) -> None:
    plan.write_text('[mapping.statuses]\n"In progress" = "Closed"\n', encoding="utf-8")


def statuses(call: Call, target: str) -> list[str]:
    return [each["status"]["name"] for each in call("ls", target, "--format", "json").json]


def test_after_a_finished_run_each_is_named_and_repair_writes_it(
    source: str, target: str, plan: Path, call: Call
) -> None:
    assert NAMED not in call("migrate", source, target, "--plan", str(plan)).out
    edit(plan)
    named = call("migrate", source, target, "--plan", str(plan))
    assert named.code == 0
    assert f"{NAMED}: PROJ-1 (ticket), PROJ-2 (ticket); repair writes it so, where it can be edited" in named.out
    assert statuses(call, target) == ["In progress", "In progress", "Open"]
    assert call("verify", source, target).code == 1
    assert call("repair", source, target, "--plan", str(plan), "--yes").code == 0
    assert statuses(call, target) == ["Closed", "Closed", "Open"]
    quiet = call("migrate", source, target, "--plan", str(plan))
    assert (quiet.code, NAMED in quiet.out) == (0, False)
    assert call("verify", source, target).code == 0
    again = call("repair", source, target, "--plan", str(plan), "--yes")
    assert (again.code, "set status" in again.out) == (0, False)


def test_after_a_part_of_it_the_rest_goes_by_the_new_plan(source: str, target: str, plan: Path, call: Call) -> None:
    call("migrate", source, target, "--plan", str(plan), "--limit", "1")
    edit(plan)
    named = call("migrate", source, target, "--plan", str(plan))
    assert f"{NAMED}: PROJ-1 (ticket); repair" in named.out
    assert statuses(call, target) == ["In progress", "Closed", "Open"]
    assert call("repair", source, target, "--plan", str(plan), "--yes").code == 0
    assert statuses(call, target) == ["Closed", "Closed", "Open"]
    assert NAMED not in call("migrate", source, target, "--plan", str(plan)).out


def test_what_the_source_changed_is_named_alike_and_quiet_after_the_repair(
    source: str, target: str, call: Call
) -> None:
    call("migrate", source, target)
    call("edit", source, "PROJ-3", "--title", "third")
    assert "PROJ-3 (ticket)" in call("migrate", source, target).out
    assert call("repair", source, target, "--yes").code == 0
    assert NAMED not in call("migrate", source, target).out
