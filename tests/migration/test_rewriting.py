"""The second pass of a migration: what texts name is put right, whichever ticket arrived first."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.migration.spaces import Serve, by_its_clock, writes

import anybacklog
from anybacklog import Tracker
from anybacklog.abilities import Abilities
from anybacklog.location import parse
from anybacklog.migration import migrate, plan, repair, rollback, verify
from anybacklog.model import Ticket, TicketDraft
from anybacklog.store.memory import MemoryBackend
from anybacklog_simulators.nulab import DEMO_KEY, Fault, Harm, Space, demo_space, empty_space
from anybacklog_simulators.nulab.projects import new_project

Make = Callable[[], Tracker]
TEXT = "𠮷 before PROJ-3, own PROJ-1, PROJ-99 and UTF-8 stay, `PROJ-2` too\r\n"
WANTED = "𠮷 before PROJ-5, own PROJ-3, PROJ-99 and UTF-8 stay, `PROJ-2` too\r\n"
STRANGERS = ["PROJ-1 is ours"] * 2
COPIED = [WANTED, "see PROJ-5", "after PROJ-3", "after PROJ-4", "no name"]


def naming(source: Tracker) -> Tracker:
    """Give a source whose first ticket names the last one, in its description and in a comment."""
    first = source.create_ticket(TicketDraft(title="first", description=TEXT))
    source.add_comment(first, "see PROJ-3")
    source.create_ticket(TicketDraft(title="second", description="after PROJ-1"))
    third = source.create_ticket(TicketDraft(title="third", description="after PROJ-2"))
    source.add_comment(third, "no name")
    return source


def taken(target: Tracker) -> Tracker:
    """Give a target in which strangers have the first two keys."""
    for number in (1, 2):
        target.create_ticket(TicketDraft(title=f"stranger {number}", description="PROJ-1 is ours"))
    return target


def texts(target: Tracker) -> list[str]:
    found = []
    for ticket in target.tickets():
        found += [ticket.description.source if ticket.description else ""]
        found += [comment.body.source for comment in target.comments(ticket)]
    return found


@pytest.mark.parametrize("marks", [True, False], ids=["marks", "no marks"])
@pytest.mark.parametrize("make", ["memory", "sqlite"])
def test_names_change_with_the_keys_and_the_times_stay(
    request: pytest.FixtureRequest, make: str, tmp_path: Path, *, marks: bool
) -> None:
    made: Make = request.getfixturevalue(make)
    source, target = naming(made()), taken(made())
    report = migrate(source, target, ledger=tmp_path / "ledger.db", marks=marks)
    assert report.failures == []
    assert texts(target) == [*COPIED, *STRANGERS]
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []
    again = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert [note for note in again.notes if "anew" in note or "changed" in note] == []


def test_what_no_ledger_knows_is_counted_and_what_was_written_anew_is_told(memory: Make, tmp_path: Path) -> None:
    report = migrate(naming(memory()), taken(memory()), ledger=tmp_path / "ledger.db")
    assert "texts written anew with the new names of tickets and files: 2" in report.notes
    (stay,) = [note for note in report.notes if "stay" in note]
    assert stay.endswith(
        "names of tickets or files that this ledger does not know, and stay: 2, such as PROJ-99, UTF-8"
    )


@pytest.mark.parametrize("some", [{"limit": 1}, {"only": ["PROJ-1"]}], ids=["limit", "only"])
def test_a_run_of_some_tickets_says_that_names_stay_until_the_others_are_copied(
    memory: Make, tmp_path: Path, some: dict[str, Any]
) -> None:
    source, target, ledger = naming(memory()), taken(memory()), tmp_path / "ledger.db"
    (said,) = [note for note in migrate(source, target, ledger=ledger, **some).notes if "stay" in note]
    assert "does not know yet, and that stay until a run has copied them: " in said
    (said,) = [note for note in migrate(source, target, ledger=ledger).notes if "stay" in note]
    assert "does not know, and stay: 2, such as PROJ-99, UTF-8" in said
    assert texts(target) == [*COPIED, *STRANGERS]


def test_where_keys_stay_nothing_is_written_anew(memory: Make, tmp_path: Path) -> None:
    source, target = naming(memory()), memory()
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert texts(target) == texts(source)
    assert not any("anew" in note for note in report.notes)


def test_what_somebody_edited_is_held_and_never_overwritten(memory: Make, tmp_path: Path) -> None:
    source, target = naming(memory()), taken(memory())
    ledger = tmp_path / "ledger.db"
    assert migrate(source, target, ledger=ledger, only=["PROJ-1"]).failures == []
    copy = next(target.tickets())
    target.update_ticket(copy, {"description": "mine now", "updated_at": copy.updated_at})
    report = migrate(source, target, ledger=ledger)
    assert [(each.kind, each.id, each.held) for each in report.failures] == [("text", "description", True)]
    assert texts(target) == ["mine now", *COPIED[1:], *STRANGERS]
    assert [odd.field for odd in verify(source, target, ledger=ledger).differences] == ["description"]
    settled = repair(source, target, ledger=ledger, settle={"text:description": "there:mine"})
    assert settled.left.differences == []
    assert texts(target) == [*COPIED, *STRANGERS]
    assert migrate(source, target, ledger=ledger).failures == []


def test_what_a_person_says_of_a_text_they_edited_stays_so(memory: Make, tmp_path: Path) -> None:
    source, target = naming(memory()), taken(memory())
    ledger = tmp_path / "ledger.db"
    migrate(source, target, ledger=ledger, only=["PROJ-1"])
    copy = next(target.tickets())
    comment = next(target.comments(copy))
    target.update_comment(copy, comment, "mine now", keep_time=True)
    (held,) = migrate(source, target, ledger=ledger).failures
    assert (held.source_key, held.kind, held.held) == ("PROJ-1", "text", True)
    repair(source, target, ledger=ledger, settle={f"text:{held.id}": "there:as it is"})
    assert migrate(source, target, ledger=ledger).failures == []
    assert texts(target) == [COPIED[0], "mine now", *COPIED[2:], *STRANGERS]


def test_a_text_that_was_not_written_anew_is_a_difference_that_repair_mends(memory: Make, tmp_path: Path) -> None:
    source, target = naming(memory()), taken(memory())
    ledger = tmp_path / "ledger.db"
    migrate(source, target, ledger=ledger)
    copy = next(target.tickets())
    target.update_ticket(copy, {"description": TEXT, "updated_at": copy.updated_at})
    comment = next(target.comments(copy))
    target.update_comment(copy, comment, "see PROJ-3", keep_time=True)
    named = [(odd.kind, odd.field) for odd in verify(source, target, ledger=ledger).differences]
    assert named == [("ticket", "description"), ("comment", "body")]
    assert repair(source, target, ledger=ledger).left.differences == []
    assert texts(target) == [*COPIED, *STRANGERS]


class Firm(MemoryBackend):
    """Memory whose comments nobody can change."""

    @property
    def abilities(self) -> Abilities:
        return replace(super().abilities, unreadable={"update_comment": "comments stay as they were written"})


def test_a_comment_that_cannot_be_changed_keeps_the_old_name_and_is_counted(memory: Make, tmp_path: Path) -> None:
    source, target = naming(memory()), taken(Tracker(Firm(), parse("memory://firm/PROJ")))
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert texts(target) == [WANTED, "see PROJ-3", *COPIED[2:], *STRANGERS]
    assert [note for note in report.notes if "keep old names" in note and note.endswith(": 1")]
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_a_rollback_takes_all_of_it_back(memory: Make, tmp_path: Path) -> None:
    source, target = naming(memory()), taken(memory())
    migrate(source, target, ledger=tmp_path / "ledger.db", only=["PROJ-1"])
    migrate(source, target, ledger=tmp_path / "ledger.db", limit=1)
    report = rollback(target, ledger=tmp_path / "ledger.db")
    assert (report.left, texts(target)) == ([], STRANGERS)
    migrate(source, target, ledger=tmp_path / "ledger.db")
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_a_rebuilt_ledger_knows_the_names_again(memory: Make, tmp_path: Path) -> None:
    source, target = naming(memory()), taken(memory())
    migrate(source, target, ledger=tmp_path / "lost.db")
    report = migrate(source, target, ledger=tmp_path / "new.db", rebuild_ledger=True)
    assert (report.failures, texts(target)) == ([], [*COPIED, *STRANGERS])
    assert not any("anew" in note or "changed" in note for note in report.notes)


# ---- spaces of Nulab Backlog: keys always change, files are named by number, texts carry a header line


def filled_space(source: Tracker) -> None:
    first = source.create_ticket(TicketDraft(title="first"))
    file = source.add_attachment(first, "画面 (1).png", io.BytesIO(b"png"))
    last = source.create_ticket(TicketDraft(title="last", description=f"after {first.key}"))
    comment = source.add_comment(last, "the comment that is meant")
    web = str(last.url).rpartition("/view/")[0]
    source.update_ticket(
        first,
        {
            "description": f"{last.key} {last.url}#comment-{comment.id} #attach({file.name}:{file.id}) "
            f"![]({web}/ViewAttachmentImage.action?attachmentId={file.id}) #image({file.name})"
        },
    )
    source.add_comment(first, f"[[{last.key}]] https://elsewhere.example.com/view/{last.key}")


def wanted_in(target: Tracker) -> tuple[str, str, str]:
    """Say what the texts of a copy of that are to be, below their header lines."""
    first = next(each for each in target.tickets() if each.title == "first")
    last = next(each for each in target.tickets() if each.title == "last")
    (file,) = target.attachments(first)
    meant = next(each for each in target.comments(last) if "is meant" in each.body.source)
    web = str(last.url).rpartition("/view/")[0]
    image = f"{web}/ViewAttachmentImage.action?attachmentId={file.id}"
    return (
        f"{last.key} {last.url}#comment-{meant.id} #attach({file.name}:{file.id}) ![]({image}) #image({file.name})",
        f"[[{last.key}]] https://elsewhere.example.com/view/DEMO-5",
        f"after {first.key}",
    )


def below(target: Tracker) -> tuple[str, str, str]:
    first = next(each for each in target.tickets() if each.title == "first")
    last = next(each for each in target.tickets() if each.title == "last")
    said = [each.body.source for each in target.comments(first) if "elsewhere" in each.body.source]
    one, two, three = (each.partition("\n\n")[2] for each in (source_of(first), said[0], source_of(last)))
    return one, two, three


def source_of(ticket: Ticket) -> str:
    return ticket.description.source if ticket.description is not None else ""


def test_a_copy_between_spaces_names_the_copies_their_comments_and_files(serve: Serve, tmp_path: Path) -> None:
    (source, _), (target, fake) = serve(demo_space()), serve(empty_space())
    filled_space(source)
    target.create_ticket(TicketDraft(title="stranger"))
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert (report.failures, below(target)) == ([], wanted_in(target))
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []
    before = writes(fake)
    again = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert (again.failures, writes(fake)) == ([], before)
    assert not any("changed" in note for note in again.notes)
    assert [told["reason"] for told in fake.dump()["notifications"] if told["reason"] in (2, 4)] == []


def test_with_moved_from_each_description_says_where_the_ticket_was(serve: Serve, memory: Make, tmp_path: Path) -> None:
    (source, _), target = serve(demo_space()), memory()
    (tmp_path / "plan.toml").write_text("[texts]\nmoved_from = true\n", encoding="utf-8")
    report = migrate(source, target, ledger=tmp_path / "ledger.db", plan=tmp_path / "plan.toml")
    assert report.failures == []
    lines = [source_of(ticket).partition("\n\n")[0] for ticket in target.tickets()]
    assert lines == [f"moved from {ticket.url}" for ticket in source.tickets()]
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_a_plan_tells_which_texts_name_something_and_counts_what_is_written_anew(serve: Serve, tmp_path: Path) -> None:
    (source, _), (target, _) = serve(demo_space()), serve(empty_space())
    first, last = (source.create_ticket(TicketDraft(title=title, description="nothing")) for title in ("first", "last"))
    nothing = plan(source, target, ledger=tmp_path / "ledger.db")
    source.update_ticket(first, {"description": f"before {last.key}"})
    source.update_ticket(last, {"description": f"after {first.key}"})
    named = plan(source, target, ledger=tmp_path / "ledger.db")
    told = {row.field: row.count for row in named.fidelity if "new names" in row.reason}
    assert told == {"description": 2}
    # Both changes left an entry in the journal, which is a comment there; two of the four texts name what comes later.
    assert named.requests["target"]["update"] - nothing.requests["target"]["update"] == 2 + 2


@pytest.mark.parametrize("harm", [Harm.DROP_AFTER, Harm.REFUSE])
@pytest.mark.parametrize("marks", [True, False], ids=["marks", "no marks"])
def test_a_lost_answer_is_asked_about(serve: Serve, tmp_path: Path, harm: Harm, *, marks: bool) -> None:
    (source, _), (target, fake) = serve(demo_space()), serve(empty_space())
    filled_space(source)
    target.create_ticket(TicketDraft(title="stranger"))
    fake.faults.add(*(Fault(harm=harm, method="PATCH", path=r"/issues/", nth=nth) for nth in range(1, 9, 2)))
    report = migrate(source, target, ledger=tmp_path / "ledger.db", clock=by_its_clock(fake), marks=marks)
    if marks:
        assert (report.failures, below(target)) == ([], wanted_in(target))
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


@pytest.fixture
def two_projects(trackers: ExitStack, tmp_path: Path) -> tuple[Tracker, Tracker]:
    """Give two projects of one file, each with a ticket that names the other's."""
    one, two = (
        trackers.enter_context(anybacklog.connect(f"sqlite:///{tmp_path}/both.db?project={key}"))
        for key in ("ONE", "TWO")
    )
    one.create_ticket(TicketDraft(title="of one", description="see TWO-1"))
    two.create_ticket(TicketDraft(title="of two", description="see ONE-1"))
    return one, two


