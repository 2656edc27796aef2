"""Files are looked at once they are there: what arrived damaged is never kept in silence, and goes again."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from tests.migration.unreliable import NOT_NATIVE, Time, Unreliable, abilities, tracker

from anybacklog import PermissionDenied, ProtocolError, Tracker, TransportError
from anybacklog.abilities import Abilities
from anybacklog.backend import AttachmentDraft, CommentDraft
from anybacklog.migration import migrate, verify
from anybacklog.migration.ledger import Ledger
from anybacklog.model import Attachment, Comment, TicketDraft
from anybacklog.store.memory import MemoryBackend

Make = Callable[[], Tracker]
BYTES = bytes(range(256)) * 40


class Damaging(MemoryBackend):
    """Memory, as a service, that damages files so many times by name, and tells as little of them as it is told to."""

    damaged: Mapping[str, int] = {}
    how: Callable[[bytes], bytes] = staticmethod(lambda content: content[:-1])
    tells = frozenset({"size"})
    opened = 0

    @property
    def abilities(self) -> Abilities:
        return abilities(*NOT_NATIVE)

    def _spoilt(self, draft: AttachmentDraft) -> AttachmentDraft:
        left = self.damaged.get(draft.name, 0)
        if left == 0:
            return draft
        self.damaged = {**self.damaged, draft.name: left - 1}
        return replace(draft, stream=io.BytesIO(self.how(draft.stream.read())))

    def _told(self, attachment: Attachment) -> Attachment:
        hidden: dict[str, Any] = {name: None for name in ("size", "sha256") if name not in self.tells}
        return replace(attachment, **hidden)

    def add_attachment(self, ticket_id: str, draft: AttachmentDraft) -> Attachment:
        return self._told(super().add_attachment(ticket_id, self._spoilt(draft)))

    def add_comment(self, ticket_id: str, draft: CommentDraft) -> Comment:
        spoilt = replace(draft, attachments=tuple(map(self._spoilt, draft.attachments)))
        made = super().add_comment(ticket_id, spoilt)
        return replace(made, attachments=tuple(map(self._told, made.attachments)))

    def open_attachment(self, ticket_id: str, attachment: Attachment) -> AbstractContextManager[BinaryIO]:
        self.opened += 1
        return super().open_attachment(ticket_id, attachment)


@pytest.fixture
def source(memory: Make) -> Tracker:
    """Make a ticket with a file of its own and one that came with a comment."""
    tracker = memory()
    ticket = tracker.create_ticket(TicketDraft(title="with files"))
    tracker.add_attachment(ticket, "own.bin", io.BytesIO(BYTES))
    tracker.add_comment(ticket, "look", attachments=[("with.bin", io.BytesIO(BYTES[::-1]))])
    return tracker


def contents(target: Tracker) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for attachment in target.attachments(next(target.tickets())):
        with target.open_attachment(attachment) as stream:
            found.setdefault(attachment.name, []).append(stream.read())
    return found


WHOLE = {"own.bin": [BYTES], "with.bin": [BYTES[::-1]]}


def test_a_file_that_is_told_whole_costs_no_further_request(source: Tracker, tmp_path: Path) -> None:
    backend = Damaging()
    assert migrate(source, tracker(backend), ledger=tmp_path / "ledger.db").clean
    assert backend.opened == 0


def test_the_ledger_keeps_size_and_hash_of_every_file_it_sent(source: Tracker, tmp_path: Path) -> None:
    target = tracker(Damaging())
    migrate(source, target, ledger=tmp_path / "ledger.db")
    with Ledger(tmp_path / "ledger.db") as book:
        kept = sorted(book.pair(source.identity(), target.identity()).each("attachment"), key=lambda each: each.item.id)
    assert [(each.size, each.sha256) for each in kept] == [
        (len(each), hashlib.sha256(each).hexdigest()) for each in (BYTES, BYTES[::-1])
    ]


@pytest.mark.parametrize("tells", [{"size"}, {"sha256"}, {"size", "sha256"}, set()], ids=lambda each: str(sorted(each)))
def test_a_file_that_arrives_with_too_few_bytes_is_taken_away_and_sent_again(
    source: Tracker, tmp_path: Path, tells: set[str]
) -> None:
    backend = Damaging()
    backend.damaged, backend.tells = {"own.bin": 1, "with.bin": 1}, frozenset(tells)
    target = tracker(backend)
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert report.failures == []
    assert contents(target) == WHOLE
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


@pytest.mark.parametrize("tells", [{"sha256"}, set()], ids=["its hash", "nothing"])
def test_other_bytes_of_the_same_number_are_found_where_the_target_tells_more_or_less_than_a_size(
    source: Tracker, tmp_path: Path, tells: set[str]
) -> None:
    backend = Damaging()
    backend.damaged, backend.tells = {"own.bin": 1, "with.bin": 1}, frozenset(tells)
    backend.how = lambda content: b"!" + content[1:]
    target = tracker(backend)
    assert migrate(source, target, ledger=tmp_path / "ledger.db").clean
    assert contents(target) == WHOLE


def test_a_file_that_arrives_damaged_twice_is_a_failure_and_the_next_run_tries_again(
    source: Tracker, tmp_path: Path
) -> None:
    backend = Damaging()
    backend.damaged = {"own.bin": 2}
    target = tracker(backend)
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert [(each.kind, each.stage, each.error) for each in report.failures] == [
        ("attachment", "write", "it arrived with 10239 of 10240 bytes; it was deleted again")
    ]
    assert report.counts["attachments"].failed == 1
    assert migrate(source, target, ledger=tmp_path / "ledger.db").clean
    assert contents(target) == WHOLE


def test_a_file_of_a_comment_that_fails_alone_is_named_and_tried_again_with_its_comment_there(
    source: Tracker, tmp_path: Path
) -> None:
    backend = Damaging()
    backend.damaged = {"with.bin": 3}
    target = tracker(backend)
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert [(each.kind, each.stage) for each in report.failures] == [("attachment", "write")]
    assert (report.counts["comments"].created, report.counts["attachments"].created) == (1, 1)
    again = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert (again.failures, again.counts["comments"].already, again.counts["attachments"].created) == ([], 1, 1)
    assert contents(target) == WHOLE


def test_a_damaged_file_that_cannot_be_taken_away_is_named_as_still_there(source: Tracker, tmp_path: Path) -> None:
    class Keeping(Damaging):
        def delete_attachment(self, ticket_id: str, attachment_id: str) -> None:
            raise PermissionDenied("only administrators delete files")

    backend = Keeping()
    backend.damaged = {"own.bin": 2}
    report = migrate(source, tracker(backend), ledger=tmp_path / "ledger.db")
    assert "(only administrators delete files): delete it there" in report.failures[0].error


def test_a_look_that_is_cut_off_leaves_the_write_in_doubt_and_the_next_run_asks(
    source: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = Damaging()
    backend.tells = frozenset()
    target, time = tracker(backend), Time()

    def cut_off(*_: object) -> Any:
        raise TransportError("the line is down", maybe_applied=False)

    with monkeypatch.context() as patched:
        patched.setattr(Damaging, "open_attachment", cut_off)
        with pytest.raises(TransportError, match="the line is down"):
            migrate(source, target, ledger=tmp_path / "ledger.db", clock=time.clock())
    assert migrate(source, target, ledger=tmp_path / "ledger.db", clock=time.clock()).clean
    assert contents(target) == WHOLE


def test_a_file_that_cannot_be_read_back_is_a_failure(
    source: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = Damaging()
    backend.tells = frozenset()

    def broken(*_: object) -> Any:
        raise ProtocolError("half an answer")

    monkeypatch.setattr(Damaging, "open_attachment", broken)
    report = migrate(source, tracker(backend), ledger=tmp_path / "ledger.db")
    assert {each.kind for each in report.failures} == {"attachment"}
    assert all("cannot be read there: half an answer" in each.error for each in report.failures)


def test_what_was_sent_is_known_again_with_no_source_at_hand(source: Tracker, tmp_path: Path) -> None:
    time = Time()
    target = tracker(Unreliable(time, "answer lost", abilities(*NOT_NATIVE)))
    assert migrate(source, target, ledger=tmp_path / "ledger.db", clock=time.clock()).clean
    with Ledger(tmp_path / "ledger.db") as book:
        kept = book.pair(source.identity(), target.identity()).each("attachment")
        assert {each.sha256 for each in kept} == {hashlib.sha256(each).hexdigest() for each in (BYTES, BYTES[::-1])}
