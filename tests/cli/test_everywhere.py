"""What is accepted everywhere and has a say about the network: the share, the pace, and whose key goes where."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from anybacklog.cli.everywhere import Invocation
from anybacklog.connection import find_target

if TYPE_CHECKING:
    from tests.cli.conftest import Call, Space

Spaces = Callable[..., "Space"]
SHOWN = """
from anybacklog.plugin import BackendSpec, ConfigurationError, hookimpl

@hookimpl
def anybacklog_backends():
    def open(connection):
        raise ConfigurationError(f"{connection.traffic.share} {connection.traffic.polite}")
    return [BackendSpec("desk", open, default_host="desk.example", example="desk:///P")]
"""


def traffic_of(call: Call, plugin: Callable[[str], Path], *arguments: str) -> str:
    """Say what a backend is opened with: its share and whether it is polite."""
    return call("--plugin", plugin(SHOWN), "ls", *arguments).err.removeprefix("Error: ").rstrip()


def test_the_share_and_the_pace_go_before_those_of_the_url(call: Call, plugin: Callable[[str], Path]) -> None:
    assert traffic_of(call, plugin, "desk:///P") == "1.0 False"
    assert traffic_of(call, plugin, "desk:///P?share=50&pace=polite") == "0.5 True"
    assert (
        traffic_of(call, plugin, "desk:///P?share=50&pace=polite", "--share", "25%", "--pace", "full") == "0.25 False"
    )


def test_the_share_and_the_pace_go_before_those_of_the_configuration_file(
    call: Call, plugin: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[connections.work]\nurl = "desk:///P"\nshare = 50\npace = "polite"', encoding="utf-8")
    monkeypatch.setenv("ANYBACKLOG_CONFIG", str(file))
    assert traffic_of(call, plugin, "work") == "0.5 True"
    assert traffic_of(call, plugin, "work", "--share", "10") == "0.1 True"


def test_a_tracker_without_a_network_takes_them_without_complaint(url: str, call: Call) -> None:
    assert call("create", url, "--title", "x", "--share", "50", "--pace", "polite").code == 0


@pytest.mark.parametrize("share", ["0", "101", "half", "", "-5", "nan"])
def test_a_share_that_is_none_is_refused_before_anything_is_opened(share: str, url: str, call: Call) -> None:
    answer = call("ls", url, "--share", share)
    assert (answer.code, answer.out, answer.err) == (
        2,
        "",
        f"Error: share is a percentage from 1 to 100, not {share!r}\n",
    )


def test_a_pace_that_is_none_is_refused_with_those_there_are(url: str, call: Call) -> None:
    answer = call("ls", url, "--pace", "slow")
    assert (answer.code, answer.err) == (2, "Error: pace is one of full, polite, not 'slow'\n")


def test_help_names_them_everywhere(call: Call) -> None:
    everywhere = call("ls", "--help").out.split("Everywhere")[1]
    assert "--share PERCENT" in everywhere
    assert "--pace full|polite" in everywhere


def test_each_end_is_shown_its_own_key_and_never_the_others(
    call: Call, space: Spaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = space(key="key-of-the-source"), space(key="key-of-the-target")
    monkeypatch.setenv("HERE", source.key)
    monkeypatch.setenv("THERE", target.key)
    call("migrate", source.url, target.url, "--dry-run", "--source-key-env", "HERE", "--target-key-env", "THERE")
    assert (source.shown, target.shown) == ({source.key}, {target.key})


def test_an_end_without_a_variable_of_its_own_takes_that_of_both(
    call: Call, space: Spaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = space(key="key-of-the-source"), space(key="key-of-the-target")
    monkeypatch.setenv("HERE", source.key)
    monkeypatch.setenv("BOTH", target.key)
    call("migrate", source.url, target.url, "--dry-run", "--source-key-env", "HERE", "--key-env", "BOTH")
    assert (source.shown, target.shown) == ({source.key}, {target.key})


def test_one_variable_for_two_services_is_refused_before_either_is_asked(
    call: Call, space: Spaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = space(), space()
    monkeypatch.setenv("BOTH", source.key)
    answer = call("migrate", source.url, target.url, "--dry-run", "--key-env", "BOTH")
    assert (answer.code, source.asked, target.asked) == (2, [], [])
    assert "use --source-key-env and --target-key-env" in answer.err


@pytest.mark.parametrize("name", ["UNSET", ""])
def test_a_named_variable_without_a_key_stops_before_another_place_is_asked(
    name: str, call: Call, space: Spaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = space()
    monkeypatch.setenv("ANYBACKLOG_NULAB_API_KEY", there.key)
    answer = call("ls", there.url, "--key-env", name)
    assert (answer.code, there.asked) == (2, [])
    assert "is not set or empty" in answer.err


def test_what_was_said_of_the_traffic_is_an_option_of_every_networked_target() -> None:
    said = Invocation(share="30").traffic()
    assert find_target("nulab://example.backlog.com/P", traffic=said).options == {"share": "30"}
    assert find_target("memory://x/P", traffic=said).options == {}
