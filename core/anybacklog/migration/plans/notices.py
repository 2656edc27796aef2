"""Whom the target would tell of what is written there. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from anybacklog.model import TicketDraft, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One person of the target who would be told, of how many tickets, and why."""

    user: User
    field: str
    count: int
    reason: str


@dataclass(slots=True)
class Notices:
    """Counts who stands in the fields that the target tells people of; `fields` maps each to the reason."""

    fields: Mapping[str, str]
    _counts: Counter[tuple[str, User]] = field(default_factory=Counter)

    def add(self, draft: TicketDraft) -> None:
        """Count the people of one ticket to be."""
        for name in self.fields:
            value = getattr(draft, name)
            people = value if isinstance(value, tuple) else (value,)
            self._counts.update((name, person) for person in people if isinstance(person, User))

    def found(self) -> Iterator[Notice]:
        """Yield each, who is told most first."""
        for (name, user), count in self._counts.most_common():
            yield Notice(user=user, field=name, count=count, reason=self.fields[name])