def with_another(space: Space) -> Space:
    """Give a space a second project, of the same people."""
    (first,) = space.projects.values()
    second = new_project(space, "OTHER", "other")
    second.members, second.administrators = list(first.members), list(first.administrators)
    return space


def only_text(target: Tracker) -> str:
    return next(source_of(each).partition("\n\n")[2] for each in target.tickets() if each.title.startswith("of "))


def test_projects_copied_one_after_the_other_name_each_other(
    two_projects: tuple[Tracker, Tracker], serve: Serve, trackers: ExitStack, tmp_path: Path
) -> None:
    (one, two), ledger = two_projects, tmp_path / "ledger.db"
    first, _ = serve(with_another(empty_space()))
    url = str(first.location).replace("/DEMO", "/OTHER")
    second = trackers.enter_context(anybacklog.connect(url, api_key=DEMO_KEY))
    second.create_ticket(TicketDraft(title="stranger"))
    assert migrate(one, first, ledger=ledger).failures == []
    assert only_text(first) == "see TWO-1"
    assert migrate(two, second, ledger=ledger).failures == []
    assert only_text(second) == "see DEMO-1"
    assert [odd.field for odd in verify(one, first, ledger=ledger).differences] == ["description"]
    assert migrate(one, first, ledger=ledger).failures == []
    assert only_text(first) == "see OTHER-2"
    assert verify(one, first, ledger=ledger).differences == []


def test_a_ticket_that_lives_in_another_space_is_named_by_its_address(
    two_projects: tuple[Tracker, Tracker], serve: Serve, tmp_path: Path
) -> None:
    (one, two), ledger = two_projects, tmp_path / "ledger.db"
    (first, _), (second, _) = serve(empty_space()), serve(empty_space())
    assert migrate(one, first, ledger=ledger).failures == []
    assert migrate(two, second, ledger=ledger).failures == []
    assert only_text(second) == f"see {next(first.tickets()).url}"
    assert migrate(one, first, ledger=ledger).failures == []
    assert only_text(first) == f"see {next(second.tickets()).url}"
    assert verify(one, first, ledger=ledger).differences == []
