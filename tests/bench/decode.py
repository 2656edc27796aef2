"""Decoding what a service answers: bytes -> objects, beside plain `json.loads` of the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from figure import Figure, in_turn

TICKETS = 10_000
TEXT = "押すと落ちる。Steps:\r\n1. open 𠮷\r\n2. press 🎉\r\n" * 6


def issue(number: int) -> dict[str, Any]:
    """Make up an issue as Nulab's `GET /issues` answers it."""
    user = {
        "id": number % 50, "userId": f"user{number % 50}", "name": f"花子 {number % 50}", "roleType": 2, "lang": "ja",
        "mailAddress": f"user{number % 50}@example.com", "nulabAccount": None, "lastLoginTime": "2026-01-05T00:00:00Z",
    }  # fmt: skip
    choice = {"id": 1, "name": "高"}
    version = {"id": 7, "projectId": 1, "name": "1.0", "description": "", "startDate": None, "archived": False}
    return {
        "id": number, "projectId": 1, "issueKey": f"PROJ-{number}", "keyId": number,
        "issueType": {"id": 2, "projectId": 1, "name": "バグ", "color": "#990000", "displayOrder": 0},
        "summary": f"保存すると落ちる {number}", "description": TEXT, "resolution": None,
        "priority": {"id": 3, "name": "中"},
        "status": {"id": 1, "projectId": 1, "name": "未対応", "color": "#ed8077", "displayOrder": 1000},
        "assignee": user, "category": [{"id": 5, "projectId": 1, "name": "UI", "displayOrder": 0}],
        "versions": [version], "milestone": [version], "startDate": "2026-01-05T00:00:00Z", "dueDate": None,
        "estimatedHours": 1.5, "actualHours": None, "parentIssueId": None, "createdUser": user,
        "created": "2026-01-05T01:02:03Z", "updatedUser": user, "updated": "2026-01-06T01:02:03Z",
        "customFields": [{"id": 9, "fieldTypeId": 5, "name": "重要度", "value": choice, "otherValue": None}],
        "attachments": [{"id": number, "name": "trace.txt", "size": 1234, "createdUser": user,
                         "created": "2026-01-05T01:02:03Z"}],
        "sharedFiles": [], "externalFileLinks": [], "stars": [],
    }  # fmt: skip


def page(start: int) -> bytes:
    """Make up a page of 100 issues, in UTF-8 as the service sends them."""
    return json.dumps([issue(start + each) for each in range(100)], ensure_ascii=False).encode()


def figures() -> Iterator[Figure]:
    """Decode issues with the adapter, beside plain `json.loads`."""
    from anybacklog_nulab.convert import to_ticket
    from anybacklog_nulab.schemas import ISSUE

    pages = [page(start) for start in range(0, TICKETS, 100)]

    def adapter() -> None:
        for text in pages:
            for each in json.loads(text):
                to_ticket(ISSUE.load(each), each, "markdown", "https://example.backlog.com")

    plain, ours = map(min, in_turn(lambda: [json.loads(text) for text in pages], adapter, rounds=3))
    yield Figure("decode with json.loads", f"{TICKETS / plain:,.0f} tickets/s")
    yield Figure("decode with the Nulab adapter", f"{TICKETS / ours:,.0f} tickets/s", ours / plain)
