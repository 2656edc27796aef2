"""Repair and rollback at backlogs of PublicBacklog, whatever their answers show: nothing is guessed, all is named."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.migration.organizations import OPEN, SHUT, Fake, ServeBacklog, by_its_clock, copied, held

from anybacklog import Tracker, TransportError
from anybacklog.migration import migrate, repair, rollback, verify
from anybacklog.model import TicketDraft
from anybacklog_simulators.publicbacklog import (
    Choices,
    Fault,
    Harm,
    Organization,
    demo_organization,
    empty_organization,
)

Make = Any
UNHEARD = "its comments are not shown, so nobody can tell whether somebody commented"
UNSEEN = "its description is not shown, so nobody can tell whether somebody changed it"
VARIANTS: dict[str, dict[str, Any]] = {
    "as documented": {},
    "all shown": OPEN,
    "as in the examples": {
        "create_path": "create-ticket", "read_verb": "post", "wrapping": "data", "echoed": ["id"], "deleted": "nothing",
    },
    "neither descriptions nor comments": {"shown": SHUT, "echoed": SHUT},
}  # fmt: skip
EVERY = pytest.mark.parametrize("answers", VARIANTS.values(), ids=VARIANTS)
UNSHOWN = pytest.mark.parametrize(
    ("answers", "reasons"),
    [({}, (UNHEARD,)), ({"shown": SHUT, "echoed": SHUT}, (UNSEEN, UNHEARD))],
    ids=["as documented", "neither descriptions nor comments"],
)


@pytest.fixture
def source(sqlite: Make) -> Tracker:
    """Give a tracker with three tickets: the first has a comment, the second two, the third three."""
    tracker: Tracker = sqlite()
    for number in (1, 2, 3):
        ticket = tracker.create_ticket(TicketDraft(title=f"ticket {number}", description=f"text {number} 𠮷"))
        for comment in range(number):
            tracker.add_comment(ticket, f"comment {comment} 🎉")
    return tracker


def moved(source: Tracker, served: tuple[Tracker, Fake], ledger: Path) -> tuple[Tracker, Organization]:
    """Migrate, and give the target and what its service holds."""
    target, fake = served
    assert migrate(source, target, ledger=ledger).clean
    return target, fake.service.organization


# ---- repair


@EVERY
def test_what_vanished_is_written_again_with_its_comments_and_what_was_altered_is_mended(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path, answers: dict[str, Any]
) -> None:
    ledger, served = tmp_path / "ledger.db", serve_backlog(empty_organization(Choices(**answers)))
    target, organization = moved(source, served, ledger)
    whole = held(served[1])
    del organization.tickets[2]
    organization.tickets[1].title = "somebody's title"
    found = verify(source, target, ledger=ledger).differences
    assert {(each.source_key, each.field) for each in found} == {("PROJ-1", "title"), ("PROJ-2", "missing")}
    assert repair(source, target, ledger=ledger).clean
    assert sorted(held(served[1])) == sorted(whole)
    assert verify(source, target, ledger=ledger).differences == []


@pytest.mark.parametrize("answers", [{}, OPEN], ids=["as documented", "all shown"])
def test_a_comment_that_is_missing_is_written_again(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path, answers: dict[str, Any]
) -> None:
    ledger, served = tmp_path / "ledger.db", serve_backlog(empty_organization(Choices(**answers)))
    target, organization = moved(source, served, ledger)
    ticket = organization.tickets[3]
    lost = ticket.comments.pop()
    ticket.description = ticket.description.replace("copied: 3/3", "copied: 2/3")
    assert repair(source, target, ledger=ledger).clean
    assert ticket.comments[-1].text == lost.text
    assert verify(source, target, ledger=ledger).differences == []


@EVERY
def test_a_first_ticket_in_doubt_is_settled_by_a_person_who_has_looked(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path, answers: dict[str, Any]
) -> None:
    ledger, choices = tmp_path / "ledger.db", Choices(**answers)
    target, fake = serve_backlog(empty_organization(choices))
    fake.faults.add(Fault(harm=Harm.DROP_AFTER, method="POST", path=choices.create_path, nth=1))
    assert {each.source_key for each in copied(source, target, fake, tmp_path).failures} == {"PROJ-1"}
    clock = by_its_clock(fake)
    assert repair(source, target, ledger=ledger, settle={"ticket:1": "there:1"}, clock=clock).clean
    assert verify(source, target, ledger=ledger).differences == []
    assert [len(comments) for *_, comments in held(fake)] == [1, 2, 3]


def test_a_comment_that_only_the_count_says_is_there_is_named(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    target, fake = serve_backlog(empty_organization())
    fake.faults.add(Fault(harm=Harm.DROP_AFTER, method="PATCH", nth=1))
    report = copied(source, target, fake, tmp_path)
    assert report.clean
    assert any("is there by the count in its ticket's description alone" in note for note in report.notes)


def test_a_comment_that_is_sent_again_because_of_the_count_alone_is_named(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    target, fake = serve_backlog(empty_organization(Choices(writes="comment-first")))
    fake.faults.add(Fault(harm=Harm.ERROR_AFTER, method="PATCH", nth=1))
    report = copied(source, target, fake, tmp_path)
    assert len(held(fake)[0][4]) == 2  # which nobody is shown
    assert any("comments are not shown; look whether it is there twice" in note for note in report.notes)


# ---- rollback


def test_a_rollback_takes_away_what_was_copied_and_nothing_else(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    target, organization = moved(source, serve_backlog(demo_organization(Choices(**OPEN))), tmp_path / "ledger.db")
    before = set(demo_organization().tickets)
    assert len(organization.tickets) == len(before) + 3
    assert rollback(target, ledger=tmp_path / "ledger.db").clean
    assert set(organization.tickets) == before


def test_a_rollback_keeps_and_names_what_people_changed_or_commented_on(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    target, organization = moved(source, serve_backlog(empty_organization(Choices(**OPEN))), tmp_path / "ledger.db")
    organization.tickets[1].title = "somebody's title"
    target.add_comment("3", "a person was here")
    report = rollback(target, ledger=tmp_path / "ledger.db")
    assert {each.source_key for each in report.left} == {"PROJ-1", "PROJ-3"}
    assert list(organization.tickets) == [1, 3]


@UNSHOWN
def test_what_nobody_can_see_to_be_unchanged_is_kept_unless_told_otherwise(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path, answers: dict[str, Any], reasons: tuple[str, ...]
) -> None:
    ledger = tmp_path / "ledger.db"
    target, organization = moved(source, serve_backlog(empty_organization(Choices(**answers))), ledger)
    report = rollback(target, ledger=ledger)
    assert [each.reasons for each in report.left] == [reasons] * 3
    assert len(organization.tickets) == 3
    assert rollback(target, ledger=ledger, include_changed=True).clean
    assert organization.tickets == {}


@EVERY
@pytest.mark.parametrize("harm", [Harm.ERROR_BEFORE, Harm.ERROR_AFTER, Harm.DROP_AFTER, Harm.LATE])
def test_a_deletion_in_doubt_is_asked_about_and_a_migration_may_begin_again(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path, answers: dict[str, Any], harm: Harm
) -> None:
    ledger, served = tmp_path / "ledger.db", serve_backlog(empty_organization(Choices(**answers)))
    target, organization = moved(source, served, ledger)
    whole, fake = held(served[1]), served[1]
    fake.faults.add(Fault(harm=harm, method="DELETE", nth=2, seconds=60))
    with suppress(TransportError):  # refused for certain: the same command goes on
        rollback(target, ledger=ledger, include_changed=True, clock=by_its_clock(fake))
    fake.clock.advance(3600)
    assert rollback(target, ledger=ledger, include_changed=True, clock=by_its_clock(fake)).clean
    assert organization.tickets == {}
    assert copied(source, target, fake, tmp_path).clean
    assert held(fake) == whole
