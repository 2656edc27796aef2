"""`anybacklog doctor`: everything is looked at, a problem is one sentence with its way out, no key is ever shown."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from anybacklog.cli.checks.installed import EXTRAS

if TYPE_CHECKING:
    from tests.cli.conftest import Answer, Call, Space

Spaces = Callable[..., "Space"]
ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs" / "schema" / "reports" / "doctor.json").read_text("utf-8"))
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


@pytest.fixture(autouse=True)
def _no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def doctor(call: Call) -> Callable[..., Answer]:
    """Ask for JSON, and hold it against the published schema."""

    def asked(*arguments: object) -> Answer:
        answer = call("doctor", *arguments, "--format", "json")
        Draft202012Validator(SCHEMA).validate(answer.json)
        assert answer.json["code"] == answer.code
        return answer

    return asked


def checks(answer: Answer, name: str) -> list[dict[str, Any]]:
    return [check for check in answer.json["checks"] if check["name"] == name]


def facts(answer: Answer, name: str) -> list[dict[str, Any]]:
    return [check["facts"] for check in checks(answer, name)]


def problems(answer: Answer) -> list[tuple[str, str]]:
    found = [(check["name"], check["told"]) for check in answer.json["checks"] if check["state"] == "problem"]
    assert answer.json["problems"] == len(found)
    return found


def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("ANYBACKLOG_CONFIG", str(path))
    return path


# ---- here


def test_what_is_installed_is_told_and_is_no_problem(doctor: Callable[..., Answer]) -> None:
    answer = doctor()
    assert (answer.code, problems(answer)) == (0, [])
    assert facts(answer, "python")[0]["version"] == ".".join(map(str, sys.version_info[:3]))
    assert {each["plugin"] for each in facts(answer, "plugin")} >= {"embedded", "nulab"}
    assert checks(answer, "configuration")[0]["state"] == "skipped"


def test_text_has_a_line_for_each_check_and_ends_with_the_sum(call: Call) -> None:
    lines = call("doctor").out.splitlines()
    assert all(re.match(r"(ok|problem|skipped) +[a-z]", line) for line in lines[:-1])
    assert lines[-1] == "OK"


def test_every_extra_for_users_says_what_it_brings() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert set(project["optional-dependencies"]) - {"dev"} <= set(EXTRAS)


def test_a_plugin_that_was_switched_off_is_skipped_and_one_that_is_broken_is_a_problem(
    process: Call, tmp_path: Path
) -> None:
    meta = tmp_path / "site" / "broken-1.0.dist-info"
    meta.mkdir(parents=True)
    (meta / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n", encoding="utf-8")
    (meta / "entry_points.txt").write_text("[anybacklog]\nbroken = no_such_module_here\n", encoding="utf-8")
    answer = process("doctor", PYTHONPATH=str(meta.parent), ANYBACKLOG_DISABLE_PLUGINS="nulab")
    assert answer.code == 2
    assert re.search(r"problem +plugin +broken \(broken 1\.0\) is skipped: ModuleNotFoundError", answer.out)
    assert re.search(r"skipped +plugin +nulab .*disabled by ANYBACKLOG_DISABLE_PLUGINS", answer.out)
    assert answer.out.endswith("1 problem\n")


def test_the_proxy_of_a_host_is_told_and_its_password_is_masked(
    doctor: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "me:hunter2@proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "localhost")
    answer = doctor("nulab://example.backlog.com/P")
    assert [each.get("value") for each in facts(answer, "proxy")] == [
        "http://***@proxy.example:3128",
        "localhost",
        None,
    ]
    assert "example.backlog.com is reached through the proxy of HTTPS_PROXY" in answer.out
    assert "hunter2" not in answer.out


def test_certificates_that_are_not_there_are_a_problem(
    doctor: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/file.pem")
    answer = doctor()
    assert answer.code == 2
    assert problems(answer) == [("certificates", "REQUESTS_CA_BUNDLE names /no/such/file.pem, which does not exist")]


def test_every_problem_of_the_configuration_is_told_and_the_rest_is_looked_at(
    doctor: Callable[..., Answer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = '[connections.work]\nurl = "nulab://example.backlog.com/P"\nlabels = ["x"]\ncolour = "red"\n'
    configured(tmp_path, monkeypatch, f'colour = 1\n{work}[connections.own]\nurl = "sqlite:///t.db"')
    answer = doctor("memory://x/P")
    assert answer.code == 2
    assert [told for _, told in problems(answer)][:2] == [
        "colour is not known; a connection is written as [connections.NAME]",
        "connections.work.labels must be a text, a number, true or false",
    ]
    assert "nulab:// has no option 'colour'" in problems(answer)[2][1]
    assert facts(answer, "project")[0]["key"] == "P"


def test_a_configuration_that_cannot_be_read_is_one_problem(
    doctor: Callable[..., Answer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(tmp_path, monkeypatch, "[connections.work\n")
    assert (doctor().code, [name for name, _ in problems(doctor())]) == (2, ["configuration"])


# ---- a tracker


def test_a_tracker_without_a_network_needs_no_key(url: str, call: Call, doctor: Callable[..., Answer]) -> None:
    call("create", url, "--title", "x")
    answer = doctor(url)
    assert answer.code == 0
    assert facts(answer, "project")[0]["key"] == "PROJ"
    assert checks(answer, "key")[0]["told"] == "sqlite:// needs no key"
    assert {check["state"] for name in ("permissions", "traffic") for check in checks(answer, name)} == {"skipped"}


def test_looking_creates_no_file(url: str, doctor: Callable[..., Answer], tmp_path: Path) -> None:
    doctor(url)
    assert list(tmp_path.glob("*.db")) == []


def test_a_space_tells_who_i_am_what_i_may_do_and_how_the_budgets_stand(
    doctor: Callable[..., Answer], space: Spaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = space(role=3)
    monkeypatch.setenv(VARIABLE, there.key)
    answer = doctor(there.url)
    assert (answer.code, problems(answer)) == (0, [])
    assert facts(answer, "key") == [{"origin": f"environment variable {VARIABLE}"}]
    assert facts(answer, "host") == [{"host": "127.0.0.1"}]
    assert facts(answer, "myself") == [{"id": "1", "login": "ann", "user": "安"}]
    assert facts(answer, "project") == [{"id": "5", "key": "PROJ", "project": "店"}]
    assert "reporter" in facts(answer, "permissions")[0]["role"]
    assert [each["denied"] for each in facts(answer, "permissions")[1:]] == ["update_ticket", "delete_ticket"]
    assert {"limit": "title_length", "value": 255} in facts(answer, "limits")
    rates = {each["bucket"]: (each["limit"], each["remaining"]) for each in facts(answer, "traffic")}
    assert rates == dict.fromkeys(("read", "update", "search", "icon"), (600, 598))
    assert abs(facts(answer, "clock")[0]["offset"]) < 3


def test_nothing_but_reads_is_sent(
    doctor: Callable[..., Answer], space: Spaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = space()
    monkeypatch.setenv(VARIABLE, there.key)
    doctor(there.url)
    assert set(there.asked) == {"users/myself", "projects/PROJ", "rateLimit"}  # it answers GET alone


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
    doctor: Callable[..., Answer], space: Spaces, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    there = space()
    configured(tmp_path, monkeypatch, f'[connections.work]\nurl = "{there.url}"\napi_key = {{env = "EMPTY"}}')
    monkeypatch.setenv("ANYBACKLOG_WORK_API_KEY", there.key)
    places = [(each["place"], each["outcome"]) for each in facts(doctor("work"), "place")]
    assert places == [
        ("the api_key keyword", "not asked"),
        ("--key-env", "not asked"),
        ("environment variable EMPTY", "empty"),
        ("environment variable ANYBACKLOG_WORK_API_KEY", "used"),
        (f"environment variable {VARIABLE}", "not asked"),
        ("environment variable ANYBACKLOG_NULAB_ACCESS_TOKEN", "not asked"),
        (f"system keyring entry anybacklog/nulab://{there.host}", "not asked"),
    ]


def test_a_schemes_key_is_said_not_to_go_to_a_strangers_host(
    doctor: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "k")
    answer = doctor("nulab://backlog.com.evil.example/P")
    assert answer.code == 2
    [told] = [each["told"] for each in checks(answer, "place") if each["facts"]["place"].endswith(VARIABLE)]
    assert "neither one of the vendor's own hosts nor this machine" in told
    assert problems(answer)[0][0] == "key"


def test_a_place_that_fails_is_told_and_no_other_is_asked(
    doctor: Callable[..., Answer], space: Spaces, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    there = space()
    monkeypatch.setenv(VARIABLE, there.key)
    configured(tmp_path, monkeypatch, f'[connections.work]\nurl = "{there.url}"\napi_key = {{file = "absent"}}')
    answer = doctor("work")
    assert (answer.code, there.asked) == (2, [])
    assert [each["outcome"] for each in facts(answer, "place")][2:4] == ["failed", "not asked"]
    assert "absent cannot be read: No such file" in problems(answer)[0][1]


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such permissions there")
def test_a_keys_file_that_others_may_read_is_a_problem(
    doctor: Callable[..., Answer], space: Spaces, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    there = space()
    key = tmp_path / "key"
    key.write_text(there.key, encoding="utf-8")
    configured(tmp_path, monkeypatch, f'[connections.work]\nurl = "{there.url}"\napi_key = {{file = "key"}}')
    key.chmod(0o640)
    assert problems(doctor("work")) == [("key file", f"other users of this machine may read the key's file {key}")]
    key.chmod(0o600)
    assert problems(doctor("work")) == []


def test_a_refused_key_is_one_problem_and_nothing_else_is_asked(
    doctor: Callable[..., Answer], space: Spaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = space()
    monkeypatch.setenv(VARIABLE, "a-wrong-key")
    answer = doctor(there.url)
    assert (answer.code, set(there.asked)) == (3, {"users/myself"})
    [(name, told)] = problems(answer)
    assert name == "myself"
    assert "did not accept the key" in told
    assert checks(answer, "host")[0]["state"] == "ok"


def test_a_host_that_does_not_answer_is_one_problem(
    doctor: Callable[..., Answer], plugin: Callable[[str], Path]
) -> None:
    answer = doctor("desk:///P", "--plugin", plugin(DOWN))
    assert (answer.code, [name for name, _ in problems(answer)]) == (1, ["host"])
    assert checks(answer, "host")[0]["way_out"] == "check the network, the proxy and the host in the URL"
    assert checks(answer, "project")[0]["told"] == "not asked because desk.example cannot be reached"


def test_a_project_that_is_not_there_is_a_problem_and_the_rest_is_asked(
    doctor: Callable[..., Answer], space: Spaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = space()
    monkeypatch.setenv(VARIABLE, there.key)
    answer = doctor(f"nulab+http://{there.host}/NONE")
    assert (answer.code, [name for name, _ in problems(answer)]) == (1, ["project"])
    assert facts(answer, "clock")
    assert checks(answer, "limits")[0]["told"] == "not asked because the project cannot be read"


def test_without_a_project_the_rest_is_looked_at(
    doctor: Callable[..., Answer], space: Spaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = space()
    monkeypatch.setenv(VARIABLE, there.key)
    answer = doctor(f"nulab+http://{there.host}")
    assert (answer.code, checks(answer, "project")[0]["state"]) == (0, "skipped")


@pytest.mark.parametrize("ahead", [-60.0, 60.0])
def test_a_clock_that_is_wrong_is_a_problem(
    ahead: float, doctor: Callable[..., Answer], space: Spaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = space(clock_ahead=ahead)
    monkeypatch.setenv(VARIABLE, there.key)
    answer = doctor(there.url)
    assert (answer.code, [name for name, _ in problems(answer)]) == (1, ["clock"])
    assert abs(facts(answer, "clock")[0]["offset"] - ahead) < 3


def test_a_space_that_does_not_tell_its_budgets_is_no_problem(
    doctor: Callable[..., Answer], space: Spaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = space()
    del there.has["rateLimit"]
    monkeypatch.setenv(VARIABLE, there.key)
    assert problems(doctor(there.url)) == []


def test_an_access_token_is_shown_as_one(
    doctor: Callable[..., Answer], space: Spaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = space()
    monkeypatch.setenv("ANYBACKLOG_NULAB_ACCESS_TOKEN", there.key)
    answer = doctor(there.url)
    assert (answer.code, there.shown) == (0, {f"Bearer {there.key}"})
    assert checks(answer, "key")[0]["told"].startswith("an access token from environment variable")


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
    url: str, told: str, doctor: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "k")
    answer = doctor(url)
    assert (answer.code, checks(answer, "myself")) == (2, [])
    assert any(told in each for name, each in problems(answer) if name == "url")
    assert "pw" not in answer.out
