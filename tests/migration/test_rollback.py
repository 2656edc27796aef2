"""rollback deletes what this ledger created, the last one first, and nothing that people made or changed since."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.migration.spaces import Serve, by_its_clock, held
from tests.migration.unreliable import Time, Unreliable, tracker

import anybacklog
from anybacklog import ConfigurationError, MigrationError, Tracker, TransportError, UnsupportedOperation
from anybacklog.abilities import METADATA_KINDS
from anybacklog.migration import migrate, verify
from anybacklog.migration.reversal import rollback
from anybacklog.model import Ticket, TicketDraft
from anybacklog.store.memory import MemoryBackend
from anybacklog_simulators.nulab import empty_space

Make = Callable[[], Tracker]
Fill = Callable[[Tracker], Tracker]
Meddle = Callable[[Tracker], object]

MEDDLING: dict[str, tuple[Meddle, str]] = {
    "a changed title": (lambda target: target.update_ticket("PROJ-1", {"title": "mine"}), "title is not as"),
    "a changed status": (lambda target: target.update_ticket("PROJ-1", {"status": "Closed"}), "status is not as"),
    "a parent": (lambda target: target.update_ticket("PROJ-1", {"parent": "PROJ-3"}), "parent is not as"),
    "a comment": (lambda target: target.add_comment("PROJ-1", "mine"), "a comment was added"),
    "an edited comment": (lambda target: target.update_comment("PROJ-1", _comment(target), "mine"), "is not as it was"),
    "a deleted comment": (lambda target: target.delete_comment("PROJ-1", _comment(target)), "was deleted"),
    "a file": (lambda target: target.add_attachment("PROJ-1", "a.txt", io.BytesIO(b"a")), "a file was added: 'a.txt'"),
    "a deleted file": (lambda target: target.delete_attachment("PROJ-1", _file(target)), "was deleted"),
    "a link": (lambda target: target.add_link("PROJ-1", "relates", "PROJ-2"), "a link was added"),
    "a child": (lambda target: target.create_ticket(TicketDraft(title="mine", parent="PROJ-1")), "is below it"),
}  # fmt: skip


def _comment(target: Tracker) -> str:
    return next(target.comments("PROJ-1")).id


def _file(target: Tracker) -> str:
    return target.attachments("PROJ-1")[0].id


@pytest.fixture
def source(memory: Make, filled: Fill) -> Tracker:
    return filled(memory())


@pytest.fixture
def archive(trackers: Any, tmp_path: Path) -> Make:
    return lambda: trackers.enter_context(anybacklog.connect(f"archive:///{tmp_path}/archive?project=PROJ"))


def titles(target: Tracker) -> list[str]:
    return [ticket.title for ticket in target.tickets()]


@pytest.mark.parametrize("store", ["memory", "sqlite", "archive"])
def test_what_was_created_goes_and_what_was_there_stays_and_a_migration_may_begin_again(
    source: Tracker, request: pytest.FixtureRequest, tmp_path: Path, store: str
) -> None:
    target: Tracker = request.getfixturevalue(store)()
    here_first = target.create_ticket(TicketDraft(title="here first", key="X-1"))
    ledger = tmp_path / "ledger.db"
    words = {kind: getattr(target, kind)() for kind in METADATA_KINDS}
    migrate(source, target, ledger=ledger)
    report = rollback(target, ledger=ledger)
    assert report.counts["tickets"].deleted == 3
    assert report.counts["words"].deleted == report.counts["words"].planned > 5
    assert {kind: getattr(target, kind)() for kind in METADATA_KINDS} == words
    assert report.left == []
    assert list(target.tickets()) == [here_first]
    again = migrate(source, target, ledger=ledger)
    assert {kind: counts.created for kind, counts in again.counts.items()} == {
        kind: counts.planned for kind, counts in again.counts.items()
    }
    assert verify(source, target, ledger=ledger).differences == []


def test_the_last_one_made_goes_first(source: Tracker, memory: Make, tmp_path: Path) -> None:
    class Told(MemoryBackend):
        told: list[str]

        def delete_ticket(self, ticket_id: str) -> None:
            self.told.append(self.ticket(ticket_id).key)
            super().delete_ticket(ticket_id)

    backend = Told()
    backend.told = []
    target = tracker(backend)
    migrate(source, target, ledger=tmp_path / "ledger.db")
    rollback(target, ledger=tmp_path / "ledger.db")
    assert backend.told == ["PROJ-3", "PROJ-2", "PROJ-1"]


@pytest.mark.parametrize("meddling", MEDDLING)
def test_a_ticket_that_people_changed_or_added_to_is_kept_and_named(
    source: Tracker, sqlite: Make, tmp_path: Path, meddling: str
) -> None:
    target, ledger = sqlite(), tmp_path / "ledger.db"
    migrate(source, target, ledger=ledger)
    meddle, reason = MEDDLING[meddling]
    meddle(target)
    report = rollback(target, ledger=ledger)
    (kept,) = [each for each in report.left if each.target_key == "PROJ-1"]
    assert (kept.source_key, kept.failed) == ("PROJ-1", False)
    assert any(reason in each for each in kept.reasons)
    assert target.ticket("PROJ-1").key == "PROJ-1"
    assert report.status == "partial"
    assert report.counts["tickets"].kept + report.counts["tickets"].deleted == 3


def test_what_was_changed_goes_too_where_that_is_said(source: Tracker, sqlite: Make, tmp_path: Path) -> None:
    target, ledger = sqlite(), tmp_path / "ledger.db"
    migrate(source, target, ledger=ledger)
    target.add_comment("PROJ-2", "mine")
    report = rollback(target, ledger=ledger, include_changed=True)
    assert titles(target) == []
    assert any("PROJ-2" in note and "a comment was added" in note for note in report.notes)


def test_a_migration_goes_on_beside_what_was_kept(source: Tracker, sqlite: Make, tmp_path: Path) -> None:
    target, ledger = sqlite(), tmp_path / "ledger.db"
    migrate(source, target, ledger=ledger)
    comment = target.add_comment("PROJ-1", "mine")
    rollback(target, ledger=ledger)
    assert [ticket.key for ticket in target.tickets()] == ["PROJ-1"]
    assert migrate(source, target, ledger=ledger).clean
    differences = verify(source, target, ledger=ledger).differences
    assert [(each.kind, each.id, each.field) for each in differences] == [("comment", comment.id, "extra")]


def test_what_changes_while_it_asks_is_kept(source: Tracker, sqlite: Make, tmp_path: Path) -> None:
    target, ledger = sqlite(), tmp_path / "ledger.db"
    migrate(source, target, ledger=ledger)
    report = rollback(target, ledger=ledger, confirm=lambda _: bool(target.add_comment("PROJ-2", "mine")))
    assert [each.reasons for each in report.left if each.kind == "ticket"] == [("it was changed while this ran",)]
    assert [ticket.key for ticket in target.tickets()] == ["PROJ-2"]


def test_a_dry_run_and_a_no_delete_nothing(source: Tracker, sqlite: Make, tmp_path: Path) -> None:
    target, ledger = sqlite(), tmp_path / "ledger.db"
    migrate(source, target, ledger=ledger)
    dry = rollback(target, ledger=ledger, dry_run=True)
    with pytest.raises(MigrationError, match="nothing was deleted"):
        rollback(target, ledger=ledger, confirm=lambda report: report.counts["tickets"].planned != 3)
    assert (dry.status, dry.counts["tickets"].planned, dry.counts["tickets"].deleted) == ("dry-run", 3, 0)
    assert verify(source, target, ledger=ledger).differences == []


def test_what_somebody_deleted_before_is_no_trouble(source: Tracker, sqlite: Make, tmp_path: Path) -> None:
    target, ledger = sqlite(), tmp_path / "ledger.db"
    migrate(source, target, ledger=ledger)
    target.delete_ticket("PROJ-3")
    report = rollback(target, ledger=ledger, include_changed=True)
    assert (report.counts["tickets"].deleted, report.counts["tickets"].already) == (2, 1)
    assert titles(target) == []


def test_without_the_snapshot_nobody_can_tell_what_was_changed(source: Tracker, sqlite: Make, tmp_path: Path) -> None:
    target, ledger = sqlite(), tmp_path / "ledger.db"
    migrate(source, target, ledger=ledger)
    for file in (tmp_path / "ledger.db.snapshot").rglob("manifest.json"):
        file.unlink()
    report = rollback(target, ledger=ledger)
    assert [each.kind for each in report.left if "nobody can tell" in each.reasons[0]] == ["ticket"] * 3
    assert len(titles(target)) == 3


def test_a_target_that_cannot_delete_says_so_before_anything_is_deleted(source: Tracker, tmp_path: Path) -> None:
    class Keeper:
        """Memory without the one ability."""

        def __init__(self) -> None:
            self._held = MemoryBackend()

        def __getattr__(self, name: str) -> Any:
            if name == "delete_ticket":
                raise AttributeError(name)
            return getattr(self._held, name)

    target = tracker(Keeper())  # type: ignore[arg-type]  # a backend by its methods
    with pytest.raises(UnsupportedOperation, match="nothing was deleted"):
        rollback(target, ledger=tmp_path / "ledger.db")


def test_a_ledger_that_does_not_know_the_target_is_refused(
    source: Tracker, sqlite: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    target, other = sqlite(), sqlite()
    other.create_ticket(TicketDraft(title="here first"))
    migrate(source, target, ledger=tmp_path / "ledger.db")
    with pytest.raises(ConfigurationError, match="does not know this target"):
        rollback(other, ledger=tmp_path / "ledger.db")
    with pytest.raises(ConfigurationError, match="there is no ledger"):
        rollback(target, ledger=tmp_path / "nowhere.db")
    with pytest.raises(ConfigurationError, match="no ledger in"):
        rollback(target)


def test_the_ledger_in_the_state_folder_is_found_by_the_target_alone(
    source: Tracker, sqlite: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    target = sqlite()
    report = migrate(source, target)
    assert rollback(target).ledger == report.ledger
    assert titles(target) == []


def test_only_a_part_that_was_copied_goes_whole(source: Tracker, sqlite: Make, tmp_path: Path) -> None:
    target, ledger = sqlite(), tmp_path / "ledger.db"
    migrate(source, target, ledger=ledger, limit=1)
    assert rollback(target, ledger=ledger).counts["tickets"].deleted == 1
    assert titles(target) == []


class Losing(Unreliable):
    """Memory that carries out a delete, or not, and loses the answer, once for each ticket."""

    def ticket(self, ticket_id: str) -> Ticket:
        self._arrive()
        return super().ticket(ticket_id)

    def delete_ticket(self, ticket_id: str) -> None:
        self.strike("delete_ticket", ticket_id, lambda: MemoryBackend.delete_ticket(self, ticket_id))


@pytest.mark.parametrize("fault", ["answer lost", "request lost", "late"])
def test_a_delete_in_doubt_is_asked_about_and_running_again_goes_on(
    source: Tracker, tmp_path: Path, fault: str
) -> None:
    time = Time()
    backend = Losing(time, "none")
    target, ledger = tracker(backend), tmp_path / "ledger.db"
    migrate(source, target, ledger=ledger, clock=time.clock())
    backend.fault = fault
    for _ in range(3 if fault == "request lost" else 0):
        with pytest.raises(TransportError):
            rollback(target, ledger=ledger, clock=time.clock())
    report = rollback(target, ledger=ledger, clock=time.clock())
    assert (backend.faults, titles(target)) == (3, [])
    backend.fault = "none"
    assert report.left == []
    assert migrate(source, target, ledger=ledger, clock=time.clock()).counts["tickets"].created == 3
    assert verify(source, target, ledger=ledger).differences == []


def test_a_space_is_as_it_was_before(sqlite: Make, filled: Fill, serve: Serve, tmp_path: Path) -> None:
    source, (target, fake) = filled(sqlite()), serve(empty_space())
    (tmp_path / "plan.toml").write_text(
        '[mapping.priorities]\nHigh = "高"\nNormal = "中"\nLow = "低"\n[mapping.resolutions]\nFixed = "対応済み"\n',
        "utf-8",
    )
    ledger = tmp_path / "ledger.db"
    options: dict[str, Any] = {"ledger": ledger, "clock": by_its_clock(fake)}
    migrate(source, target, plan=tmp_path / "plan.toml", **options)
    report = rollback(target, **options)
    assert report.left == []
    assert held(fake) == []
    migrate(source, target, **options)
    target.add_comment(next(target.tickets()), "mine")
    report = rollback(target, **options)
    assert [each.reasons[0].partition(":")[0] for each in report.left if each.kind == "ticket"] == [
        "a comment was added"
    ]
    assert len(held(fake)) == 1
