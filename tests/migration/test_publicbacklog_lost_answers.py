"""Copies to a backlog of PublicBacklog while answers get lost, the run dies, or its ledger is gone."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.migration.organizations import SHUT, VARIANTS, Fake, ServeBacklog, by_its_clock, copied, held, reconnected

from anybacklog import ConfigurationError, Tracker
from anybacklog.migration import migrate, repair, rollback, verify
from anybacklog_simulators.publicbacklog import Choices, Fault, Harm, empty_organization

Make = Callable[[], Tracker]
Fill = Callable[[Tracker], Tracker]
HARMS = (Harm.REFUSE, Harm.ERROR_BEFORE, Harm.ERROR_AFTER, Harm.DROP_AFTER, Harm.TRUNCATE, Harm.LATE)


@pytest.fixture
def unharmed(sqlite: Make, filled: Fill, serve_backlog: ServeBacklog, tmp_path: Path) -> tuple[Tracker, list[Any]]:
    """Give a source, and what an organization holds once it was copied without trouble."""
    source, (target, fake) = filled(sqlite()), serve_backlog(empty_organization())
    migrate(source, target, ledger=tmp_path / "unharmed.db")
    return source, held(fake)


@pytest.mark.parametrize("choices", VARIANTS.values(), ids=VARIANTS)
@pytest.mark.parametrize("harm", HARMS)
def test_every_write_in_doubt_after_the_first_ticket_ends_exactly_once(
    unharmed: tuple[Tracker, list[Any]], serve_backlog: ServeBacklog, tmp_path: Path, harm: Harm, choices: Choices
) -> None:
    source, wanted = unharmed
    target, fake = serve_backlog(empty_organization(choices))
    fake.faults.add(
        *(Fault(harm=harm, method="POST", path=choices.create_path, nth=nth, seconds=60) for nth in (2, 4)),
        *(Fault(harm=harm, method="PATCH", nth=nth, seconds=60) for nth in (1, 3)),
    )
    report = copied(source, target, fake, tmp_path)
    fake.clock.advance(3600)
    assert report.failures == []
    assert len(fake.faults.struck) >= 3
    assert [_uncounted(each) for each in held(fake)] == [_uncounted(each) for each in wanted]
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


@pytest.mark.parametrize("harm", [Harm.ERROR_AFTER, Harm.DROP_AFTER, Harm.LATE, Harm.REFUSE])
def test_a_first_ticket_in_doubt_is_held_and_never_sent_again(
    unharmed: tuple[Tracker, list[Any]], serve_backlog: ServeBacklog, tmp_path: Path, harm: Harm
) -> None:
    source, wanted = unharmed
    target, fake = serve_backlog(empty_organization())
    fake.faults.add(Fault(harm=harm, method="POST", path="save-ticket", nth=1, seconds=60))
    for _ in range(2):
        report = copied(source, target, fake, tmp_path)
        assert (report.counts["tickets"].held, {each.source_key for each in report.failures}) == (1, {"PROJ-1"})
    fake.clock.advance(3600)
    titles, (first, *others) = [each[0] for each in held(fake)], [each[0] for each in wanted]
    assert sorted(titles) == sorted([first] * (harm is not Harm.REFUSE) + others)


@pytest.mark.parametrize("harm", [Harm.DROP_AFTER, Harm.LATE, Harm.ERROR_BEFORE])
def test_in_doubt_without_a_description_to_read_everything_is_held(
    unharmed: tuple[Tracker, list[Any]], serve_backlog: ServeBacklog, tmp_path: Path, harm: Harm
) -> None:
    source, _ = unharmed
    shown = ["id", "title", "statusId", "ticketTypeId", "backlogName"]
    target, fake = serve_backlog(empty_organization(Choices(shown=shown, echoed=shown)))
    fake.faults.add(Fault(harm=harm, method="PATCH", nth=2, seconds=60))
    report = copied(source, target, fake, tmp_path)
    assert {(each.source_key, each.held) for each in report.failures} == {("PROJ-1", True), ("PROJ-1", False)}
    fake.clock.advance(3600)
    assert len(held(fake)[0][4]) == (1 if harm is Harm.ERROR_BEFORE else 2)


def test_what_is_held_is_named_with_the_way_out_and_what_a_repair_wrote_behind_it_is_named_no_more(
    unharmed: tuple[Tracker, list[Any]], serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    source, _ = unharmed
    target, fake = serve_backlog(empty_organization(Choices(shown=SHUT, echoed=SHUT)))
    fake.faults.add(Fault(harm=Harm.DROP_AFTER, method="PATCH", nth=1))
    failures = copied(source, target, fake, tmp_path).failures
    assert [each.stage for each in failures] == ["held", "wait", "wait"]
    way_out = "look there, then repair with --settle comment:1:1=there:ID or absent"
    assert failures[0].error == f"the target shows no comments; {way_out}"
    repair(source, target, ledger=tmp_path / "ledger.db", clock=by_its_clock(fake))
    assert [each.stage for each in copied(source, target, fake, tmp_path).failures] == ["held"]


def test_a_comment_that_nobody_shows_is_settled_on_a_persons_word(
    unharmed: tuple[Tracker, list[Any]], serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    source, _ = unharmed
    target, fake = serve_backlog(empty_organization(Choices(shown=SHUT, echoed=SHUT)))
    fake.faults.add(Fault(harm=Harm.DROP_AFTER, method="PATCH", nth=1))
    waiting, *_ = copied(source, target, fake, tmp_path).failures
    settle = {f"comment:{waiting.id}": "there:it"}
    with reconnected(target) as again:
        assert repair(source, again, ledger=tmp_path / "ledger.db", settle=settle, clock=by_its_clock(fake)).settled
    assert copied(source, target, fake, tmp_path).clean


class Killed(BaseException):
    """Nothing after this is carried out, as if the process had died."""


def test_a_run_that_dies_at_any_commit_ends_exactly_once(
    unharmed: tuple[Tracker, list[Any]], serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    source, wanted = unharmed
    number, died = 0, True
    while died:
        target, fake = serve_backlog(empty_organization())
        commits = died_at(source, target, fake, tmp_path / str(number), number)
        died = len(commits) == number + 1
        report = copied(source, target, fake, tmp_path / str(number))
        if died and is_unacknowledged(commits[-1]):
            assert {failure.source_key for failure in report.failures if failure.held} == {"PROJ-1"}
        else:
            assert (report.failures, held(fake)) == ([], wanted), commits[-1]
        number += 1
    assert number > 20


def died_at(source: Tracker, target: Tracker, fake: Fake, folder: Path, number: int) -> list[str]:
    """Run until a commit, counted from 0, and give the commits up to it: all, if there are not so many."""
    folder.mkdir()
    commits: list[str] = []

    def watch(commit: str) -> None:
        commits.append(commit)
        if len(commits) > number:
            raise Killed

    with suppress(Killed):
        copied(source, target, fake, folder, watch=watch)
    return commits


def is_unacknowledged(commit: str) -> bool:
    """Tell the moments at which the first ticket may have been made and no answer was kept."""
    return commit in ("after ledger commit: intend ticket:1:1", "before ledger commit: done ticket:1:1")


def test_a_ledger_that_was_lost_is_rebuilt_from_marks_and_counts(
    unharmed: tuple[Tracker, list[Any]], serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    source, wanted = unharmed
    target, fake = serve_backlog(empty_organization())
    migrate(source, target, ledger=tmp_path / "lost.db")
    with pytest.raises(ConfigurationError, match="already holds tickets copied from this source"):
        migrate(source, target, ledger=tmp_path / "ledger.db")
    report = migrate(source, target, ledger=tmp_path / "ledger.db", rebuild_ledger=True, clock=by_its_clock(fake))
    assert (report.failures, report.counts["comments"].already, held(fake)) == ([], 2, wanted)


def test_a_backlog_that_is_not_the_one_named_stops_the_run_after_one_ticket(
    unharmed: tuple[Tracker, list[Any]], serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    source, _ = unharmed
    target, fake = serve_backlog(empty_organization(Choices(backlog_name="ignored")))
    with pytest.raises(ConfigurationError, match="instead of 'Website'"):
        copied(source, target, fake, tmp_path)
    assert len(held(fake)) == 1


def _uncounted(ticket: tuple[Any, ...]) -> tuple[Any, ...]:
    """Leave out the count, which is not kept where comments are shown."""
    return (ticket[0], re.sub(r" · comments copied: \d+/\d+", "", ticket[1]), *ticket[2:])


def test_where_no_answer_names_a_backlog_what_was_copied_is_never_taken_for_gone(
    unharmed: tuple[Tracker, list[Any]], serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    (source, _), ledger = unharmed, tmp_path / "ledger.db"
    target, fake = serve_backlog(empty_organization(Choices(shown=["id", "title"])))
    with pytest.raises(ConfigurationError, match="any_backlog=true"):
        migrate(source, target, ledger=ledger)
    before = held(fake)
    with reconnected(target) as again:
        for call in (verify, repair):
            with pytest.raises(ConfigurationError, match="any_backlog=true"):
                call(source, again, ledger=ledger)
        with pytest.raises(ConfigurationError, match="any_backlog=true"):
            rollback(again, ledger=ledger)
    assert held(fake) == before
