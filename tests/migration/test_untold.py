"""The comment that brings a ticket's state: no answer tells its id, so its mark does, once, to whoever needs it."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.migration.spaces import Fake, Serve, by_its_clock

import anybacklog
from anybacklog import Tracker
from anybacklog.migration import migrate, plan, repair, rollback, verify
from anybacklog.migration.ledger import Ledger
from anybacklog.migration.report import Progress
from anybacklog.model import Comment, Text, TicketDraft
from anybacklog_simulators.nulab import DEMO_KEY, Space, empty_space
from anybacklog_simulators.nulab.projects import new_project

Make = Callable[[], Tracker]
TICKETS = 3


def closed(source: Tracker) -> Tracker:
    """Fill a source with closed tickets of two comments each."""
    for number in range(TICKETS):
        ticket = source.create_ticket(TicketDraft(title=f"closed {number}", status="Closed"))
        for body in ("one", "two"):
            source.add_comment(ticket, body)
    return source


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def copied(sqlite: Make, serve: Serve, ledger: Path) -> tuple[Tracker, Tracker, Fake]:
    """Copy closed tickets into a space, of which only the first comments' ids were told."""
    source, (target, fake) = closed(sqlite()), serve(empty_space())
    assert migrate(source, target, ledger=ledger).clean
    assert len(untold(ledger)) == TICKETS
    return source, target, fake


def untold(ledger: Path) -> list[str]:
    """Name the comments whose ids the ledger does not know."""
    with Ledger(ledger) as book:
        return [each.item.id for pair in book.every() for each in pair.each("comment") if each.untold]


def last_of(target: Tracker, key: str = "DEMO-1") -> Comment:
    return [each for each in target.comments(key) if each.body.source][-1]


def reads(fake: Fake) -> list[str]:
    """Give what of issues was read since this was asked last, without the numbers."""
    paths = [re.sub(r"\d+", "N", path.partition("/v2/")[2]) for method, path, _ in fake.log if method == "GET"]
    fake.log.clear()
    return sorted(path for path in paths if path.startswith("issues"))


@pytest.mark.parametrize("marks", [True, False], ids=["marks", "no marks"])
def test_a_run_without_faults_reads_no_journal_unless_there_are_no_marks(
    sqlite: Make, serve: Serve, ledger: Path, marks: bool
) -> None:
    source, (target, fake) = closed(sqlite()), serve(empty_space())
    assert migrate(source, target, ledger=ledger, marks=marks).clean
    assert [path for path in reads(fake) if "N" in path] == ["issues/N/comments"] * (0 if marks else TICKETS)
    assert len(untold(ledger)) == (TICKETS if marks else 0)


def test_a_plan_counts_a_read_for_each_only_without_marks(sqlite: Make, serve: Serve, tmp_path: Path) -> None:
    source, asked = closed(sqlite()), []
    for said in ("true", "false"):
        target, _ = serve(empty_space())
        planned = plan(source, target, edited=with_marks_or_not(tmp_path, said), ledger=tmp_path / f"{said}.db")
        asked.append(planned.requests["target"]["read"])
    assert asked[1] - asked[0] == TICKETS


def with_marks_or_not(folder: Path, said: str) -> Path:
    """Write a plan that says nothing else."""
    path = folder / f"{said}.toml"
    path.write_text(f"marks = {said}\n", encoding="utf-8")
    return path


def test_a_verify_reads_everything_once_at_both_ends_and_learns_where_they_are(
    serve: Serve, sqlite: Make, ledger: Path
) -> None:
    (source, first), (target, second) = serve(empty_space()), serve(empty_space())
    migrate(closed(sqlite()), source, ledger=ledger)
    assert migrate(source, target, ledger=ledger).clean
    for _ in range(2):
        reads(first), reads(second)
        assert verify(source, target, ledger=ledger).differences == []
        each = ["issues/N/comments"] * TICKETS + ["issues/N/relatedIssues"] * TICKETS
        assert (reads(first), reads(second)) == (["issues", *each, "issues/count"], ["issues", *each, "issues/count"])
    with Ledger(ledger) as book:
        ids = {landed.target_id for landed in book.pair(source.identity(), target.identity()).each("comment")}
    assert ids == {each.id for key in target.tickets() for each in target.comments(key) if each.body.source}


