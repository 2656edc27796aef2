"""What is around tickets, as every backend offers it, and the way to what only Nulab has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from anybacklog.plugin import Activity
from anybacklog_nulab.extras import Event
from anybacklog_nulab.nulab import Nulab
from anybacklog_nulab.opened import Opened


class AroundOperations(Opened):
    """The project's feed, and the extension."""

    def activities(self) -> Iterator[Activity]:
        """Yield what happened, newest first: `GET /projects/{p}/activities` (get-project-recent-updates), read."""
        return map(_to_activity, self._nulab().activities())

    def extension(self, kind: type[Any]) -> object | None:
        """Give `Nulab`; there is no other."""
        return self._nulab() if kind is Nulab else None

    def _nulab(self) -> Nulab:
        return Nulab(self._client, lambda: str(self._project["id"]), self._words.clear)


def _to_activity(event: Event) -> Activity:
    return Activity(
        id=event.id,
        kind=event.type.name.lower() if event.type.is_known else str(event.type.value),
        author=event.created_user,
        created_at=event.created,
        ticket=event.issue_id,
        raw=event.raw,
    )
