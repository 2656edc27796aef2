"""Events are posted for real, with the secret in their header, and again when that fails."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from anybacklog_simulators.faults import Fault, Harm
from anybacklog_simulators.publicbacklog import Webhook
from anybacklog_simulators.publicbacklog.webhooks import Webhooks, request_of
from anybacklog_simulators.serving import Server


@dataclass
class Receiver:
    """Somebody who listens; answers with `status`, and keeps what came."""

    status: int = 204
    came: list[tuple[str, str, Any]] = field(default_factory=list)
    url: str = ""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        self.came.append((request.full_path, request.headers["PublicBacklog-Secret"], json.loads(request.get_data())))
        return Response(status=self.status)(environ, start_response)

    @property
    def events(self) -> list[str]:
        return [body["event"] for _, _, body in self.came]


@pytest.fixture
def receiver(api: Any) -> Iterator[Receiver]:
    receiver = Receiver()
    with Server(receiver) as server:
        api.organization.webhook = Webhook(url=f"{server.url}/hook?x=1", secret="s3cret-of-the-test")
        yield receiver


def settled(api: Any) -> None:
    api.fake.service.webhooks.settle()


def test_a_delivery_carries_the_secret_in_its_header(api: Any, receiver: Receiver) -> None:
    api.create(title="保存 🎉")
    settled(api)
    ((path, secret, body),) = receiver.came
    assert (path, secret) == ("/hook?x=1", "s3cret-of-the-test")
    assert body == {"event": "ticket.created", "ticket": api.read(1)}


def test_each_write_is_told_in_order_and_no_question_is(api: Any, receiver: Receiver) -> None:
    api.create()
    api.update(1, comment="said")
    api.read(1)
    api.json("DELETE", "/tickets/delete-ticket", id=1)
    settled(api)
    assert receiver.events == ["ticket.created", "ticket.updated", "ticket.deleted"]


def test_a_refusal_tells_nothing(api: Any, receiver: Receiver) -> None:
    api("POST", "/tickets/save-ticket", {"title": "x"})
    api("PATCH", "/tickets/update-ticket", {"id": 1, "comment": "x"})
    settled(api)
    assert receiver.came == []


def test_a_late_write_is_told_when_it_is_done(api: Any, receiver: Receiver, clock: Any) -> None:
    draft = {"title": "Crash", "description": "It falls over.", "backlogName": "App"}
    api.fake.faults.add(Fault(harm=Harm.LATE, method="POST", seconds=5, status=504))
    api("POST", "/tickets/save-ticket", draft)
    settled(api)
    assert receiver.came == []
    clock.advance(5)
    api.fake.settle()
    settled(api)
    assert receiver.events == ["ticket.created"]


@pytest.mark.parametrize("status", [500, 404, 302])
def test_a_failed_delivery_is_tried_again_every_ten_minutes_up_to_five_times(
    api: Any, receiver: Receiver, clock: Any, status: int
) -> None:
    receiver.status = status
    api.create()
    tries = []
    for _ in range(8):
        settled(api)
        tries.append(len(receiver.came))
        for seconds in (599, 1):
            clock.advance(seconds)
            assert len(receiver.came) == tries[-1]
            api.read(1)
    assert tries == [1, 2, 3, 4, 5, 6, 6, 6]
    (delivery,) = api.fake.service.webhooks.deliveries
    assert (delivery.attempts, delivery.due) == ([status] * 6, None)


def test_one_that_got_through_is_not_sent_again(api: Any, receiver: Receiver, clock: Any) -> None:
    receiver.status = 500
    api.create()
    settled(api)
    receiver.status = 200
    for _ in range(3):
        clock.advance(600)
        api.read(1)
        settled(api)
    (delivery,) = api.fake.service.webhooks.deliveries
    assert (delivery.attempts, len(receiver.came)) == ([500, 200], 2)


def test_nobody_there_is_a_failed_delivery_and_the_answer_does_not_wait(api: Any) -> None:
    with Server(Receiver()) as closed:
        pass
    api.organization.webhook = Webhook(url=closed.url)
    assert api.create()["id"] == 1
    settled(api)
    (delivery,) = api.fake.service.webhooks.deliveries
    assert delivery.attempts == [0]


def test_a_receiver_that_never_answers_keeps_neither_requests_nor_later_deliveries_for_good(
    api: Any, receiver: Receiver
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        api.fake.service.webhooks = Webhooks(timeout=0.5)
        kept = api.organization.webhook
        api.organization.webhook = Webhook(url=f"http://127.0.0.1:{silent.getsockname()[1]}/")
        api.create()
        api.organization.webhook = kept
        api.update(1, title="Another")
        settled(api)
    assert [each.attempts for each in api.fake.service.webhooks.deliveries] == [[0], [204]]
    assert receiver.events == ["ticket.updated"]


def test_without_a_webhook_nothing_is_kept_to_be_sent(api: Any) -> None:
    api.create()
    assert api.fake.service.webhooks.deliveries == []


def test_a_delivery_can_be_built_without_being_sent() -> None:
    webhook = Webhook(url="http://127.0.0.1:9/", secret="s3cret-of-the-test")
    headers, content = request_of(webhook, {"event": "ticket.created", "ticket": {"id": 1, "title": "保存"}})
    assert headers == {"Content-Type": "application/json", "PublicBacklog-Secret": "s3cret-of-the-test"}
    assert json.loads(content)["ticket"]["title"] == "保存"


@pytest.mark.parametrize(
    "url", ["http://example.com/", "https://127.0.0.1/", "http://10.0.0.1/", "http://127.0.0.1:0/"]
)
def test_nothing_is_posted_to_another_machine(url: str) -> None:
    with pytest.raises(ValueError, match="not on this machine"):
        Webhook(url=url)


@pytest.mark.parametrize("change", [{"url": "http://127.0.0.1/フック"}, {"secret": "s\r\nX: y"}])
def test_what_no_request_can_carry_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        Webhook(**{"url": "http://127.0.0.1/", **change})
