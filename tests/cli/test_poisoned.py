"""A bug of an adapter over one ticket, as its user meets it: named, exit code 1, a traceback for those who ask."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Call

POISONED = """
from anybacklog.plugin import BackendSpec, hookimpl
from anybacklog.store.sqlite import SqliteBackend


class Poisoned(SqliteBackend):
    def create_ticket(self, fields):
        if fields["title"] == "poisoned":
            raise KeyError("assignee, with apiKey=s3cretS3cretS3cret")
        return super().create_ticket(fields)


@hookimpl
def anybacklog_backends():
    yield BackendSpec("poison", lambda connection: Poisoned(TARGET, "COPY"), local=True)
"""


@pytest.fixture
def ends(url: str, call: Call, plugin: Callable[[str], Path], tmp_path: Path) -> list[str]:
    """Make three tickets, of which the adapter of the target breaks over the second; give the arguments."""
    for title in ("before", "poisoned", "behind"):
        call("create", url, "--title", title)
    head = f"from pathlib import Path\nTARGET = Path({str(tmp_path / 'target.db')!r})\n"
    return [url, "poison:///", "--plugin", str(plugin(head + POISONED))]


def test_it_is_named_the_others_are_there_and_the_exit_code_is_1(ends: list[str], call: Call, tmp_path: Path) -> None:
    answer = call("migrate", *ends)
    assert answer.code == 1
    assert [line for line in answer.out.splitlines() if "PROJ-2" in line and "KeyError: 'assignee" in line]
    assert "Traceback" not in answer.out + answer.err
    assert "s3cret" not in answer.out + answer.err
    copies = call("ls", f"sqlite:///{tmp_path}/target.db", "--format", "json").json
    assert [each["title"] for each in copies] == ["before", "behind"]


def test_debug_shows_where_the_bug_is(ends: list[str], call: Call) -> None:
    answer = call("migrate", *ends, "--debug")
    assert answer.code == 1
    assert "in create_ticket" in answer.err
    assert "s3cret" not in answer.err


def test_the_fourth_run_says_that_it_is_left_alone(ends: list[str], call: Call) -> None:
    outs = [call("migrate", *ends).out for _ in range(4)]
    assert ["quarantine" in out for out in outs] == [False, False, False, True]
