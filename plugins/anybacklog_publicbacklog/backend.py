"""A backlog of publicbacklog.com: client -> schema -> convert.

Errors common to all: AuthenticationError, NotFound (also for what is of another backlog), ValidationError, RateLimited,
TransportError, and ProtocolError for an answer that is no JSON object. What answers look like is not documented:
unknown fields are in `raw`, and missing ones are None.

What can be done with tickets stands in listing.py, tickets.py and comments.py; here is what concerns the connection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from anybacklog.plugin import Abilities, Status, TicketType, TrafficState
from anybacklog_publicbacklog.abilities import abilities_of
from anybacklog_publicbacklog.comments import CommentOperations
from anybacklog_publicbacklog.host import HOST
from anybacklog_publicbacklog.publicbacklog import PublicBacklog

_DEFAULT_PORTS = {False: 443, True: 80}


class PublicBacklogBackend(CommentOperations):
    """One backlog. Without one in the URL only `abilities` and the extension work: nothing lists backlogs."""

    def ticket_types(self) -> Sequence[TicketType]:
        """List Bug and Request, by definition."""
        return self._definitions.types()

    def statuses(self) -> Sequence[Status]:
        """List the statuses of both types, by definition; `3-bug` and `3-request` are of one type each."""
        return self._definitions.statuses()

    @property
    def abilities(self) -> Abilities:
        """Say what a backlog can hold; what answers show is known once one was seen. Asks nothing."""
        return abilities_of(self._shown, self._scan, self._definitions.status_types())

    def identity(self) -> str:
        """Name the backlog by the host, the organization's id and its own."""
        location = self._location
        port = f":{location.port}" if location.port not in (None, _DEFAULT_PORTS[location.plain_http]) else ""
        host = f"{(location.host or HOST).lower()}{port}{location.base_path}"
        return f"publicbacklog:{host}/{self._organization_id()}/{self._project.id}"

    def requests(self) -> Mapping[str, int]:
        """Count what was sent so far."""
        return dict(self._client.session.requests)

    def traffic(self) -> TrafficState:
        """Tell the budget as far as answers told it."""
        return self._client.session.state()

    def extension(self, kind: type[Any]) -> object | None:
        """Give `PublicBacklog`; there is no other."""
        return PublicBacklog(self._client, lambda: self._scan) if kind is PublicBacklog else None

    def raw(self, method: str, path: str, *, params: Mapping[str, Any] | None = None, data: Any = None) -> Any:
        """Make any call; `path` is below `/v1`, `data` a JSON body."""
        return self._client.session.request(method, path, params=params, json=data)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.session.close()
