"""Two organizations to begin with: one without tickets, and the one a newcomer meets."""

from __future__ import annotations

from datetime import datetime, timedelta

from anybacklog_simulators.publicbacklog.choices import Choices
from anybacklog_simulators.publicbacklog.things import (
    APPROVED,
    DONE,
    EPOCH,
    IN_PROGRESS,
    NEW,
    ON_ROADMAP,
    REJECTED,
    TYPES,
    Comment,
    Organization,
    OrganizationUser,
    Ticket,
)

DEMO_KEY = "demo-key-of-the-simulator"
"""The key of the fake's organization; worth nothing anywhere else."""


def empty_organization(choices: Choices | None = None) -> Organization:
    """Make an organization with two backlogs, Website and App, and no ticket; App takes what names no backlog."""
    made = Organization(key=DEMO_KEY, choices=choices or Choices())
    made.add_backlog("Website")
    made.default_backlog_id = made.add_backlog("App").id
    owner = OrganizationUser(id=made.new_id("user"), email="hanako@example.com", first_name="花子", last_name="山田")
    made.users[owner.id] = owner
    return made


def demo_organization(choices: Choices | None = None) -> Organization:
    """Make an organization whose ids have gaps: two backlogs take turns, and some tickets were deleted."""
    made = empty_organization(choices)
    crash = _add(
        made,
        "Website",
        "保存すると落ちる 🎉",
        "手順:\r\n\r\n1. 開く\r\n2. 保存する\r\n\r\n𠮷野家 ﾊﾝｶｸ",
        "Bug",
        IN_PROGRESS,
    )
    _say(made, crash, "再現しました。")
    _say(made, crash, "Seen again on 2.1")
    _add(made, "App", "Dark mode", "It is too bright at night.", "Request", NEW)
    _delete(made, _add(made, "Website", "Spam", "Buy now", "Request", REJECTED))
    _add(
        made,
        "Website",
        "Search in titles",
        "<p>As <b>everywhere</b> else:</p><ul><li>fast</li></ul>",
        "Request",
        APPROVED,
    )
    _add(made, "App", "Crash on start", "Only on a tablet.", "Bug", NEW)
    _delete(made, _add(made, "App", "Test", "Test", "Bug", NEW))
    _add(made, "Website", "Typo on the front page", "Wellcome", "Bug", DONE)
    _delete(made, _add(made, "Website", "Test", "Test", "Bug", NEW))
    return made


def _add(made: Organization, backlog: str, title: str, description: str, type: str, status: int) -> Ticket:
    id = made.new_id("ticket")
    (type_id,) = (number for number, name in TYPES[made.choices.type_ids].items() if name == type)
    held = made.backlog_named(backlog)
    assert held is not None
    ticket = Ticket(
        id=id,
        backlog_id=held.id,
        title=title,
        description=description,
        type_id=type_id,
        status_id=status,
        created=_day(id),
        updated=_day(id),
    )
    made.tickets[id] = ticket
    held.roadmap += [id] if status in ON_ROADMAP else []
    return ticket


def _say(made: Organization, ticket: Ticket, text: str) -> None:
    ticket.updated = _day(ticket.id + len(ticket.comments) + 1)
    ticket.comments.append(Comment(id=made.new_id("comment"), text=text, created=ticket.updated))


def _delete(made: Organization, ticket: Ticket) -> None:
    del made.tickets[ticket.id]


def _day(number: int) -> datetime:
    return EPOCH + timedelta(days=number, hours=1)
