"""Issues: found, read, made, changed, deleted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from anybacklog.plugin import (
    AnyBacklogError,
    CustomField,
    NotFound,
    ProtocolError,
    Ticket,
    TicketFields,
    TicketQuery,
    TransportError,
    ValidationError,
)  # fmt: skip
from anybacklog_nulab import convert, drafts
from anybacklog_nulab.kinds import EventType
from anybacklog_nulab.listing import REMEMBERED
from anybacklog_nulab.opened import remember
from anybacklog_nulab.own_filters import own_filters, own_order
from anybacklog_nulab.project import ProjectOperations

MISSES = 20
"""Numbers in a row at which nothing is: beyond them nothing was made."""
_KEY = re.compile(r"[A-Za-z0-9_]+-[0-9]+")


class TicketOperations(ProjectOperations):
    """What can be done with issues."""

    def tickets(self, query: TicketQuery) -> Iterator[Ticket]:
        """Yield the project's issues, page by page: `GET /issues` (get-issue-list), search. Text is not asked for.

        `options` are the page's own parameters, such as `{"hasDueDate": False, "keyword": "crash"}`, but for `count`,
        `offset` and `projectId[]`; a `sort` and its `order` among them come before the query's. Whatever the order,
        issues that move meanwhile are neither lost nor listed twice, and fewer than counted are an IncompleteListing.
        """
        filters = self._filters(query)
        if filters is None:
            return
        sort, descending = own_order(query)
        for issue in self._client.issues(filters, sort=sort, descending=descending):
            ticket = self._ticket(issue)
            remember(self._listed_files, ticket.id, ticket.attachments, REMEMBERED)  # for who reads its comments next
            yield ticket

    def count_tickets(self, query: TicketQuery) -> int:
        """Count what `tickets(query)` yields: `GET /issues/count` (count-issue), search."""
        filters = self._filters(query)
        return 0 if filters is None else self._client.count_issues(filters)

    def ticket_by_key(self, key: str) -> Ticket:
        """Read one issue by key: `GET /issues/{key}` (get-issue), read. What is no key is not asked for."""
        if not _KEY.fullmatch(key):
            raise NotFound("ticket", key)
        return self._read_issue(key)

    def tickets_after(self, key: str | None) -> Iterator[Ticket]:
        """Yield the issues made after that of this key, by trying the numbers behind it: `GET /issues/{key}`, read.

        A search may lag behind writes, this does not (get-issue). Numbers rise, and are never given again: it goes on
        to 20 behind the last issue that is there, or that the project's feed tells of (get-project-recent-updates).
        The project's key is read anew, since it may have changed.
        """
        prefix = self.project().key
        number = int(key.rpartition("-")[2]) if key else 0
        last = max(number, self._last_made())
        while number < last + MISSES:
            number += 1
            try:
                ticket = self._read_issue(f"{prefix}-{number}")
            except NotFound:
                continue
            last = max(last, number)
            yield ticket

    def create_ticket(self, fields: TicketFields) -> Ticket:
        """Make an issue: `POST /issues` (add-issue), update; 255 characters of title, 100,000 of description.

        It starts open and without a resolution; another status or resolution is a second call (update-issue). If that
        one fails, the TransportError names the issue that was made. Without a type it gets the project's first, without
        a priority the normal one. An answer that holds something else than was sent (observed: another type) is a
        ProtocolError that names the issue.
        """
        given = self._client.waiting
        ticket = self._create(fields, ())
        refuse_fewer(ticket, given)
        return ticket

    def _create(self, fields: TicketFields, uploads: Sequence[int]) -> Ticket:
        definitions = self._definitions_for(fields)
        form = drafts.to_new(fields, definitions, self._project["id"], fields.get("type") or self._first_type())
        ticket = self._ticket(self._client.write("POST", "issues", {**form, "attachmentId[]": uploads}))
        later = drafts.after_creation(fields)
        given: Any = {name: value for name, value in fields.items() if not drafts.is_nothing(value)}
        noticed = {name: value for name, value in given.items() if name not in later}
        self._refuse_difference(noticed, ticket, definitions)  # type: ignore[arg-type]  # a dict of its own fields
        if not drafts.differing(later, ticket, {}):
            return ticket
        try:
            return self.update_ticket(ticket.id, later)
        except AnyBacklogError as error:
            raise TransportError(
                f"issue {ticket.key} was made, but without its {' and '.join(later)}: {error}; look there, and set it",
                maybe_applied=True,
            ) from error

    def update_ticket(self, ticket_id: str, fields: TicketFields) -> Ticket:
        """Change an issue: `PATCH /issues/{i}` (update-issue), update; a scalar is cleared by "", a list by one "".

        A change that changes nothing is refused (code 7, in the key owner's language): where the issue holds all that
        was asked for, that is no error. Every change leaves an entry in the journal. An answer that holds something
        else than was sent is a ProtocolError.
        """
        path = self._issue_path(ticket_id)
        if not fields:
            return self.ticket(ticket_id)
        definitions = self._definitions_for(fields)
        form, given = drafts.to_changes(fields, definitions), self._client.waiting
        try:
            ticket = self._ticket(self._client.write("PATCH", path, form))
        except ValidationError:
            ticket = self.ticket(ticket_id)
            if drafts.differing(fields, ticket, definitions):
                raise
            return ticket
        self._refuse_difference(fields, ticket, definitions)
        refuse_fewer(ticket, given)
        return ticket

    def delete_ticket(self, ticket_id: str) -> None:
        """Delete an issue for good: `DELETE /issues/{i}` (delete-issue), update; administrators, the project's too."""
        self._client.delete(self._issue_path(ticket_id))
        self._own.pop(ticket_id, None)
        self._listed_files.pop(ticket_id, None)

    def _last_made(self) -> int:
        """Give the number of the issue made last, as the project's feed tells, read; 0: it tells of none."""
        rows = self._client.rows(
            f"{self._path}/activities", {"activityTypeId[]": [int(EventType.ISSUE_CREATED)], "count": 1}
        )
        told = [(row.get("content") or {}).get("key_id") for row in rows]
        return max((number for number in told if isinstance(number, int)), default=0)

    def _refuse_difference(self, fields: TicketFields, ticket: Ticket, definitions: dict[str, CustomField]) -> None:
        names = drafts.differing(fields, ticket, definitions)
        if names:
            raise ProtocolError(
                f"issue {ticket.key} was written, but the space holds something else than was sent in "
                f"{', '.join(names)}; look at it there"
            )

    def _definitions_for(self, fields: TicketFields) -> dict[str, CustomField]:
        return self._definitions() if fields.get("custom_fields") else {}

    def _filters(self, query: TicketQuery) -> dict[str, Any] | None:
        filters = convert.to_filters(query, str(self._project["id"]))
        filters = None if filters is None else filters | own_filters(query, filters)
        if filters is None or query.status_category is None:
            return filters
        ids = {status.id for status in self.statuses() if status.category in query.status_category}
        wanted = sorted(ids if query.status is None else ids & query.status)
        return filters | {"statusId[]": wanted} if wanted else None


def refuse_fewer(ticket: Ticket, given: int) -> None:
    """Raise ProtocolError where an answer shows fewer files than its write was given."""
    if len(ticket.attachments) < given:
        raise ProtocolError(
            f"issue {ticket.key} was given {given} files, but shows {len(ticket.attachments)}; look at it there"
        )
