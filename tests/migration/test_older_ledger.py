"""A ledger that is older than its target, all tickets known: what came since is taken in, and written once."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.migration import organizations, spaces
from tests.migration.less import TEXT_ONLY, less
from tests.migration.organizations import SHUT, VARIANTS, ServeBacklog
from tests.migration.spaces import Fake, Interrupted, Serve, by_its_clock, writes

from anybacklog import Tracker
from anybacklog.migration import Report, migrate, repair, verify
from anybacklog.migration.clock import Clock
from anybacklog.model import TicketDraft
from anybacklog_simulators.nulab import empty_space
from anybacklog_simulators.publicbacklog import Choices, empty_organization

Make = Callable[[], Tracker]
FOUND = "items that were there, and that this ledger, which is older, did not know: {}"


class Restored:
    """A migration whose ledger is put back to what it was when only the tickets were there."""

    def __init__(self, source: Tracker, target: Tracker, folder: Path, **choices: Any) -> None:
        self.source, self.target, self.choices = source, target, {"clock": Clock(), **choices}
        self.ledger, self.backup = folder / "ledger.db", folder / "backup.db"

    def run(self) -> Report:
        return migrate(self.source, self.target, ledger=self.ledger, refresh=True, **self.choices)

    def forget(self, write: Callable[[Tracker], None]) -> None:
        """Copy; then write into the source, copy that too, and restore the ledger from before."""
        assert self.run().clean
        shutil.copy(self.ledger, self.backup)
        write(self.source)
        assert self.run().clean
        shutil.copy(self.backup, self.ledger)


@pytest.fixture
def source(memory: Make) -> Tracker:
    tracker = memory()
    tracker.add_comment(tracker.create_ticket(TicketDraft(title="first")), "one")
    tracker.create_ticket(TicketDraft(title="second"))
    return tracker


def talk(source: Tracker) -> None:
    """Say two equal things, one with a file, and put a file at the ticket."""
    for _ in range(2):
        source.add_comment("PROJ-1", "the same 𠮷")
    source.add_comment("PROJ-1", "with a file", attachments=[("a.txt", io.BytesIO(b"a"))])
    source.add_attachment("PROJ-1", "a.txt", io.BytesIO(b"a"))
    source.add_comment("PROJ-2", "last")


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
        migrate(source, target, ledger=restored.ledger, watch=dies_behind_ticket(2))
    shutil.copy(restored.ledger, restored.backup)
    assert restored.run().clean
    chosen = target.update_ticket("DEMO-2", {"status": "処理中"}).status
    shutil.copy(restored.backup, restored.ledger)
    report = restored.run()
    assert target.ticket("DEMO-2").status == chosen
    assert FOUND.format(2) in report.notes


def dies_behind_ticket(number: int) -> Callable[[str], None]:
    """End the process once so many tickets are made."""
    made = []

    def watch(commit: str) -> None:
        made.extend([commit] * commit.startswith("after ledger commit: done ticket:"))
        if len(made) == number:
            raise Interrupted

    return watch


@pytest.mark.parametrize("choices", VARIANTS.values(), ids=VARIANTS)
def test_in_a_backlog_what_is_shown_or_counted_is_taken_in(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path, choices: Choices
) -> None:
    target, fake = serve_backlog(empty_organization(choices))
    restored = Restored(source, target, tmp_path, clock=organizations.by_its_clock(fake))
    restored.forget(talk)
    before = organizations.held(fake)
    report = restored.run()
    assert (report.failures, organizations.held(fake)) == ([], before)
    assert FOUND.format(4) in report.notes
    assert verify(source, target, ledger=restored.ledger).differences == []
    source.add_comment("PROJ-1", "new")
    assert restored.run().counts["comments"].created == 1


def test_a_backlog_that_shows_neither_texts_nor_counts_is_gone_on_with_as_before(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    target, fake = serve_backlog(empty_organization(Choices(shown=SHUT, echoed=SHUT)))
    restored = Restored(source, target, tmp_path, clock=organizations.by_its_clock(fake))
    assert restored.run().clean
    source.add_comment("PROJ-1", "new")
    assert restored.run().clean
    assert [len(ticket[4]) for ticket in organizations.held(fake)] == [2, 0]


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
