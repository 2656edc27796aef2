"""The Tracker itself: all operations of the contract in one hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar, cast

from anybacklog.backend import (
    CountsRequests,
    Extends,
    KeepsExternalIds,
    KnowsPermissions,
    Marked,
    Permissions,
    ShowsTraffic,
    SpeaksRaw,
    TrafficState,
)  # fmt: skip
from anybacklog.errors import UnsupportedOperation
from anybacklog.tracker.attachments import AttachmentOperations
from anybacklog.tracker.comments import CommentOperations
from anybacklog.tracker.links import LinkOperations
from anybacklog.tracker.project import ProjectOperations
from anybacklog.tracker.tickets import TicketOperations

P = TypeVar("P")


class Tracker(ProjectOperations, TicketOperations, CommentOperations, AttachmentOperations, LinkOperations):
    """A live connection to one project of one backend; a context manager. It and its iterators belong to one thread.

    A `ref` is a Ticket, a `str` (tried as key, then id) or an `int` (id). Every write returns what the backend now
    holds. `waits` is how it spends the time for which a rate limit makes it wait.
    """

    def find_external(self, external_id: str) -> Marked | None:
        """Find the ticket, comment or attachment that was written with this external id."""
        with self._during("find_external"):
            return self._able(KeepsExternalIds, "find_external").find_external(external_id)

    def externals(self) -> Iterator[Marked]:
        """Yield everything that carries an external id."""
        with self._during("externals"):
            return self._able(KeepsExternalIds, "externals").externals()

    def extension(self, kind: type[P]) -> P:
        """Give the vendor's typed extras of this type, or say that this backend has none such."""
        with self._during("extension"):
            extra = self._backend.extension(kind) if isinstance(self._backend, Extends) else None
            if extra is None:
                raise UnsupportedOperation("extension", f"the {self.location.scheme} backend has no {kind.__name__}")
            return cast("P", extra)

    def raw(self, method: str, path: str, *, params: Mapping[str, Any] | None = None, data: Any = None) -> Any:
        """Make any call the service has, with auth, budget, retry and redaction."""
        with self._during("raw"):
            return self._able(SpeaksRaw, "raw").raw(method, path, params=params, data=data)

    def requests(self) -> dict[str, int]:
        """Give the requests made so far, per rate bucket; none for a backend that makes none."""
        return dict(self._backend.requests()) if isinstance(self._backend, CountsRequests) else {}

    def traffic(self) -> TrafficState:
        """Give how the service's rate budgets stand, and how far its clock is ahead of ours."""
        with self._during("traffic"):
            return self._able(ShowsTraffic, "traffic").traffic()

    def permissions(self) -> Permissions:
        """Read what these credentials may do; works without a project in the URL."""
        with self._during("permissions"):
            return self._able(KnowsPermissions, "permissions").permissions()
