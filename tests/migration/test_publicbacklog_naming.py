"""What texts name, copied into a backlog of PublicBacklog, where a ticket is `#7`; and where names stay, it is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.migration.organizations import OPEN, SHUT, ServeBacklog, copied, held, reconnected
from tests.migration.spaces import Serve

from anybacklog import Tracker
from anybacklog.abilities import Abilities, References
from anybacklog.location import parse
from anybacklog.migration import migrate, plan, repair, rollback, verify
from anybacklog.model import Text, TicketDraft
from anybacklog.store.memory import MemoryBackend
from anybacklog_simulators.nulab import demo_space
from anybacklog_simulators.publicbacklog import Choices, Fault, Harm, demo_organization, empty_organization

Make = Callable[[], Tracker]
FIRST = "𠮷 before PROJ-3 & own PROJ-1\r\n`PROJ-2` stays"
ANEW = "𠮷 before #5 & own #3\r\n`PROJ-2` stays"
ANSWERS: dict[str, Any] = {"as documented": {}, "all shown": OPEN}
ALL_ANSWERS = pytest.mark.parametrize("answers", ANSWERS.values(), ids=ANSWERS)


@pytest.fixture
def source(memory: Make) -> Tracker:
    """Give a source whose first ticket names the last one, in its description and in a comment."""
    tracker = memory()
    first = tracker.create_ticket(TicketDraft(title="first", description=Text(FIRST, "plain")))
    tracker.add_comment(first, Text("see PROJ-1", "plain"))
    tracker.add_comment(first, Text("then PROJ-3", "plain"))
    tracker.create_ticket(TicketDraft(title="second", description=Text("<p>after <b>PROJ-1</b></p>", "html")))
    tracker.create_ticket(TicketDraft(title="third"))
    return tracker


def taken(target: Tracker) -> Tracker:
    """Give a target in which strangers have the first two ids."""
    for number in (1, 2):
        target.create_ticket(TicketDraft(title=f"stranger {number}"))
    return target


def changes(report: Any) -> list[str]:
    return [note for note in report.notes if "anew" in note or "changed" in note]


@ALL_ANSWERS
def test_keys_become_numbers_and_the_count_of_comments_stays(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path, answers: Any
) -> None:
    target, fake = serve_backlog(empty_organization(Choices(**answers)))
    taken(target)
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    _, _, (_, first, *_, comments), (_, second, *_), _ = held(fake)
    assert (report.failures, changes(report)) == (
        [],
        ["texts written anew with the new names of tickets and files: 1"],
    )
    assert first.partition("\n\n")[2] == ANEW
    assert second.endswith("<p>after <b>#3</b></p>")
    assert [each.partition("\n\n")[2] for each in comments] == ["see PROJ-1", "then PROJ-3"]
    assert ("comments copied: 2/2" in first) is (answers == {})
    assert sum("keep old names" in note and note.endswith(": 2") for note in report.notes) == 1
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []
    before = fake.dump()["tickets"]
    again = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert (again.failures, changes(again), fake.dump()["tickets"]) == ([], [], before)


@ALL_ANSWERS
@pytest.mark.parametrize("texts", ["html", "plain"])
def test_texts_that_the_service_rewrites_are_named_anew_once_and_held_by_nobody(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path, texts: str, answers: Any
) -> None:
    target, fake = serve_backlog(empty_organization(Choices(texts=texts, **answers)))
    taken(target)
    reports = [migrate(source, target, ledger=tmp_path / "ledger.db") for _ in range(2)]
    assert [report.failures for report in reports] == [[], []]
    assert [len(changes(report)) for report in reports] == [1, 0]
    assert "before #5" in held(fake)[2][1]
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


@ALL_ANSWERS
@pytest.mark.parametrize("texts", ["kept", "html"])
def test_a_run_that_stopped_before_the_names_were_put_right_goes_on(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path, texts: str, answers: Any
) -> None:
    target, fake = serve_backlog(empty_organization(Choices(texts=texts, **answers)))
    taken(target)
    migrate(source, target, ledger=tmp_path / "ledger.db", limit=1)
    assert "before PROJ-3" in held(fake)[2][1]
    assert migrate(source, target, ledger=tmp_path / "ledger.db").failures == []
    assert "before #5" in held(fake)[2][1]
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_what_somebody_wrote_into_a_description_meanwhile_is_held_and_stays(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    target, fake = serve_backlog(empty_organization())
    migrate(source, target, ledger=tmp_path / "ledger.db", limit=1)
    fake.service.organization.tickets[1].description += "\n\nP.S. from a person"
    (held_back,) = migrate(source, target, ledger=tmp_path / "ledger.db").failures
    assert (held_back.kind, held_back.held) == ("text", True)
    assert held(fake)[0][1].endswith("P.S. from a person")


def test_a_description_that_nobody_shows_is_not_taken_for_an_edited_one(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    target, fake = serve_backlog(empty_organization(Choices(shown=SHUT, echoed=SHUT)))
    for _ in range(2):
        with reconnected(target) as again:
            report = copied(source, again, fake, tmp_path)
        assert report.clean
        assert any("texts that keep old names, because the target cannot change them" in note for note in report.notes)


def test_a_repair_mends_a_name_and_keeps_the_count(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    target, fake = serve_backlog(empty_organization())
    migrate(source, taken(target), ledger=tmp_path / "ledger.db")
    ticket = fake.service.organization.tickets[3]
    ticket.description = ticket.description.replace("#5", "PROJ-3")
    assert [odd.field for odd in verify(source, target, ledger=tmp_path / "ledger.db").differences] == ["description"]
    assert repair(source, target, ledger=tmp_path / "ledger.db").clean
    assert ticket.description.endswith(ANEW)
    assert "comments copied: 2/2" in ticket.description


@pytest.mark.parametrize("texts", ["kept", "html"])
def test_a_rollback_knows_texts_with_old_and_with_new_names_as_its_own(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path, texts: str
) -> None:
    for limit in (None, 1):
        target, fake = serve_backlog(empty_organization(Choices(texts=texts, **OPEN)))
        migrate(source, taken(target), ledger=tmp_path / f"{limit}.db", limit=limit)
        assert rollback(target, ledger=tmp_path / f"{limit}.db").left == []
        assert len(held(fake)) == 2


@pytest.mark.parametrize("harm", [Harm.DROP_AFTER, Harm.ERROR_BEFORE, Harm.LATE])
def test_a_lost_answer_about_a_text_written_anew_is_asked_about(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path, harm: Harm
) -> None:
    (unharmed, whole), (target, fake) = (serve_backlog(empty_organization()) for _ in range(2))
    migrate(source, unharmed, ledger=tmp_path / "unharmed.db")
    fake.faults.add(Fault(harm=harm, method="PATCH", nth=3, seconds=60))
    assert copied(source, target, fake, tmp_path).failures == []
    fake.clock.advance(3600)
    assert (len(fake.faults.struck), held(fake)) == (1, held(whole))


@ALL_ANSWERS
def test_a_plan_counts_what_writing_anew_asks_for(
    source: Tracker, memory: Make, serve_backlog: ServeBacklog, tmp_path: Path, answers: Any
) -> None:
    nameless, asked = memory(), []
    migrate(source, nameless, ledger=tmp_path / "nameless.db")
    for ticket in nameless.tickets():
        text = ticket.description or Text("")
        nameless.update_ticket(ticket, {"description": replace(text, source=text.source.replace("PROJ-", "number "))})
    for each in (source, nameless):
        target, _ = serve_backlog(empty_organization(Choices(**answers)))
        planned = plan(each, target, ledger=tmp_path / "ledger.db")
        report = migrate(each, target, ledger=tmp_path / "ledger.db")
        asked.append((planned.requests["target"]["requests"], report.requests["target"]["requests"]))
    (planned_more, sent_more), (planned_less, sent_less) = asked
    assert planned_more - planned_less == sent_more - sent_less == 2


def test_a_plan_says_how_many_texts_are_named_anew_and_how_many_cannot_be(
    source: Tracker, serve_backlog: ServeBacklog
) -> None:
    target, _ = serve_backlog(empty_organization())
    planned = plan(source, target)
    levels = {(row.field, row.level, row.count) for row in planned.fidelity if "new names" in row.reason}
    assert [note.rpartition(": ")[2] for note in planned.notes if "keep old names" in note] == ["2"]
    assert levels == {("description", "emulated", 2), ("comments", "emulated", 2)}


def test_addresses_stay_and_are_counted(serve: Serve, serve_backlog: ServeBacklog, tmp_path: Path) -> None:
    (space, _), (target, fake) = serve(demo_space()), serve_backlog(empty_organization())
    (first, *_) = space.tickets()
    named = space.create_ticket(TicketDraft(title="names", description=f"{first.key} is at {first.url}"))
    report = migrate(space, taken(target), ledger=tmp_path / "ledger.db")
    assert f"#3 is at {first.url}" in held(fake)[-1][1]
    assert named.title == held(fake)[-1][0]
    assert "addresses of tickets that stay, because tickets have none in the target: 1" in report.notes


# ---- where names stay, it is said


def test_a_backlog_as_the_source_is_not_looked_through_and_both_say_so(
    sqlite: Make, serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    (backlog, _), target = serve_backlog(demo_organization(Choices(**OPEN))), sqlite()
    (note,) = [each for each in plan(backlog, target).notes if "looked through" in each]
    assert note.endswith("what looks like one may be anything: such names stay as they are")
    assert note in migrate(backlog, target, ledger=tmp_path / "ledger.db").notes


class Strange(MemoryBackend):
    """Memory that does not say how its texts name anything."""

    @property
    def abilities(self) -> Abilities:
        return replace(super().abilities, references=None)


def test_into_a_tracker_that_says_nothing_of_names_the_texts_that_keep_old_ones_are_counted(
    source: Tracker, tmp_path: Path
) -> None:
    target = Tracker(Strange(), parse("memory://strange/PROJ"))
    said = "texts that keep old names of tickets or files, because the target does not say how its own do: 4"
    assert said in plan(source, target).notes
    assert said in migrate(source, target, ledger=tmp_path / "ledger.db").notes
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_out_of_a_tracker_that_says_nothing_of_names_it_is_said(memory: Make, tmp_path: Path) -> None:
    strange, target = Tracker(Strange(), parse("memory://strange/PROJ")), memory()
    strange.create_ticket(TicketDraft(title="t", description="PROJ-1"))
    said = "does not say how they name them: such names stay as they are"
    for notes in (plan(strange, target).notes, migrate(strange, target, ledger=tmp_path / "ledger.db").notes):
        assert sum(note.endswith(said) for note in notes) == 1


def test_a_service_of_ones_own_names_tickets_in_its_own_form(memory: Make, tmp_path: Path) -> None:
    class Own(MemoryBackend):
        @property
        def abilities(self) -> Abilities:
            return replace(super().abilities, references=References(key=None, key_form="<{key}>"))

    source, target = memory(), Tracker(Own(), parse("memory://own/PROJ"))
    source.create_ticket(TicketDraft(title="t", description="see PROJ-1"))
    migrate(source, target, ledger=tmp_path / "ledger.db")
    assert [ticket.description.source for ticket in target.tickets() if ticket.description] == ["see <PROJ-1>"]
