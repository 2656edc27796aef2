"""PublicBacklog: what names somebody in its JSON, where its ids stand, and how to delete what was made.

No page shows a whole answer. So besides what is documented, likely names of fields are known here, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from tests.cassettes.drafts import make
from tests.cassettes.scrub import Exchange, Thing
from tests.cassettes.service import End, Service

from anybacklog import Tracker
from anybacklog_publicbacklog.answers import inside

OTHER = "OTHER"
"""What every other backlog is called."""
_AUTHORS = ("author", "user", "createdBy", "commenter")

TICKET = Thing(
    frozenset({"backlogName", "backlog", *_AUTHORS}),
    {"backlogName": OTHER, "backlog": OTHER, **dict.fromkeys(_AUTHORS, "Somebody")},
)
PERSON = Thing(
    frozenset({"email", "firstName", "lastName"}),
    {"email": "user{n}@example.com", "firstName": "First {n}", "lastName": "Last {n}", "name": "User {n}"},
)
ORGANIZATION = Thing(frozenset({"name"}), {"name": "Organization"}, at="/organizations/")
BACKLOG = Thing(frozenset({"name"}), {"name": OTHER}, at="/backlogs/")

_CREATE = ("/v1/tickets/save-ticket", "/v1/tickets/create-ticket")
_READ = "/v1/tickets/get-ticket"
_DELETE = "/v1/tickets/delete-ticket"


def begin(end: End) -> End:
    """Let listings begin where the organization's ids stand: what was deleted before would end them too early."""
    with end.tracker() as tracker:
        last = make(tracker, "where ids stand")
        tracker.delete_ticket(last)
    return replace(end, options={**end.options, "scan_from": str(int(last.id) + 1)})


def undo(tracker: Tracker, exchanges: Sequence[Exchange]) -> None:
    """Delete the tickets that were made and are still there."""
    for ticket_id in sorted(_made(exchanges) - _asked_for(exchanges, _DELETE)):
        tracker.raw("DELETE", "tickets/delete-ticket", params={"id": ticket_id})


def strangers(exchanges: Sequence[Exchange]) -> list[str]:
    """Name the tickets that were read and not made: ids count up for the whole organization, not for one backlog."""
    return [f"ticket {each}" for each in sorted(_asked_for(exchanges, _READ) - _made(exchanges))]


def _made(exchanges: Sequence[Exchange]) -> set[int]:
    answers = [json.loads(each.body) for each in _answered(exchanges) if urlsplit(each.url).path in _CREATE]
    return {int(found["id"]) for found in (inside(answer, {"id"}) for answer in answers) if found is not None}


def _asked_for(exchanges: Sequence[Exchange], path: str) -> set[int]:
    addresses = [urlsplit(each.url) for each in _answered(exchanges)]
    return {int(parse_qs(each.query)["id"][0]) for each in addresses if each.path == path}


def _answered(exchanges: Sequence[Exchange]) -> Iterator[Exchange]:
    return (each for each in exchanges if each.status < 300)


PUBLICBACKLOG = Service(
    scheme="publicbacklog",
    host="api.example.com",
    project="PROJ",
    things=(TICKET, PERSON, ORGANIZATION, BACKLOG),
    undo=undo,
    options={"scan_gap": "5"},
    begin=begin,
    strangers=strangers,
)
