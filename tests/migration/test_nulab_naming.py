"""What texts name in spaces of Nulab Backlog: keys change, files are named by number, a header line stands above."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.migration.spaces import Serve, by_its_clock, writes

import anybacklog
from anybacklog import Tracker
from anybacklog.migration import migrate, plan, verify
from anybacklog.model import Ticket, TicketDraft
from anybacklog_simulators.nulab import DEMO_KEY, Fault, Harm, Space, demo_space, empty_space
from anybacklog_simulators.nulab.projects import new_project

Make = Callable[[], Tracker]


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
