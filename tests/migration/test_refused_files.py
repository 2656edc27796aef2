"""Files that only their sending shows to be too large, or misnamed: kept in the folder all the same, and once."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from tests.migration.spaces import Serve, by_its_clock, writes
from tests.migration.unreliable import NOT_NATIVE, Time, Unreliable, abilities, tracker

from anybacklog import Tracker, ValidationError
from anybacklog.backend import AttachmentDraft, CommentDraft
from anybacklog.migration import Report, migrate, plan, rollback, verify
from anybacklog.model import Attachment, Comment, Ticket, TicketDraft
from anybacklog.store.memory import MemoryBackend
from anybacklog_simulators.nulab import demo_space

LARGE = b"x" * 2000
LIMIT = 1000
Make = Callable[[], Tracker]


def unsized(ticket: Ticket) -> Ticket:
    return replace(ticket, attachments=tuple(replace(each, size=None, sha256=None) for each in ticket.attachments))


class Sizeless(MemoryBackend):
    """A source that tells nobody how large its files are."""

    def ticket(self, ticket_id: str) -> Ticket:
        return unsized(super().ticket(ticket_id))

    def tickets(self, query: Any) -> Iterator[Ticket]:
        return map(unsized, super().tickets(query))

    def attachments(self, ticket_id: str) -> tuple[Attachment, ...]:
        return unsized(super().ticket(ticket_id)).attachments

    @contextmanager
    def open_attachment(self, ticket_id: str, attachment: Attachment) -> Iterator[BinaryIO]:
        whole = next(each for each in super().attachments(ticket_id) if each.id == attachment.id)
        with super().open_attachment(ticket_id, whole) as stream:
            yield stream


class Refusing(Unreliable):
    """A target that tells no limit, and refuses what is too large for it, as many a proxy does."""

    def add_attachment(self, ticket_id: str, draft: AttachmentDraft) -> Attachment:
        refuse(draft)
        return super().add_attachment(ticket_id, replace(draft, stream=rewound(draft)))

    def add_comment(self, ticket_id: str, draft: CommentDraft) -> Comment:
        for each in draft.attachments:
            refuse(each)
        files = tuple(replace(each, stream=rewound(each)) for each in draft.attachments)
        return super().add_comment(ticket_id, replace(draft, attachments=files))


def refuse(draft: AttachmentDraft) -> None:
    if len(draft.stream.read()) > LIMIT:
        raise ValidationError("the service takes no request of that size: (HTTP 413)", field="request.size")


def rewound(draft: AttachmentDraft) -> BinaryIO:
    draft.stream.seek(0)
    return draft.stream


def telling() -> Tracker:
    """Give a target that says how large a file may be."""
    own = abilities(*NOT_NATIVE)
    limits = replace(own.limits, attachment_size=LIMIT, reasons={"attachment_size": "by contract"})
    return tracker(Unreliable(Time(), "none", replace(own, limits=limits)))


def refusing() -> Tracker:
    return tracker(Refusing(Time(), "none", abilities(*NOT_NATIVE)))


TARGETS = pytest.mark.parametrize("target", [telling, refusing], ids=["limit told", "413"])


@pytest.fixture
def source() -> Tracker:
    """Make a ticket with small and large files of its own, and a comment with several."""
    made = tracker(Sizeless())
    ticket = made.create_ticket(TicketDraft(title="with files"))
    made.add_attachment(ticket, "small.txt", io.BytesIO(b"small"))
    made.add_attachment(ticket, "large.bin", io.BytesIO(LARGE))
    several = [("a", LARGE + b"a"), ("b", b"b"), ("c", LARGE + b"cc")]
    made.add_comment(ticket, "look", attachments=[(name, io.BytesIO(content)) for name, content in several])
    made.add_comment(ticket, "and now?")
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def kept(folder: Path) -> dict[str, bytes]:
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def texts(target: Tracker) -> list[str]:
    """Give what the comments say, without their header lines."""
    return [comment.body.source.partition("\n\n")[2] for comment in target.comments("PROJ-1")]


@TARGETS
def test_it_is_kept_and_named_behind_the_other_comments_which_come_with_what_is_left(
    source: Tracker, tmp_path: Path, folder: Path, target: Make
) -> None:
    there = target()
    report = migrate(source, there, ledger=tmp_path / "ledger.db", fallback_folder=folder)
    assert report.failures == []
    assert sorted(kept(folder).values()) == [LARGE, LARGE + b"a", LARGE + b"cc"]
    assert texts(there)[:2] == ["look", "and now?"]
    assert {text.splitlines()[0] for text in texts(there)[2:]} == {"large.bin", "a", "c"}
    assert sorted(each.name for each in there.ticket("PROJ-1").attachments) == ["b", "small.txt"]
    counts = report.counts["attachments"]
    assert (counts.planned, counts.created, counts.already, counts.failed) == (5, 5, 0, 0)
    rows = {(row.level, row.count) for row in report.fidelity if row.field == "attachments"}
    assert rows == {("emulated", 3), ("native", 2)}


@TARGETS
def test_the_next_run_knows_it_sends_nothing_and_verify_finds_no_difference(
    source: Tracker, tmp_path: Path, folder: Path, target: Make
) -> None:
    there, ledger = target(), tmp_path / "ledger.db"
    migrate(source, there, ledger=ledger, fallback_folder=folder)
    before = kept(folder), texts(there)
    again = migrate(source, there, ledger=ledger, refresh=True)
    assert (again.failures, again.counts["attachments"].already, again.changed.count) == ([], 5, 0)
    assert ("emulated", 3) in {(row.level, row.count) for row in again.fidelity if row.field == "attachments"}
    assert (kept(folder), texts(there)) == before
    assert verify(source, there, ledger=ledger).differences == []
    assert plan(source, there, ledger=ledger).counts["attachments"] == 5
    assert rollback(there, ledger=ledger).left == []
    assert (list(folder.iterdir()), there.count_tickets()) == ([], 0)


@TARGETS
def test_stopped_at_any_commit_it_goes_on_to_the_same_end(source: Tracker, tmp_path: Path, target: Make) -> None:
    commits: list[str] = []
    whole, ledger = target(), tmp_path / "whole.db"
    migrate(source, whole, ledger=ledger, fallback_folder=tmp_path / "whole", watch=commits.append)
    odd = ("before ledger commit: replan", "before ledger commit: intend kept", "before ledger commit: done kept")
    stops = [number for number, name in enumerate(commits) if name.startswith(odd) or name.endswith("+kept")]
    assert len(stops) == 3 * (3 + 2 * 2)  # of each file its refusal, itself and its comment, and those there
    for stop in stops:
        there, ledger, folder = target(), tmp_path / f"{stop}.db", tmp_path / f"{stop}"
        met: list[str] = []

        def watch(name: str, stop: int = stop, met: list[str] = met) -> None:
            met.append(name)
            if len(met) == stop + 1:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            migrate(source, there, ledger=ledger, fallback_folder=folder, watch=watch, clock=Time().clock())
        ended = migrate(source, there, ledger=ledger, fallback_folder=folder, clock=Time().clock())
        assert (ended.failures, ended.changed.count) == ([], 0), met[-1]
        assert (kept(folder), sorted(texts(there))) == (kept(tmp_path / "whole"), sorted(texts(whole))), met[-1]
        assert verify(source, there, ledger=ledger).differences == [], met[-1]


@TARGETS
def test_a_ledger_from_before_they_were_refused_knows_each_again(
    source: Tracker, tmp_path: Path, folder: Path, target: Make
) -> None:
    there, ledger, backup = target(), tmp_path / "ledger.db", tmp_path / "backup.db"

    def run(watch: Callable[[str], None] = lambda _: None) -> Report:
        return migrate(source, there, ledger=ledger, fallback_folder=folder, watch=watch, clock=Time().clock())

    def stop(commit: str) -> None:
        if commit.startswith("after ledger commit: done ticket:"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(stop)
    shutil.copy(ledger, backup)
    run()
    before = kept(folder), texts(there)
    shutil.copy(backup, ledger)
    assert (run().failures, kept(folder), texts(there)) == ([], *before)
    assert verify(source, there, ledger=ledger).differences == []


@pytest.mark.parametrize("fault", ["answer lost", "request lost", "late"])
def test_what_is_left_of_a_comment_and_is_in_doubt_ends_exactly_once(
    source: Tracker, tmp_path: Path, folder: Path, fault: str
) -> None:
    backend = Refusing(Time(), fault, abilities(*NOT_NATIVE))
    there, ledger, clock = tracker(backend), tmp_path / "ledger.db", backend.time.clock()
    report = migrate(source, there, ledger=ledger, fallback_folder=folder, clock=clock)
    assert (report.failures, report.counts["attachments"].created, backend.faults) == ([], 5, 7)
    assert texts(there)[:2] == ["look", "and now?"]
    assert sorted(each.name for each in there.ticket("PROJ-1").attachments) == ["b", "small.txt"]
    assert verify(source, there, ledger=ledger).differences == []


def test_without_a_folder_it_is_refused_counted_and_named_with_the_way_out(source: Tracker, tmp_path: Path) -> None:
    there, ledger = refusing(), tmp_path / "ledger.db"
    report = migrate(source, there, ledger=ledger)
    assert report.counts["attachments"].failed == 4  # with the comment all of its files
    told = {each.error for each in report.failures if each.stage == "write"}
    assert told == {"the service takes no request of that size: (HTTP 413); --fallback-folder would keep it"}
    again = migrate(source, there, ledger=ledger, fallback_folder=tmp_path / "kept")
    assert (again.failures, len(kept(tmp_path / "kept"))) == ([], 3)
    assert verify(source, there, ledger=ledger).differences == []


def test_a_refusal_for_something_else_keeps_nothing(tmp_path: Path, folder: Path) -> None:
    class Picky(Unreliable):
        def add_attachment(self, *_: Any) -> Attachment:
            raise ValidationError("no files on Sundays", field="attachments")

    made = tracker(Sizeless())
    made.add_attachment(made.create_ticket(TicketDraft(title="x")), "large.bin", io.BytesIO(LARGE))
    report = migrate(
        made, tracker(Picky(Time(), "none", abilities())), ledger=tmp_path / "ledger.db", fallback_folder=folder
    )
    assert [(each.kind, each.error) for each in report.failures] == [("attachment", "no files on Sundays")]
    assert not folder.exists()


def test_a_nulab_space_that_takes_less_than_it_said_has_the_rest_kept(
    serve: Serve, source: Tracker, tmp_path: Path, folder: Path
) -> None:
    space = demo_space()
    target, fake = serve(space)
    assert (target.capabilities.limits.attachment_size or 0) > len(LARGE)
    space.licence = replace(space.licence, attachment_limit_per_file=LIMIT)
    clock, ledger = by_its_clock(fake), tmp_path / "ledger.db"
    report = migrate(source, target, ledger=ledger, fallback_folder=folder, clock=clock)
    assert (report.failures, len(kept(folder))) == ([], 3)
    assert verify(source, target, ledger=ledger).differences == []
    sent = len(writes(fake))
    assert migrate(source, target, ledger=ledger, clock=clock).clean
    assert len(writes(fake)) == sent


def test_a_name_that_a_nulab_space_would_change_is_kept_with_its_file_and_holds_up_nothing(
    serve: Serve, memory: Make, tmp_path: Path, folder: Path
) -> None:
    source, (target, fake) = memory(), serve(demo_space())
    ticket = source.create_ticket(TicketDraft(title="odd names"))
    source.add_attachment(ticket, "line\nbreak", io.BytesIO(b"of the ticket"))
    files = [("back\\slash", io.BytesIO(b"of the comment")), ("plain", io.BytesIO(b"plain"))]
    source.add_comment(ticket, "with files", attachments=files)
    source.add_comment(ticket, "after it")
    clock, ledger = by_its_clock(fake), tmp_path / "ledger.db"
    refused = migrate(source, target, ledger=ledger, clock=clock)
    assert all("--fallback-folder would keep it" in each.error for each in refused.failures if each.stage == "write")
    report = migrate(source, target, ledger=ledger, fallback_folder=folder, clock=clock)
    assert (report.failures, len(kept(folder))) == ([], 2)
    (copy,) = (each for each in target.tickets() if each.title == "odd names")
    said = [each.body.source.rpartition("\n\n")[2] for each in target.comments(copy) if each.body.source]
    assert said[:2] == ["with files", "after it"]
    assert [each.name for each in target.attachments(copy)] == ["plain"]
    assert verify(source, target, ledger=ledger).differences == []
