"""What every operation on a project stands on: the client, the project once read, the issues known to be its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import quote

from anybacklog.plugin import Attachment, ConfigurationError, Location, NotFound, Project, TextFormat, Ticket
from anybacklog_nulab import convert
from anybacklog_nulab.client import NulabClient
from anybacklog_nulab.listing import Json
from anybacklog_nulab.schemas import ISSUE, PROJECT

V = TypeVar("V")

_NUMBER = re.compile(r"[0-9]+")
REMEMBERED = 10_000
"""Issues known to be of this project; an issue that is not among them is read before it is written to."""


class Opened:
    """One project of a space; stores what it is given, the first operation connects."""

    def __init__(self, client: NulabClient, location: Location) -> None:
        self._client = client
        self._location = location
        self._web = location.base_url()
        self._known: Json | None = None
        self._fieldless = ""
        self._own: dict[str, None] = {}
        self._words: dict[str, Sequence[Any]] = {}
        self._listed_files: dict[str, Sequence[Attachment]] = {}

    def project(self) -> Project:
        """Read the project: `GET /projects/{p}` (get-project), read."""
        raw = self._client.get(f"projects/{self._project_ref()}")
        self._known = PROJECT.load(raw)
        return convert.to_project(self._known, raw, self._web)

    def ticket(self, ticket_id: str) -> Ticket:
        """Read one issue by id: `GET /issues/{id}` (get-issue), read. NotFound for one of another project."""
        return self._read_issue(number("ticket", ticket_id))

    @property
    def _project(self) -> Json:
        if self._known is None:
            self.project()
        assert self._known is not None
        return self._known

    @property
    def _path(self) -> str:
        return f"projects/{self._project['id']}"

    @property
    def _text_format(self) -> TextFormat:
        return convert.to_format(self._project["text_formatting_rule"])

    def _project_ref(self) -> str:
        ref = self._location.project
        if ref is None:
            wanted = replace(self._location, segments=("PROJECT",), options={})
            raise ConfigurationError(f"the URL names no project; write {wanted}")
        if ref in (".", ".."):
            raise NotFound("project", ref)
        return quote(ref, safe="")

    def _read_issue(self, ref: str) -> Ticket:
        issue = self._client.get(f"issues/{ref}")
        with convert.naming(f"issue {ref}"):
            found = ISSUE.load(issue)
        if found["project_id"] != self._project["id"]:
            raise NotFound("ticket", ref)
        return self._ticket(issue)

    def _ticket(self, issue: Json) -> Ticket:
        with convert.naming(f"issue {issue.get('issueKey') or issue.get('id')}"):
            ticket = convert.to_ticket(ISSUE.load(issue), issue, self._text_format, self._web)
        remember(self._own, ticket.id, None, REMEMBERED)
        return ticket

    def _issue_path(self, ticket_id: str) -> str:
        """Give the path of an issue of this project; NotFound for any other, which is asked once if it is not known."""
        if ticket_id not in self._own:
            self.ticket(ticket_id)
        return f"issues/{ticket_id}"


def number(kind: str, id: str) -> str:
    """Let an id pass that Nulab could have given; no other is asked for."""
    if not _NUMBER.fullmatch(id):
        raise NotFound(kind, id)
    return id


def remember(memory: dict[str, V], id: str, value: V, most: int) -> None:
    """Keep what came last, `most` of it; of too much the older half is forgotten at once."""
    memory[id] = value
    if len(memory) > most:
        for old in [*islice(memory, len(memory) // 2)]:
            del memory[old]
