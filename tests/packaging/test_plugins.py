"""A stranger's package, installed beside the wheel, is as good as ours.

One that cannot be used is named and skipped.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
ACME = ROOT / "docs" / "examples" / "anybacklog-acme"
TICKETS = f"acme:///{ACME}/tickets"


@pytest.fixture
def plugins(anybacklog: Callable[..., Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(anybacklog("plugins", "--format", "json").out)
    return found


def test_the_wheel_is_what_runs(installed: Any) -> None:
    found = installed("anybacklog", "--version")
    assert found.code == 0
    where = installed("inspect", "--details", "anybacklog")
    assert str(installed.packages) in where.out


def test_acme_is_found_with_where_it_came_from(plugins: dict[str, Any]) -> None:
    (acme,) = (plugin for plugin in plugins["loaded"] if plugin["name"] == "acme")
    assert (acme["origin"], acme["schemes"]) == ("anybacklog-acme 0.1.0", ["acme"])


def test_our_own_plugins_come_through_the_same_table(plugins: dict[str, Any]) -> None:
    ours = {plugin["name"] for plugin in plugins["loaded"] if plugin["origin"].startswith("anybacklog 0")}
    assert ours == {"embedded", "nulab", "publicbacklog", "simulators"}


def test_a_working_url_lists_the_tickets(anybacklog: Callable[..., Any]) -> None:
    listed = anybacklog("ls", "acme:///tickets", "--format", "json", cwd=ACME)
    assert [(ticket["key"], ticket["status"]["category"]) for ticket in json.loads(listed.out)] == [
        ("T-1", "open"),
        ("T-2", "done"),
    ]
    shown = anybacklog("show", TICKETS, "T-1", "--format", "json")
    assert [comment["body"]["source"] for comment in json.loads(shown.out)["comments"]] == ["Only in private windows."]


def test_acme_keeps_the_contracts(installed: Any) -> None:
    ran = installed("pytest", "-q", "-p", "no:cacheprovider", str(ACME / "tests"), cwd=ACME)
    assert ran.code == 0, ran.out
    assert " passed" in ran.out


def test_a_strangers_type_checker_reads_our_types(installed: Any) -> None:
    strict = ("mypy", "--strict", "--cache-dir", str(installed.home / "mypy"))
    right = installed(*strict, "-p", "anybacklog_acme", cwd=ACME / "src")
    assert right.code == 0, right.out + right.err
    (installed.home / "wrong.py").write_text(
        "from anybacklog.plugin import Status\n\nStatus(id=1, name='Open', category='open')\n", encoding="utf-8"
    )
    wrong = installed(*strict, "wrong.py")
    assert 'Argument "id" to "Status" has incompatible type "int"' in wrong.out


def test_acme_migrates_to_a_file_and_back(anybacklog: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "back").mkdir()
    (tmp_path / "back" / "acme.json").write_text('{"id": "back", "name": "Back"}', encoding="utf-8")
    there = anybacklog("migrate", TICKETS, "sqlite:///copy.db", "--ledger", "there.db", "--yes", cwd=tmp_path)
    assert there.code == 0, there.err
    back = anybacklog("migrate", "sqlite:///copy.db", "acme:///back", "--ledger", "back.db", "--yes", cwd=tmp_path)
    assert back.code == 0, back.out + back.err
    again = anybacklog("verify", "sqlite:///copy.db", "acme:///back", "--ledger", "back.db", cwd=tmp_path)
    assert again.code == 0, again.out
    assert len(json.loads(anybacklog("ls", "acme:///back", "--format", "json", cwd=tmp_path).out)) == 2


@pytest.mark.parametrize(
    ("name", "reason"),
    [("broken", "a_module_that_is_not_there"), ("toonew", "anybacklog_dreams, which this version does not know")],
)
def test_a_plugin_that_cannot_be_used_is_named_and_skipped(plugins: dict[str, Any], name: str, reason: str) -> None:
    (skipped,) = (plugin for plugin in plugins["skipped"] if plugin["name"] == name)
    assert skipped["origin"] == f"stranger-{name} 9.9"
    assert reason in skipped["reason"]


def test_two_plugins_with_one_scheme_are_refused_by_name(anybacklog: Callable[..., Any], doubled: Path) -> None:
    refused = anybacklog("ls", TICKETS, beside=doubled)
    assert refused.code == 2
    assert "plugins acme and rival both claim acme://" in refused.err
    others = anybacklog("ls", "memory://some/PROJ", beside=doubled)
    assert others.code == 0
