"""Texts keep to the service's limits and their format; comments are written always, and read where they are shown."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from anybacklog.errors import ConfigurationError, NotFound, TransportError, UnsupportedOperation, ValidationError
from anybacklog.model import Text, TicketDraft
from anybacklog.plugin import Location
from anybacklog_publicbacklog.client import requests_per_minute
from anybacklog_publicbacklog.options import options_of
from anybacklog_publicbacklog.texts import format_of
from anybacklog_simulators.publicbacklog import FIELDS, Choices, demo_organization, empty_organization

if TYPE_CHECKING:
    from tests.adapters.publicbacklog.conftest import Serve

DRAFT = TicketDraft(title="Crash on save", description="It falls over.")


@pytest.mark.parametrize(
    ("field", "draft"),
    [
        ("title", TicketDraft(title="ab", description="Long enough")),
        ("title", TicketDraft(title="x" * 251, description="Long enough")),
        ("description", TicketDraft(title="Long enough", description="ab")),
        ("description", TicketDraft(title="Long enough", description="x" * 3_000_001)),
    ],
)
def test_limits_are_checked_before_anything_is_sent(serve: Serve, field: str, draft: TicketDraft) -> None:
    tracker, fake = serve()
    with pytest.raises(ValidationError) as raised:
        tracker.create_ticket(draft)
    assert (raised.value.field, raised.value.limit in (3, 250, 3_000_000)) == (field, True)
    assert str(raised.value.value) in str(raised.value)
    assert fake.log == []


def test_a_ticket_without_a_description_is_sent_an_empty_paragraph_and_read_without_one(serve: Serve) -> None:
    tracker, fake = serve()
    assert tracker.create_ticket(TicketDraft(title="No words")).description is None
    assert fake.service.organization.tickets[1].description == "<p></p>"
    assert tracker.update_ticket(1, {"description": "Now there are"}).description == Text("Now there are", "plain")
    assert tracker.update_ticket(1, {"description": None}).description is None


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("plain", "plain"), ("a < b > c", "plain"), ("<p>rich</p>", "html"), ("x<br/>y", "html"), ("<@U123>", "plain"),
        ('<a href="https://example.com">x</a>', "html"), ("if a<b: pass", "plain"),
        ("Use List<String>, not <YOUR NAME>", "plain"), ("<H2>Steps</H2>", "html"),
    ],
)  # fmt: skip
def test_the_format_is_told_by_the_content(source: str, wanted: str) -> None:
    assert format_of(source) == wanted


def test_the_format_that_was_written_is_remembered(serve: Serve) -> None:
    tracker, _ = serve()
    shell = Text("type <b> to break", "plain")
    ticket = tracker.create_ticket(TicketDraft(title="In plain words", description=shell))
    assert (ticket.description, tracker.ticket(ticket).description) == (shell, shell)


def test_comments_are_written_and_not_read_where_answers_carry_none(serve: Serve) -> None:
    tracker, fake = serve()
    ticket = tracker.create_ticket(DRAFT)
    one, other = tracker.add_comment(ticket, "First"), tracker.add_comment(ticket, "Second")
    assert [each.text for each in fake.service.organization.tickets[1].comments] == ["First", "Second"]
    assert one.id != other.id
    assert "no comments" in (tracker.capabilities.why_not("comments") or "")
    with pytest.raises(UnsupportedOperation):
        tracker.comments(ticket)


def test_comments_are_read_where_answers_carry_them(serve: Serve) -> None:
    tracker, _ = serve(demo_organization(Choices(shown=list(FIELDS))))
    assert [each.body.source for each in tracker.comments(1)] == ["再現しました。", "Seen again on 2.1"]
    assert tracker.add_comment(1, "再現 🎉") == list(tracker.comments(1))[-1]


def test_a_comment_of_somebody_else_is_not_taken_for_the_one_that_was_written(serve: Serve) -> None:
    tracker, fake = serve(demo_organization(Choices(shown=list(FIELDS), echoed=list(FIELDS))))
    comments = fake.service.organization.tickets[1].comments
    comments[-1].created = fake.clock.now() + timedelta(hours=1)
    assert tracker.add_comment(1, "ours").body.source == "ours"


def test_a_ticket_without_comments_may_lack_the_field_that_others_have(serve: Serve) -> None:
    tracker, fake = serve(demo_organization(Choices(shown=list(FIELDS))))
    tracker.ticket(1)
    fake.service.organization.choices.shown = ["id", "title", "backlogName"]
    tracker.ticket(4)
    assert tracker.capabilities.can("comments")
    assert list(tracker.comments(4)) == []


def test_what_cannot_be_read_is_said_once_an_answer_was_seen(serve: Serve) -> None:
    tracker, _ = serve(demo_organization())
    assert {"attachments", "categories", "reporter"} == set(tracker.capabilities.unreadable)
    tracker.ticket(1)
    assert {"comments", "created_at", "updated_at"} <= set(tracker.capabilities.unreadable)


def test_a_type_status_or_title_that_answers_do_not_show_is_said_too(serve: Serve) -> None:
    tracker, fake = serve(demo_organization(Choices(shown=["id", "description", "backlogName"])))
    tracker.ticket(1)
    assert {"title", "type", "status"} <= set(tracker.capabilities.unreadable)
    fake.service.organization.choices.shown = ["id", "title", "status", "ticketType", "backlogName"]
    tracker.ticket(1)
    assert not {"title", "type", "status"} & set(tracker.capabilities.unreadable)


def test_a_ticket_that_lands_elsewhere_stops_everything_after_it(serve: Serve) -> None:
    tracker, fake = serve(empty_organization(Choices(backlog_name="ignored")))
    with pytest.raises(TransportError, match="ticket 1 was made in the backlog App instead of 'Website'") as raised:
        tracker.create_ticket(DRAFT)
    assert raised.value.maybe_applied
    with pytest.raises(ConfigurationError, match="instead of 'Website'"):
        tracker.create_ticket(DRAFT)
    assert len(fake.service.organization.tickets) == 1


def test_where_no_answer_names_a_backlog_one_ticket_is_made_and_no_second_unless_told_so(serve: Serve) -> None:
    shown = ["id", "title", "description"]
    organization = empty_organization(Choices(shown=shown, echoed=shown))
    tracker, _ = serve(organization)
    assert tracker.create_ticket(DRAFT) == tracker.ticket(1)
    with pytest.raises(ConfigurationError, match="any_backlog=true"):
        tracker.create_ticket(DRAFT)
    told, _ = serve(organization, any_backlog=True)
    assert [told.create_ticket(DRAFT).id, told.create_ticket(DRAFT).id] == ["2", "3"]


def test_that_a_ticket_lands_elsewhere_is_known_also_where_the_answer_to_its_creation_alone_says_so(
    serve: Serve,
) -> None:
    choices = Choices(shown=["id", "title"], echoed=["id", "backlogName"], backlog_name="ignored")
    tracker, _ = serve(empty_organization(choices))
    with pytest.raises(TransportError, match="ticket 1 was made in the backlog App instead of 'Website'"):
        tracker.create_ticket(DRAFT)


def test_a_ticket_that_names_no_backlog_is_refused_and_not_taken_for_gone(serve: Serve) -> None:
    tracker, _ = serve(demo_organization(Choices(shown=["id", "title"])))
    way_out = "answers name no backlog; if all of them are, add the option any_backlog=true"
    for call in (tracker.ticket, tracker.delete_ticket):
        with pytest.raises(ConfigurationError, match=way_out):
            call(1)
    assert list(tracker.tickets(options={"ids": "1"})) == []


def test_a_ticket_of_another_backlog_is_not_found_and_never_written_to(serve: Serve) -> None:
    tracker, fake = serve(demo_organization())
    for write in (
        lambda: tracker.ticket(2),
        lambda: tracker.update_ticket(2, {"title": "Not ours"}),
        lambda: tracker.delete_ticket(2),
        lambda: tracker.add_comment(2, "Not ours"),
    ):
        with pytest.raises(NotFound):
            write()
    assert fake.service.organization.tickets[2].title == "Dark mode"


@pytest.mark.parametrize(
    ("host", "told", "limit"),
    [
        ("api.publicbacklog.com", {}, 300),
        ("", {}, 300),
        ("127.0.0.1", {}, None),
        ("127.0.0.1", {"requests_per_minute": "60"}, 60),
    ],
)
def test_a_service_without_a_documented_limit_is_asked_politely(
    host: str, told: dict[str, str], limit: int | None
) -> None:
    assert requests_per_minute(Location(scheme="publicbacklog", host=host), options_of(told)) == limit
