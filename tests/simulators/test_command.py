"""`anybacklog simulate nulab`, in a process of its own."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

Started = tuple["subprocess.Popen[str]", dict[str, str]]
COMMAND = [sys.executable, "-m", "anybacklog", "simulate", "nulab"]


@pytest.fixture
def start(started: Callable[..., Started]) -> Callable[..., Started]:
    return partial(started, "nulab")


def base(lines: dict[str, str]) -> str:
    return lines["url"].removeprefix("nulab+").rpartition("/")[0]


def asked(url: str, key: str) -> Any:
    with urlopen(Request(url, headers={"Backlog-API-Key": key})) as answer:
        return json.load(answer)


def posted(url: str, **body: Any) -> Any:
    with urlopen(Request(url, data=json.dumps(body).encode(), method="POST")) as answer:
        return json.load(answer)


def test_it_prints_a_url_and_a_key_that_work_and_stops_when_interrupted(start: Callable[..., Started]) -> None:
    process, lines = start("--port", "0", "--data", "demo")
    assert lines["url"].startswith("nulab+http://127.0.0.1:")
    issues = asked(f"{base(lines)}/api/v2/issues", lines["key"])
    assert [each["issueKey"] for each in issues] == ["DEMO-3", "DEMO-2", "DEMO-1"]
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130


def test_the_control_door_is_closed_unless_asked_for(start: Callable[..., Started]) -> None:
    _, lines = start("--data", "empty")
    with pytest.raises(HTTPError, match="401"):
        posted(f"{base(lines)}/_simulator/dump")


def test_the_control_door_switches_faults_moves_the_clock_and_dumps(
    start: Callable[..., Started], tmp_path: Path
) -> None:
    _, lines = start("--data", "demo", "--control", "--plan", "free")
    door, myself = f"{base(lines)}/_simulator", f"{base(lines)}/api/v2/users/myself"
    posted(f"{door}/faults", add=[{"harm": "error-before", "times": 1}])
    with pytest.raises(HTTPError, match="503"):
        asked(myself, lines["key"])
    assert asked(myself, lines["key"])["id"] == 1001
    posted(f"{door}/rates", lower={"read": 0})
    with pytest.raises(HTTPError, match="429"):
        asked(myself, lines["key"])
    later = posted(f"{door}/clock", advance=7200)["now"]
    assert later > posted(f"{door}/clock", advance=-7200)["now"]
    with pytest.raises(HTTPError, match="400"):
        posted(f"{door}/faults", add=[{"harm": "flood"}])
    with pytest.raises(HTTPError, match="400"):
        posted(f"{door}/faults", add=[{"harm": "refuse", "path": "["}])
    with pytest.raises(HTTPError, match="400"):
        posted(f"{door}/rates", lower={"reed": 0})
    with pytest.raises(HTTPError, match="404"):
        posted(f"{door}/nothing")
    file = tmp_path / "space.json"
    file.write_text(json.dumps(posted(f"{door}/dump")), encoding="utf-8")
    _, again = start("--data", str(file))
    assert len(asked(f"{base(again)}/api/v2/issues", again["key"])) == 3


def test_a_port_that_is_taken_and_a_file_that_is_no_dump_are_told_in_a_sentence(tmp_path: Path) -> None:
    def told(*options: str) -> str:
        ran = subprocess.run([*COMMAND, *options], capture_output=True, text=True, check=False)
        assert ran.returncode == 2
        return ran.stderr

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"port {port} cannot be used" in told("--port", str(port))
    (tmp_path / "x.json").write_text('{"tickets": []}', encoding="utf-8")
    assert "Space has no tickets" in told("--data", str(tmp_path / "x.json"))


def test_without_its_extra_it_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['werkzeug'] = None; from anybacklog.cli.main import run; sys.exit(run(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", program, "simulate", "nulab"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, "pip install 'anybacklog[simulators]'" in ran.stderr) == (2, True), ran.stderr


def test_answers_can_be_those_of_a_day(start: Callable[..., Started]) -> None:
    _, lines = start("--as-of", "2015-05-10", "--plan", "free")
    assert "nulabAccount" not in asked(f"{base(lines)}/api/v2/users/myself", lines["key"])
    with pytest.raises(HTTPError, match="400"):
        asked(f"{base(lines)}/api/v2/projects/DEMO/customFields", lines["key"])
