"""What else happens while a migration runs, or between two runs: clocks are set, people write, delete and edit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from itertools import count
from pathlib import Path

import pytest
from tests.migration.spaces import NOON, Serve, by_its_clock
from tests.migration.unreliable import Time, Unreliable, abilities, tracker

import anybacklog
from anybacklog import Tracker
from anybacklog.migration import migrate, verify
from anybacklog.migration.clock import Clock
from anybacklog.migration.report import Progress
from anybacklog.model import TicketDraft
from anybacklog_simulators import publicbacklog
from anybacklog_simulators.clock import Clock as FakeClock
from anybacklog_simulators.nulab import DEMO_KEY, Fault, Harm, demo_space, empty_space
from anybacklog_simulators.nulab.demo import SECOND_KEY

Make = Callable[[], Tracker]
Fill = Callable[[Tracker], Tracker]


class Killed(BaseException):
    """Nothing after this is carried out, as if the process had died."""


def dies_at(commit: str) -> Callable[[str], None]:
    """Die at the first commit of the ledger that begins so."""

    def watch(done: str) -> None:
        if done.startswith(f"after ledger commit: {commit}"):
            raise Killed

    return watch


# ---- clocks


@pytest.mark.parametrize("fault", ["answer lost", "request lost", "late"])
@pytest.mark.parametrize("hours", [1, -1], ids=["forward", "back"])
def test_a_clock_that_is_set_again_and_again_neither_doubles_nor_waits_longer(
    memory: Make, filled: Fill, tmp_path: Path, fault: str, hours: int
) -> None:
    source, time, looks = filled(memory()), Time(), count()
    target = tracker(Unreliable(time, fault, abilities()))
    ours = replace(time.clock(), now=lambda: time.now + hours * next(looks) * timedelta(hours=1))
    assert migrate(source, target, ledger=tmp_path / "ledger.db", clock=ours).failures == []
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []
    assert max(time.slept, default=0) <= 120


# ---- people at the target


@pytest.mark.parametrize("key", [DEMO_KEY, SECOND_KEY], ids=["the same key", "another key"])
@pytest.mark.parametrize("harm", [Harm.REFUSE, Harm.DROP_AFTER])
@pytest.mark.parametrize(("method", "path"), [("POST", r"/issues$"), ("POST", r"/comments$"), ("PATCH", r"/issues/")])
def test_equal_tickets_and_comments_of_others_beside_a_write_in_doubt_are_not_taken_for_ours(
    sqlite: Make, serve: Serve, tmp_path: Path, key: str, harm: Harm, method: str, path: str
) -> None:
    source, (target, fake) = sqlite(), serve(empty_space())
    draft = TicketDraft(title="Equal", description="same words", status="In progress")
    for ticket in (source.create_ticket(draft), source.create_ticket(draft)):
        source.add_comment(ticket, "same words")
        source.add_comment(ticket, "same words")
    fake.faults.add(Fault(harm=harm, method=method, path=path, nth=1))
    ledger, clock, strange = tmp_path / "ledger.db", by_its_clock(fake), Counter[str]()

    def intrude(commit: str) -> None:
        if not strange and commit.startswith("after ledger commit: unsure"):
            with anybacklog.connect(str(target.location), api_key=key) as stranger:
                for ticket in list(stranger.tickets()):
                    stranger.add_comment(ticket, "same words")
                    strange["comment"] += 1
                stranger.create_ticket(TicketDraft(title="Equal", description="same words"))
                strange["ticket"] += 1

    assert migrate(source, target, ledger=ledger, clock=clock, watch=intrude).failures == []
    found = verify(source, target, ledger=ledger).differences
    assert Counter(each.kind for each in found if each.field == "extra") == strange
    assert len(found) == strange.total() > 0


# ---- people at the source


def test_a_file_that_comes_with_a_comment_while_the_source_is_read_is_copied(
    memory: Make, serve: Serve, tmp_path: Path
) -> None:
    (source, _), target, written = serve(demo_space()), memory(), list[str]()

    def write(progress: Progress) -> None:
        if progress.stage == "read" and not written:  # the tickets were listed, their journals come one by one
            with anybacklog.connect(str(source.location), api_key=SECOND_KEY) as stranger:
                written.append(stranger.add_comment("DEMO-3", "late", attachments=[("late.txt", BytesIO(b"late"))]).id)

    assert migrate(source, target, ledger=tmp_path / "ledger.db", progress=write).failures == []
    assert written
    (copy,) = [ticket for ticket in target.tickets() if ticket.title == "Typo on the front page"]
    assert [file.name for file in copy.attachments] == ["late.txt"]
    found = verify(source, target, ledger=tmp_path / "ledger.db").differences
    assert [each.field for each in found] == ["updated_at"]  # which the file moved after the ticket was read


def test_a_comment_deleted_between_two_runs_shifts_no_other(sqlite: Make, serve: Serve, tmp_path: Path) -> None:
    source, (target, fake) = sqlite(), serve(empty_space())
    ticket = source.create_ticket(TicketDraft(title="talk"))
    first, second, *_ = [source.add_comment(ticket, f"comment {number}") for number in range(5)]
    ledger, clock = tmp_path / "ledger.db", by_its_clock(fake)
    with pytest.raises(Killed):
        migrate(source, target, ledger=ledger, clock=clock, watch=dies_at(f"intend comment:{ticket.id}:{second.id}"))
    source.delete_comment(ticket, first)
    assert migrate(source, target, ledger=ledger, clock=clock, refresh=True).failures == []
    (copy,) = target.tickets()
    texts = [entry.body.source.partition("\n\n")[2] for entry in target.comments(copy) if entry.body.source]
    assert texts == [f"comment {number}" for number in range(5)]
    (found,) = verify(source, target, ledger=ledger).differences
    assert (found.kind, found.field, found.id) == ("comment", "extra", first.id)


# ---- the person who runs it


def test_a_plan_edited_between_two_runs_holds_for_what_is_still_to_be_written(
    sqlite: Make, memory: Make, tmp_path: Path
) -> None:
    source, target, plan = sqlite(), memory(), tmp_path / "plan.toml"
    for title in ("one", "two"):
        source.create_ticket(TicketDraft(title=title, type="Bug"))
    plan.write_text('[mapping.ticket_types]\nBug = "Bug"\n', encoding="utf-8")
    migrate(source, target, plan=plan, ledger=tmp_path / "ledger.db", limit=1)
    plan.write_text('[mapping.ticket_types]\nBug = "Task"\n', encoding="utf-8")
    report = migrate(source, target, plan=plan, ledger=tmp_path / "ledger.db")
    assert [ticket.type.name for ticket in target.tickets() if ticket.type] == ["Bug", "Task"]
    assert any("PROJ-1" in note and "in the plan" in note for note in report.notes)
    (found,) = verify(source, target, ledger=tmp_path / "ledger.db").differences
    assert (found.source_key, found.field) == ("PROJ-1", "type")


def test_both_ends_written_differently_are_the_same_ends(
    filled: Fill, serve: Serve, plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    target, fake = serve(empty_space())
    project, base = target.project().id, str(target.location).removesuffix("/DEMO")
    (tmp_path / "link").symlink_to(tmp_path)
    sources = [f"sqlite:///{tmp_path}/s.db?project=PROJ", "sqlite:///s.db?project=PROJ", "sqlite:///link/s.db"]
    with anybacklog.connect(sources[0]) as source:
        filled(source)
    created = []
    for url, place in zip(sources, (f"{base}/DEMO", f"{base}/{project}", f"{base}/DEMO/"), strict=True):
        with anybacklog.connect(url) as source, anybacklog.connect(place, api_key=DEMO_KEY) as space:
            report = migrate(source, space, ledger=tmp_path / "ledger.db", plan=plan, clock=by_its_clock(fake))
            created.append(report.counts["tickets"].created)
    assert created == [3, 0, 0]


# ---- what was in the target before


@pytest.mark.parametrize("harm", [Harm.REFUSE, Harm.DROP_AFTER, Harm.LATE])
def test_a_space_whose_first_500_issues_are_deleted_hides_no_write_in_doubt(
    sqlite: Make, serve: Serve, tmp_path: Path, harm: Harm
) -> None:
    source, space = sqlite(), empty_space()
    (project,) = space.projects.values()
    project.last_number = 500
    target, fake = serve(space)
    fake.faults.index_lag = 3600
    for number in range(3):
        source.create_ticket(TicketDraft(title=f"ticket {number}"))
    fake.faults.add(*(Fault(harm=harm, method="POST", path=r"/issues$", nth=nth, seconds=60) for nth in (1, 3)))
    ledger, clock = tmp_path / "ledger.db", by_its_clock(fake)
    assert migrate(source, target, ledger=ledger, clock=clock).failures == []
    fake.clock.advance(3600)
    titles = [issue["summary"] for issue in sorted(fake.dump()["issues"], key=lambda each: int(each["number"]))]
    assert titles == ["ticket 0", "ticket 1", "ticket 2"]
    assert verify(source, target, ledger=ledger).differences == []


@pytest.mark.parametrize("harm", [Harm.REFUSE, Harm.DROP_AFTER, Harm.LATE])
def test_a_backlog_whose_first_500_tickets_are_deleted_hides_no_write_in_doubt(
    sqlite: Make, trackers: ExitStack, tmp_path: Path, harm: Harm
) -> None:
    source, organization = sqlite(), publicbacklog.empty_organization()
    organization.last_ids["ticket"] = 500
    fake = publicbacklog.simulator(organization, clock=FakeClock.standing(NOON))
    url = f"publicbacklog+{trackers.enter_context(fake.served()).url}/Website?scan_gap=5"
    target = trackers.enter_context(anybacklog.connect(url, api_key=publicbacklog.DEMO_KEY))
    for number in range(3):
        source.create_ticket(TicketDraft(title=f"ticket {number}"))
    fake.faults.add(Fault(harm=harm, method="POST", path="save-ticket", nth=2, seconds=60))
    clock = Clock(now=fake.clock.now, sleep=fake.clock.advance, monotonic=fake.clock.seconds)
    assert migrate(source, target, ledger=tmp_path / "ledger.db", clock=clock).failures == []
    fake.clock.advance(3600)
    assert [ticket.title for ticket in organization.tickets.values()] == ["ticket 0", "ticket 1", "ticket 2"]
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []
