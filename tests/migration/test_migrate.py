"""A migration as its user sees it: every pair of stores, resumed, limited, refused, rebuilt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.migration.less import TEXT_ONLY, less

from anybacklog import ConfigurationError, NotFound, Tracker, TransportError
from anybacklog.migration import Progress, migrate, plan, verify
from anybacklog.migration.ledger import Ledger
from anybacklog.migration.report import NAMED
from anybacklog.model import Comment, Ticket, TicketDraft, User

Make = Callable[[], Tracker]
Fill = Callable[[Tracker], Tracker]
IDS_OF_A_TRACKER = {"id", "url", "raw", "parent", "links", "attachments", "ticket"}


@pytest.fixture(params=["memory-memory", "memory-sqlite", "sqlite-memory", "sqlite-sqlite"])
def pair(request: pytest.FixtureRequest, memory: Make, sqlite: Make, filled: Fill) -> tuple[Tracker, Tracker]:
    kinds = {"memory": memory, "sqlite": sqlite}
    one, other = request.param.split("-")
    return filled(kinds[one]()), kinds[other]()


@pytest.fixture
def source(memory: Make, filled: Fill) -> Tracker:
    return filled(memory())


def essence(value: object) -> object:
    """Give a noun without what each tracker numbers for itself."""
    if isinstance(value, tuple):
        return tuple(essence(each) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        named = (each.name for each in fields(value) if each.name not in IDS_OF_A_TRACKER)
        return {name: essence(getattr(value, name)) for name in named}
    return value


def all_of(tracker: Tracker) -> list[object]:
    """Give everything a tracker holds, in order, parents and links by key."""
    tickets = list(tracker.tickets())
    keys = {ticket.id: ticket.key for ticket in tickets}

    def files(noun: Ticket | Comment) -> list[tuple[object, bytes]]:
        found = []
        for attachment in noun.attachments:
            with tracker.open_attachment(attachment) as stream:
                found.append((essence(attachment), stream.read()))
        return found

    return [
        (
            essence(ticket),
            keys.get(ticket.parent or ""),
            [(link.kind, keys[link.target]) for link in ticket.links],
            files(ticket),
            [(essence(comment), files(comment)) for comment in tracker.comments(ticket)],
        )
        for ticket in tickets
    ]


def test_everything_arrives_as_it_was(pair: tuple[Tracker, Tracker], tmp_path: Path) -> None:
    source, target = pair
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert (report.status, report.failures) == ("done", [])
    assert {row.level for row in report.fidelity} == {"native"}
    assert all_of(target) == all_of(source)
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_running_it_again_finds_everything_done(source: Tracker, sqlite: Make, tmp_path: Path) -> None:
    target = sqlite()
    first = migrate(source, target, ledger=tmp_path / "ledger.db")
    before = all_of(target)
    again = migrate(source, target, ledger=tmp_path / "ledger.db")
    for kind, counts in again.counts.items():
        assert (counts.created, counts.already, counts.failed) == (0, first.counts[kind].created, 0)
        assert counts.planned == counts.already > 0
    assert all_of(target) == before


def test_a_limit_stops_after_so_many_tickets_and_the_next_run_goes_on(
    source: Tracker, sqlite: Make, tmp_path: Path
) -> None:
    target = sqlite()
    ledger = tmp_path / "ledger.db"
    seen = []
    for _ in range(4):
        report = migrate(source, target, ledger=ledger, limit=1)
        seen.append((report.status, report.counts["tickets"].created, target.count_tickets()))
    assert seen == [("partial", 1, 1), ("partial", 1, 2), ("done", 1, 3), ("done", 0, 3)]
    assert verify(source, target, ledger=ledger).differences == []


def test_only_copies_the_named_tickets(source: Tracker, sqlite: Make, tmp_path: Path) -> None:
    target = sqlite()
    report = migrate(source, target, ledger=tmp_path / "ledger.db", only=["PROJ-2"])
    assert [ticket.key for ticket in target.tickets()] == ["PROJ-2"]
    assert (report.status, report.counts["tickets"].planned) == ("partial", 1)


def test_an_unknown_key_is_refused_before_anything_is_written(source: Tracker, sqlite: Make, tmp_path: Path) -> None:
    target = sqlite()
    with pytest.raises(ConfigurationError, match="--only"):
        migrate(source, target, ledger=tmp_path / "ledger.db", only=["PROJ-99"])
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_counts_everything_and_leaves_nothing_behind(source: Tracker, sqlite: Make, tmp_path: Path) -> None:
    target = sqlite()
    report = migrate(source, target, ledger=tmp_path / "ledger.db", dry_run=True)
    planned = {kind: counts.planned for kind, counts in report.counts.items()}
    assert report.status == "dry-run"
    assert planned == {"tickets": 3, "comments": 3, "history": 1, "attachments": 4, "links": 1}
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_after_a_copy_counts_each_thing_once_as_there_already(
    source: Tracker, sqlite: Make, tmp_path: Path
) -> None:
    target, ledger = sqlite(), tmp_path / "ledger.db"
    assert migrate(source, target, ledger=ledger).clean
    counts = migrate(source, target, ledger=ledger, dry_run=True).counts
    assert {kind: count.already for kind, count in counts.items()} == {
        kind: count.planned for kind, count in counts.items()
    }


def test_a_missing_source_is_refused_and_not_created(sqlite: Make, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        migrate(sqlite(), sqlite(), ledger=tmp_path / "ledger.db")
    assert list(tmp_path.glob("*.db")) == []


def test_a_source_that_is_the_target_is_refused(source: Tracker, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="same project"):
        migrate(source, source, ledger=tmp_path / "ledger.db")


def test_a_second_process_is_refused_while_the_first_holds_the_ledger(
    source: Tracker, sqlite: Make, tmp_path: Path
) -> None:
    with Ledger(tmp_path / "ledger.db"), pytest.raises(TransportError, match="in use by another process"):
        migrate(source, sqlite(), ledger=tmp_path / "ledger.db")


def test_a_file_that_is_no_ledger_is_refused_and_left_alone(source: Tracker, sqlite: Make, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a ledger")
    with pytest.raises(ConfigurationError, match="not a ledger"):
        migrate(source, sqlite(), ledger=tmp_path / "notes.txt")
    assert (tmp_path / "notes.txt").read_text() == "not a ledger"


def test_a_target_that_another_ledger_filled_is_refused_until_the_ledger_is_rebuilt(
    source: Tracker, sqlite: Make, tmp_path: Path
) -> None:
    target = sqlite()
    migrate(source, target, ledger=tmp_path / "first.db")
    before = all_of(target)
    with pytest.raises(ConfigurationError, match="--rebuild-ledger"):
        migrate(source, target, ledger=tmp_path / "second.db")
    report = migrate(source, target, ledger=tmp_path / "second.db", rebuild_ledger=True)
    assert (report.status, report.counts["tickets"].created, report.counts["comments"].created) == ("done", 0, 0)
    assert all_of(target) == before
    assert verify(source, target, ledger=tmp_path / "second.db").differences == []


def test_a_key_taken_in_the_target_gives_way_and_is_named(source: Tracker, sqlite: Make, tmp_path: Path) -> None:
    target = sqlite()
    target.create_ticket(TicketDraft(title="here first"))
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert report.clean
    assert any(note.startswith("PROJ-1 became PROJ-") for note in report.notes)
    assert target.ticket("PROJ-1").title == "here first"
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_tickets_whose_keys_are_taken_are_told_in_one_note_however_many(sqlite: Make, tmp_path: Path) -> None:
    source, target = sqlite(), sqlite()
    for tracker in (target, source):
        for number in range(NAMED + 2):
            tracker.create_ticket(TicketDraft(title=f"ticket {number}"))
    notes = migrate(source, target, ledger=tmp_path / "ledger.db").notes
    (told,) = (note for note in notes if " became " in note)
    assert told.startswith(f"PROJ-1 became PROJ-{NAMED + 3}, PROJ-2 became ")
    assert " and 2 more: keys that were taken in the target" in told


def test_a_file_that_vanished_after_the_snapshot_is_a_failure_and_never_an_empty_file(
    source: Tracker, memory: Make, tmp_path: Path
) -> None:
    target = memory()
    migrate(source, target, ledger=tmp_path / "ledger.db", only=["PROJ-2"])  # takes the snapshot
    gone = source.attachments("PROJ-1")[0]
    source.delete_attachment("PROJ-1", gone)
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert [(each.kind, each.id, each.stage) for each in report.failures] == [("attachment", gone.id, "download")]
    assert report.counts["attachments"].failed == 1
    assert len(target.attachments("PROJ-1")) == 3
    assert migrate(source, target, ledger=tmp_path / "ledger.db", refresh=True).clean


def test_progress_counts_up_to_the_total(source: Tracker, memory: Make, tmp_path: Path) -> None:
    seen: list[Progress] = []
    migrate(source, memory(), ledger=tmp_path / "ledger.db", progress=seen.append)
    assert [each.done for each in seen if each.stage == "read"] == [1, 2, 3]
    for stage in ("plan", "apply", "finish"):
        assert [each.done for each in seen if each.stage == stage and each.total == 3] == [0, 1, 2, 3]
    assert list(dict.fromkeys(each.stage for each in seen)) == ["read", "plan", "apply", "finish"]


def test_progress_of_some_tickets_counts_up_to_their_number(source: Tracker, memory: Make, tmp_path: Path) -> None:
    seen: list[Progress] = []
    migrate(source, memory(), ledger=tmp_path / "ledger.db", progress=seen.append, only=["PROJ-1", "PROJ-3"])
    for stage in ("plan", "apply", "finish"):
        assert [(each.done, each.total) for each in seen if each.stage == stage] == [(0, 2), (1, 2), (2, 2)]


def test_the_search_for_marks_in_texts_is_shown(source: Tracker, tmp_path: Path) -> None:
    target, ledger = less(*TEXT_ONLY), tmp_path / "ledger.db"
    for title in ("one", "two"):
        target.create_ticket(TicketDraft(title=title))

    def marks(seen: list[Progress]) -> list[int]:
        return [each.done for each in seen if each.stage == "marks"]

    planned, copied, verified, rebuilt = (list[Progress]() for _ in range(4))
    plan(source, target, ledger=ledger, progress=planned.append)
    migrate(source, target, ledger=ledger, progress=copied.append)
    verify(source, target, ledger=ledger, progress=verified.append)
    migrate(source, target, ledger=tmp_path / "new.db", rebuild_ledger=True, progress=rebuilt.append)
    assert (marks(planned), marks(copied), marks(verified)) == ([0, 1, 2], [0, 1, 2], [0, 1, 2, 3, 4, 5])
    assert marks(rebuilt) == [0, 1, 2, 3, 4, 5] * 2


def test_a_plan_shows_how_far_it_is(source: Tracker, memory: Make, tmp_path: Path) -> None:
    seen: list[Progress] = []
    plan(source, memory(), ledger=tmp_path / "ledger.db", progress=seen.append)
    assert seen[-1] == Progress(stage="plan", done=3, total=3)


def test_a_plan_file_says_who_and_what_stands_for_whom(source: Tracker, memory: Make, tmp_path: Path) -> None:
    target = memory()
    target.add_metadata("users", User(id="", name="Someone Else", login="else"))
    plan = tmp_path / "plan.toml"
    plan.write_text(
        '[mapping.users]\n"hanako" = "else"\n[mapping.statuses]\n"In progress" = "Open"\n', encoding="utf-8"
    )
    migrate(source, target, ledger=tmp_path / "ledger.db", plan=plan)
    ticket = target.ticket("PROJ-1")
    assert ticket.reporter is not None
    assert ticket.status is not None
    assert (ticket.reporter.login, ticket.status.name) == ("else", "Open")
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_an_invalid_plan_names_every_problem_at_once(source: Tracker, memory: Make, tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text('[mapping.people]\na = "b"\n[mapping.users]\nc = 3\n[other]\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"line 1.*people.*\nline 4.*users\.c.*\nline 5.*other"):
        migrate(source, memory(), ledger=tmp_path / "ledger.db", plan=plan)


def test_tickets_keep_the_order_of_creation_and_then_of_key(memory: Make, sqlite: Make, tmp_path: Path) -> None:
    source, target = memory(), sqlite()
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    for key in ("PROJ-10", "PROJ-9", "PROJ-2"):
        source.create_ticket(TicketDraft(title=key, key=key, created_at=moment))
    migrate(source, target, ledger=tmp_path / "ledger.db")
    assert [ticket.key for ticket in target.tickets()] == ["PROJ-2", "PROJ-9", "PROJ-10"]


def test_two_people_of_one_name_stay_two(memory: Make, sqlite: Make, tmp_path: Path) -> None:
    source, target = memory(), sqlite()
    twins = [source.add_metadata("users", User(id="", name="田中")) for _ in range(2)]
    for twin in twins:
        assert isinstance(twin, User)
        source.create_ticket(TicketDraft(title=f"of {twin.id}", reporter=twin))
    assert migrate(source, target, ledger=tmp_path / "ledger.db").clean
    reporters = [ticket.reporter for ticket in target.tickets()]
    assert [reporter.name for reporter in reporters if reporter] == ["田中", "田中"]
    assert len(set(reporters)) == 2
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_what_the_source_left_empty_stays_empty(memory: Make, sqlite: Make, tmp_path: Path) -> None:
    source, target = memory(), sqlite()
    source.create_ticket(TicketDraft(title="bare"))
    source.update_ticket("PROJ-1", {"type": None, "priority": None})
    migrate(source, target, ledger=tmp_path / "ledger.db")
    (ticket,) = target.tickets()
    assert (ticket.type, ticket.priority, ticket.description) == (None, None, None)
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []
