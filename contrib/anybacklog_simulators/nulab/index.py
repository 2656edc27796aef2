"""What a search knows of issues, which may be some seconds behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from anybacklog_simulators.nulab.space import FIRST_ID, Space
from anybacklog_simulators.nulab.things import Issue


@dataclass
class Index:
    """Holds what issues were before each write that no search sees yet; None: they were not there."""

    behind: dict[int, list[tuple[datetime, Issue | None]]] = field(default_factory=dict)

    def known(self, issue: Issue, now: datetime) -> Issue | None:
        """Give an issue as a search at that instant knows it: as it was before the first write still to come."""
        return next((before for until, before in self.behind.get(issue.id, ()) if until > now), issue)

    @contextmanager
    def watching(self, space: Space, ref: str | None, lag: float, now: datetime) -> Iterator[None]:
        """Remember what a write in this block does to the issue of a path, or what it adds."""
        if not lag:
            yield
            return
        last = space.last_ids.get("issue", FIRST_ID - 1)
        touched = next((each for each in space.issues.values() if ref in (str(each.id), _key(space, each))), None)
        before = deepcopy(touched)
        yield
        until = now + timedelta(seconds=lag)
        for made in range(last + 1, space.last_ids.get("issue", last) + 1):
            self.behind[made] = [(until, None)]
        if touched is not None and touched != before:
            self.behind.setdefault(touched.id, []).append((until, before))


def _key(space: Space, issue: Issue) -> str:
    return f"{space.projects[issue.project_id].key}-{issue.number}"
