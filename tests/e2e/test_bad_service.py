"""A service that is away, refuses or is ill for good: one sentence that names it, and the exit code of the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e.told import one_sentence

from anybacklog_simulators.nulab import Fault, Harm

if TYPE_CHECKING:
    from tests.cli.conftest import Call

STOPPABLE = ("migrate", "repair", "rollback")
COMMANDS = {
    "plan": ("plan", "{space}", "{copy}", "-o", "{copy}.toml"),
    "migrate": ("migrate", "{space}", "{copy}", "--yes", "--refresh"),
    "verify": ("verify", "{space}", "{copy}"),
    "repair": ("repair", "{space}", "{copy}", "--yes"),
    "rollback": ("rollback", "{space}", "--yes"),
}


def failing(status: int) -> Fault:
    return Fault(harm=Harm.ERROR_BEFORE, path=r"^/api/", status=status)


def run(call: Call, command: str, ends: tuple[str, ...], space: str) -> tuple[int, str]:
    copy = ends[1]
    words = [word.format(space=space, copy=copy if word == "{copy}" else ends[3]) for word in COMMANDS[command]]
    answer = call(*words, *ends[2:])
    assert answer.out == ""
    return answer.code, one_sentence(answer.err)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("status", "code"), [(401, 3), (403, 3), (500, None), (502, None), (503, None)])
def test_what_it_answers_for_good_is_told(
    command: str, status: int, code: int | None, ends: tuple[str, ...], fake: Any, call: Call
) -> None:
    fake.faults.add(failing(status))
    got, said = run(call, command, ends, ends[0])
    assert got == (code or (4 if command in STOPPABLE else 1))
    assert ends[0] in said
    assert str(status) in said


@pytest.mark.parametrize("command", COMMANDS)
def test_a_host_that_is_away_is_told(command: str, ends: tuple[str, ...], call: Call) -> None:
    got, said = run(call, command, ends, "nulab+http://127.0.0.1:9/DEMO")
    assert got == (4 if command in STOPPABLE else 1)
    assert "nulab+http://127.0.0.1:9/DEMO" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_a_project_that_is_not_there_is_told(command: str, ends: tuple[str, ...], call: Call) -> None:
    got, said = run(call, command, ends, ends[0].replace("DEMO", "NOPE"))
    assert got == 1
    assert "project NOPE does not exist" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_a_limit_that_is_spent_for_an_hour_is_told_with_the_time(
    command: str, ends: tuple[str, ...], fake: Any, call: Call
) -> None:
    fake.rates.lower("read", 1)
    fake.rates.rival(1001, "read", 1000, fake.clock.seconds())
    fake.rates.length = 3600
    got, said = run(call, command, ends, ends[0])
    assert got == (4 if command in STOPPABLE else 1)
    assert "run it again after" in said
