"""Which of the contradicting pages the service keeps to is learned once, and no write is sent twice for it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from itertools import product
from typing import TYPE_CHECKING

import pytest
from tests.core.conftest import Server

from anybacklog import Tracker
from anybacklog.errors import (
    AuthenticationError,
    ConfigurationError,
    NotFound,
    ProtocolError,
    TransportError,
    ValidationError,
)
from anybacklog.model import TicketDraft
from anybacklog.plugin import HttpSession
from anybacklog_publicbacklog import PublicBacklog as PublicBacklogExtension
from anybacklog_publicbacklog.client import PublicBacklogClient
from anybacklog_publicbacklog.refusals import explain
from anybacklog_simulators.publicbacklog import (
    Choices,
    Fault,
    Harm,
    PublicBacklog,
    Simulator,
    demo_organization,
    empty_organization,
)

if TYPE_CHECKING:
    from tests.adapters.publicbacklog.conftest import Serve

Asked = Callable[[Simulator[PublicBacklog]], list[str]]
UNDEFINED = [("http", "html"), ("404", "html"), ("405", "html"), ("404", "json"), ("405", "json")]


def made(tracker: Tracker, title: str = "Crash on save") -> str:
    return tracker.create_ticket(TicketDraft(title=title, description="It falls over.")).id


@pytest.mark.parametrize(("undefined", "page"), UNDEFINED)
def test_the_path_that_creates_is_learned_once(serve: Serve, asked: Asked, undefined: str, page: str) -> None:
    choices = Choices(create_path="create-ticket", undefined=undefined, undefined_page=page)
    tracker, fake = serve(empty_organization(choices))
    assert [made(tracker), made(tracker)] == ["1", "2"]
    posts = [line for line in asked(fake) if line.startswith("POST")]
    assert posts == ["POST save-ticket", "POST create-ticket", "POST create-ticket"]
    assert len(fake.service.organization.tickets) == 2


@pytest.mark.parametrize("missing", ["named", "bare"])
@pytest.mark.parametrize(("undefined", "page"), UNDEFINED)
@pytest.mark.parametrize("verb", ["get", "post"])
def test_the_verb_that_reads_is_learned(
    serve: Serve, asked: Asked, verb: str, undefined: str, page: str, missing: str
) -> None:
    choices = Choices(read_verb=verb, undefined=undefined, undefined_page=page, missing=missing)
    tracker, fake = serve(demo_organization(choices))
    with pytest.raises(NotFound):
        tracker.ticket(999)
    assert tracker.ticket(1).id == "1"
    before = len(fake.log)
    with pytest.raises(NotFound):
        tracker.ticket(3)
    assert asked(fake)[before:] == [f"{verb.upper()} get-ticket"]


def test_a_missing_thing_that_is_no_ticket_does_not_prove_the_verb() -> None:
    server = Server(
        [
            Server.answer(404, b'{"message": "No user may do that"}', Content_Type="application/json"),
            Server.answer(200, b'{"id": 1, "title": "Crash"}', Content_Type="application/json"),
        ]
    )
    with closing(server), closing(HttpSession(f"{server.url}/v1", explain=explain)) as session:
        client = PublicBacklogClient(session, "none")
        assert (client.ticket(1)["title"], client.read_verb) == ("Crash", "POST")


def test_another_ticket_than_was_asked_for_is_told(serve: Serve) -> None:
    tracker, fake = serve(demo_organization())
    fake.service.organization.tickets[1].id = 4
    with pytest.raises(ProtocolError, match="ticket 1 was asked for, and 4 answered"):
        tracker.ticket(1)


@pytest.mark.parametrize(("wrapping", "shown"), list(product(["none", "data", "kind"], ["200", "201"])))
def test_an_answer_may_stand_under_one_key(serve: Serve, wrapping: str, shown: str) -> None:
    tracker, _ = serve(empty_organization(Choices(wrapping=wrapping, created=shown, deleted="nothing")))
    ticket = made(tracker)
    assert tracker.ticket(ticket).title == "Crash on save"
    assert tracker.update_ticket(ticket, {"title": "Another"}).title == "Another"
    tracker.delete_ticket(ticket)
    assert tracker.project().name == "Website"


@pytest.mark.parametrize("harm", [Harm.ERROR_AFTER, Harm.DROP_AFTER, Harm.TRUNCATE, Harm.ERROR_BEFORE])
def test_a_create_whose_answer_is_lost_is_never_sent_by_another_path(serve: Serve, asked: Asked, harm: Harm) -> None:
    tracker, fake = serve(empty_organization(Choices(create_path="both")))
    fake.faults.add(Fault(harm=harm, path="save-ticket", nth=1))
    with pytest.raises(TransportError) as raised:
        made(tracker)
    assert raised.value.maybe_applied
    assert [line for line in asked(fake) if "-ticket" in line] == ["POST save-ticket"]


def test_a_read_by_post_is_tried_again_like_any_read(serve: Serve) -> None:
    tracker, fake = serve(demo_organization(Choices(read_verb="post")))
    assert tracker.ticket(1).id == "1"
    fake.faults.add(Fault(harm=Harm.DROP_AFTER, method="POST", path="get-ticket", times=1))
    assert tracker.ticket(1).id == "1"


def test_without_any_path_that_creates_nothing_is_left_in_doubt(serve: Serve) -> None:
    tracker, fake = serve(empty_organization(Choices()))
    tracker.project()
    fake.faults.add(Fault(harm=Harm.ERROR_BEFORE, path="save-ticket|create-ticket", status=404))
    with pytest.raises(ConfigurationError, match="nothing was created"):
        made(tracker)


def test_a_new_key_ends_the_old_one_and_that_is_said(serve: Serve) -> None:
    tracker, fake = serve()
    fake.service.organization.key = "made-anew"
    with pytest.raises(AuthenticationError, match="made anew"):
        tracker.project()


@pytest.mark.parametrize("url", ["Website", "1"])
def test_a_backlog_is_named_by_name_or_by_id(serve: Serve, url: str) -> None:
    tracker, _ = serve(empty_organization(Choices(backlog_by="either")), backlog=url)
    project = tracker.project()
    assert (project.id, project.key) == (tracker.identity().rpartition("/")[2], "Website")


def test_a_backlog_that_is_not_there_is_not_found_whatever_the_number(serve: Serve) -> None:
    for name in ("Nowhere", "7"):
        tracker, _ = serve(empty_organization(Choices(backlog_by="name")), backlog=name)
        with pytest.raises(NotFound):
            tracker.project()


def test_a_service_that_knows_backlogs_by_name_only_is_said_to_want_the_name(serve: Serve) -> None:
    tracker, _ = serve(empty_organization(Choices(backlog_by="name")))
    with pytest.raises(ValidationError, match=r"did not take the id 1 of a backlog; .* give name") as caught:
        tracker.extension(PublicBacklogExtension).backlog(id=1)
    assert (caught.value.field, caught.value.value) == ("id", 1)


def test_a_backlog_that_is_not_there_by_id_is_not_found(serve: Serve) -> None:
    tracker, _ = serve(empty_organization(Choices(backlog_by="either")))
    with pytest.raises(NotFound):
        tracker.extension(PublicBacklogExtension).backlog(id=7)
