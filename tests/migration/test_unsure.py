"""Answers that get lost on the way, on targets that hold marks in a field, in texts, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.migration.unreliable import NOT_NATIVE, Time, Unreliable, abilities, tracker

from anybacklog import NotFound, ProtocolError, Tracker, TransportError, ValidationError
from anybacklog.abilities import Abilities
from anybacklog.migration import migrate, verify
from anybacklog.model import Comment
from anybacklog.store.memory import MemoryBackend

Make = Callable[[], Tracker]


@pytest.fixture
def source(memory: Make, filled: Callable[[Tracker], Tracker]) -> Tracker:
    return filled(memory())


@pytest.mark.parametrize("fault", ["answer lost", "request lost", "late"])
@pytest.mark.parametrize("marked_by", ["field", "text", "content"])
def test_every_write_in_doubt_ends_exactly_once(source: Tracker, tmp_path: Path, fault: str, marked_by: str) -> None:
    time = Time()
    own = abilities(*(NOT_NATIVE if marked_by == "text" else ()))
    backend = Unreliable(time, fault, own)
    target = tracker(backend)
    report = migrate(source, target, ledger=tmp_path / "ledger.db", marks=marked_by != "content", clock=time.clock())
    assert report.failures == []
    assert backend.faults > 8
    assert {kind: counts.created for kind, counts in report.counts.items()} == {
        kind: counts.planned for kind, counts in report.counts.items()
    }
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_absence_is_believed_only_after_the_settle_time(source: Tracker, tmp_path: Path) -> None:
    time = Time()
    target = tracker(Unreliable(time, "request lost", abilities()))
    migrate(source, target, ledger=tmp_path / "ledger.db", clock=time.clock())
    assert set(time.slept) == {120}


def test_a_run_that_waits_for_minutes_says_why(
    source: Tracker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    time = Time()
    target = tracker(Unreliable(time, "request lost", abilities()))
    migrate(source, target, ledger=tmp_path / "ledger.db", clock=time.clock())
    first = next(source.tickets())
    said = [record.getMessage() for record in caplog.records if record.name == "anybacklog.migration"]
    assert said[0] == f"nobody answered whether ticket {first.id} of {first.key} arrived; asking again in 120 s"
    assert len(said) == len(time.slept)


def test_what_is_found_at_once_is_not_waited_for(source: Tracker, tmp_path: Path) -> None:
    time = Time()
    target = tracker(Unreliable(time, "answer lost", abilities()))
    migrate(source, target, ledger=tmp_path / "ledger.db", clock=time.clock())
    assert time.slept == []


class Unlisted(Unreliable):
    """Memory whose listing cannot prove that there is nothing more."""

    @property
    def abilities(self) -> Abilities:
        own = super().abilities
        return replace(own, listing=replace(own.listing, complete=False))


def test_what_cannot_be_told_is_held_named_and_never_sent_again(source: Tracker, tmp_path: Path) -> None:
    time = Time()
    backend = Unlisted(time, "answer lost", abilities(*NOT_NATIVE))
    target = tracker(backend)
    report = migrate(source, target, ledger=tmp_path / "ledger.db", clock=time.clock())
    held = [failure for failure in report.failures if failure.held]
    assert {failure.source_key for failure in held} == {"PROJ-1", "PROJ-2", "PROJ-3"}
    assert report.counts["tickets"].held == 3
    there = target.count_tickets()
    again = migrate(source, target, ledger=tmp_path / "ledger.db", clock=time.clock())
    assert again.counts["tickets"].held == 3
    assert target.count_tickets() == there == 3


class Choosy(MemoryBackend):
    """Memory that refuses one comment."""

    def add_comment(self, ticket_id: str, draft: Any) -> Comment:
        if draft.body.source == "with files" and not draft.private:
            raise ValidationError("this target takes no such comment", field="body")
        return super().add_comment(ticket_id, draft)


def test_a_refused_comment_is_named_later_ones_wait_and_other_tickets_go_on(source: Tracker, tmp_path: Path) -> None:
    report = migrate(source, tracker(Choosy()), ledger=tmp_path / "ledger.db")
    assert [(each.kind, each.stage) for each in report.failures] == [
        ("comment", "write"),
        ("attachment", "write"),
        ("attachment", "write"),
        ("comment", "wait"),
    ]
    assert report.counts["tickets"].created == 3
    assert (report.status, report.clean) == ("done", False)


class Down(MemoryBackend):
    """Memory that cannot be reached from the second ticket on."""

    def create_ticket(self, fields: Any) -> Any:
        if fields["title"] == "親":
            raise TransportError("no route to the target", maybe_applied=False)
        return super().create_ticket(fields)


def test_a_target_that_goes_away_stops_the_run_and_the_next_one_goes_on(
    source: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = Down()
    with pytest.raises(TransportError, match="no route"):
        migrate(source, tracker(backend), ledger=tmp_path / "ledger.db")
    monkeypatch.setattr(Down, "create_ticket", MemoryBackend.create_ticket)
    report = migrate(source, tracker(backend), ledger=tmp_path / "ledger.db")
    assert (report.status, report.clean, report.counts["tickets"].already) == ("done", True, 1)


class Lost(Unreliable):
    """Memory to which nothing ever arrives."""

    def strike(self, name: str, what: object, write: Callable[[], Any]) -> Any:
        raise TransportError(f"{name} timed out", maybe_applied=True)


def test_a_write_that_never_arrives_stops_the_run_with_a_sentence(source: Tracker, tmp_path: Path) -> None:
    time = Time()
    with pytest.raises(TransportError, match="3 times"):
        migrate(source, tracker(Lost(time, "all", abilities())), ledger=tmp_path / "ledger.db", clock=time.clock())


def test_a_plain_target_gets_one_header_line_with_mark_author_and_date(source: Tracker, tmp_path: Path) -> None:
    target = tracker(Unreliable(Time(), "none", abilities(*NOT_NATIVE)))
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    first = next(target.tickets())
    assert first.description is not None
    header, _, body = first.description.source.partition("\n\n")
    mark = f"⟨anybacklog {source.identity()} PROJ-1 t{source.ticket('PROJ-1').id}⟩"
    assert header == f"{mark} · 花子 𠮷 · 2026-01-01 00:30:01Z · watchers: John"
    original = source.ticket("PROJ-1").description
    assert original is not None
    assert body == original.source
    levels = {row.field: row.level for row in report.fidelity}
    assert (levels["reporter"], levels["comments.author"], levels["history"]) == ("emulated",) * 3
    assert levels["watchers"] == "emulated"
    assert levels["comments.private"] == "lost"
    with pytest.raises(NotFound):
        target.ticket("PROJ-99")


class Later(Unreliable):
    """Memory in which the very first create arrives long after it was believed lost, right before it is repeated."""

    def _arrive(self) -> None:
        """Let nothing arrive by itself."""

    def strike(self, name: str, what: object, write: Callable[[], Any]) -> Any:
        if name == "create_ticket" and self.faults == 0:
            self.faults = 1
            self._late.append((self.time.now, write))
            raise TransportError("the connection dropped", maybe_applied=True)
        while self._late:
            self._late.pop()[1]()
        return write()


def test_a_key_held_by_our_own_late_write_does_not_make_a_second_copy(source: Tracker, tmp_path: Path) -> None:
    target = tracker(Later(Time(), "late", abilities()))
    assert migrate(source, target, ledger=tmp_path / "ledger.db", clock=Time().clock()).clean
    assert [ticket.key for ticket in target.tickets()] == ["PROJ-1", "PROJ-2", "PROJ-3"]
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


class Mumbling(Unreliable):
    """Memory that writes every ticket and answers something else, perhaps with its text changed beyond recognition."""

    changes_texts = False

    def create_ticket(self, fields: Any) -> Any:
        self.faults += 1
        super().create_ticket(fields | {"description": None} if self.changes_texts else fields)
        raise ProtocolError("the target holds something else in type; look at it there")


def test_what_was_answered_strangely_is_found_by_its_mark_and_said(source: Tracker, tmp_path: Path) -> None:
    backend = Mumbling(Time(), "none", abilities(*NOT_NATIVE))
    report = migrate(source, tracker(backend), ledger=tmp_path / "ledger.db", clock=backend.time.clock())
    assert (report.clean, report.counts["tickets"].created, backend.faults) == (True, 3, 3)
    assert "of PROJ-1 was written, but the target holds something else in type" in " ".join(report.notes)


def test_what_was_answered_and_cannot_be_found_is_held_and_never_sent_again(source: Tracker, tmp_path: Path) -> None:
    backend = Mumbling(Time(), "none", abilities(*NOT_NATIVE))
    backend.changes_texts = True
    target = tracker(backend)
    report = migrate(source, target, ledger=tmp_path / "ledger.db", clock=backend.time.clock())
    assert report.counts["tickets"].held == 3
    migrate(source, target, ledger=tmp_path / "ledger.db", clock=backend.time.clock())
    assert backend.faults == 3


class Wordless(Unreliable):
    """Memory that loses the first request for a new word; those of the source are not there."""

    lost = True

    def add_metadata(self, noun: Any) -> Any:
        if self.lost:
            self.lost = False
            raise TransportError("the connection dropped", maybe_applied=True)
        return super().add_metadata(noun)


def test_a_word_that_was_lost_on_its_way_is_made_again_only_after_the_settle_time(
    source: Tracker, tmp_path: Path
) -> None:
    backend = Wordless(Time(), "none", abilities())
    target, clock = tracker(backend), backend.time.clock()
    with pytest.raises(TransportError):
        migrate(source, target, ledger=tmp_path / "ledger.db", clock=clock)
    assert backend.time.slept == []
    assert migrate(source, target, ledger=tmp_path / "ledger.db", clock=clock).clean
    assert backend.time.slept[0] == 120
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []
