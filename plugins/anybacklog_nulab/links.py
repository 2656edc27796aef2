"""Related issues: ties between issues, which came to the API in July 2026."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from anybacklog.plugin import Link, NotFound, ProtocolError, UnsupportedOperation, ValidationError
from anybacklog_nulab.client import NulabClient
from anybacklog_nulab.listing import Json
from anybacklog_nulab.opened import Opened, number
from anybacklog_nulab.refusals import is_of_a_route

RELATES = "relates"
LINK_KINDS = frozenset({RELATES})
_NO_ROUTE = "this space's API has no related issues; those of July 2026 and later have"


class LinkOperations(Opened):
    """What can be done with links. An issue that is read or listed comes without them."""

    def __init__(self, client: NulabClient, *rest: Any) -> None:
        super().__init__(client, *rest)
        self._has_route: bool | None = None

    def links(self, ticket_id: str) -> Sequence[Link]:
        """List the related issues: `GET /issues/{i}/relatedIssues` (get-list-of-related-issues), read.

        None where the space has no such route, as before July 2026; that is found out once. An issue of another
        project may be among them.
        """
        return [to_link(ticket_id, row) for row in self._related(number("ticket", ticket_id))]

    def add_link(self, ticket_id: str, kind: str, other_id: str) -> Link:
        """Relate two issues of the project: `POST /issues/{i}/relatedIssues` (add-related-issue), update.

        An issue has up to 50. The same tie again is no error there, but what is answered then is not said, so the ties
        are read before. ValidationError for a kind other than `relates`, UnsupportedOperation where the space has no
        such route. An answer that names another issue is a ProtocolError.
        """
        if kind not in LINK_KINDS:
            raise ValidationError(
                f"issues here are related, and no link says {kind}; give relates",
                field="kind",
                limit=RELATES,
                value=kind,
            )
        path = self._issue_path(number("ticket", ticket_id))
        self._issue_path(number("ticket", other_id))
        if ticket_id == other_id:
            raise ValidationError("a ticket cannot be linked to itself", field="links", value=other_id)
        there = {link.target: link for link in self.links(ticket_id)}
        if self._has_route is False:
            raise UnsupportedOperation("add_link", _NO_ROUTE)
        return there[other_id] if other_id in there else self._relate(path, ticket_id, other_id)

    def _relate(self, path: str, ticket_id: str, other_id: str) -> Link:
        made = to_link(ticket_id, self._client.write("POST", f"{path}/relatedIssues", {"targetIssueId": other_id}))
        if (made.target, made.kind) != (other_id, RELATES):
            raise ProtocolError(
                f"issue {ticket_id} was to be related to {other_id}, but the answer names {made.kind} {made.target}; "
                "look at it there"
            )
        return made

    def _related(self, ticket_id: str) -> list[Json]:
        """Read the rows; where the issue is there and its ties are not, there is no such route."""
        if self._has_route is False:
            self._issue_path(ticket_id)
            return []
        try:
            rows = self._client.rows(f"issues/{ticket_id}/relatedIssues")
        except NotFound as error:
            if self._has_route:
                raise
            if not is_of_a_route(error):
                self.ticket(ticket_id)
            self._has_route = False
            return []
        self._has_route = True
        return rows


def to_link(ticket_id: str, row: Mapping[str, Any]) -> Link:
    """Make a link of an issue with a `type`; a type that is not documented keeps its own word. One id for both ends."""
    other, kind = str(row["id"]), str(row.get("type"))
    ends = "-".join(sorted((ticket_id, other), key=int))
    return Link(id=ends, kind=RELATES if kind == "RELATES" else kind, target=other)
