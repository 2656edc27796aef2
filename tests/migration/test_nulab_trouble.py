"""Copies into a space that loses answers, commits late, lags and allows little: complete, and nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from tests.migration.spaces import UNHURRIED, Boundary, Fake, Interrupted, Serve, by_its_clock, held

import anybacklog
from anybacklog import MigrationError, Tracker, TransportError
from anybacklog.migration import migrate, verify
from anybacklog.migration.report import Progress, Report
from anybacklog.model import TicketDraft
from anybacklog_simulators.nulab import (
    DEMO_KEY,
    Fault,
    Harm,
    Rates,
    attachments,
    demo_space,
    empty_space,
    simulator,
)

Make = Callable[[], Tracker]
Fill = Callable[[Tracker], Tracker]
WRITES = {
    "a ticket": ("POST", r"/issues$"),
    "a state": ("PATCH", r"/issues/"),
    "a comment": ("POST", r"/comments$"),
    "a file ahead": ("POST", r"/space/attachment$"),
}
HARMS = (Harm.REFUSE, Harm.ERROR_BEFORE, Harm.ERROR_AFTER, Harm.DROP_AFTER, Harm.TRUNCATE, Harm.LATE)


def copied(
    source: Tracker, target: Tracker, fake: Fake, folder: Path, plan: Path | None, *, marks: bool = True
) -> Report:
    """Migrate, again after each time it was stopped, until it is done."""
    ledger, clock = folder / "ledger.db", by_its_clock(fake)
    for _ in range(5):
        try:
            return migrate(source, target, ledger=ledger, plan=plan, marks=marks, clock=clock)
        except (TransportError, MigrationError):
            continue
    raise AssertionError("it stops again and again")


@pytest.fixture
def unharmed(sqlite: Make, filled: Fill, serve: Serve, plan: Path, tmp_path: Path) -> tuple[Tracker, list[Any]]:
    """Give a source, and what a space holds once it was copied without trouble."""
    source, (target, fake) = filled(sqlite()), serve(empty_space())
    migrate(source, target, ledger=tmp_path / "unharmed.db", plan=plan)
    return source, held(fake)


@pytest.mark.parametrize("harm", HARMS)
def test_every_kind_of_write_in_doubt_ends_exactly_once(
    unharmed: tuple[Tracker, list[Any]], serve: Serve, plan: Path, tmp_path: Path, harm: Harm
) -> None:
    source, wanted = unharmed
    target, fake = serve(empty_space())
    fake.faults.index_lag = 30
    fake.faults.add(
        *(Fault(harm=harm, method=method, path=path, nth=1, seconds=60) for method, path in WRITES.values())
    )
    assert copied(source, target, fake, tmp_path, plan).failures == []
    fake.clock.advance(3600)
    assert len(fake.faults.struck) == len(WRITES)
    assert held(fake) == wanted
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


@pytest.mark.parametrize("harm", [Harm.DROP_AFTER, Harm.REFUSE])
def test_a_search_that_lags_for_an_hour_makes_no_second_ticket(
    unharmed: tuple[Tracker, list[Any]], serve: Serve, plan: Path, tmp_path: Path, harm: Harm
) -> None:
    source, wanted = unharmed
    target, fake = serve(empty_space())
    fake.faults.index_lag = 3600
    fake.faults.add(Fault(harm=harm, method="POST", path=r"/issues$", times=2))
    assert copied(source, target, fake, tmp_path, plan).failures == []
    assert held(fake) == wanted


def small(sqlite: Make) -> Tracker:
    """Make a source with one of each kind of step."""
    source = sqlite()
    parent = source.create_ticket(TicketDraft(title="親", status="In progress"))
    source.add_attachment(parent, "同じ.txt", BytesIO(b"one"))
    source.add_comment(parent, "with a file", attachments=[("同じ.txt", BytesIO(b"two"))])
    child = source.create_ticket(TicketDraft(title="子"))
    source.update_ticket(parent, {"parent": child})
    return source


def test_interrupted_at_any_commit_and_run_again_it_ends_complete(sqlite: Make, serve: Serve, tmp_path: Path) -> None:
    source = small(sqlite)
    target, fake = serve(empty_space())
    nowhere = Boundary(0)
    assert migrate(source, target, ledger=tmp_path / "0.db", clock=by_its_clock(fake), watch=nowhere).clean
    wanted = held(fake)
    for number in range(1, nowhere.seen + 1):
        target, fake = serve(empty_space())
        fake.faults.index_lag = 600
        ledger, clock = tmp_path / f"{number}.db", by_its_clock(fake)
        with pytest.raises(Interrupted):
            migrate(source, target, ledger=ledger, clock=clock, watch=Boundary(number))
        assert migrate(source, target, ledger=ledger, clock=clock).clean
        assert held(fake) == wanted, f"interrupted at boundary {number} of {nowhere.seen}"
    assert nowhere.seen > 30


def test_an_equal_ticket_and_comment_of_somebody_else_are_not_taken_for_ours(
    sqlite: Make, serve: Serve, tmp_path: Path
) -> None:
    source = small(sqlite)
    target, fake = serve(empty_space())
    target.create_ticket(TicketDraft(title="親"))
    fake.faults.add(Fault(harm=Harm.REFUSE, method="POST", path=r"/(issues|comments)$", nth=1))
    assert migrate(source, target, ledger=tmp_path / "ledger.db", clock=by_its_clock(fake)).clean
    assert [ticket.title for ticket in target.tickets()] == ["親", "親", "子"]
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


@pytest.mark.parametrize("harm", [Harm.DROP_AFTER, Harm.REFUSE, Harm.LATE])
def test_without_marks_the_whole_content_tells(
    unharmed: tuple[Tracker, list[Any]], serve: Serve, plan: Path, tmp_path: Path, harm: Harm
) -> None:
    source, _ = unharmed
    target, fake = serve(empty_space())
    fake.faults.add(
        *(Fault(harm=harm, method=method, path=path, nth=1, seconds=60) for method, path in WRITES.values())
    )
    assert copied(source, target, fake, tmp_path, plan, marks=False).clean
    fake.clock.advance(3600)
    assert target.count_tickets() == 3
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


@pytest.mark.parametrize("harm", [Harm.DROP_AFTER, Harm.ERROR_BEFORE, Harm.LATE])
def test_words_in_doubt_are_there_once(
    unharmed: tuple[Tracker, list[Any]], serve: Serve, plan: Path, tmp_path: Path, harm: Harm
) -> None:
    source, wanted = unharmed
    target, fake = serve(empty_space())
    words = [rf"/projects/\d+/{name}$" for name in ("issueTypes", "categories", "versions", "customFields")]
    fake.faults.add(*(Fault(harm=harm, method="POST", path=path, nth=1, seconds=60) for path in words))
    assert copied(source, target, fake, tmp_path, plan).failures == []
    fake.clock.advance(3600)
    assert held(fake) == wanted
    (project,) = fake.dump()["projects"]
    for kind in ("issue_types", "categories", "versions", "custom_fields"):
        names = [each["name"] for each in project[kind]]
        assert sorted(names) == sorted(set(names)), kind
    assert len(fake.faults.struck) == len(words)


def test_a_write_that_comes_after_everybody_gave_it_up_is_told(
    unharmed: tuple[Tracker, list[Any]], serve: Serve, plan: Path, tmp_path: Path
) -> None:
    source, _ = unharmed
    target, fake = serve(empty_space())
    fake.faults.add(
        Fault(harm=Harm.LATE, method="POST", path=r"/issues$", nth=1, seconds=200),
        Fault(harm=Harm.LATE, method="POST", path=r"/comments$", nth=1, seconds=10_000),
        Fault(harm=Harm.REFUSE, method="POST", path=r"/comments$", nth=3),
    )
    report = migrate(source, target, ledger=tmp_path / "ledger.db", plan=plan, clock=by_its_clock(fake))
    (extra,) = report.failures
    assert (extra.source_key, extra.kind) == ("PROJ-1", "ticket")
    assert "it is there 2 times" in extra.error
    assert report.counts["tickets"].failed == 0
    doubled = verify(source, target, ledger=tmp_path / "ledger.db").differences
    assert [(each.source_key, each.kind, each.field) for each in doubled] == [("PROJ-1", "ticket", "doubled")]


def test_files_that_were_void_before_they_were_linked_are_sent_again(
    sqlite: Make, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A laptop sleeps for two hours between upload and link, at each of the two writes that carry files."""
    source, (target, fake) = small(sqlite), serve(empty_space())
    check, asleep = attachments.check_uploads, {1, 3}
    calls = count(1)

    def checked(call: Any, ids: Any, there: int) -> None:
        if ids and next(calls) in asleep:
            call.now += timedelta(hours=2)
            fake.clock.advance(7200)
        check(call, ids, there)

    monkeypatch.setattr(attachments, "check_uploads", checked)
    report = migrate(source, target, ledger=tmp_path / "ledger.db", clock=by_its_clock(fake))
    assert (report.failures, next(calls)) == ([], 5)
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_a_source_that_stumbles_is_read_whole(sqlite: Make, serve: Serve, tmp_path: Path) -> None:
    (source, fake), target = serve(demo_space()), sqlite()
    harms = (Harm.REFUSE, Harm.ERROR_BEFORE, Harm.TRUNCATE)
    fake.faults.add(*(Fault(harm=harm, method="GET", nth=7 + 5 * place) for place, harm in enumerate(harms)))
    assert migrate(source, target, ledger=tmp_path / "ledger.db").failures == []
    assert len(fake.faults.struck) == 3
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_a_space_that_allows_little_is_waited_for(sqlite: Make, trackers: ExitStack, tmp_path: Path) -> None:
    """Five writes a second, then two: what is too many is asked again later, and nothing is doubled."""
    source = small(sqlite)
    fake = simulator(empty_space(), rates=Rates(UNHURRIED | {"update": 5}, length=1, aligned=False))
    server = trackers.enter_context(fake.served())
    target = trackers.enter_context(anybacklog.connect(f"nulab+{server.url}/DEMO", api_key=DEMO_KEY))

    def lower(progress: Progress) -> None:
        if progress.stage == "apply" and progress.done:
            fake.rates.lower("update", 2)

    assert migrate(source, target, ledger=tmp_path / "ledger.db", progress=lower).failures == []
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []
