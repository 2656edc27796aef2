"""A milestone and a version of one name are one word at Nulab: planned, made, counted and taken back as one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from tests.migration.spaces import Serve

from anybacklog import Tracker
from anybacklog.migration import migrate, plan, verify
from anybacklog.migration.reversal import rollback
from anybacklog.model import Category, Milestone, TicketDraft, Version
from anybacklog_simulators.nulab import empty_space

Make: TypeAlias = Callable[[], Tracker]


@pytest.fixture
def source(sqlite: Make) -> Tracker:
    """Give a tracker whose ticket has the milestone and the affected version 1.0, which are two words there."""
    tracker = sqlite()
    tracker.add_metadata("milestones", Milestone(id="", name="1.0"))
    tracker.add_metadata("versions", Version(id="", name="1.0"))
    tracker.add_metadata("versions", Version(id="", name="0.9"))
    tracker.create_ticket(TicketDraft(title="one", milestones=["1.0"], affected_versions=["1.0", "0.9"]))
    return tracker


def names(words: object) -> list[str]:
    return sorted(word.name for word in words)  # type: ignore[attr-defined]  # whatever has names


def test_the_plan_says_one_and_one_request(source: Tracker, serve: Serve, tmp_path: Path) -> None:
    target, _ = serve(empty_space())
    planned = plan(source, target, ledger=tmp_path / "ledger.db")
    assert [each for each in planned.to_create if each[1] in ("1.0", "0.9")] == [
        ("milestones", "1.0"),
        ("versions", "0.9"),
    ]
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert report.requests["target"]["update"] == planned.requests["target"]["update"]


def test_one_is_made_and_reported_and_serves_both(source: Tracker, serve: Serve, tmp_path: Path) -> None:
    target, _ = serve(empty_space())
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    (note,) = (note for note in report.notes if note.startswith("created in the target"))
    assert "milestones 1, versions 1" in note
    assert names(target.versions()) == names(target.milestones()) == ["0.9", "1.0"]
    (ticket,) = target.tickets()
    assert (names(ticket.milestones), names(ticket.affected_versions)) == (["1.0"], ["0.9", "1.0"])
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_it_is_taken_back_once(source: Tracker, serve: Serve, tmp_path: Path) -> None:
    target, _ = serve(empty_space())
    migrate(source, target, ledger=tmp_path / "ledger.db")
    report = rollback(target, ledger=tmp_path / "ledger.db")
    assert (report.left, names(target.versions())) == ([], [])
    assert report.counts["words"].deleted == report.counts["words"].planned


def test_two_words_that_a_plan_makes_one_are_made_once(serve: Serve, sqlite: Make, tmp_path: Path) -> None:
    source, (target, _) = sqlite(), serve(empty_space())
    for name in ("a", "b"):
        source.add_metadata("categories", Category(id="", name=name))
        source.create_ticket(TicketDraft(title=name, categories=[name]))
    (tmp_path / "plan.toml").write_text('[mapping.categories]\na = {create = "c"}\nb = {create = "c"}\n')
    planned = plan(source, target, edited=tmp_path / "plan.toml", ledger=tmp_path / "ledger.db")
    assert [name for kind, name in planned.to_create if kind == "categories"] == ["c"]
    report = migrate(source, target, plan=planned, ledger=tmp_path / "ledger.db")
    assert report.clean
    assert names(target.categories()) == ["c"]


def test_a_word_that_is_made_is_in_both_lists_though_they_were_read_before(serve: Serve) -> None:
    target, _ = serve(empty_space())
    assert (names(target.versions()), names(target.milestones())) == ([], [])
    target.add_metadata("milestones", Milestone(id="", name="1.0"))
    assert (names(target.versions()), names(target.milestones())) == (["1.0"], ["1.0"])
    target.delete_metadata("versions", target.versions()[0])
    assert (names(target.versions()), names(target.milestones())) == ([], [])


def test_the_one_that_serves_a_version_is_known_to_the_same_process(serve: Serve, tmp_path: Path) -> None:
    (source, _), (target, _) = serve(empty_space()), serve(empty_space())
    source.add_metadata("milestones", Milestone(id="", name="1.0"))
    source.create_ticket(TicketDraft(title="one", affected_versions=["1.0"]))
    assert migrate(source, target, ledger=tmp_path / "ledger.db").clean
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []
