"""`anybacklog doctor` without a URL: what is here, and every problem in one sentence with its way out."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from anybacklog.cli.checks.installed import EXTRAS

if TYPE_CHECKING:
    from tests.cli.conftest import Call, Configure, Diagnosis

ROOT = Path(__file__).parents[2]


def test_what_is_installed_is_told_and_is_no_problem(doctor: Callable[..., Diagnosis]) -> None:
    answer = doctor()
    assert (answer.code, answer.problems) == (0, [])
    assert answer.facts("python")[0]["version"] == ".".join(map(str, sys.version_info[:3]))
    assert {each["plugin"] for each in answer.facts("plugin")} >= {"embedded", "nulab"}
    assert answer.checks("configuration")[0]["state"] == "skipped"


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
    doctor: Callable[..., Diagnosis], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "me:hunter2@proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "localhost")
    answer = doctor("nulab://example.backlog.com/P")
    assert [each.get("value") for each in answer.facts("proxy")] == [
        "http://***@proxy.example:3128",
        "localhost",
        None,
    ]
    assert "example.backlog.com is reached through the proxy of HTTPS_PROXY" in answer.out
    assert "hunter2" not in answer.out


def test_certificates_that_are_not_there_are_a_problem(
    doctor: Callable[..., Diagnosis], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/file.pem")
    answer = doctor()
    assert answer.code == 2
    assert answer.problems == [("certificates", "REQUESTS_CA_BUNDLE names /no/such/file.pem, which does not exist")]


def test_every_problem_of_the_configuration_is_told_and_the_rest_is_looked_at(
    doctor: Callable[..., Diagnosis], configure: Configure
) -> None:
    work = '[connections.work]\nurl = "nulab://example.backlog.com/P"\nlabels = ["x"]\ncolour = "red"\n'
    configure(f'colour = 1\n{work}[connections.own]\nurl = "sqlite:///t.db"')
    answer = doctor("memory://x/P")
    assert answer.code == 2
    assert [told for _, told in answer.problems][:2] == [
        "colour is not known; a connection is written as [connections.NAME]",
        "connections.work.labels must be a text, a number, true or false",
    ]
    assert "nulab:// has no option 'colour'" in answer.problems[2][1]
    assert answer.facts("project")[0]["key"] == "P"


def test_a_configuration_that_cannot_be_read_is_one_problem(
    doctor: Callable[..., Diagnosis], configure: Configure
) -> None:
    configure("[connections.work\n")
    assert (doctor().code, [name for name, _ in doctor().problems]) == (2, ["configuration"])
