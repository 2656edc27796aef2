"""The control door takes what it can do, and says of everything else what is wrong with it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug.test import Client

from anybacklog_simulators.nulab import demo_space, simulator


@pytest.fixture
def door() -> Client:
    return Client(simulator(demo_space(), control=True))


@pytest.mark.parametrize(
    ("act", "given", "said"),
    [
        ("rates", {"length": -5}, "length is a number of seconds from 1 to 3,153,600,000, not -5"),
        ("rates", {"length": 0}, "length is a number of seconds from 1 to"),
        ("rates", {"length": "60"}, "not '60'"),
        ("rates", {"length": True}, "not True"),
        ("rates", {"lower": {"read": -1}}, "the limit of read is a whole number from 0, not -1"),
        ("rates", {"lower": {"read": 1.5}}, "the limit of read is a whole number from 0, not 1.5"),
        ("rates", {"lower": ["read"]}, "lower maps buckets to limits"),
        ("rates", {"lower": {"reed": 1}}, "there is no bucket 'reed'"),
        ("rival", {"user": 1001, "bucket": "read", "requests": -1}, "requests is a whole number from 0"),
        ("rival", {"user": 1001, "bucket": "reed", "requests": 1}, "there is no bucket 'reed'"),
        ("clock", {"advance": "x"}, "advance is a number of seconds from"),
        ("clock", {"advance": None}, "advance is a number of seconds from"),
        ("clock", {"advance": 1e300}, "advance is a number of seconds from"),
        ("clock", {"advance": float("nan")}, "advance is a number of seconds from"),
        ("clock", [7200], "the body is a JSON object"),
        ("dump", "all", "the body is a JSON object"),
    ],
    ids=str,
)
def test_what_it_cannot_do_is_said_in_a_sentence_and_not_done(door: Client, act: str, given: Any, said: str) -> None:
    before = door.post("/_simulator/rates").json
    answer = door.post(f"/_simulator/{act}", data=json.dumps(given))
    assert (answer.status_code, said in answer.get_json()["error"]) == (400, True), answer.text
    assert door.post("/_simulator/rates").json == before


def test_limits_and_windows_can_be_changed_and_a_limit_of_nought_is_one(door: Client) -> None:
    told = door.post("/_simulator/rates", json={"lower": {"read": 0}, "length": 2.5}).get_json()
    assert (told["limits"]["read"], told["length"]) == (0, 2.5)
