"""Nulab Backlog: what names somebody in its JSON, and how to delete what was made."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from tests.cassettes.scrub import Exchange, Thing
from tests.cassettes.service import Service

from anybacklog import NotFound, Tracker

MEMBER = Thing(
    frozenset({"userId", "roleType", "mailAddress"}),
    {
        "userId": "user{n}", "name": "User {n}", "mailAddress": "user{n}@example.com", "keyword": "User {n}",
        "lastLoginTime": "2024-01-01T00:00:00Z",
    },
)  # fmt: skip
ACCOUNT = Thing(
    frozenset({"nulabId"}),
    {"nulabId": "account{n}", "name": "Account {n}", "uniqueId": "account{n}", "iconUrl": "https://example.com/{n}"},
    number_by="nulabId",
)
PROJECT = Thing(frozenset({"projectKey"}), {"projectKey": "PROJ{n}", "name": "Project {n}"})
SPACE = Thing(frozenset({"spaceKey"}), {"spaceKey": "example", "name": "Space"})
TEAM = Thing(frozenset({"members"}), {"name": "Team {n}"})
WEBHOOK = Thing(frozenset({"hookUrl"}), {"hookUrl": "https://example.com/hook"})

_MADE = re.compile(r"/api/v2/(issues|projects/[^/]+/(?:categories|versions|customFields|issueTypes|statuses))")
_OPEN = 1


def undo(tracker: Tracker, exchanges: Sequence[Exchange]) -> None:
    """Delete the issues and words that were made, the last first; what the scenario itself deleted is gone already."""
    for exchange in reversed(exchanges):
        found = _MADE.fullmatch(urlsplit(exchange.url).path)
        if exchange.method == "POST" and found and exchange.status < 300:
            _delete(tracker, found[1], json.loads(exchange.body)["id"])


def _delete(tracker: Tracker, path: str, made: int) -> None:
    with suppress(NotFound):
        tracker.raw("DELETE", f"{path}/{made}", params=_instead(tracker, path.rpartition("/")[2]))


def _instead(tracker: Tracker, kind: str) -> dict[str, Any]:
    """Say what tickets are to have in place of a word that is deleted."""
    match kind:
        case "issueTypes":
            return {"substituteIssueTypeId": tracker.ticket_types()[0].id}
        case "statuses":
            return {"substituteStatusId": _OPEN}
    return {}


NULAB = Service(
    scheme="nulab",
    host="example.backlog.com",
    project="PROJ",
    things=(MEMBER, ACCOUNT, PROJECT, SPACE, TEAM, WEBHOOK),
    undo=undo,
)
