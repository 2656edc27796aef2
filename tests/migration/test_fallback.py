"""Files that the target cannot take: kept whole in a folder, named by a comment, verified, mended and taken back."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.migration.spaces import Serve, by_its_clock, writes
from tests.migration.unreliable import NOT_NATIVE, Time, Unreliable, abilities, tracker

from anybacklog import ConfigurationError, Tracker
from anybacklog.abilities import Abilities, Answer
from anybacklog.migration import migrate, plan, repair, rollback, verify
from anybacklog.model import TicketDraft
from anybacklog.store.memory import MemoryBackend
from anybacklog_simulators.nulab import demo_space

Make = Callable[[], Tracker]
LARGE = b"x" * 2000
NASTY = "../../𠮷 large|<@U1>.bin"


def narrow(*without: str) -> Abilities:
    """Give the abilities of a service that takes files of 1000 bytes at most."""
    own = abilities(*without)
    return replace(own, limits=replace(own.limits, attachment_size=1000, reasons={"attachment_size": "by contract"}))


def fileless() -> Abilities:
    """Give the abilities of a service that takes no files at all."""
    own = abilities(*NOT_NATIVE, "comments.attachments")
    return replace(own, native={**own.native, "attachments": Answer(yes=False, reason="it takes no files")})


@pytest.fixture
def source(memory: Make) -> Tracker:
    """Make a ticket with small and large files, two of one name, one with a comment."""
    tracker = memory()
    ticket = tracker.create_ticket(TicketDraft(title="with files"))
    tracker.add_attachment(ticket, "small.txt", io.BytesIO(b"small"))
    tracker.add_attachment(ticket, NASTY, io.BytesIO(LARGE))
    tracker.add_attachment(ticket, NASTY, io.BytesIO(LARGE[::-1] + b"!"))
    tracker.add_comment(ticket, "look", attachments=[("with.bin", io.BytesIO(LARGE + b"?"))])
    tracker.add_comment(ticket, "and now?")
    return tracker


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def kept(folder: Path) -> dict[str, bytes]:
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_without_a_folder_a_large_file_is_a_loss_that_names_the_way_out(source: Tracker, tmp_path: Path) -> None:
    report = migrate(source, tracker(Unreliable(Time(), "none", narrow())), ledger=tmp_path / "ledger.db")
    assert {each.kind for each in report.failures} >= {"attachment"}
    (row,) = (row for row in report.fidelity if row.level == "lost" and row.field == "attachments")
    assert (row.count, row.reason.endswith("--fallback-folder would keep it")) == (3, True)


@pytest.mark.parametrize("own", [narrow(), narrow(*NOT_NATIVE)], ids=["marks in fields", "marks in texts"])
def test_large_files_are_kept_whole_and_apart_and_a_comment_names_each(
    source: Tracker, tmp_path: Path, folder: Path, own: Abilities
) -> None:
    target = tracker(Unreliable(Time(), "none", own))
    report = migrate(source, target, ledger=tmp_path / "ledger.db", fallback_folder=folder)
    assert report.failures == []
    contents = [LARGE, LARGE[::-1] + b"!", LARGE + b"?"]
    assert sorted(kept(folder).values()) == sorted(contents)
    bodies = [comment.body.source for comment in target.comments("PROJ-1")][-3:]
    for path, content in kept(folder).items():
        (body,) = (each for each in bodies if path in each)
        assert hashlib.sha256(content).hexdigest() in body
        assert f"{len(content)} bytes" in body
    rows = {(row.field, row.level): row.count for row in report.fidelity}
    assert (rows["attachments", "emulated"], rows["attachments", "native"]) == (3, 1)
    counts = report.counts["attachments"]
    assert (counts.planned, counts.created) == (4, 4)
    assert report.counts["comments"].planned == report.counts["comments"].created == 2


def test_nothing_leaves_the_folder(source: Tracker, tmp_path: Path, folder: Path) -> None:
    target = tracker(Unreliable(Time(), "none", narrow()))
    migrate(source, target, ledger=tmp_path / "ledger.db", fallback_folder=folder)
    assert {each.name for each in tmp_path.iterdir()} == {"ledger.db", "ledger.db.lock", "ledger.db.snapshot", "kept"}
    assert all(path.startswith("PROJ-1/") and path.count("/") == 2 for path in kept(folder))


def test_a_link_that_leads_out_of_the_folder_is_refused(source: Tracker, tmp_path: Path, folder: Path) -> None:
    folder.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (folder / "PROJ-1").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    with pytest.raises(ConfigurationError, match="leads out of the folder"):
        migrate(source, tracker(Unreliable(Time(), "none", narrow())), ledger=tmp_path / "l.db", fallback_folder=folder)
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("own", [narrow(), fileless()], ids=["too large", "no files at all"])
@pytest.mark.parametrize("fault", ["none", "answer lost", "request lost"])
def test_it_ends_exactly_once_and_verified_whatever_is_lost_on_the_way(
    source: Tracker, tmp_path: Path, folder: Path, own: Abilities, fault: str
) -> None:
    time = Time()
    target = tracker(Unreliable(time, fault, own))
    first = migrate(source, target, ledger=tmp_path / "ledger.db", fallback_folder=folder, clock=time.clock())
    assert first.failures == []
    before = kept(folder), [comment.body for comment in target.comments("PROJ-1")]
    again = migrate(source, target, ledger=tmp_path / "ledger.db", clock=time.clock())  # the ledger knows the folder
    assert (again.failures, again.counts["attachments"].already) == ([], 4)
    assert (kept(folder), [comment.body for comment in target.comments("PROJ-1")]) == before
    found = verify(source, target, ledger=tmp_path / "ledger.db")
    assert (found.differences, found.attachments) == ([], 4)


def test_stopped_at_any_commit_about_a_kept_file_it_goes_on_to_the_same_end(
    source: Tracker, memory: Make, tmp_path: Path
) -> None:
    commits: list[str] = []
    own = fileless()
    migrate(
        source, tracker(Unreliable(Time(), "none", own)), ledger=tmp_path / "whole.db",
        fallback_folder=tmp_path / "whole", watch=commits.append,
    )  # fmt: skip
    stops = [number for number, name in enumerate(commits) if "kept" in name]
    assert len(stops) == 4 * 2 * 2 * 2  # of each file itself and comment, intended and done, before and after
    for stop in stops:
        target, ledger, folder = tracker(Unreliable(Time(), "none", own)), tmp_path / f"{stop}.db", tmp_path / f"{stop}"
        met: list[str] = []

        def watch(name: str, stop: int = stop, met: list[str] = met) -> None:
            met.append(name)
            if len(met) == stop + 1:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            migrate(source, target, ledger=ledger, fallback_folder=folder, watch=watch, clock=Time().clock())
        ended = migrate(source, target, ledger=ledger, fallback_folder=folder, clock=Time().clock())
        assert ended.failures == [], met[-1]
        assert kept(folder) == kept(tmp_path / "whole"), met[-1]
        assert verify(source, target, ledger=ledger).differences == [], met[-1]


@pytest.mark.parametrize("damage", ["removed", "altered"])
def test_what_is_gone_or_altered_in_the_folder_is_named_and_mended(
    source: Tracker, tmp_path: Path, folder: Path, damage: str
) -> None:
    target = tracker(Unreliable(Time(), "none", narrow()))
    migrate(source, target, ledger=tmp_path / "ledger.db", fallback_folder=folder)
    whole = kept(folder)
    place = folder / sorted(whole)[0]
    place.unlink() if damage == "removed" else place.write_bytes(b"altered")
    named = verify(source, target, ledger=tmp_path / "ledger.db").differences
    assert [(each.kind, each.field) for each in named] == [
        ("attachment", "missing" if damage == "removed" else "sha256")
    ]
    comments = len(list(target.comments("PROJ-1")))
    mended = repair(source, target, ledger=tmp_path / "ledger.db")
    assert (mended.clean, mended.steps) == (True, ["keep '../../𠮷 large|<@U1>.bin' of PROJ-1 in the fallback folder"])
    assert (kept(folder), len(list(target.comments("PROJ-1")))) == (whole, comments)


def test_taking_it_back_empties_the_folder_and_an_altered_file_stays_with_its_ticket(
    source: Tracker, tmp_path: Path, folder: Path
) -> None:
    target = tracker(Unreliable(Time(), "none", narrow()))
    migrate(source, target, ledger=tmp_path / "ledger.db", fallback_folder=folder)
    place = folder / sorted(kept(folder))[0]
    whole = place.read_bytes()
    place.write_bytes(b"altered")
    left = rollback(target, ledger=tmp_path / "ledger.db").left
    assert [any("fallback folder is not as it was kept" in reason for reason in each.reasons) for each in left] == [
        True
    ]
    place.write_bytes(whole)
    assert rollback(target, ledger=tmp_path / "ledger.db").left == []
    assert (list(folder.iterdir()), target.count_tickets()) == ([], 0)


def test_a_plan_names_folder_and_link_and_what_goes_there(source: Tracker, tmp_path: Path, folder: Path) -> None:
    target = tracker(Unreliable(Time(), "none", narrow()))
    file = tmp_path / "plan.toml"
    file.write_text(f'[files]\nfallback_folder = "{folder}"\nfallback_link = "https://files.example.com/moved/"\n')
    made = plan(source, target, edited=file, ledger=tmp_path / "ledger.db")
    assert [each.outcome for each in made.limits] == ["kept"] * 3
    assert migrate(source, target, plan=file, ledger=tmp_path / "ledger.db").clean
    body = [comment.body.source for comment in target.comments("PROJ-1")][-1]
    assert "https://files.example.com/moved/PROJ-1/" in body
    file.write_text("")
    assert migrate(source, target, plan=file, ledger=tmp_path / "ledger.db").clean  # silence forgets no folder
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_a_plan_made_with_a_folder_says_what_migrate_then_does_without_being_told_again(
    source: Tracker, tmp_path: Path, folder: Path
) -> None:
    target, ledger = tracker(Unreliable(Time(), "none", narrow())), tmp_path / "ledger.db"
    made = plan(source, target, ledger=ledger, fallback_folder=folder)
    assert ([each.outcome for each in made.limits], folder.exists()) == (["kept"] * 3, False)
    report = migrate(source, target, plan=made, ledger=ledger)
    assert (report.failures, len(kept(folder))) == ([], 3)
    assert {(row.field, row.level, row.count) for row in report.fidelity} == {
        (row.field, row.level, row.count) for row in made.fidelity
    }
    assert report.counts["comments"].planned == made.counts["comments"]
    assert report.counts["attachments"].created == made.counts["attachments"] == 4


class Torn(MemoryBackend):
    """A source whose files break when they are read."""

    def open_attachment(self, *_: Any) -> Any:
        raise KeyError("download_url")


def test_a_file_that_cannot_be_fetched_is_no_file_and_no_comment_points_to_it(tmp_path: Path, folder: Path) -> None:
    source = tracker(Torn())
    source.add_attachment(source.create_ticket(TicketDraft(title="x")), "large.bin", io.BytesIO(LARGE))
    target = tracker(Unreliable(Time(), "none", narrow()))
    report = migrate(source, target, ledger=tmp_path / "ledger.db", fallback_folder=folder)
    assert [(each.kind, each.stage) for each in report.failures] == [
        ("attachment", "write"), ("continuation", "wait"),
    ]  # fmt: skip
    assert list(target.comments("PROJ-1")) == []
    assert not folder.exists()


def test_at_a_nulab_space_the_licence_says_what_is_too_large_and_the_state_comes_with_the_comment_that_names_it(
    serve: Serve, source: Tracker, tmp_path: Path, folder: Path
) -> None:
    space = demo_space()
    space.licence = replace(space.licence, attachment_limit_per_file=1000)
    target, fake = serve(space)
    clock, ledger = by_its_clock(fake), tmp_path / "ledger.db"
    source.update_ticket("PROJ-1", {"status": "Closed"})
    ends = migrate(source, target, ledger=ledger, fallback_folder=folder, clock=clock)
    assert ends.failures == []
    (copy,) = (ticket for ticket in target.tickets() if ticket.title == "with files")
    assert (copy.status and copy.status.category, len(copy.attachments), len(kept(folder))) == ("done", 1, 3)
    assert verify(source, target, ledger=ledger).differences == []
    sent = len(writes(fake))
    assert migrate(source, target, ledger=ledger, clock=clock).clean
    assert len(writes(fake)) == sent
    assert rollback(target, ledger=ledger, clock=clock).left == []
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(("history", "room"), [("native", 3), ("attachment", 2)])
def test_files_for_which_a_ticket_has_no_room_are_kept_and_no_comment_is_refused_over_them(
    source: Tracker, serve: Serve, tmp_path: Path, folder: Path, history: str, room: int
) -> None:
    space, ledger, edited = demo_space(), tmp_path / "ledger.db", tmp_path / "plan.toml"
    space.licence.attachment_limit = 3
    source.add_comment("PROJ-1", "two more", attachments=[(name, io.BytesIO(b"!")) for name in ("5.txt", "6.txt")])
    source.add_comment("PROJ-1", "the end")
    target, fake = serve(space)
    edited.write_text(f'history = "{history}"\n[files]\nfallback_folder = "{folder}"\n', "utf-8")
    planned = plan(source, target, edited=edited, ledger=ledger)
    (over,) = (each for each in planned.limits if each.limit == "attachments_per_ticket")
    assert (over.allowed, over.outcome) == (3, "kept")
    report = migrate(source, target, plan=edited, ledger=ledger, clock=by_its_clock(fake))
    assert report.failures == []
    (copy,) = (ticket for ticket in target.tickets() if ticket.title == "with files")
    assert (len(target.attachments(copy)), len(kept(folder))) == (room, 6 - room)
    assert any(comment.body.source.endswith("the end") for comment in target.comments(copy))
    assert verify(source, target, ledger=ledger).differences == []


@pytest.mark.parametrize("own", [narrow(), fileless()], ids=["too large", "no files at all"])
def test_a_rebuilt_ledger_keeps_each_file_and_its_comment_once(
    source: Tracker, tmp_path: Path, folder: Path, own: Abilities
) -> None:
    target = tracker(Unreliable(Time(), "none", own))
    migrate(source, target, ledger=tmp_path / "lost.db", fallback_folder=folder)
    before = kept(folder), [comment.body for comment in target.comments("PROJ-1")]
    again = migrate(
        source, target, ledger=tmp_path / "new.db", fallback_folder=folder, rebuild_ledger=True, clock=Time().clock()
    )
    assert again.failures == []
    assert (kept(folder), [comment.body for comment in target.comments("PROJ-1")]) == before
    assert verify(source, target, ledger=tmp_path / "new.db").differences == []
