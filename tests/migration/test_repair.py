"""repair mends what verify named, and nothing else; what is held is settled by a person's word."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.migration.spaces import Serve, by_its_clock
from tests.migration.unreliable import Time, Unreliable, tracker

from anybacklog import ConfigurationError, MigrationError, Tracker
from anybacklog.migration import migrate, verify
from anybacklog.migration.ledger import Ledger
from anybacklog.migration.mending import Mending, repair
from anybacklog.model import TicketDraft
from anybacklog_simulators.nulab import demo_space, empty_space

Make = Callable[[], Tracker]
Fill = Callable[[Tracker], Tracker]
Mend = Callable[[], Mending]
LATER = datetime(2027, 1, 1, tzinfo=UTC)

MENDABLE: dict[str, object] = {
    "title": "changed",
    "description": "changed",
    "type": "Task",
    "status": "Closed",
    "priority": "Low",
    "resolution": "Invalid",
    "reporter": "john@example.com",
    "assignees": ["hanako"],
    "start_date": date(2020, 1, 1),
    "due_date": None,
    "estimated_hours": 99,
    "actual_hours": None,
    "categories": None,
    "affected_versions": None,
    "milestones": None,
    "parent": None,
    "watchers": None,
    "created_at": LATER,
    "updated_at": LATER,
}


@pytest.fixture
def ends(memory: Make, sqlite: Make, filled: Fill, tmp_path: Path) -> tuple[Tracker, Tracker]:
    source, target = filled(memory()), sqlite()
    assert migrate(source, target, ledger=tmp_path / "ledger.db").clean
    return source, target


@pytest.fixture
def target(ends: tuple[Tracker, Tracker]) -> Tracker:
    return ends[1]


@pytest.fixture
def mended(ends: tuple[Tracker, Tracker], tmp_path: Path) -> Mend:
    return lambda: repair(*ends, ledger=tmp_path / "ledger.db")


@pytest.mark.parametrize("field", MENDABLE)
def test_an_altered_field_is_set_again(target: Tracker, mended: Mend, field: str) -> None:
    target.update_ticket("PROJ-1", {"updated_at": target.ticket("PROJ-1").updated_at, field: MENDABLE[field]})
    report = mended()
    assert (report.named, report.mended, report.status) == (1, 1, "done")
    assert (report.failures, report.left.differences) == ([], [])


def test_custom_fields_are_set_again(target: Tracker, mended: Mend) -> None:
    ticket = target.ticket("PROJ-1")
    target.update_ticket(ticket, {"updated_at": ticket.updated_at, "custom_fields": {"Points": None, "重要度": "低"}})
    assert mended().clean


def test_whatever_is_missing_is_written_again(target: Tracker, mended: Mend) -> None:
    target.delete_comment("PROJ-1", list(target.comments("PROJ-1"))[3])
    target.delete_attachment("PROJ-1", target.attachments("PROJ-1")[0])
    assert mended().clean


def test_a_comment_comes_again_with_its_files(target: Tracker, mended: Mend) -> None:
    comment = next(comment for comment in target.comments("PROJ-1") if comment.attachments)
    target.delete_comment("PROJ-1", comment)
    assert mended().clean
    assert len(target.attachments("PROJ-1")) == 4


def test_a_missing_ticket_comes_again_with_all_that_hung_on_it(target: Tracker, mended: Mend) -> None:
    target.delete_ticket("PROJ-1")
    assert mended().clean
    assert (len(list(target.comments("PROJ-1"))), len(target.ticket("PROJ-1").links)) == (4, 1)


def test_a_missing_parent_comes_again_and_is_given(target: Tracker, mended: Mend) -> None:
    target.delete_ticket("PROJ-2")
    assert mended().clean
    assert target.ticket("PROJ-1").parent == target.ticket("PROJ-2").id


def test_what_is_extra_or_doubled_is_named_and_stays(target: Tracker, mended: Mend) -> None:
    target.add_comment("PROJ-1", "somebody else's")
    target.add_attachment("PROJ-2", "a.txt", io.BytesIO(b"a"))
    target.create_ticket(TicketDraft(title="somebody else's"))
    report = mended()
    assert (report.steps, sorted(each.field for each in report.left.differences)) == ([], ["extra"] * 3)
    assert target.count_tickets() == 4


def test_an_edited_comment_is_named_and_stays(target: Tracker, mended: Mend) -> None:
    target.update_comment("PROJ-1", next(target.comments("PROJ-1")), "edited")
    report = mended()
    assert (report.steps, report.status) == ([], "partial")
    assert "body" in [each.field for each in report.left.differences]


def test_nothing_to_mend_writes_nothing(mended: Mend) -> None:
    report = mended()
    assert (report.named, report.steps, report.status) == (0, [], "done")


def test_a_dry_run_and_a_no_write_nothing(ends: tuple[Tracker, Tracker], tmp_path: Path) -> None:
    ends[1].delete_ticket("PROJ-3")
    dry = repair(*ends, ledger=tmp_path / "ledger.db", dry_run=True)
    with pytest.raises(MigrationError, match="nothing was mended"):
        repair(*ends, ledger=tmp_path / "ledger.db", confirm=lambda report: not report.steps)
    assert (dry.status, dry.steps[0]) == ("dry-run", f"write ticket {ends[0].ticket('PROJ-3').id} of PROJ-3")
    assert ends[1].count_tickets() == 2


@pytest.mark.parametrize("fault", ["answer lost", "request lost", "late"])
def test_a_repair_in_doubt_ends_exactly_once(memory: Make, filled: Fill, tmp_path: Path, fault: str) -> None:
    time, source = Time(), filled(memory())
    backend = Unreliable(time, "none")
    target, ledger = tracker(backend), tmp_path / "ledger.db"
    migrate(source, target, ledger=ledger, clock=time.clock())
    target.delete_ticket("PROJ-1")
    target.update_ticket("PROJ-3", {"title": "changed"})
    backend.fault = fault
    report = repair(source, target, ledger=ledger, clock=time.clock())
    assert backend.faults > 5
    assert (report.failures, report.left.differences) == ([], [])


def hold(path: Path, source: Tracker, target: Tracker, key: str) -> None:
    """Have the ledger hold a step, as it does when nobody can tell what became of it."""
    with Ledger(path) as book:
        pair = book.pair(source.identity(), target.identity())
        landed = pair.landed(*key.split(":"))
        assert landed is not None
        pair.forget_items([landed.item])
        pair.set(key, "held", source_key="PROJ-2", error="nobody can tell")


@pytest.fixture
def held(ends: tuple[Tracker, Tracker], tmp_path: Path) -> str:
    """Name a comment that is held, though it is there."""
    source, target = ends
    comment = source.add_comment("PROJ-2", "見ました")
    migrate(source, target, ledger=tmp_path / "ledger.db")
    key = f"comment:{source.ticket('PROJ-2').id}:{comment.id}"
    hold(tmp_path / "ledger.db", source, target, key)
    return key


def test_what_is_held_stays_held_and_is_named(held: str, mended: Mend) -> None:
    report = mended()
    (failure,) = report.failures
    assert (failure.held, f"--settle {held}=there:ID or absent" in failure.error) == (True, True)
    assert report.steps == []


def test_a_held_item_that_is_there_is_adopted(ends: tuple[Tracker, Tracker], held: str, tmp_path: Path) -> None:
    (comment,) = ends[1].comments("PROJ-2")
    report = repair(*ends, ledger=tmp_path / "ledger.db", settle={held: f"there:{comment.id}"})
    assert (report.clean, report.named, report.settled) == (True, 0, [f"{held} is there as {comment.id}"])


def test_a_held_item_that_is_absent_is_written(ends: tuple[Tracker, Tracker], held: str, tmp_path: Path) -> None:
    (comment,) = ends[1].comments("PROJ-2")
    ends[1].delete_comment("PROJ-2", comment)
    short = f"comment:{held.rpartition(':')[2]}"
    assert repair(*ends, ledger=tmp_path / "ledger.db", settle={short: "absent"}).clean
    assert [each.body.source for each in ends[1].comments("PROJ-2")] == ["見ました"]


@pytest.mark.parametrize("word", ["there:no-such-id", "there:", "perhaps"])
def test_what_cannot_be_said_of_a_held_item_is_refused_and_it_stays_held(
    ends: tuple[Tracker, Tracker], held: str, tmp_path: Path, word: str
) -> None:
    with pytest.raises(ConfigurationError, match="--settle"):
        repair(*ends, ledger=tmp_path / "ledger.db", settle={held: word})
    with pytest.raises(ConfigurationError, match="is not held"):
        repair(*ends, ledger=tmp_path / "ledger.db", settle={"comment:x": "absent"})
    assert repair(*ends, ledger=tmp_path / "ledger.db").failures[0].held


def test_a_held_ticket_is_adopted_unless_it_is_another_ones_copy(ends: tuple[Tracker, Tracker], tmp_path: Path) -> None:
    source, target = ends
    key = f"ticket:{source.ticket('PROJ-3').id}:{source.ticket('PROJ-3').id}"
    hold(tmp_path / "ledger.db", source, target, key)
    with pytest.raises(ConfigurationError, match="copy of another"):
        repair(*ends, ledger=tmp_path / "ledger.db", settle={key: "there:PROJ-1"})
    with pytest.raises(ConfigurationError, match="no ticket X-9"):
        repair(*ends, ledger=tmp_path / "ledger.db", settle={key: "there:X-9"})
    assert repair(*ends, ledger=tmp_path / "ledger.db", settle={key: "there:PROJ-3"}).clean


def test_a_space_is_mended(serve: Serve, tmp_path: Path) -> None:
    (source, _), (target, fake) = serve(demo_space()), serve(empty_space())
    ledger, clock = tmp_path / "ledger.db", by_its_clock(fake)
    migrate(source, target, ledger=ledger, clock=clock)
    first, second, third = list(target.tickets())
    target.update_ticket(first, {"title": "changed", "due_date": None})
    target.delete_ticket(third)
    for file in target.attachments(second):
        target.delete_attachment(second, file)
    report = repair(source, target, ledger=ledger, clock=clock)
    assert report.failures == []
    assert [(each.kind, each.field) for each in report.left.differences if each.field != "extra"] == []
    assert verify(source, target, ledger=ledger).differences == report.left.differences


def test_a_file_whose_bytes_changed_is_sent_again_and_the_changed_one_stays(serve: Serve, tmp_path: Path) -> None:
    (source, _), (target, fake) = serve(demo_space()), serve(empty_space())
    ledger, clock = tmp_path / "ledger.db", by_its_clock(fake)
    migrate(source, target, ledger=ledger, clock=clock)
    (record,) = (file for issue in fake.service.space.issues.values() for file in issue.attachments)
    whole = record.content
    record.content = bytes(len(whole))
    report = repair(source, target, ledger=ledger, clock=clock)
    assert (report.mended, [each.field for each in report.left.differences]) == (1, ["extra"])
    contents = [file.content for issue in fake.service.space.issues.values() for file in issue.attachments]
    assert contents == [bytes(len(whole)), whole]
    assert repair(source, target, ledger=ledger, clock=clock).steps == []