@pytest.mark.parametrize("stage", ["marks", "verify"])
def test_a_ticket_that_is_deleted_while_it_is_verified_is_missing(
    copied: tuple[Tracker, Tracker, Fake], ledger: Path, stage: str
) -> None:
    source, target, _ = copied

    def delete_the_last(progress: Progress) -> None:
        if (progress.stage, progress.done) == (stage, 1):
            target.delete_ticket(f"DEMO-{TICKETS}")

    (missing,) = verify(source, target, ledger=ledger, progress=delete_the_last).differences
    assert (missing.source_key, missing.kind, missing.field) == (f"PROJ-{TICKETS}", "ticket", "missing")


def test_offline_a_verify_learns_as_much(copied: tuple[Tracker, Tracker, Fake], ledger: Path) -> None:
    source, target, _ = copied
    assert verify(source, target, ledger=ledger, offline=True).differences == []
    assert untold(ledger) == []


def test_one_that_was_deleted_is_named_and_repair_writes_it_again(
    copied: tuple[Tracker, Tracker, Fake], ledger: Path
) -> None:
    source, target, _ = copied
    ours = last_of(target)
    target.delete_comment("DEMO-1", ours)
    (missing,) = verify(source, target, ledger=ledger).differences
    assert (missing.source_key, missing.kind, missing.field) == ("PROJ-1", "comment", "missing")
    assert missing.source == ours.body.source
    assert repair(source, target, ledger=ledger).clean
    assert [each.body.source[-3:] for each in target.comments("DEMO-1") if each.body.source] == ["one", "two"]


def test_of_a_second_one_with_its_mark_the_later_is_named(copied: tuple[Tracker, Tracker, Fake], ledger: Path) -> None:
    source, target, _ = copied
    second = target.add_comment("DEMO-1", last_of(target).body)
    (doubled,) = verify(source, target, ledger=ledger).differences
    assert (doubled.kind, doubled.field, doubled.target) == ("comment", "doubled", second.id)


def test_one_whose_mark_stands_at_another_ticket_is_missing_where_it_should_be(
    copied: tuple[Tracker, Tracker, Fake], ledger: Path
) -> None:
    source, target, _ = copied
    ours = last_of(target)
    target.add_comment("DEMO-2", ours.body)
    target.delete_comment("DEMO-1", ours)
    found = verify(source, target, ledger=ledger).differences
    assert sorted((each.source_key, each.field) for each in found) == [("PROJ-1", "extra"), ("PROJ-1", "missing")]


def test_one_whose_text_somebody_edited_is_ours_still(copied: tuple[Tracker, Tracker, Fake], ledger: Path) -> None:
    source, target, _ = copied
    ours = last_of(target)
    target.update_comment("DEMO-1", ours, Text(ours.body.source + " edited", ours.body.format))
    (altered,) = verify(source, target, ledger=ledger).differences
    assert (altered.kind, altered.field) == ("comment", "body")


def test_a_rollback_knows_them_from_a_strangers(copied: tuple[Tracker, Tracker, Fake], ledger: Path) -> None:
    _, target, _ = copied
    target.add_comment("DEMO-2", "mine")
    target.delete_comment("DEMO-3", last_of(target, "DEMO-3"))
    report = rollback(target, ledger=ledger)
    said = {each.target_key: each.reasons for each in report.left if each.kind == "ticket"}
    assert said.keys() == {"DEMO-2", "DEMO-3"}
    assert ["comment was added" in reason for reason in said["DEMO-2"]] == [True]
    assert said["DEMO-3"] == ("a comment was deleted, or its mark taken out of it",)
    assert [each.key for each in target.tickets()] == ["DEMO-2", "DEMO-3"]


def test_a_lost_ledger_is_rebuilt_from_their_marks(
    copied: tuple[Tracker, Tracker, Fake], ledger: Path, tmp_path: Path
) -> None:
    source, target, fake = copied
    report = migrate(source, target, ledger=tmp_path / "rebuilt.db", rebuild_ledger=True, clock=by_its_clock(fake))
    assert (report.counts["comments"].already, untold(tmp_path / "rebuilt.db")) == (2 * TICKETS, [])


def test_a_held_comment_cannot_be_settled_as_one_of_them(copied: tuple[Tracker, Tracker, Fake], ledger: Path) -> None:
    source, target, _ = copied
    with Ledger(ledger) as book:
        (pair,) = book.every()
        first = next(each for each in pair.each("comment") if not each.untold)
        pair.forget_items([first.item])
        held = f"comment:{first.item.ticket_id}:{first.item.id}"
        pair.set(held, "held", source_key="PROJ-1", error="nobody can tell")
    with pytest.raises(anybacklog.ConfigurationError, match="not another's"):
        repair(source, target, ledger=ledger, settle={held: f"there:{last_of(target).id}"})
    assert repair(source, target, ledger=ledger, settle={held: f"there:{first.target_id}"}).clean


