"""Every recorded exchange, sent to the fake with the space it was recorded in, is answered as it was recorded."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.test import Client, TestResponse

from anybacklog_simulators.clock import Clock
from anybacklog_simulators.nulab import simulator

if TYPE_CHECKING:
    from anybacklog_simulators.nulab import Space

HOST = "https://example.backlog.jp"
UNCLAIMED = {
    "git/get_git_repositories",
    "project/add_pull_request_comment_given_invalid_params",
    "project/add_pull_request_comment_given_valid_params",
    "project/create_pull_request_given_valid_params",
    "project/get_pull_request",
    "project/get_pull_request_comment_count",
    "project/get_pull_request_comments",
    "project/get_pull_request_count",
    "project/update_pull_request_comment",
    "project/update_pull_request_given_valid_params",
    "star/add_pull_request_comment_star",
}
"""Git and pull requests, which the fake does not have."""
NOT_THE_BYTES = "icons are one small PNG of our own"
DIFFERENT: dict[str, str] = {
    "space/download_space_icon": f"Content-Type: {NOT_THE_BYTES}, the recorded one is a JPEG",
}
"""Answers that differ in more than values, each with its reason."""


@pytest.fixture
def answer(exchange: Any, space_of: Callable[[Any], Space]) -> TestResponse:
    """Send the recorded request to the space as it was then."""
    fake = simulator(space_of(exchange), clock=Clock.standing(exchange.at))
    headers = {"Content-Type": exchange.content_type} if exchange.content_type else {}
    return Client(fake).open(
        exchange.target, method=exchange.method, data=exchange.body, headers=headers, base_url=HOST
    )


def shape(value: Any) -> Any:
    """Give the keys, types and nulls of JSON, without its values."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value]
    return type(value).__name__


def words(text: str | None) -> str | None:
    """Leave out the numbers of new things."""
    return text and re.sub(r"\d+", "N", text)


def test_the_answer_has_the_recorded_status_and_shape(exchange: Any, answer: TestResponse) -> None:
    if exchange.name in UNCLAIMED:
        assert answer.status_code == 404
        return
    assert answer.status_code == exchange.status
    assert shape(answer.get_json(silent=True)) == shape(exchange.answer)


def test_what_is_read_or_refused_has_the_recorded_values_too(exchange: Any, answer: TestResponse) -> None:
    if exchange.name not in UNCLAIMED and (exchange.method == "GET" or exchange.status >= 400):
        assert answer.get_json(silent=True) == exchange.answer


def test_the_headers_are_those_that_were_recorded(exchange: Any, answer: TestResponse) -> None:
    if exchange.name not in UNCLAIMED | DIFFERENT.keys():
        told = answer.headers
        assert told.get("Content-Type") == exchange.headers.get("Content-Type")
        assert words(told.get("Location")) == words(exchange.headers.get("Location"))
        assert words(told.get("Content-Disposition")) == words(exchange.headers.get("Content-Disposition"))


def test_every_exception_is_one_of_a_recording(recorded: list[Any]) -> None:
    assert {each.name for each in recorded} >= UNCLAIMED | DIFFERENT.keys()
