"""A project of a Nulab Backlog space: client -> schema -> convert.

Errors common to all: AuthenticationError (code 11), PermissionDenied (2, 3, 4, 5, 12), NotFound (6: also for what the
key may not see), ValidationError (7, 8, 9, 10), RateLimited (13), TransportError. Vendor pages are named by the last
part of https://developer.nulab.com/docs/backlog/api/2/. The budgets "search" and "update" are 150 requests a minute on
paid plans and 15 on the free one, "read" 600 and 60 (observed 2023).

What can be done with the project's words, with issues, with their journals and with both at once stands in project.py,
tickets.py, journal.py and together.py; here is what concerns the connection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from anybacklog.plugin import Abilities, Limits, NotFound, PermissionDenied, Permissions, TrafficState
from anybacklog_nulab.abilities import abilities_of, without_fields
from anybacklog_nulab.allowance import allowed
from anybacklog_nulab.around import AroundOperations
from anybacklog_nulab.extras import Licence
from anybacklog_nulab.health import BUCKETS, OWN, to_permissions, to_rates
from anybacklog_nulab.links import LinkOperations
from anybacklog_nulab.together import TogetherOperations

_DEFAULT_PORTS = {False: 443, True: 80}


class NulabBackend(TogetherOperations, LinkOperations, AroundOperations):
    """One project. Without a project in the URL only `projects()`, `myself()` and `abilities` work."""

    def requests(self) -> Mapping[str, int]:
        """Count what was sent so far, per rate budget."""
        return dict(self._client.session.requests)

    def traffic(self) -> TrafficState:
        """Tell the budgets as answers told them; if not of all, `GET /rateLimit` (get-rate-limit), read.

        What it says is kept to by the requests that follow. A space that has no such route, as before 2021, leaves it
        at what is known.
        """
        known = self._client.session.state()
        if {rate.bucket for rate in known.rates if rate.remaining is not None} >= BUCKETS:
            return known
        try:
            rates = tuple(to_rates(self._client.get("rateLimit")))
        except NotFound:
            return self._client.session.state()
        self._client.session.expect(rates)
        return replace(self._client.session.state(), rates=rates)

    def permissions(self) -> Permissions:
        """Read the role of the key's owner: `GET /users/myself` (get-own-user), read."""
        return to_permissions(OWN.load(self._client.get("users/myself"))["role_type"])

    @property
    def abilities(self) -> Abilities:
        """Say what the project can hold. Asks for the project once, for its text format; without one: markdown.

        That a plan has no custom fields is known once they were asked for.
        """
        known = abilities_of(None if self._location.project is None else self._project, self._web)
        return without_fields(known, self._fieldless) if self._fieldless else known

    def limits(self) -> Limits:
        """Give the limits with those of the plan put in: `GET /space/licence` (get-licence), read, once.

        Where that is refused or not there, the reason says so, and no limit is supposed.
        """
        return allowed(self.abilities.limits, self._licence)

    @cached_property
    def _licence(self) -> Licence | None:
        try:
            return self._nulab().licence()
        except (PermissionDenied, NotFound):
            return None

    def identity(self) -> str:
        """Name the project by the space's host and the project's id, which outlive every renaming."""
        location = self._location
        port = f":{location.port}" if location.port not in (None, _DEFAULT_PORTS[location.plain_http]) else ""
        return f"nulab:{location.host.lower()}{port}{location.base_path}/{self._project['id']}"

    def close(self) -> None:
        """Let go of the connections."""
        self._client.session.close()

    def raw(self, method: str, path: str, *, params: Mapping[str, Any] | None = None, data: Any = None) -> Any:
        """Make any call; `path` is below `/api/v2`, `data` a form."""
        return self._client.session.request(method, path, params=params, data=data)
