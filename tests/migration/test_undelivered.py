"""A file that the source alone does not deliver stops nobody else; a source that is down stops the run."""

from __future__ import annotations

import errno
import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from tests.migration.unreliable import tracker

from anybacklog import Tracker, TransportError
from anybacklog.migration import migrate, repair, verify
from anybacklog.model import Attachment, Ticket, TicketDraft
from anybacklog.store.memory import MemoryBackend

Make = Callable[[], Tracker]


class Stubborn(MemoryBackend):
    """A source that breaks off after half of one file, each time; `down`: nothing else is answered any more."""

    stubborn = True
    down = False

    @contextmanager
    def open_attachment(self, ticket_id: str, attachment: Attachment) -> Iterator[BinaryIO]:
        if self.stubborn and attachment.name == "stubborn.bin":
            raise TransportError("the answer was cut off", maybe_applied=False)
        with super().open_attachment(ticket_id, attachment) as stream:
            yield stream

    def ticket(self, ticket_id: str) -> Ticket:
        if self.down:
            raise TransportError("no route", maybe_applied=False)
        return super().ticket(ticket_id)


@pytest.fixture
def stubborn() -> Stubborn:
    backend = Stubborn()
    source = tracker(backend)
    for title in ("first", "second"):
        ticket = source.create_ticket(TicketDraft(title=title))
        source.add_attachment(ticket, "good.txt", io.BytesIO(b"good"))
    source.add_attachment("PROJ-1", "stubborn.bin", io.BytesIO(b"stubborn"))
    source.add_comment("PROJ-2", "with it", attachments=[("stubborn.bin", io.BytesIO(b"stubborn"))])
    return backend


def test_what_does_not_come_is_named_all_else_arrives_and_a_later_run_brings_it(
    stubborn: Stubborn, memory: Make, tmp_path: Path
) -> None:
    source, target, ledger = tracker(stubborn), memory(), tmp_path / "ledger.db"
    report = migrate(source, target, ledger=ledger)
    named = {(each.source_key, each.kind, each.stage) for each in report.failures}
    assert named == {
        ("PROJ-1", "attachment", "download"),
        ("PROJ-2", "comment", "download"),
        ("PROJ-2", "attachment", "download"),
    }
    assert all("stubborn.bin: the answer was cut off" in each.error for each in report.failures)
    assert [[file.name for file in ticket.attachments] for ticket in target.tickets()] == [["good.txt"]] * 2
    stubborn.stubborn = False
    assert migrate(source, target, ledger=ledger).clean
    assert verify(source, target, ledger=ledger).differences == []


def test_repair_names_it_as_well(stubborn: Stubborn, memory: Make, tmp_path: Path) -> None:
    source, target, ledger = tracker(stubborn), memory(), tmp_path / "ledger.db"
    migrate(source, target, ledger=ledger)
    left = repair(source, target, ledger=ledger).left.differences
    assert {each.kind for each in left} == {"comment", "attachment"}


def test_a_source_that_is_down_stops_the_run(stubborn: Stubborn, memory: Make, tmp_path: Path) -> None:
    source, target = tracker(stubborn), memory()
    migrate(source, target, ledger=tmp_path / "ledger.db", only=["PROJ-2"])  # takes the snapshot
    stubborn.down = True
    with pytest.raises(TransportError, match="no route"):
        migrate(source, target, ledger=tmp_path / "ledger.db")


def test_a_full_folder_of_temporary_files_is_named(
    stubborn: Stubborn, memory: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.BytesIO):
        def write(self, _: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", Full)
    with pytest.raises(OSError, match="No space left") as caught:
        migrate(tracker(stubborn), memory(), ledger=tmp_path / "ledger.db")
    assert caught.value.filename == f"{tempfile.gettempdir()} (for temporary files; TMPDIR names another folder)"
