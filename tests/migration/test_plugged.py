"""Plugins in a migration: drafts pass from one to the next, people are mapped, and who raises is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from anybacklog import MigrationError, Tracker
from anybacklog.migration import migrate, verify
from anybacklog.registry import load_registry

Make = Callable[[], Tracker]
HEAD = "from dataclasses import replace\nfrom anybacklog.plugin import hookimpl\n"
PREFIX = """
@hookimpl
def anybacklog_transform_draft(draft, ticket):
    return replace(draft, title=f"[{ticket.key}] {draft.title}")
"""
SUFFIX = """
@hookimpl
def anybacklog_transform_draft(draft):
    return replace(draft, title=draft.title + "!")
"""
MAPS = """
@hookimpl
def anybacklog_map_user(user, candidates):
    return candidates[0] if user.login == "hanako" else None
"""


@pytest.fixture
def plugin(tmp_path: Path) -> Callable[[str, str], str]:
    """Write a plugin file."""

    def write(name: str, body: str) -> str:
        path = tmp_path / f"{name}.py"
        path.write_text(HEAD + body, encoding="utf-8")
        load_registry.cache_clear()
        return str(path)

    return write


@pytest.fixture
def ends(memory: Make, filled: Callable[[Tracker], Tracker]) -> tuple[Tracker, Tracker]:
    return filled(memory()), memory()


def test_drafts_pass_from_plugin_to_plugin_and_verify_knows_them(
    ends: tuple[Tracker, Tracker], plugin: Callable[[str, str], str], tmp_path: Path
) -> None:
    files = (plugin("prefix", PREFIX), plugin("suffix", SUFFIX))
    migrate(*ends, ledger=tmp_path / "l.db", plugins=files)
    assert ends[1].ticket("PROJ-2").title == "[PROJ-2] 親!"
    assert verify(*ends, ledger=tmp_path / "l.db", plugins=files).differences == []


def test_a_plugin_says_who_stands_for_whom(
    ends: tuple[Tracker, Tracker], plugin: Callable[[str, str], str], tmp_path: Path
) -> None:
    migrate(*ends, ledger=tmp_path / "l.db", plugins=(plugin("maps", MAPS),))
    assert ends[1].ticket("PROJ-1").reporter == ends[1].users()[0]


@pytest.mark.parametrize(
    ("hook", "body"),
    [
        ("anybacklog_transform_draft", "(draft):\n    raise KeyError('x')"),
        ("anybacklog_transform_draft", "(draft):\n    return 'text'"),
        ("anybacklog_map_user", "(user):\n    return 1 / 0"),
        ("anybacklog_formats", "():\n    raise ValueError"),
    ],
)
def test_a_plugin_that_fails_is_named_before_anything_is_written(
    ends: tuple[Tracker, Tracker], plugin: Callable[[str, str], str], tmp_path: Path, hook: str, body: str
) -> None:
    files = (plugin("faulty", f"\n@hookimpl\ndef {hook}{body}\n"),)
    with pytest.raises(MigrationError, match=f"plugin faulty: {hook}"):
        migrate(*ends, ledger=tmp_path / "l.db", plugins=files)
    assert (ends[1].count_tickets(), len(ends[1].users())) == (0, 1)


def test_every_outcome_is_observed(
    ends: tuple[Tracker, Tracker], plugin: Callable[[str, str], str], tmp_path: Path
) -> None:
    seen = tmp_path / "seen.txt"
    watcher = plugin(
        "watcher",
        f"from pathlib import Path\nLINES = []\n\n@hookimpl\ndef anybacklog_observe_step(step, state):\n"
        f"    LINES.append(state)\n    Path({str(seen)!r}).write_text('\\n'.join(LINES))\n",
    )
    report = migrate(*ends, ledger=tmp_path / "l.db", plugins=(watcher,))
    steps = seen.read_text().split()
    assert set(steps) == {"done"}
    assert len(steps) >= report.counts["tickets"].created + report.counts["comments"].created
