"""`anybacklog doctor URL`: key, owner, permissions, limits, clock; it goes on after a problem and shows no key."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Call, Configure, Diagnosis, Space

Spaces = Callable[..., "Space"]
VARIABLE = "ANYBACKLOG_NULAB_API_KEY"
DOWN = """
from anybacklog.plugin import BackendSpec, TransportError, hookimpl
from anybacklog.store.memory import MemoryBackend

class Down(MemoryBackend):
    def myself(self):
        raise TransportError("GET myself: no connection; nothing was changed, try again", maybe_applied=False)

@hookimpl
def anybacklog_backends():
    return [BackendSpec("desk", lambda connection: Down(), default_host="desk.example", example="desk:///P")]
"""


def test_a_tracker_without_a_network_needs_no_key(url: str, call: Call, doctor: Callable[..., Diagnosis]) -> None:
    call("create", url, "--title", "x")
    answer = doctor(url)
    assert answer.code == 0
    assert answer.facts("project")[0]["key"] == "PROJ"
    assert answer.facts("tickets") == [{"count": 1}]
    assert answer.checks("key")[0]["told"] == "sqlite:// needs no key"
    assert {check["state"] for name in ("permissions", "traffic") for check in answer.checks(name)} == {"skipped"}


@pytest.mark.parametrize("scheme", ["sqlite", "archive"])
def test_what_is_damaged_is_one_problem(scheme: str, doctor: Callable[..., Diagnosis], tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("not a tracker")
    answer = doctor(f"{scheme}:///{tmp_path}/mine")
    assert (answer.code, [name for name, _ in answer.problems]) == (2, ["myself"])
    assert answer.checks("project")[0]["told"] == "not asked because that is to be mended first"


@pytest.mark.parametrize("scheme", ["sqlite", "archive"])
def test_looking_creates_no_file_and_says_that_there_is_none(
    scheme: str, doctor: Callable[..., Diagnosis], tmp_path: Path
) -> None:
    answer = doctor(f"{scheme}:///{tmp_path}/mistyped")
    assert (answer.code, list(tmp_path.iterdir())) == (0, [])
    [check] = answer.checks("tickets")
    assert check["state"] == "skipped"
    assert "mistyped does not exist; the first write makes it" in f"{check['told']}; {check['way_out']}"


def test_a_space_tells_who_i_am_what_i_may_do_and_how_the_budgets_stand(
    doctor: Callable[..., Diagnosis], space: Spaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = space(role=3)
    monkeypatch.setenv(VARIABLE, there.key)
    answer = doctor(there.url)
    assert (answer.code, answer.problems) == (0, [])
    assert answer.facts("key") == [{"origin": f"environment variable {VARIABLE}"}]
    assert answer.facts("host") == [{"host": "127.0.0.1"}]
    assert answer.facts("myself") == [{"id": "1", "login": "ann", "user": "安"}]
    assert answer.facts("project") == [{"id": "5", "key": "PROJ", "project": "店"}]
    assert "reporter" in answer.facts("permissions")[0]["role"]
    assert [each["denied"] for each in answer.facts("permissions")[1:]] == ["update_ticket", "delete_ticket"]
    assert {"limit": "title_length", "value": 255} in answer.facts("limits")
    rates = {each["bucket"]: (each["limit"], each["remaining"]) for each in answer.facts("traffic")}
    assert rates == dict.fromkeys(("read", "update", "search", "icon"), (600, 598))
    assert abs(answer.facts("clock")[0]["offset"]) < 3


def test_nothing_but_reads_is_sent(
    doctor: Callable[..., Diagnosis], space: Spaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = space()
    monkeypatch.setenv(VARIABLE, there.key)
    doctor(there.url)
    assert set(there.asked) == {"users/myself", "projects/PROJ", "space/licence", "rateLimit"}  # it answers GET alone


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_key_is_shown_in_no_form_not_even_where_the_service_repeats_it(
    form: str, call: Call, space: Spaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = space()
    monkeypatch.setenv(VARIABLE, "a-wrong-key")
    answer = call("doctor", there.url, "--format", form, "-vv")
    assert answer.code == 3
    assert "a-wrong-key" not in answer.out + answer.err


def test_every_place_is_told_in_its_order(
    doctor: Callable[..., Diagnosis], space: Spaces, monkeypatch: pytest.MonkeyPatch, configure: Configure
) -> None:
    there = space()
    configure(f'[connections.work]\nurl = "{there.url}"\napi_key = {{env = "EMPTY"}}')
    monkeypatch.setenv("ANYBACKLOG_WORK_API_KEY", there.key)
    places = [(each["place"], each["outcome"]) for each in doctor("work").facts("place")]
    assert places == [
        ("the api_key keyword", "not asked"),
        ("--key-env", "not asked"),
        ("environment variable EMPTY", "empty"),
        ("environment variable ANYBACKLOG_WORK_API_KEY", "used"),
        (f"environment variable {VARIABLE}", "not asked"),
        ("environment variable ANYBACKLOG_NULAB_ACCESS_TOKEN", "not asked"),
        (f"login at nulab+http://{there.host}", "not asked"),
        (f"system keyring entry anybacklog/nulab://{there.host}", "not asked"),
    ]


def test_a_schemes_key_is_said_not_to_go_to_a_strangers_host(
    doctor: Callable[..., Diagnosis], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "k")
    answer = doctor("nulab://backlog.com.evil.example/P")
    assert answer.code == 2
    [told] = [each["told"] for each in answer.checks("place") if each["facts"]["place"].endswith(VARIABLE)]
    assert "neither one of the vendor's own hosts nor this machine" in told
    assert answer.problems[0][0] == "key"


def test_a_place_that_fails_is_told_and_no_other_is_asked(
    doctor: Callable[..., Diagnosis], space: Spaces, monkeypatch: pytest.MonkeyPatch, configure: Configure
) -> None:
    there = space()
    monkeypatch.setenv(VARIABLE, there.key)
    configure(f'[connections.work]\nurl = "{there.url}"\napi_key = {{file = "absent"}}')
    answer = doctor("work")
    assert (answer.code, there.asked) == (2, [])
    assert [each["outcome"] for each in answer.facts("place")][2:4] == ["failed", "not asked"]
    assert "absent cannot be read: No such file" in answer.problems[0][1]


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such permissions there")
def test_a_keys_file_that_others_may_read_is_a_problem(
    doctor: Callable[..., Diagnosis], space: Spaces, tmp_path: Path, configure: Configure
) -> None:
    there = space()
    key = tmp_path / "key"
    key.write_text(there.key, encoding="utf-8")
    configure(f'[connections.work]\nurl = "{there.url}"\napi_key = {{file = "key"}}')
    key.chmod(0o640)
    assert doctor("work").problems == [("key file", f"other users of this machine may read the key's file {key}")]
    key.chmod(0o600)
    assert doctor("work").problems == []


def test_a_refused_key_is_one_problem_and_nothing_else_is_asked(
    doctor: Callable[..., Diagnosis], space: Spaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = space()
    monkeypatch.setenv(VARIABLE, "a-wrong-key")
    answer = doctor(there.url)
    assert (answer.code, set(there.asked)) == (3, {"users/myself"})
    [(name, told)] = answer.problems
    assert name == "myself"
    assert "did not accept the key" in told
    assert answer.checks("host")[0]["state"] == "ok"


def test_a_host_that_does_not_answer_is_one_problem(
    doctor: Callable[..., Diagnosis], plugin: Callable[[str], Path]
) -> None:
    answer = doctor("desk:///P", "--plugin", plugin(DOWN))
    assert (answer.code, [name for name, _ in answer.problems]) == (1, ["host"])
    assert answer.checks("host")[0]["way_out"] == "check the network, the proxy and the host in the URL"
    assert answer.checks("project")[0]["told"] == "not asked because desk.example cannot be reached"


def test_a_project_that_is_not_there_is_a_problem_and_the_rest_is_asked(
    doctor: Callable[..., Diagnosis], space: Spaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = space()
    monkeypatch.setenv(VARIABLE, there.key)
    answer = doctor(f"nulab+http://{there.host}/NONE")
    assert (answer.code, [name for name, _ in answer.problems]) == (1, ["project"])
    assert answer.facts("clock")
    assert answer.checks("limits")[0]["told"] == "not asked because the project cannot be read"


def test_without_a_project_the_rest_is_looked_at(
    doctor: Callable[..., Diagnosis], space: Spaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = space()
    monkeypatch.setenv(VARIABLE, there.key)
    answer = doctor(f"nulab+http://{there.host}")
    assert (answer.code, answer.checks("project")[0]["state"]) == (0, "skipped")


@pytest.mark.parametrize("ahead", [-60.0, 60.0])
def test_a_clock_that_is_wrong_is_a_problem(
    ahead: float, doctor: Callable[..., Diagnosis], space: Spaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = space(clock_ahead=ahead)
    monkeypatch.setenv(VARIABLE, there.key)
    answer = doctor(there.url)
    assert (answer.code, [name for name, _ in answer.problems]) == (1, ["clock"])
    assert abs(answer.facts("clock")[0]["offset"] - ahead) < 3


def test_a_space_that_does_not_tell_its_budgets_is_no_problem(
    doctor: Callable[..., Diagnosis], space: Spaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = space()
    del there.has["rateLimit"]
    monkeypatch.setenv(VARIABLE, there.key)
    assert doctor(there.url).problems == []


def test_an_access_token_is_shown_as_one(
    doctor: Callable[..., Diagnosis], space: Spaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = space()
    monkeypatch.setenv("ANYBACKLOG_NULAB_ACCESS_TOKEN", there.key)
    answer = doctor(there.url)
    assert (answer.code, there.shown) == (0, {f"Bearer {there.key}"})
    assert answer.checks("key")[0]["told"].startswith("an access token from environment variable")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nolab://x/P", "no backend for nolab://"),
        ("nulab://me:pw@example.backlog.com/P", "must not hold a user name or a password"),
        ("nulab://example.backlog.com/P?colour=red", "has no option 'colour'"),
        ("nulab+http://example.backlog.com/P", "plain http would send the key"),
        ("absent", "neither a URL nor a connection"),
    ],
)
def test_a_url_that_cannot_be_used_is_a_problem_and_nothing_is_asked(
    url: str, told: str, doctor: Callable[..., Diagnosis], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "k")
    answer = doctor(url)
    assert (answer.code, answer.checks("myself")) == (2, [])
    assert any(told in each for name, each in answer.problems if name == "url")
    assert "pw" not in answer.out
