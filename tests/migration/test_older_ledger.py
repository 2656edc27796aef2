"""A ledger that is older than its target, all tickets known: what came since is taken in, and written once."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.migration import spaces
from tests.migration.less import TEXT_ONLY, Less, less
from tests.migration.restoring import FOUND, Restored, dies_at, talk
from tests.migration.spaces import Fake, Interrupted, Serve, by_its_clock, writes

from anybacklog import Tracker, ValidationError
from anybacklog.backend import AttachmentDraft, CommentDraft
from anybacklog.location import parse
from anybacklog.migration import migrate, repair, verify
from anybacklog.model import Attachment, Comment, TicketDraft
from anybacklog.store.memory import MemoryBackend
from anybacklog_simulators.nulab import empty_space

Make = Callable[[], Tracker]


@pytest.fixture
def source(memory: Make) -> Tracker:
    tracker = memory()
    tracker.add_comment(tracker.create_ticket(TicketDraft(title="first")), "one")
    tracker.create_ticket(TicketDraft(title="second"))
    return tracker


def said(tracker: Tracker) -> list[Any]:
    """Give the texts and files of every ticket."""
    return [
        ([each.body.source for each in tracker.comments(ticket)], sorted(file.name for file in ticket.attachments))
        for ticket in tracker.tickets()
    ]


@pytest.mark.parametrize("without", [(), ("comments.external_id",), TEXT_ONLY], ids=["fields", "both", "texts"])
@pytest.mark.parametrize("marks", [True, False], ids=["marks", "no marks"])
def test_what_came_since_is_taken_in_and_not_written_again(
    source: Tracker, tmp_path: Path, without: tuple[str, ...], marks: bool
) -> None:
    target = less(*without)
    restored = Restored(source, target, tmp_path, marks=marks)
    restored.forget(talk)
    before = said(target)
    report = restored.run()
    assert (report.failures, said(target)) == ([], before)
    assert (report.counts["comments"].created, report.counts["attachments"].created) == (0, 0)
    assert FOUND.format(6) in report.notes
    assert verify(source, target, ledger=restored.ledger).differences == []


def test_in_a_file_too(source: Tracker, sqlite: Make, tmp_path: Path) -> None:
    restored = Restored(source, sqlite(), tmp_path)
    restored.forget(talk)
    before = said(restored.target)
    assert (restored.run().failures, said(restored.target)) == ([], before)


@pytest.fixture
def space(serve: Serve) -> tuple[Tracker, Fake]:
    return serve(empty_space())


@pytest.mark.parametrize("marks", [True, False], ids=["marks", "no marks"])
def test_in_a_space_each_journal_and_each_list_of_files_is_read_once(
    source: Tracker, space: tuple[Tracker, Fake], tmp_path: Path, marks: bool
) -> None:
    target, fake = space
    restored = Restored(source, target, tmp_path, marks=marks, clock=by_its_clock(fake))
    restored.forget(talk)
    before = spaces.held(fake)
    fake.log.clear()
    report = restored.run()
    assert (report.failures, spaces.held(fake), writes(fake)) == ([], before, [])
    asked = [path.rpartition("/")[2] for _, path, _ in fake.log if "/issues/" in path]
    assert (asked.count("comments"), asked.count("attachments")) == (2, 2)  # the journal itself names files, too
    assert FOUND.format(6) in report.notes
    assert verify(source, target, ledger=restored.ledger).differences == []


def test_a_run_that_has_nothing_to_write_reads_no_journal(
    source: Tracker, space: tuple[Tracker, Fake], tmp_path: Path
) -> None:
    target, fake = space
    restored = Restored(source, target, tmp_path, clock=by_its_clock(fake))
    talk(source)
    assert restored.run().clean
    fake.log.clear()
    assert restored.run().clean
    assert [path for _, path, _ in fake.log if path.endswith(("/comments", "/attachments"))] == []


def test_a_first_run_looks_at_nothing_that_it_has_just_made(
    source: Tracker, space: tuple[Tracker, Fake], tmp_path: Path
) -> None:
    target, fake = space
    source.add_comment("PROJ-1", "two")
    source.add_attachment("PROJ-1", "a.txt", io.BytesIO(b"a"))
    assert Restored(source, target, tmp_path, clock=by_its_clock(fake)).run().clean
    asked = [path for method, path, _ in fake.log if method == "GET" and path.endswith(("/comments", "/attachments"))]
    assert asked == []


def test_what_is_new_beside_it_is_written_behind_it(
    source: Tracker, space: tuple[Tracker, Fake], tmp_path: Path
) -> None:
    target, fake = space
    restored = Restored(source, target, tmp_path, clock=by_its_clock(fake))
    restored.forget(talk)
    source.add_comment("PROJ-1", "new")
    report = restored.run()
    assert (report.failures, report.counts["comments"].created) == ([], 1)
    assert [each.body.source.split("\n")[-1] for each in target.comments("DEMO-1")][-2:] == ["with a file", "new"]
    assert verify(source, target, ledger=restored.ledger).differences == []


def test_a_comment_that_somebody_edited_is_ours_still(
    source: Tracker, space: tuple[Tracker, Fake], tmp_path: Path
) -> None:
    target, fake = space
    restored = Restored(source, target, tmp_path, clock=by_its_clock(fake))
    restored.forget(talk)
    (ours,) = (each for each in target.comments("DEMO-2") if each.body.source)
    target.update_comment("DEMO-2", ours, replace(ours.body, source=ours.body.source + " edited"))
    assert restored.run().clean
    assert [each.body.source[-11:] for each in target.comments("DEMO-2") if each.body.source] == ["last edited"]
    (altered,) = verify(source, target, ledger=restored.ledger).differences
    assert (altered.kind, altered.field) == ("comment", "body")


def test_a_status_that_came_with_a_comment_is_not_set_over_what_people_chose_since(
    source: Tracker, space: tuple[Tracker, Fake], tmp_path: Path
) -> None:
    target, fake = space
    restored = Restored(source, target, tmp_path, clock=by_its_clock(fake))
    source.update_ticket("PROJ-2", {"status": "Closed"})
    source.add_comment("PROJ-2", "done")
    with suppress(Interrupted):
        migrate(source, target, ledger=restored.ledger, watch=dies_at(2, "after ledger commit: done ticket"))
    shutil.copy(restored.ledger, restored.backup)
    assert restored.run().clean
    chosen = target.update_ticket("DEMO-2", {"status": "処理中"}).status
    shutil.copy(restored.backup, restored.ledger)
    report = restored.run()
    assert target.ticket("DEMO-2").status == chosen
    assert FOUND.format(2) in report.notes


def test_a_repair_by_an_older_ledger_writes_nothing_twice_either(
    source: Tracker, space: tuple[Tracker, Fake], tmp_path: Path
) -> None:
    target, fake = space
    restored = Restored(source, target, tmp_path, clock=by_its_clock(fake))
    restored.forget(talk)
    before = spaces.held(fake)
    mended = repair(source, target, ledger=restored.ledger, clock=by_its_clock(fake))
    assert (mended.failures, mended.left.differences, spaces.held(fake)) == ([], [], before)
    assert FOUND.format(6) in mended.notes


def test_what_a_repair_is_to_replace_is_not_taken_for_its_copy(
    source: Tracker, space: tuple[Tracker, Fake], tmp_path: Path
) -> None:
    target, fake = space
    restored = Restored(source, target, tmp_path, clock=by_its_clock(fake))
    talk(source)
    assert restored.run().clean
    (issue,) = (each for each in fake.service.space.issues.values() if each.attachments)
    for file in issue.attachments:
        file.content = b"b"
    repair(source, target, ledger=restored.ledger, clock=by_its_clock(fake))
    assert sorted(len(file.content) for file in issue.attachments) == [1, 1, 1, 1]


class Unreadable(Less):
    """Memory, as a service that tells no marks of comments, and breaks over the journal of one ticket."""

    without = ("comments.external_id",)
    broken: str | None = None

    def comments(self, ticket_id: str) -> Iterator[Comment]:
        if ticket_id == self.broken:
            raise KeyError("content")
        return super().comments(ticket_id)


def test_where_a_journal_cannot_be_read_nothing_is_sent_to_its_ticket_and_the_others_go_on(
    source: Tracker, tmp_path: Path
) -> None:
    backend = Unreadable()
    restored = Restored(source, Tracker(backend, parse("memory://target/PROJ")), tmp_path)
    assert restored.run().clean
    source.add_comment("PROJ-1", "two")
    source.add_comment("PROJ-2", "new")
    backend.broken = restored.target.ticket("PROJ-1").id
    (failure,) = restored.run().failures
    assert (failure.source_key, failure.kind, failure.stage) == ("PROJ-1", "comment", "read")
    assert failure.error.startswith(
        "what the target holds of its ticket cannot be read, so it may be there already: Key"
    )
    backend.broken = None
    assert [len(texts) for texts, _ in said(restored.target)] == [1, 1]
    assert restored.run().clean
    assert [len(texts) for texts, _ in said(restored.target)] == [2, 1]


class Refusing(MemoryBackend):
    """Refuses a file once, and loses the process with a comment that arrived."""

    trouble = True

    def add_attachment(self, ticket_id: str, draft: AttachmentDraft) -> Attachment:
        if self.trouble:
            raise ValidationError("not today", field="attachments")
        return super().add_attachment(ticket_id, draft)

    def add_comment(self, ticket_id: str, draft: CommentDraft) -> Comment:
        comment = super().add_comment(ticket_id, draft)
        if self.trouble:
            self.trouble = False
            raise Interrupted
        return comment


def test_a_file_that_a_comment_in_doubt_has_brought_is_never_taken_for_an_equal_one_of_the_ticket(
    memory: Make, tmp_path: Path
) -> None:
    source, target = memory(), Tracker(Refusing(), parse("memory://refusing/PROJ"))
    ticket = source.create_ticket(TicketDraft(title="one"))
    source.add_attachment(ticket, "a.png", io.BytesIO(b"same"))
    source.add_comment(ticket, "see", attachments=[("a.png", io.BytesIO(b"same"))])
    with pytest.raises(Interrupted):
        migrate(source, target, ledger=tmp_path / "ledger.db", marks=False)
    assert migrate(source, target, ledger=tmp_path / "ledger.db").failures == []
    (copy,) = target.tickets()
    assert [file.name for file in copy.attachments] == ["a.png", "a.png"]
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []
