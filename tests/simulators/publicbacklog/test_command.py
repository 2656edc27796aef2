"""`anybacklog simulate publicbacklog`, in a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from anybacklog.cli.main import run
from anybacklog_simulators.publicbacklog import FIELDS, SWITCHES, empty_organization, simulator

Started = tuple["subprocess.Popen[str]", dict[str, str]]
GET = "tickets/get-ticket?id=1"


@pytest.fixture
def start(started: Callable[..., Started]) -> Callable[..., Started]:
    return partial(started, "publicbacklog")


def base(lines: dict[str, str]) -> str:
    return lines["url"].removeprefix("publicbacklog+").rpartition("/")[0]


def asked(lines: dict[str, str], path: str, body: Any = None, method: str | None = None) -> Any:
    content = None if body is None else json.dumps(body).encode()
    headers = {"apiKey": lines["key"], "Content-Type": "application/json"}
    with urlopen(Request(f"{base(lines)}/{path}", content, headers, method=method)) as answer:
        return json.load(answer)


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run the command in this process, which must end by itself; give exit code, stdout, stderr."""

    def ran(*options: str) -> tuple[int, str, str]:
        code = run(["simulate", "publicbacklog", *options])
        return code, *capsys.readouterr()

    return ran


def test_it_prints_a_url_and_a_key_that_work_and_stops_when_interrupted(start: Callable[..., Started]) -> None:
    process, lines = start("--port", "0", "--data", "demo")
    assert lines["url"].startswith("publicbacklog+http://127.0.0.1:")
    assert lines["url"].endswith("/Website")
    assert asked(lines, f"v1/{GET}")["title"] == "保存すると落ちる 🎉"
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130


def test_what_its_pages_leave_open_is_chosen(start: Callable[..., Started]) -> None:
    _, lines = start("--choose", "read_verb=post", "--choose", "wrapping=data", "--choose", "shown=id,comments")
    with pytest.raises(HTTPError, match="405"):
        asked(lines, f"v1/{GET}")
    found = asked(lines, f"v1/{GET}", {}, "POST")["data"]
    assert (list(found), [each["comment"] for each in found["comments"]]) == (
        ["id", "comments"],
        ["再現しました。", "Seen again on 2.1"],
    )


def test_every_choice_is_listed(told: Any) -> None:
    code, out, _ = told("--choose", "help")
    assert code == 0
    for name, switch in SWITCHES.items():
        assert f"{name}={'|'.join(switch.words)}\n      {switch.about}\n" in out
    assert " ".join(FIELDS) in out


def test_the_control_door_switches_faults_tells_what_was_asked_and_dumps(
    start: Callable[..., Started], tmp_path: Path
) -> None:
    _, lines = start("--control", "--choose", "created=201")
    asked(lines, "_simulator/faults", {"add": [{"harm": "error-before", "times": 1}]})
    with pytest.raises(HTTPError, match="503"):
        asked(lines, f"v1/{GET}")
    asked(lines, "_simulator/rates", {"lower": {"requests": 1}})
    asked(lines, f"v1/{GET}")
    with pytest.raises(HTTPError, match="429"):
        asked(lines, f"v1/{GET}")
    log = asked(lines, "_simulator/log", {"clear": True})["requests"]
    assert log == [["GET", "/v1/tickets/get-ticket", status] for status in (503, 200, 429)]
    assert asked(lines, "_simulator/log", {})["requests"] == []
    file = tmp_path / "organization.json"
    file.write_text(json.dumps(asked(lines, "_simulator/dump", {})), encoding="utf-8")
    _, again = start("--data", str(file), "--control")
    assert asked(again, "_simulator/dump", {}) == json.loads(file.read_text("utf-8"))


def test_a_backlog_of_any_name_has_a_url(start: Callable[..., Started], tmp_path: Path) -> None:
    organization = empty_organization()
    organization.backlogs[1].name = "Front page/日本"
    file = tmp_path / "organization.json"
    file.write_text(json.dumps(simulator(organization).dump()), encoding="utf-8")
    _, lines = start("--data", str(file))
    assert lines["url"].endswith("/Front%20page%2F%E6%97%A5%E6%9C%AC")


def test_with_a_webhook_it_prints_the_secret(start: Callable[..., Started]) -> None:
    process, _ = start("--webhook", "http://127.0.0.1:9/")
    assert process.stdout is not None
    assert process.stdout.readline() == "secret secret-of-the-simulator\n"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--choose", "read_verb=put"], "read_verb has no 'put'; it has get, post, both"),
        (["--choose", "read_verb"], "read_verb has no ''"),
        (["--choose", "verb=get"], "there is no choice 'verb'; there are create_path"),
        (["--choose", "shown=id,tags"], "shown has no 'tags'"),
        (["--webhook", "http://example.com/"], "http://example.com/ is not on this machine"),
        (["--plan", "free"], "--plan is an option of nulab, not of publicbacklog"),
        (["--as-of", "2020-01-01"], "--as-of is an option of nulab, not of publicbacklog"),
        (["--data", __file__], "is no dump of a simulator"),
    ],
)
def test_what_it_cannot_do_is_told_in_a_sentence(told: Any, options: list[str], sentence: str) -> None:
    code, _, err = told(*options)
    assert (code, sentence in err, "Traceback" in err) == (2, True, False), err


@pytest.mark.parametrize("change", [{"key": ""}, {"default_backlog_id": 7}])
def test_a_dump_nobody_can_work_with_is_refused(told: Any, change: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "organization.json"
    file.write_text(json.dumps({**simulator(empty_organization()).dump(), **change}), encoding="utf-8")
    code, _, err = told("--data", str(file))
    assert (code, "has no key or no default backlog" in err) == (2, True)