def test_their_texts_are_written_anew_with_names_that_came_later(sqlite: Make, serve: Serve, ledger: Path) -> None:
    source, (target, _) = sqlite(), serve(empty_space())
    target.create_ticket(TicketDraft(title="stranger"))
    source.add_comment(source.create_ticket(TicketDraft(title="first", status="Closed")), "see PROJ-2")
    source.create_ticket(TicketDraft(title="second"))
    assert migrate(source, target, ledger=ledger).clean
    assert last_of(target, "DEMO-2").body.source.endswith("see DEMO-3")
    assert verify(source, target, ledger=ledger).differences == []


def named_by(source: Tracker, url: str, *, title: str) -> None:
    """Make a ticket whose comment names an address."""
    source.add_comment(source.create_ticket(TicketDraft(title=title)), f"as {url} says")


def meant(source: Tracker) -> str:
    """Make a ticket that a comment closes; give the comment's address."""
    ticket = source.create_ticket(TicketDraft(title="closed"))
    source.update_ticket(ticket, {"status": "完了"})
    return f"{ticket.url}#comment-{source.add_comment(ticket, 'the one that is meant').id}"


def test_a_text_that_names_one_by_its_address_names_its_copy(serve: Serve, ledger: Path) -> None:
    (source, _), (target, fake) = serve(empty_space()), serve(empty_space())
    early = source.create_ticket(TicketDraft(title="early"))
    url = meant(source)
    source.add_comment(early, f"as {url} says")
    named_by(source, url, title="late")
    target.create_ticket(TicketDraft(title="stranger"))
    fake.log.clear()
    assert migrate(source, target, ledger=ledger).clean
    # The stranger's, which might have been a copy; that of the text to write anew; and that of the comment it names.
    assert reads(fake).count("issues/N/comments") == 3
    there = f"as {target.ticket('DEMO-3').url}#comment-{last_of(target, 'DEMO-3').id} says"
    assert [last_of(target, key).body.source.endswith(there) for key in ("DEMO-2", "DEMO-4")] == [True, True]
    assert verify(source, target, ledger=ledger).differences == []


def test_one_in_another_project_of_the_space_is_named_as_well(serve: Serve, trackers: ExitStack, ledger: Path) -> None:
    (one, two), (first, second) = (
        (each, other_project(each, trackers)) for each, _ in (serve(with_another(empty_space())) for _ in range(2))
    )
    url = meant(one)
    named_by(two, url, title="elsewhere")
    assert migrate(one, first, ledger=ledger).clean
    assert migrate(two, second, ledger=ledger).clean
    there = f"{first.ticket('DEMO-1').url}#comment-{last_of(first).id}"
    assert last_of(second, "OTHER-1").body.source.endswith(f"as {there} says")


def test_one_in_another_space_keeps_its_old_address_until_its_id_is_known(
    serve: Serve, trackers: ExitStack, ledger: Path
) -> None:
    """The connection is to the space where the text goes; `verify` of the other copy tells the ledger."""
    one, _ = serve(with_another(empty_space()))
    two = other_project(one, trackers)
    (first, _), (second, _) = serve(empty_space()), serve(empty_space())
    url = meant(one)
    named_by(two, url, title="elsewhere")
    assert migrate(one, first, ledger=ledger).clean
    report = migrate(two, second, ledger=ledger)
    assert any("does not know" in note and url in note for note in report.notes)
    assert last_of(second).body.source.endswith(f"as {url} says")
    assert verify(one, first, ledger=ledger).differences == []
    assert migrate(two, second, ledger=ledger).clean
    assert last_of(second).body.source.endswith(f"as {first.ticket('DEMO-1').url}#comment-{last_of(first).id} says")


def with_another(space: Space) -> Space:
    """Give a space a second project, of the same people."""
    (first,) = space.projects.values()
    second = new_project(space, "OTHER", "other")
    second.members, second.administrators = list(first.members), list(first.administrators)
    return space


def other_project(tracker: Tracker, trackers: ExitStack) -> Tracker:
    """Connect to it."""
    url = str(tracker.location).replace("/DEMO", "/OTHER")
    return trackers.enter_context(anybacklog.connect(url, api_key=DEMO_KEY))
