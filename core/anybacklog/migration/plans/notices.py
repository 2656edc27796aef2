"""Whom the target would tell of what is written there. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from anybacklog.migration.course import Course
from anybacklog.model import Text, TicketDraft, User
from anybacklog.steps import AddComment, CreateTicket, Step

MENTIONED = "the text mentions them, as the plan maps mentions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One person of the target who would be told, of how many tickets (or comments that mention them), and why."""

    user: User
    field: str
    count: int
    reason: str


@dataclass(slots=True)
class Notices:
    """Counts who stands in the fields that the target tells people of; `fields` maps each to the reason."""

    fields: Mapping[str, str]
    _counts: Counter[tuple[str, User]] = field(default_factory=Counter)

    def add(self, step: Step, course: Course) -> None:
        """Count whom one step would tell: the people of a ticket to be, and whom its texts mention."""
        if isinstance(step, CreateTicket):
            self._name(step.draft)
        self._mention(step, course)

    def found(self) -> Iterator[Notice]:
        """Yield each, who is told most first."""
        for (name, user), count in self._counts.most_common():
            yield Notice(user=user, field=name, count=count, reason=self.fields.get(name, MENTIONED))

    def _name(self, draft: TicketDraft) -> None:
        for name in self.fields:
            value = getattr(draft, name)
            people = value if isinstance(value, tuple) else (value,)
            self._counts.update((name, person) for person in people if isinstance(person, User))

    def _mention(self, step: Step, course: Course) -> None:
        """Count whom the texts of one step would notify: nobody, unless the plan maps mentions."""
        told = _text_of(step)
        if course.writing.mapped is None or told is None:
            return
        field_, text = told
        ids = course.writing.notified(text)
        users = (match.target for match in course.mapping.matches["users"].values()) if ids else ()
        there = {user.id: user for user in users if user is not None and user.id in ids}
        self._counts.update((field_, user) for user in there.values())


def _text_of(step: Step) -> tuple[str, Text] | None:
    if isinstance(step, AddComment):
        return "comments", step.body
    described = step.draft.description if isinstance(step, CreateTicket) else None
    return ("description", described) if isinstance(described, Text) else None
