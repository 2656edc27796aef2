"""What a search knows of issues, which may be some seconds behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from anybacklog_simulators.nulab.space import Space
from anybacklog_simulators.nulab.things import Issue


@dataclass
class Index:
    """Holds what issues were before the writes that no search sees yet; None: they were not there."""

    behind: dict[int, tuple[datetime, Issue | None]] = field(default_factory=dict)

    def known(self, issue: Issue, now: datetime) -> Issue | None:
        """Give an issue as a search at that instant knows it."""
        until, before = self.behind.get(issue.id, (now, None))
        return issue if until <= now else before

    @contextmanager
    def watching(self, space: Space, ref: str | None, lag: float, now: datetime) -> Iterator[None]:
        """Remember what a write in this block does to the issue of a path, or what it adds."""
        if not lag:
            yield
            return
        last = space.last_ids.get("issue", 0)
        touched = next((each for each in space.issues.values() if ref in (str(each.id), _key(space, each))), None)
        before = deepcopy(touched)
        yield
        until = now + timedelta(seconds=lag)
        new = [id for id in space.issues if id > last] if space.last_ids.get("issue", 0) > last else []
        for id, old in [*((id, None) for id in new), *([(touched.id, before)] if touched else [])]:
            if touched is None or old != space.issues.get(id):
                waiting = self.behind.get(id)
                # A write while another waits does not bring that one forward, nor hide what was known before it.
                self.behind[id] = waiting if waiting is not None and waiting[0] > now else (until, old)


def _key(space: Space, issue: Issue) -> str:
    return f"{space.projects[issue.project_id].key}-{issue.number}"
