"""Who and what is named in an organization's answers is named no more, at the top of an answer or under a key."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.cassettes.publicbacklog.service import PUBLICBACKLOG
from tests.cassettes.scrub import Exchange, scrubbed

KNOWN = {"https://api.publicbacklog.com": "https://api.example.com", "倉庫": "PROJ"}
TICKET = {"id": 7, "title": "kept", "description": "<p>kept</p>", "statusId": 3, "ticketTypeId": 1}
BUG = {"id": 1, "name": "Bug"}


def clean(path: str, answer: Any, sent: bytes = b"") -> Exchange:
    given = Exchange(
        method="POST",
        url=f"https://api.publicbacklog.com/v1/{path}",
        sent_headers={"apiKey": "canary", "Content-Type": "application/json"},
        sent=sent,
        status=200,
        reason="OK",
        headers={"Content-Type": "application/json"},
        body=json.dumps(answer).encode(),
    )
    (found,) = scrubbed([given], PUBLICBACKLOG.things, KNOWN)
    return found


@pytest.mark.parametrize("key", [None, "data"])
@pytest.mark.parametrize(
    ("path", "answer", "wanted"),
    [
        ("organizations/get-organization", {"id": 1, "name": "canary"}, {"id": 1, "name": "Organization"}),
        ("backlogs/get-backlog", {"id": 1, "name": "倉庫"}, {"id": 1, "name": "PROJ"}),
        ("backlogs/get-backlog", {"id": 2, "name": "canary"}, {"id": 2, "name": "OTHER"}),
        (
            "organizationusers/add-organization-user",
            {"id": 9, "email": "canary@service.co.jp", "firstName": "canary", "lastName": "canary"},
            {"id": 9, "email": "user1@example.com", "firstName": "First 1", "lastName": "Last 1"},
        ),
        ("tickets/get-ticket", TICKET | {"backlogName": "倉庫"}, TICKET | {"backlogName": "PROJ"}),
        ("tickets/get-ticket", TICKET | {"createdBy": "canary"}, TICKET | {"createdBy": "Somebody"}),
        ("tickets/get-ticket", TICKET | {"comments": [{"text": "kept", "author": {"email": "canary@service.co.jp"}}]},
         TICKET | {"comments": [{"text": "kept", "author": {"email": "user1@example.com"}}]}),
        ("tickets/get-ticket", TICKET | {"ticketType": BUG}, TICKET | {"ticketType": BUG}),
    ],
)  # fmt: skip
def test_no_name_is_left_and_all_else_stays(path: str, answer: Any, wanted: Any, key: str | None) -> None:
    found = clean(path, answer if key is None else {key: answer})
    assert json.loads(found.body) == (wanted if key is None else {key: wanted})


def test_the_backlog_is_named_neither_in_the_address_nor_in_what_was_sent() -> None:
    found = clean("backlogs/get-backlog?backlogName=%E5%80%89%E5%BA%AB", {}, b'{"backlogName": "\\u5009\\u5eab"}')
    assert (found.url, found.sent) == (
        "https://api.example.com/v1/backlogs/get-backlog?backlogName=PROJ",
        b'{"backlogName": "PROJ"}',
    )
    assert found.sent_headers["apiKey"] == "***"
