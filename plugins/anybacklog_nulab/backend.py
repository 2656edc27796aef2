"""A project of a Nulab Backlog space: client -> schema -> convert.

Errors common to all: AuthenticationError (code 11), PermissionDenied (2, 3, 4, 5, 12), NotFound (6: also for what the
key may not see), ValidationError (7, 8, 9, 10), RateLimited (13), TransportError. Vendor pages are named by the last
part of https://developer.nulab.com/docs/backlog/api/2/. The "search" and "read" budgets used here are 150 and 600
requests a minute on paid plans, 15 and 60 on the free one (observed 2023).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, BinaryIO
from urllib.parse import quote

from anybacklog.plugin import (
    Abilities,
    Attachment,
    Category,
    Comment,
    ConfigurationError,
    CustomField,
    Location,
    Milestone,
    NotFound,
    Permissions,
    Priority,
    Project,
    Resolution,
    Status,
    Ticket,
    TicketQuery,
    TicketType,
    TrafficState,
    UnsupportedOperation,
    User,
    Version,
)  # fmt: skip
from anybacklog_nulab import convert
from anybacklog_nulab.abilities import abilities_with
from anybacklog_nulab.client import NulabClient
from anybacklog_nulab.custom_fields import to_field
from anybacklog_nulab.health import BUCKETS, OWN, to_permissions, to_rates
from anybacklog_nulab.listing import REMEMBERED, Json
from anybacklog_nulab.schemas import ATTACHMENT, COMMENT, FIELD, ISSUE, NAMED, PROJECT, USER

_ID = re.compile(r"[0-9]+")
_KEY = re.compile(r"[A-Za-z0-9_]+-[0-9]+")
_DEFAULT_PORTS = {False: 443, True: 80}


class NulabBackend:
    """Reads one project. Without a project in the URL only `projects()`, `myself()` and `abilities` work."""

    def __init__(self, client: NulabClient, location: Location) -> None:
        self._client = client
        self._location = location
        self._web = location.base_url()
        self._known: Json | None = None
        self._listed_files: dict[str, Sequence[Attachment]] = {}

    def requests(self) -> Mapping[str, int]:
        """Count what was sent so far, per rate budget."""
        return dict(self._client.session.requests)

    def traffic(self) -> TrafficState:
        """Tell the budgets as answers told them; if not of all, `GET /rateLimit` (get-rate-limit), read.

        A space that has no such route, as before 2021, leaves it at what is known.
        """
        known = self._client.session.state()
        if {rate.bucket for rate in known.rates if rate.remaining is not None} >= BUCKETS:
            return known
        try:
            rates = tuple(to_rates(self._client.get("rateLimit")))
        except NotFound:
            return self._client.session.state()
        return replace(self._client.session.state(), rates=rates)

    def permissions(self) -> Permissions:
        """Read the role of the key's owner: `GET /users/myself` (get-own-user), read."""
        return to_permissions(OWN.load(self._client.get("users/myself"))["role_type"])

    @property
    def abilities(self) -> Abilities:
        """Say what the project can hold. Asks for the project once, for its text format; without one: markdown."""
        if self._location.project is None:
            return abilities_with("markdown")
        return abilities_with(convert.to_format(self._project["text_formatting_rule"]))

    def identity(self) -> str:
        """Name the project by the space's host and the project's id, which outlive every renaming."""
        location = self._location
        port = f":{location.port}" if location.port not in (None, _DEFAULT_PORTS[location.plain_http]) else ""
        return f"nulab:{location.host.lower()}{port}{location.base_path}/{self._project['id']}"

    def close(self) -> None:
        """Let go of the connections."""
        self._client.session.close()

    # ---- the project and its words

    def project(self) -> Project:
        """Read the project: `GET /projects/{p}` (get-project), read."""
        raw = self._client.get(f"projects/{self._project_ref()}")
        self._known = PROJECT.load(raw)
        return convert.to_project(self._project, raw, self._web)

    def projects(self) -> Sequence[Project]:
        """List the projects the key's owner has joined, archived ones too: `GET /projects` (get-project-list), read."""
        rows = self._client.rows("projects")
        return [convert.to_project(PROJECT.load(row), row, self._web) for row in rows]

    def myself(self) -> User:
        """Read the key's owner: `GET /users/myself` (get-own-user), read."""
        return convert.to_user(USER.load(self._client.get("users/myself")))

    def users(self) -> Sequence[User]:
        """List the members: `GET /projects/{p}/users` (get-project-user-list), read; `/users` is for administrators."""
        return [convert.to_user(USER.load(row)) for row in self._client.rows(f"{self._path}/users")]

    def ticket_types(self) -> Sequence[TicketType]:
        """List the types: `GET /projects/{p}/issueTypes` (get-issue-type-list), read."""
        return self._named(TicketType, f"{self._path}/issueTypes")

    def statuses(self) -> Sequence[Status]:
        """List the statuses: `GET /projects/{p}/statuses` (get-status-list-of-project), read.

        A space that has no such route (observed: error 6) has only Nulab's own four, listed by `GET /statuses`.
        """
        try:
            rows = self._client.rows(f"{self._path}/statuses")
        except NotFound:
            rows = self._client.rows("statuses")
        return [convert.to_status(NAMED.load(row)) for row in rows]

    def priorities(self) -> Sequence[Priority]:
        """List the priorities: `GET /priorities` (get-priority-list), read."""
        return self._named(Priority, "priorities")

    def resolutions(self) -> Sequence[Resolution]:
        """List the resolutions: `GET /resolutions` (get-resolution-list), read. Id 0 is one of them."""
        return self._named(Resolution, "resolutions")

    def categories(self) -> Sequence[Category]:
        """List the categories: `GET /projects/{p}/categories` (get-category-list), read."""
        return self._named(Category, f"{self._path}/categories")

    def milestones(self) -> Sequence[Milestone]:
        """List the milestones: `GET /projects/{p}/versions` (get-version-milestone-list), read."""
        return self._named(Milestone, f"{self._path}/versions")

    def versions(self) -> Sequence[Version]:
        """List the versions: the same objects as the milestones; an issue refers to them twice."""
        return self._named(Version, f"{self._path}/versions")

    def custom_fields(self) -> Sequence[CustomField]:
        """List the project's own fields: `GET /projects/{p}/customFields` (get-custom-field-list), read.

        None where the space's plan has no custom fields, which the service says with error 7 or 2 (observed).
        """
        try:
            rows = self._client.rows(f"{self._path}/customFields")
        except UnsupportedOperation:
            return []
        return [to_field(FIELD.load(row), row) for row in rows]

    # ---- tickets

    def tickets(self, query: TicketQuery) -> Iterator[Ticket]:
        """Yield the project's issues, page by page: `GET /issues` (get-issue-list), search. Text is not asked for."""
        filters = self._filters(query)
        if filters is None:
            return
        sort = query.order.removeprefix("-")
        for issue in self._client.issues(filters, sort=sort, descending=query.order.startswith("-")):
            ticket = self._ticket(issue)
            self._remember_files(ticket)
            yield ticket

    def count_tickets(self, query: TicketQuery) -> int:
        """Count what `tickets(query)` yields: `GET /issues/count` (count-issue), search."""
        filters = self._filters(query)
        return 0 if filters is None else self._client.count_issues(filters)

    def ticket(self, ticket_id: str) -> Ticket:
        """Read one issue by id: `GET /issues/{id}` (get-issue), read. NotFound for one of another project."""
        return self._issue(ticket_id, _ID)

    def ticket_by_key(self, key: str) -> Ticket:
        """Read one issue by key: `GET /issues/{key}` (get-issue), read. What is no key is not asked for."""
        return self._issue(key, _KEY)

    def _issue(self, ref: str, shape: re.Pattern[str]) -> Ticket:
        if not shape.fullmatch(ref):
            raise NotFound("ticket", ref)
        issue = self._client.get(f"issues/{ref}")
        with convert.naming(f"issue {ref}"):
            found = ISSUE.load(issue)
        if found["project_id"] != self._project["id"]:
            raise NotFound("ticket", ref)
        return self._ticket(issue)

    # ---- what hangs on a ticket

    def comments(self, ticket_id: str) -> Iterator[Comment]:
        """Yield the journal, oldest first: `GET /issues/{i}/comments` (get-comment-list), read.

        What an entry added and somebody deleted since is a change only. So where an entry names files, the ticket's
        are needed too: as it was just listed, else they are asked for once.
        """
        text_format = self.abilities.text_format
        listed = self._listed_files.pop(ticket_id, None)
        files = None if listed is None else {each.id: each for each in listed}
        for comment in self._client.comments(ticket_id):
            with convert.naming(f"comment {comment['id']} of issue {ticket_id}"):
                loaded = COMMENT.load(comment)
            if files is None and convert.added_files(loaded):
                files = {each.id: each for each in self.attachments(ticket_id)}
            yield convert.to_comment(loaded, comment, text_format, files or {})

    def attachments(self, ticket_id: str) -> Sequence[Attachment]:
        """List the files: `GET /issues/{i}/attachments` (get-list-of-issue-attachments), read."""
        rows = self._client.rows(f"issues/{ticket_id}/attachments")
        with convert.naming(f"the files of issue {ticket_id}"):
            return convert.to_attachments(ATTACHMENT.load(rows, many=True))

    def open_attachment(self, ticket_id: str, attachment: Attachment) -> AbstractContextManager[BinaryIO]:
        """Stream a file: `GET /issues/{i}/attachments/{id}` (get-issue-attachment), read."""
        return self._client.download(ticket_id, attachment.id)

    def raw(self, method: str, path: str, *, params: Mapping[str, Any] | None = None, data: Any = None) -> Any:
        """Make any call; `path` is below `/api/v2`, `data` a form."""
        return self._client.session.request(method, path, params=params, data=data)

    # ---- below their callers

    def _remember_files(self, ticket: Ticket) -> None:
        """Keep the files of the tickets listed last, for whoever reads their comments next."""
        self._listed_files[ticket.id] = ticket.attachments
        if len(self._listed_files) > REMEMBERED:
            del self._listed_files[next(iter(self._listed_files))]

    @property
    def _project(self) -> Json:
        if self._known is None:
            self.project()
        assert self._known is not None
        return self._known

    @property
    def _path(self) -> str:
        return f"projects/{self._project['id']}"

    def _project_ref(self) -> str:
        ref = self._location.project
        if ref is None:
            raise ConfigurationError(f"the URL names no project; write nulab://{self._location.authority()}/PROJECT")
        if ref in (".", ".."):
            raise NotFound("project", ref)
        return quote(ref, safe="")

    def _named(self, noun: type[convert.N], path: str) -> Sequence[convert.N]:
        return convert.to_many(noun, NAMED.load(self._client.rows(path), many=True))

    def _ticket(self, issue: Json) -> Ticket:
        text_format = self.abilities.text_format
        with convert.naming(f"issue {issue.get('issueKey') or issue.get('id')}"):
            return convert.to_ticket(ISSUE.load(issue), issue, text_format, self._web)

    def _filters(self, query: TicketQuery) -> dict[str, Any] | None:
        filters = convert.to_filters(query, str(self._project["id"]))
        if filters is None or query.status_category is None:
            return filters
        ids = {status.id for status in self.statuses() if status.category in query.status_category}
        wanted = sorted(ids if query.status is None else ids & query.status)
        return filters | {"statusId[]": wanted} if wanted else None
