"""Services that turn plain text into HTML, or HTML into plain text: words are compared, what is lost is counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.migration.organizations import OPEN, ServeBacklog, by_its_clock, copied, held

import anybacklog
from anybacklog import Tracker
from anybacklog.migration import migrate, plan, repair, rollback, verify
from anybacklog.migration.report import Report
from anybacklog.model import Text, TicketDraft
from anybacklog_simulators.publicbacklog import DEMO_KEY, Choices, Fault, Harm, empty_organization

Make = Any
PLAIN = "a < b & c\r\nsecond\n\nthird 𠮷 🎉  "
HTML = "<p>rich <b>bold</b></p><p>&lt;x&gt; &amp; y</p>"
ANSWERS: dict[str, Any] = {"as documented": {}, "all shown": OPEN}
BOTH_WAYS = pytest.mark.parametrize("texts", ["html", "plain"])
ALL_ANSWERS = pytest.mark.parametrize("answers", ANSWERS.values(), ids=ANSWERS)


@pytest.fixture
def source(sqlite: Make) -> Tracker:
    """Give a tracker with a plain and an HTML ticket, each with comments of both kinds."""
    tracker: Tracker = sqlite()
    for title, text in (("plain one", Text(PLAIN, "plain")), ("rich one", Text(HTML, "html"))):
        ticket = tracker.create_ticket(TicketDraft(title=title, description=text))
        tracker.add_comment(ticket, Text("plain <3 comment", "plain"))
        tracker.add_comment(ticket, Text("<p>html <i>comment</i></p>", "html"))
    return tracker


def formats(report: Report) -> set[tuple[str, str, int]]:
    return {(row.field, row.level, row.count) for row in report.fidelity if row.field.endswith("format")}


def afresh(tracker: Tracker) -> Tracker:
    """Connect once more, so that nothing is remembered."""
    return anybacklog.connect(str(tracker.location), api_key=DEMO_KEY)


@BOTH_WAYS
@ALL_ANSWERS
def test_what_says_the_same_is_no_difference_in_this_process_or_another(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path, texts: str, answers: Any
) -> None:
    target, fake = serve_backlog(empty_organization(Choices(texts=texts, **answers)))
    assert migrate(source, target, ledger=tmp_path / "ledger.db").clean
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []
    with afresh(target) as other:
        assert verify(source, other, ledger=tmp_path / "ledger.db").differences == []
        clock = by_its_clock(fake)
        again = migrate(source, other, ledger=tmp_path / "rebuilt.db", rebuild_ledger=True, clock=clock)
        assert again.counts["comments"].already
        assert verify(source, other, ledger=tmp_path / "rebuilt.db").differences == []


@BOTH_WAYS
def test_a_plan_says_what_only_the_first_write_will_show_and_says_it_no_longer_then(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path, texts: str
) -> None:
    target, _ = serve_backlog(empty_organization(Choices(texts=texts)))
    told = "how texts come back shows with the first one written"
    assert any(told in note for note in plan(source, target, ledger=tmp_path / "ledger.db").notes)
    migrate(source, target, ledger=tmp_path / "ledger.db")
    assert not any(told in note for note in plan(source, target, ledger=tmp_path / "ledger.db").notes)


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        ("kept", set()),
        ("html", {("description.format", "emulated", 1), ("comments.body.format", "emulated", 2)}),
        ("plain", {("description.format", "lost", 1), ("comments.body.format", "lost", 2)}),
    ],
)
def test_the_report_counts_the_texts_that_came_back_otherwise(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path, texts: str, wanted: Any
) -> None:
    target, _ = serve_backlog(empty_organization(Choices(texts=texts, **OPEN)))
    assert formats(migrate(source, target, ledger=tmp_path / "ledger.db")) == wanted
    assert formats(migrate(source, target, ledger=tmp_path / "ledger.db")) == wanted


@pytest.mark.parametrize(("texts", "wanted"), [("kept", []), ("plain", [("description.source", "lost", 1)])])
def test_a_text_that_came_back_otherwise_than_it_was_sent_is_counted_as_lost_and_named_by_verify(
    sqlite: Any, serve_backlog: ServeBacklog, tmp_path: Path, texts: str, wanted: Any
) -> None:
    source, (target, _) = sqlite(), serve_backlog(empty_organization(Choices(texts=texts)))
    source.create_ticket(TicketDraft(title="looks like HTML", description=Text("a List<String>, <b>bold</b>", "plain")))
    source.create_ticket(TicketDraft(title="looks like none", description=Text("as it was", "plain")))
    reports = [migrate(source, target, ledger=tmp_path / "ledger.db") for _ in range(2)]
    for report in reports:
        rows = [(row.field, row.level, row.count) for row in report.fidelity if row.field.endswith(".source")]
        assert (rows, report.altered) == (wanted, len(wanted))
    assert any("what these say: PROJ-1 (ticket);" in note for note in reports[0].notes) == bool(wanted)
    differences = verify(source, target, ledger=tmp_path / "ledger.db").differences
    assert [(each.source_key, each.field) for each in differences] == [("PROJ-1", "description")] * len(wanted)


def test_a_run_that_is_interrupted_forgets_no_text_that_it_saw_come_back(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    target, _ = serve_backlog(empty_organization(Choices(texts="html", **OPEN)))
    commits: list[str] = []

    def interrupt(commit: str) -> None:
        commits.append(commit)
        if commit.startswith("after ledger commit: done ticket:1") and commits.count(commit) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        migrate(source, target, ledger=tmp_path / "ledger.db", watch=interrupt)
    wanted = {("description.format", "emulated", 1), ("comments.body.format", "emulated", 2)}
    assert formats(migrate(source, target, ledger=tmp_path / "ledger.db")) == wanted


class Killed(BaseException):
    """Nothing after this is carried out, as if the process had died."""


def test_a_run_that_is_killed_forgets_no_text_of_the_tickets_that_were_done(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    target, _ = serve_backlog(empty_organization(Choices(texts="html", **OPEN)))

    def kill(commit: str) -> None:
        if commit.startswith("before ledger commit: intend ticket:2"):
            raise Killed

    with pytest.raises(Killed):
        migrate(source, target, ledger=tmp_path / "ledger.db", watch=kill)
    wanted = {("description.format", "emulated", 1), ("comments.body.format", "emulated", 2)}
    assert formats(migrate(source, target, ledger=tmp_path / "ledger.db")) == wanted


def test_what_a_repair_has_seen_to_be_mended_is_counted_no_longer(
    sqlite: Any, serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    source, (target, _) = sqlite(), serve_backlog(empty_organization(Choices(texts="plain")))
    ticket = source.create_ticket(TicketDraft(title="looks like HTML", description=Text("a List<String>", "plain")))
    ledger = tmp_path / "ledger.db"
    assert migrate(source, target, ledger=ledger).altered == 1
    assert not repair(source, target, ledger=ledger).clean
    assert migrate(source, target, ledger=ledger).altered == 1
    source.update_ticket(ticket, {"description": Text("a list of strings", "plain")})
    assert repair(source, target, ledger=ledger).clean
    assert migrate(source, target, ledger=ledger).altered == 0


@BOTH_WAYS
@ALL_ANSWERS
def test_words_that_were_changed_there_are_a_difference_and_are_mended(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path, texts: str, answers: Any
) -> None:
    target, fake = serve_backlog(empty_organization(Choices(texts=texts, **answers)))
    migrate(source, target, ledger=tmp_path / "ledger.db")
    ticket = fake.service.organization.tickets[1]
    ticket.description = ticket.description.replace("second", "2nd")
    (found,) = verify(source, target, ledger=tmp_path / "ledger.db").differences
    assert (found.source_key, found.field) == ("PROJ-1", "description")
    assert repair(source, target, ledger=tmp_path / "ledger.db").clean
    assert "second" in ticket.description


@BOTH_WAYS
def test_a_rollback_knows_its_own_texts_and_keeps_what_a_person_wrote(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path, texts: str
) -> None:
    target, fake = serve_backlog(empty_organization(Choices(texts=texts, **OPEN)))
    migrate(source, target, ledger=tmp_path / "ledger.db")
    fake.service.organization.tickets[2].description += " and more"
    (kept,) = rollback(target, ledger=tmp_path / "ledger.db").left
    assert (kept.source_key, kept.reasons) == ("PROJ-2", ("description is not as it was copied",))
    assert [each[0] for each in held(fake)] == ["rich one"]


def test_where_texts_are_known_to_stay_the_same_words_in_other_markup_are_a_change_of_somebody(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    target, fake = serve_backlog(empty_organization(Choices(**OPEN)))
    migrate(source, target, ledger=tmp_path / "ledger.db")
    ticket = fake.service.organization.tickets[1]
    ticket.description = f"<p>{ticket.description.replace('&', '&amp;').replace('<', '&lt;')}</p>"
    (found,) = verify(source, target, ledger=tmp_path / "ledger.db").differences
    assert (found.source_key, found.field) == ("PROJ-1", "description")
    (kept,) = rollback(target, ledger=tmp_path / "ledger.db").left
    assert kept.source_key == "PROJ-1"


@BOTH_WAYS
@ALL_ANSWERS
@pytest.mark.parametrize("harm", [Harm.ERROR_BEFORE, Harm.ERROR_AFTER, Harm.DROP_AFTER, Harm.LATE])
def test_a_write_in_doubt_is_found_by_its_mark_and_count_in_a_rewritten_text(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path, texts: str, answers: Any, harm: Harm
) -> None:
    (unharmed, whole), (target, fake) = (
        serve_backlog(empty_organization(Choices(texts=texts, **answers))) for _ in range(2)
    )
    migrate(source, unharmed, ledger=tmp_path / "unharmed.db")
    fake.faults.add(
        Fault(harm=harm, method="POST", path="save-ticket", nth=2, seconds=60),
        *(Fault(harm=harm, method="PATCH", nth=nth, seconds=60) for nth in (1, 4)),
    )
    assert copied(source, target, fake, tmp_path).failures == []
    fake.clock.advance(3600)
    assert len(fake.faults.struck) == 3
    assert held(fake) == held(whole)
