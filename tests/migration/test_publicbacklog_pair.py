"""Copies to and from backlogs of PublicBacklog, which lists nothing and, as documented, shows no comments.

What the fakes hold in the end is read from their dumps, past the adapter.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.migration.conftest import NASTY
from tests.migration.organizations import SHUT, VARIANTS, ServeBacklog, held, opened
from tests.migration.spaces import Serve

import anybacklog
from anybacklog import Tracker
from anybacklog.migration import migrate, verify
from anybacklog.migration.report import Report
from anybacklog.model import TicketDraft
from anybacklog_simulators.nulab import demo_space, empty_space
from anybacklog_simulators.publicbacklog import (
    DEMO_KEY,
    Choices,
    demo_organization,
    empty_organization,
)

Make = Callable[[], Tracker]
Fill = Callable[[Tracker], Tracker]
OPEN = opened()
LOST_FROM_A_SPACE = {
    "attachments": 1, "custom_fields.環境": 1, "due_date": 1, "estimated_hours": 1, "parent": 1,
    "priority": 3, "resolution": 1, "type": 3, "updated_at": 3,
}  # fmt: skip


def losses(report: Report) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in report.fidelity:
        if row.level == "lost":
            found[row.field] = found.get(row.field, 0) + row.count
    return found


@pytest.mark.parametrize("choices", VARIANTS.values(), ids=VARIANTS)
def test_a_copy_out_of_a_space_names_what_is_lost_and_verifies(
    serve: Serve, serve_backlog: ServeBacklog, tmp_path: Path, choices: Choices
) -> None:
    (source, _), (target, fake) = serve(demo_space()), serve_backlog(empty_organization(choices))
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert (report.failures, losses(report)) == ([], LOST_FROM_A_SPACE)
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []
    before = fake.dump()["tickets"]
    assert migrate(source, target, ledger=tmp_path / "ledger.db").counts["tickets"].already == 3
    assert fake.dump()["tickets"] == before


def test_a_verify_asks_for_each_id_once(serve: Serve, serve_backlog: ServeBacklog, tmp_path: Path) -> None:
    (source, _), (target, fake) = serve(demo_space()), serve_backlog(empty_organization(OPEN))
    assert migrate(source, target, ledger=tmp_path / "ledger.db").failures == []
    fake.log.clear()
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []
    gap = 5  # as many ids as are tried behind the last ticket
    assert sum("get-ticket" in path for _, path, _ in fake.log) == len(fake.dump()["tickets"]) + gap


def test_files_that_no_call_can_put_there_are_kept_in_a_folder_and_named_by_a_counted_comment(
    serve: Serve, serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    (source, _), (target, fake) = serve(demo_space()), serve_backlog(empty_organization())
    report = migrate(source, target, ledger=tmp_path / "ledger.db", fallback_folder=tmp_path / "files")
    (row,) = (row for row in report.fidelity if row.field == "attachments")
    assert (row.level, row.count) == ("emulated", LOST_FROM_A_SPACE["attachments"])
    (ticket,) = (ticket for ticket in source.tickets() if ticket.attachments)
    (_, description, _, _, comments), *_ = held(fake)
    assert f"comments copied: {len(comments)}/{len(comments)}" in description
    assert ticket.attachments[0].name in comments[-1]
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_what_answers_never_show_is_said_to_be_unverified_and_is_no_difference(
    serve: Serve, serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    choices = Choices(shown=["id", "title", "statusId", "ticketTypeId", "backlogName"])
    (source, _), (target, _) = serve(demo_space()), serve_backlog(empty_organization(choices))
    assert migrate(source, target, ledger=tmp_path / "ledger.db").failures == []
    found = verify(source, target, ledger=tmp_path / "ledger.db")
    assert (found.differences, found.comments, found.tickets) == ([], 0, 3)
    assert set(found.to_json()["unverified"]) == {"comments", "description", "extra"}


def test_of_comments_that_are_only_counted_the_texts_are_said_to_be_unverified(
    serve: Serve, serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    (source, _), (target, _) = serve(demo_space()), serve_backlog(empty_organization())
    assert migrate(source, target, ledger=tmp_path / "ledger.db").failures == []
    found = verify(source, target, ledger=tmp_path / "ledger.db")
    assert (found.differences, set(found.unverified)) == ([], {"comments.body", "extra"})
    assert found.comments > 0


@pytest.mark.parametrize(("choices", "unread"), [(Choices(), 3), (OPEN, 0)], ids=["as documented", "all shown"])
def test_a_copy_into_a_space_names_what_the_source_shows_nobody(
    serve: Serve, serve_backlog: ServeBacklog, tmp_path: Path, choices: Choices, unread: int
) -> None:
    (source, _), (target, _) = serve_backlog(demo_organization(choices)), serve(empty_space())
    planned = migrate(source, target, ledger=tmp_path / "ledger.db", dry_run=True)
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    lost = losses(report)
    assert losses(planned) == lost
    assert (report.failures, lost.get("comments", 0), lost["attachments"], lost["categories"]) == ([], unread, 3, 3)
    assert any("later ids cannot be excluded" in note for note in report.notes)
    assert report.counts["comments"].created == (2 if not unread else 0)
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_every_report_says_where_the_scan_ended(sqlite: Make, serve_backlog: ServeBacklog, tmp_path: Path) -> None:
    (source, _), target = serve_backlog(demo_organization()), sqlite()
    said = re.compile(r"cannot be listed completely: .*highest id 7, then \d+ misses in a row; later ids cannot be ex")
    ledger = tmp_path / "ledger.db"
    reports = [migrate(source, target, ledger=ledger, dry_run=True), migrate(source, target, ledger=ledger, limit=1)]
    with anybacklog.connect(str(source.location), api_key=DEMO_KEY) as afresh:  # goes on by what was read before
        reports.append(migrate(afresh, target, ledger=ledger))
    assert [sum(bool(said.search(note)) for note in report.notes) for report in reports] == [1, 1, 1]
    for offline in (False, True):
        assert said.search(verify(source, target, ledger=ledger, offline=offline).unverified["tickets"])


@pytest.mark.parametrize(
    ("answers", "marks", "why"),
    [
        (
            {},
            True,
            r"target cannot be listed completely: .*highest id 3, then \d+ misses in a row; later ids",
        ),
        ({}, False, "without marks the target is not scanned"),
        ({"shown": SHUT, "echoed": SHUT}, True, "shows no descriptions, which would tell whose"),
    ],
)
def test_that_nothing_is_extra_in_a_target_that_is_scanned_is_not_proved(
    sqlite: Make, filled: Fill, serve_backlog: ServeBacklog, tmp_path: Path, answers: Any, marks: bool, why: str
) -> None:
    source, (target, _), listed = filled(sqlite()), serve_backlog(empty_organization(Choices(**answers))), sqlite()
    for each in (target, listed):
        migrate(source, each, ledger=tmp_path / "ledger.db", marks=marks)
    assert re.search(why, verify(source, target, ledger=tmp_path / "ledger.db").unverified["extra"])
    assert verify(source, listed, ledger=tmp_path / "ledger.db").unverified == {}


def test_there_and_back_again_keeps_every_text(
    sqlite: Make, filled: Fill, serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    source, (middle, _), back = filled(sqlite()), serve_backlog(empty_organization(OPEN)), sqlite()
    migrate(source, middle, ledger=tmp_path / "there.db")
    migrate(middle, back, ledger=tmp_path / "back.db")
    for ticket, copy in zip(source.tickets(), back.tickets(), strict=True):
        assert ticket.title in copy.title
        assert copy.description is not None
        assert copy.description.source.endswith(ticket.description.source if ticket.description else "\n\n")
    first = next(back.comments(next(back.tickets())))
    assert first.body.source.endswith(NASTY)


def test_comments_keep_their_order_author_and_date_and_are_counted(
    sqlite: Make, filled: Fill, serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    source, (target, fake) = filled(sqlite()), serve_backlog(empty_organization())
    migrate(source, target, ledger=tmp_path / "ledger.db")
    _, description, _, _, comments = held(fake)[0]
    assert " · comments copied: 3/3 · 花子 𠮷 · 2026-01-01 00:30:01Z · assignees: 花子 𠮷, John · " in description
    heads = [comment.partition("⟩ · ")[2].partition("\n\n")[0] for comment in comments]
    assert heads == ["花子 𠮷 · 2026-01-04 00:30:01Z", "John · 2026-01-05 00:30:01Z", "John · 2026-01-06 00:30:01Z"]


def test_a_comment_written_later_is_counted_on_and_what_people_wrote_above_stays(
    sqlite: Make, filled: Fill, serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    source, (target, fake) = filled(sqlite()), serve_backlog(empty_organization())
    migrate(source, target, ledger=tmp_path / "ledger.db")
    fake.service.organization.tickets[1].description += "\n\nP.S. from a person"
    source.add_comment("PROJ-1", "One more")
    report = migrate(source, target, ledger=tmp_path / "ledger.db", refresh=True)
    assert (report.failures, report.counts["comments"].created) == ([], 1)
    _, description, _, _, comments = held(fake)[0]
    assert "comments copied: 4/4" in description
    assert description.endswith("P.S. from a person")
    assert comments[-1].endswith("One more")


def test_a_status_of_another_type_gives_way_to_the_one_of_its_category(
    sqlite: Make, serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    source, (target, _) = sqlite(), serve_backlog(empty_organization())
    source.create_ticket(TicketDraft(title="A wish", type="Request", status="In progress"))
    source.create_ticket(TicketDraft(title="A crash", type="Bug", status="In progress"))
    assert migrate(source, target, ledger=tmp_path / "ledger.db").clean
    assert [ticket.status.name for ticket in target.tickets() if ticket.status] == ["Development", "Fixing"]
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_a_text_that_looks_like_html_is_no_difference(
    sqlite: Make, serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    source, (target, fake) = sqlite(), serve_backlog(empty_organization(OPEN))
    ticket = source.create_ticket(TicketDraft(title="Markup", description="press <b>Save</b>"))
    source.add_comment(ticket, "and <i>wait</i>")
    migrate(source, target, ledger=tmp_path / "ledger.db")
    assert held(fake)[0][1].endswith("press <b>Save</b>")
    with anybacklog.connect(str(target.location), api_key=DEMO_KEY) as afresh:
        assert verify(source, afresh, ledger=tmp_path / "ledger.db").differences == []


def test_a_comment_that_was_lost_from_the_count_is_found_missing(
    sqlite: Make, filled: Fill, serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    source, (target, fake) = filled(sqlite()), serve_backlog(empty_organization())
    migrate(source, target, ledger=tmp_path / "ledger.db")
    ticket = fake.service.organization.tickets[1]
    ticket.description = ticket.description.replace("copied: 3/3", "copied: 2/3")
    (found,) = verify(source, target, ledger=tmp_path / "ledger.db").differences
    assert (found.source_key, found.kind, found.field) == ("PROJ-1", "comment", "missing")


def test_a_ticket_of_somebody_else_is_extra_if_it_came_since(
    sqlite: Make, filled: Fill, serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    source, (target, _) = filled(sqlite()), serve_backlog(empty_organization())
    target.create_ticket(TicketDraft(title="here before"))
    migrate(source, target, ledger=tmp_path / "ledger.db")
    target.create_ticket(TicketDraft(title="came since"))
    (found,) = verify(source, target, ledger=tmp_path / "ledger.db").differences
    assert (found.source_key, found.target_key, found.field, found.target) == (None, "5", "extra", "came since")
