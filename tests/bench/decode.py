"""Decoding what a service answers: bytes -> objects, beside plain `json.loads` of the same bytes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any
from unittest.mock import patch

from anybacklog.plugin import WireSchema
from by_hand import load_issue
from figure import Figure, at_least, in_turn

Load = Callable[[Any], Any]
Taken = list[float]

TICKETS = 2_000
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
    """Load issues, and make tickets of them: by the generated loader, by hand, by marshmallow alone."""
    from anybacklog_nulab.convert import to_ticket
    from anybacklog_nulab.schemas import IssueSchema

    pages = [page(start) for start in range(0, TICKETS, 100)]
    loads = (IssueSchema().load, load_issue, marshmallow_alone(IssueSchema))
    assert len({json.dumps([load(each) for each in json.loads(pages[0])], default=str) for load in loads}) == 1

    def ticketing(load: Load) -> Load:
        return lambda issue: to_ticket(load(issue), issue, "markdown", "https://example.backlog.com")

    parsed = [json.loads(text) for text in pages]
    variants = [decoding(pages, json.loads, load) for load in (None, *loads, *[ticketing(load) for load in loads])]
    variants += [decoding(parsed, list, load) for load in loads]
    plain, *taken = in_turn(*variants, rounds=15, clock=time.process_time)
    yield Figure("bytes, parsed by json.loads", speed(plain))
    yield from beside("bytes to loaded issues", *taken[:3], parsing=plain)
    yield from beside("bytes to tickets", *taken[3:6], parsing=plain)
    yield from beside("parsed issues, loaded", *taken[6:], limit=10)


def decoding(pages: list[Any], parse: Callable[[Any], Any], load: Load | None) -> Callable[[], None]:
    """Make a variant that goes over the pages and keeps nothing, as a listing does."""

    def work() -> None:
        for page in pages:
            issues = parse(page)
            if load:
                for each in issues:
                    load(each)

    return work


def beside(
    what: str, ours: Taken, hand: Taken, alone: Taken, *, parsing: Taken | None = None, limit: float | None = None
) -> Iterator[Figure]:
    """Put the generated loader's time beside the others', round by round."""
    yield Figure(what, speed(ours))
    if parsing:
        yield Figure("  time, of json.loads alone", "", ratio(ours, parsing))
    yield at_least("  speed, of loading by hand", speed(hand), ratio(hand, ours), 0.9)
    told, faster = "  speed, of marshmallow alone", ratio(alone, ours)
    yield at_least(told, speed(alone), faster, limit) if limit else Figure(told, speed(alone), faster)


def ratio(these: Taken, those: Taken) -> float:
    """Give the median of the rounds' ratios: what slows a round slows both."""
    return median([this / that for this, that in zip(these, those, strict=True)])


def speed(seconds: Taken) -> str:
    """Say how many issues there are in a second."""
    return f"{TICKETS / median(seconds):,.0f} /s"


def marshmallow_alone(kind: type[WireSchema]) -> Load:
    """Give the `load` of a schema that has no generated loader, nor has any schema in it."""
    with patch("anybacklog.wire.schema.generate", lambda schema: None):
        schema = kind()
        schema.load(issue(1))  # now every schema inside is made
    return schema.load
