"""The sums: how many values of each field arrive at which level, and how many items will be written. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from anybacklog.abilities import Answer
from anybacklog.migration.course import Bundle, Course
from anybacklog.migration.fidelity.excess import excess
from anybacklog.migration.fidelity.files import of_files
from anybacklog.migration.fidelity.journal import copied, of_comment
from anybacklog.migration.fidelity.levels import Levels, Row
from anybacklog.migration.fidelity.texts import Texts
from anybacklog.migration.fidelity.ticket import KeyTaken, of_ticket
from anybacklog.migration.history_file import history_file
from anybacklog.migration.planning import cut_texts, plan_ticket
from anybacklog.migration.report import Counted, Fidelity, Level
from anybacklog.migration.riding import held_back, is_remark, kept_files
from anybacklog.migration.seen import Ties
from anybacklog.model import Link, Ticket
from anybacklog.steps import Step

_ORDER: tuple[Level, ...] = ("lost", "emulated", "native")


@dataclass(slots=True)
class Weighing:
    """Adds up what becomes of every value, bundle by bundle."""

    course: Course
    answer: Callable[[str], Answer]
    ties: Ties
    key_taken: KeyTaken
    planned: Counter[Counted] = field(default_factory=Counter)
    stays: int = 0
    """How many texts keep the old names of tickets or files."""
    _rows: Counter[Row] = field(default_factory=Counter)

    def add(self, bundle: Bundle) -> None:
        """Weigh one ticket and its journal."""
        steps = tuple(plan_ticket(bundle, self.course)) if self.course.limits.known() else ()
        self._rows.update(self._values(bundle))
        self._texts(bundle, steps)
        for name, reason, count in excess(bundle, steps, self.course):
            self._lose(self._levels.held(name), reason, count)
        self._count(bundle)
        self._links(bundle.ticket.links)
        self._tie(bundle.ticket)

    def outside(self) -> None:
        """Turn ties to tickets that are not in the project into losses, once all of it has been weighed."""
        for tie, count in self.ties.outside():
            name, _, kind = tie.partition(" ")
            row = self._levels.link(kind) if kind else self._levels.held(name)
            self._lose(row, "its other end is not in the source project", count)
            self.planned["links"] -= count * (name == "links")

    def too_deep(self) -> list[str]:
        """Turn parents that would make too many levels into losses, once all is weighed; names whose they are."""
        levels = self.course.limits.ticket_levels
        found = self.ties.too_deep(levels) if levels is not None and self.course.native("parent") else []
        reason = f"there are {levels} levels of tickets there, and its parent is on the last"
        self._lose(self._levels.held("parent"), reason, len(found))
        return found

    def rows(self, unreadable: Mapping[str, str]) -> list[Fidelity]:
        """Give a row per field, level and reason, what is lost first.

        `unreadable` is what the source has and shows nobody, and why: how much that is nobody knows, so it counts once
        for each ticket.
        """
        unread = Counter({(name, _ORDER[0], why): self.planned["tickets"] for name, why in unreadable.items()})
        ordered = sorted((self._rows + unread).items(), key=lambda row: (_ORDER.index(row[0][1]), row[0]))
        return [Fidelity(field=name, level=level, count=count, reason=why) for (name, level, why), count in ordered]

    @property
    def _levels(self) -> Levels:
        return Levels(self.course, self.answer)

    def _lose(self, row: Row, reason: str, count: int) -> None:
        """Turn so many values that were weighed as `row` into losses."""
        self._rows[row] -= count
        self._rows[row[0], "lost", reason] += count

    def _values(self, bundle: Bundle) -> Iterator[Row]:
        yield from of_ticket(bundle.ticket, self._levels, self.key_taken)
        yield from of_files(bundle, self._levels)
        for comment in bundle.comments:
            yield from of_comment(comment, self._levels)

    def _texts(self, bundle: Bundle, steps: Sequence[Step]) -> None:
        continued = {step.item.id.rpartition("+")[0] for step in steps if step.item.kind == "continuation"}
        texts = Texts(bundle, self._levels, cut_texts(bundle, self.course), continued)
        self._rows.update(texts.rows())
        self.stays += texts.stays()

    def _count(self, bundle: Bundle) -> None:
        native = self.course.native
        self.planned["tickets"] += 1
        if native("comments"):
            for comment in copied(bundle.comments, self.course):
                self.planned["comments" if is_remark(comment) else "history"] += 1
        files = kept_files if native("attachments") else held_back
        self.planned["attachments"] += len(files(bundle, self.course)) + (history_file(bundle, self.course) is not None)

    def _links(self, links: Iterable[Link]) -> None:
        """Weigh links, each once: both its ends show it."""
        for link in links:
            if self.ties.new_link(link.id):
                row = self._levels.link(link.kind)
                self._rows[row] += 1
                self.planned["links"] += row[1] != "lost"

    def _tie(self, ticket: Ticket) -> None:
        """Remember what ties a ticket to others, to be asked about when all are known."""
        kinds = [(link.kind, link.target) for link in ticket.links]
        ties = [(f"links {kind}", other) for kind, other in kinds if self._levels.link(kind)[1] != "lost"]
        ties += [("parent", ticket.parent)] if ticket.parent and self.course.native("parent") else []
        self.ties.add(ticket.id, ties)


def lost(rows: Iterable[Fidelity]) -> list[Fidelity]:
    """Pick the losses."""
    return [row for row in rows if row.level == "lost"]
