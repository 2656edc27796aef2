"""What repair writes again may have another key: all that names it or is tied to it is mended by the same repair."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from tests.migration.organizations import OPEN, ServeBacklog
from tests.migration.organizations import by_its_clock as by_its_own_clock
from tests.migration.spaces import Serve, by_its_clock

from anybacklog import Tracker
from anybacklog.migration import migrate, repair, verify
from anybacklog.migration.clock import Clock
from anybacklog.model import TicketDraft
from anybacklog_simulators.nulab import empty_space
from anybacklog_simulators.publicbacklog import Choices, empty_organization

Make = Callable[[], Tracker]
Ends = tuple[Tracker, Tracker, Clock | None]


@pytest.fixture
def source(sqlite: Make) -> Tracker:
    """Give a tracker whose first ticket names the second, in its description and a comment; the third is its child."""
    tracker = sqlite()
    first = tracker.create_ticket(TicketDraft(title="first", description="see PROJ-2 𠮷"))
    tracker.add_comment(first, "PROJ-2 again")
    second = tracker.create_ticket(TicketDraft(title="second", description="PROJ-1 and PROJ-2"))
    third = tracker.create_ticket(TicketDraft(title="third", parent=second))
    tracker.add_link(first, "relates", second)
    tracker.add_link(second, "relates", third)
    return tracker


@pytest.fixture(params=["sqlite", "nulab", "publicbacklog"])
def target(
    request: pytest.FixtureRequest, sqlite: Make, serve: Serve, serve_backlog: ServeBacklog
) -> tuple[Tracker, Clock | None]:
    """Give a tracker in which a stranger has the first key, and what a copy into it waits by."""
    match request.param:
        case "nulab":
            tracker, fake = serve(empty_space())
            clock: Clock | None = by_its_clock(fake)
        case "publicbacklog":
            tracker, other = serve_backlog(empty_organization(Choices(**OPEN)))
            clock = by_its_own_clock(other)
        case _:
            tracker, clock = sqlite(), None
    tracker.create_ticket(TicketDraft(title="here first", description="a stranger's"))
    return tracker, clock


def by_title(tracker: Tracker) -> dict[str, str]:
    return {ticket.title: ticket.key for ticket in tracker.tickets()}


def test_what_names_a_ticket_that_came_again_is_mended_with_it(
    source: Tracker, target: tuple[Tracker, Clock | None], tmp_path: Path
) -> None:
    there, clock = target
    ledger = tmp_path / "ledger.db"
    assert migrate(source, there, ledger=ledger, clock=clock).failures == []
    old = by_title(there)["second"]
    there.delete_ticket(old)
    report = repair(source, there, ledger=ledger, clock=clock)
    assert (report.failures, [(each.source_key, each.field) for each in report.left.differences]) == ([], [])
    assert by_title(there)["second"] != old
    assert verify(source, there, ledger=ledger).differences == []
    assert repair(source, there, ledger=ledger, clock=clock).steps == []


@pytest.mark.parametrize("gone", ["file", "comment"])
def test_what_names_a_file_or_a_comment_that_came_again_is_mended_with_it(
    serve: Serve, tmp_path: Path, gone: str
) -> None:
    (source, _), (there, fake) = serve(empty_space()), serve(empty_space())
    ticket = source.create_ticket(TicketDraft(title="first"))
    file = source.add_attachment(ticket, "trace.txt", BytesIO(b"trace"))
    comment = source.add_comment(ticket, "meant")
    named = f"#attach(trace.txt:{file.id}) {ticket.url}#comment-{comment.id}"
    source.create_ticket(TicketDraft(title="second", description=named))
    ledger, clock = tmp_path / "ledger.db", by_its_clock(fake)
    assert migrate(source, there, ledger=ledger, clock=clock).failures == []
    copy = there.ticket(by_title(there)["first"])
    if gone == "file":
        there.delete_attachment(copy, next(iter(there.attachments(copy))))
    else:
        there.delete_comment(copy, next(each for each in there.comments(copy) if "meant" in each.body.source))
    report = repair(source, there, ledger=ledger, clock=clock)
    assert (report.failures, [(each.source_key, each.field) for each in report.left.differences]) == ([], [])
    assert repair(source, there, ledger=ledger, clock=clock).steps == []
