"""A delivery is let in by its secret, once, and kept as it came."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anybacklog.errors import AuthenticationError, ConfigurationError, ProtocolError
from anybacklog_publicbacklog.webhook import LONGEST, Deliveries, receive

SECRET = "a-word-of-the-tests"
HEADERS = {"publicbacklog-secret": SECRET}


def test_a_delivery_with_the_secret_is_read() -> None:
    body = json.dumps({"event": "ticket.created", "ticket": {"id": 7, "title": "𠮷"}}).encode()
    delivery = receive(body, HEADERS, SECRET)
    assert (delivery.event, delivery.ticket_id, delivery.raw["ticket"]["title"]) == ("ticket.created", "7", "𠮷")


@pytest.mark.parametrize("headers", [{}, {"PublicBacklog-Secret": "other"}, {"PublicBacklog-Secret": "ü\udc80"}])
def test_a_delivery_without_the_secret_is_refused_before_it_is_read(headers: dict[str, str]) -> None:
    with pytest.raises(AuthenticationError):
        receive(b"not even JSON", headers, SECRET)


def test_the_secret_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def refusing(shown: bytes, wanted: bytes) -> bool:
        compared.append((shown, wanted))
        return False

    monkeypatch.setattr("anybacklog_publicbacklog.webhook.hmac.compare_digest", refusing)
    with pytest.raises(AuthenticationError):
        receive(b"{}", HEADERS, SECRET)
    assert compared == [(SECRET.encode(), SECRET.encode())]


def test_no_secret_lets_nobody_in() -> None:
    with pytest.raises(ConfigurationError):
        receive(b"{}", {"PublicBacklog-Secret": ""}, "")


def test_what_is_delivered_again_is_let_through_once() -> None:
    seen, body = Deliveries(), b'{"event": "ticket.updated", "ticket": {"id": 7}}'
    assert [seen.is_new(receive(body, HEADERS, SECRET)) for _ in range(6)] == [True] + [False] * 5
    assert seen.is_new(receive(body.replace(b"7", b"8"), HEADERS, SECRET))


def test_the_same_words_after_the_last_retry_are_another_event() -> None:
    now = [0.0]
    seen, delivery = Deliveries(lambda: now[0]), receive(b'{"event": "ticket.updated"}', HEADERS, SECRET)
    told = []
    for now[0] in (0, 3_000, 3_599, 3_600, 3_601, 7_199, 7_200):
        told.append(seen.is_new(delivery))
    assert told == [True, False, False, True, False, False, True]


@given(
    st.dictionaries(
        st.sampled_from(["event", "ticket", "ticketId", "x"]),
        st.none() | st.integers() | st.text() | st.lists(st.text()),
    )
)
def test_a_payload_nobody_documented_is_kept_as_it_came(payload: dict[str, Any]) -> None:
    delivery = receive(json.dumps(payload).encode(), HEADERS, SECRET)
    assert delivery.raw == payload
    assert (delivery.event is None) == (not isinstance(payload.get("event"), str))


@pytest.mark.parametrize(
    ("body", "raw"),
    [(b"", b""), (b"\xff", b"\xff"), (b"ticket=7", b"ticket=7"), (b"[" * 100_000, b"[" * 100_000),
     (b'[{"event": "x"}]', [{"event": "x"}]), (b"7", 7)],
)  # fmt: skip
def test_a_payload_that_is_no_object_is_kept_as_well(body: bytes, raw: object) -> None:
    delivery = receive(body, HEADERS, SECRET)
    assert (delivery.raw, delivery.event, delivery.ticket_id) == (raw, None, None)


def test_a_delivery_too_long_is_refused_in_a_sentence() -> None:
    with pytest.raises(ProtocolError, match=f"more than {LONGEST} bytes"):
        receive(b'"' + b"x" * LONGEST + b'"', HEADERS, SECRET)
