"""How faithfully each field will arrive, counted over the real data before anything is written. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from anybacklog.abilities import Answer, Limits, MetadataKind
from anybacklog.migration.course import Bundle, Course
from anybacklog.migration.falling_back import WAY_OUT, could_fall_back, falls_back, kept_for
from anybacklog.migration.history_file import history_file, history_level
from anybacklog.migration.mapping import Noun
from anybacklog.migration.planning import cut_texts, plan_ticket
from anybacklog.migration.plans.limits import files_of
from anybacklog.migration.report import Counted, Fidelity, Level
from anybacklog.migration.riding import held_back, is_left_out, is_remark, is_withheld, kept_files, riding, told_of
from anybacklog.migration.seen import Ties
from anybacklog.migration.telling import keeps_names, left_over, names_otherwise, project_of, shortens
from anybacklog.model import Attachment, Comment, CustomFieldValue, Named, Text, Ticket
from anybacklog.steps import AddComment, CreateTicket, Step

_PLAIN = ("start_date", "due_date", "estimated_hours", "actual_hours", "updated_at", "parent")
_NOUNS: dict[str, MetadataKind] = {
    "type": "ticket_types",
    "status": "statuses",
    "priority": "priorities",
    "resolution": "resolutions",
    "categories": "categories",
    "affected_versions": "versions",
    "milestones": "milestones",
}
_ORDER: tuple[Level, ...] = ("lost", "emulated", "native")


@dataclass(slots=True)
class Weighing:
    """Adds up what becomes of every value, bundle by bundle."""

    course: Course
    answer: Callable[[str], Answer]
    ties: Ties
    limits: Limits = field(default_factory=Limits)
    key_taken: Callable[[str, str], bool] = lambda _id, _key: False
    planned: Counter[Counted] = field(default_factory=Counter)
    stays: int = 0
    """How many texts keep the old names of tickets or files."""
    _continued: set[str] = field(default_factory=set)
    _cut: Collection[str] = ()
    _project: str = ""
    _rows: Counter[tuple[str, Level, str]] = field(default_factory=Counter)

    def add(self, bundle: Bundle) -> None:
        """Weigh one ticket and its journal."""
        steps = tuple(plan_ticket(bundle, self.course)) if self.limits.known() else ()
        self._continued = {step.item.id.rpartition("+")[0] for step in steps if step.item.kind == "continuation"}
        self._cut, self._project = cut_texts(bundle, self.course), project_of(bundle.ticket.key)
        for name, level, reason in (*self._of_ticket(bundle.ticket), *self._of_files(bundle)):
            self._rows[name, level, reason] += 1
        for comment in bundle.comments:
            for name, level, reason in self._of_comment(comment):
                self._rows[name, level, reason] += 1
        self._over_limits(bundle, steps)
        self._count(bundle)
        ticket = bundle.ticket
        ties = [(f"links {link.kind}", link.target) for link in ticket.links if self._link(link.kind)[1] != "lost"]
        ties += [("parent", ticket.parent)] if ticket.parent and self.course.native("parent") else []
        self.ties.add(ticket.id, ties)

    def outside(self) -> None:
        """Turn ties to tickets that are not in the project into losses, once all of it has been weighed."""
        for tie, count in self.ties.outside():
            name, _, kind = tie.partition(" ")
            self._rows[self._link(kind) if kind else self._held(name)] -= count
            self._rows[name, "lost", "its other end is not in the source project"] += count
            self.planned["links"] -= count * (name == "links")

    def too_deep(self) -> list[str]:
        """Turn parents that would make too many levels into losses, once all is weighed; names whose they are."""
        levels = self.limits.ticket_levels
        found = self.ties.too_deep(levels) if levels is not None and self.course.native("parent") else []
        self._rows[self._held("parent")] -= len(found)
        reason = f"there are {levels} levels of tickets there, and its parent is on the last"
        self._rows["parent", "lost", reason] += len(found)
        return found

    def rows(self, unreadable: Mapping[str, str]) -> list[Fidelity]:
        """Give a row per field, level and reason, what is lost first.

        `unreadable` is what the source has and shows nobody, and why: how much that is nobody knows, so it counts once
        for each ticket.
        """
        unread = Counter({(name, _ORDER[0], why): self.planned["tickets"] for name, why in unreadable.items()})
        ordered = sorted((self._rows + unread).items(), key=lambda row: (_ORDER.index(row[0][1]), row[0]))
        return [Fidelity(field=name, level=level, count=count, reason=why) for (name, level, why), count in ordered]

    def _count(self, bundle: Bundle) -> None:
        native = self.course.native
        self.planned["tickets"] += 1
        if native("comments"):
            copied = [comment for comment in bundle.comments if not is_withheld(comment, self.course)]
            self.planned["comments"] += sum(1 for comment in copied if is_remark(comment))
            self.planned["history"] += sum(1 for comment in copied if not is_remark(comment))
        files = kept_files if native("attachments") else held_back
        self.planned["attachments"] += len(files(bundle, self.course)) + (history_file(bundle, self.course) is not None)
        for link in bundle.ticket.links:
            if self.ties.new_link(link.id):
                row = self._link(link.kind)
                self._rows[row] += 1
                self.planned["links"] += row[1] != "lost"

    def _over_limits(self, bundle: Bundle, steps: Sequence[Step]) -> None:
        """Turn what is longer or larger than the target takes into losses: such an item is refused, and named."""
        for name, size, limit in self._sizes(bundle, steps):
            if limit is not None and size > limit:
                self._rows[self._held(name)] -= 1
                reason = f"over the {limit} that are taken there; such an item is refused and named"
                reason += f"; {WAY_OUT}" if name == "attachments" and self.course.native("comments") else ""
                self._rows[name, "lost", reason] += 1
        most = self.limits.attachments_per_ticket
        if most is not None and (over := files_of(steps) - most) > 0:
            self._rows[self._held("attachments")] -= over
            why = f"a ticket there has at most {most}; others are refused and named"
            self._rows["attachments", "lost", why] += over

    def _sizes(self, bundle: Bundle, steps: Sequence[Step]) -> Iterator[tuple[str, int, int | None]]:
        for step in steps:
            if isinstance(step, CreateTicket):
                yield "title", len(step.draft.title), self.limits.title_length
                if isinstance(step.draft.description, Text) and step.draft.description.source:
                    yield "description", len(step.draft.description.source), self.limits.description_length
            elif isinstance(step, AddComment) and step.item.kind == "comment":
                yield "comments", len(step.body.source), self.limits.comment_length
        for attachment in kept_files(bundle, self.course):
            if not falls_back(attachment, bundle.ticket, self.course):
                yield "attachments", attachment.size or 0, self.limits.attachment_size

    def _of_ticket(self, ticket: Ticket) -> Iterator[tuple[str, Level, str]]:
        yield self._title(ticket)
        for name in _PLAIN:
            if getattr(ticket, name) not in (None, (), ""):
                yield self._held(name)
        yield from self._nouns(ticket)
        if ticket.description is not None and ticket.description.source:
            yield self._text("description", "description", ticket.description)
        yield self._key(ticket)
        yield from self._attributed(ticket.reporter, ticket.created_at, "reporter", "created_at")

    def _title(self, ticket: Ticket) -> tuple[str, Level, str]:
        least = self.limits.title_minimum or 0
        if shortens(ticket, self.course):
            return "title", "emulated", "longer than what is taken there: the plan shortens it; the header line says it"
        if 0 < len(ticket.title) < least:
            return "title", "emulated", f"shorter than the {least} characters wanted there; the key stands behind it"
        return self._held("title")

    def _nouns(self, ticket: Ticket) -> Iterator[tuple[str, Level, str]]:
        for name, kind in _NOUNS.items():
            value = getattr(ticket, name)
            for noun in value if isinstance(value, tuple) else (value,) if value is not None else ():
                yield self._noun(name, kind, noun)
        for name in ("assignees", "watchers"):
            yield from self._people(ticket, name)
        for field_value in ticket.custom_fields:
            if field_value.value not in (None, "", ()):
                yield self._custom(field_value, f"custom_fields.{field_value.name}")

    def _people(self, ticket: Ticket, name: str) -> Iterator[tuple[str, Level, str]]:
        told = {person.id for person in left_over(ticket, name, self.course)}
        full = f"a ticket there has at most {self.limits.assignees_per_ticket}"
        for person in getattr(ticket, name):
            row = self._noun(name, "users", person)
            why = full if row[1] == "native" else row[2]
            yield self._told(name, why) if person.id in told else row

    def _custom(self, held: CustomFieldValue, shown: str) -> tuple[str, Level, str]:
        row = self._noun("custom_fields", "custom_fields", held, shown)
        there = self.course.mapping.value(held)
        if row[1] == "lost" or there == held.value:
            return row
        if there in (None, ()):
            return shown, "lost", "the plan says that nothing stands for this option"
        return shown, "emulated", "the plan says which option stands for it"

    def _of_files(self, bundle: Bundle) -> Iterator[tuple[str, Level, str]]:
        kept, brought = kept_files(bundle, self.course), riding(bundle, self.course)
        for attachment in kept:
            told = tuple(told_of(attachment, brought.get(attachment.id)))
            for row in self._of_attachment(attachment, bundle.ticket):
                said = row[1] == "lost" and row[0] in told
                yield (row[0], "emulated", f"{row[2]}; the comment that brings it tells it") if said else row
        for _ in range(len(bundle.ticket.attachments) - len(kept)):
            yield "attachments", "lost", "a file of a private comment is not copied where it would become public"

    def _of_attachment(self, attachment: Attachment, ticket: Ticket) -> Iterator[tuple[str, Level, str]]:
        name, level, reason = self._held("attachments")
        if falls_back(attachment, ticket, self.course):
            yield name, "emulated", kept_for(attachment, self.course, reason if level == "lost" else None)
            return
        yield name, level, f"{reason}; {WAY_OUT}" if level == "lost" and could_fall_back(self.course) else reason
        if self.course.native("attachments"):
            if attachment.author is not None:
                yield self._noun("attachments.author", "users", attachment.author)
            if attachment.created_at is not None:
                yield self._held("attachments.created_at")

    def _of_comment(self, comment: Comment) -> Iterator[tuple[str, Level, str]]:
        if "comments" in self.course.leave_out:
            yield "comments" if is_remark(comment) else "history", "lost", self.answer("comments").reason
            return
        if is_left_out(comment, self.course):
            yield "history", *history_level(self.course, self.answer, remark=False)
            return
        if is_withheld(comment, self.course):
            yield "comments.private", "lost", "a private comment is not copied where it would become public"
            return
        yield from self._of_copied(comment)

    def _of_copied(self, comment: Comment) -> Iterator[tuple[str, Level, str]]:
        if comment.changes:
            name, remark = "comments.changes" if is_remark(comment) else "history", is_remark(comment)
            yield name, *history_level(self.course, self.answer, remark=remark)
        if is_remark(comment):
            yield self._text("comments", comment.id, comment.body)
        if self.course.native("comments"):
            yield from self._attributed(comment.author, comment.created_at, "comments.author", "comments.created_at")
            if comment.updated_at not in (None, comment.created_at):
                yield self._held("comments.updated_at")
            if comment.private:
                yield self._held("comments.private")

    def _held(self, name: str) -> tuple[str, Level, str]:
        answer = self.answer(name)
        return name, "native" if answer else "lost", answer.reason

    def _link(self, kind: str) -> tuple[str, Level, str]:
        held, there = self._held("links"), self.course.link_kind(kind)
        if held[1] == "lost" or there == kind:
            return held
        if there is None:
            return "links", "lost", f"no link there says {kind}"
        return "links", "emulated", f"no link there says {kind}, and so it becomes {there}"

    def _noun(self, name: str, kind: MetadataKind, noun: Noun, shown: str = "") -> tuple[str, Level, str]:
        _, level, reason = self._held(name)
        match = self.course.mapping.match(kind, noun)
        if level == "lost" or match is None:
            return shown or name, level, reason
        if match.target is None and not match.create:
            return shown or name, "lost", match.reason
        there = match.target or match.noun
        renamed = isinstance(noun, Named) and there is not None and there.name != noun.name
        return shown or name, "emulated" if renamed else level, match.reason if renamed else reason

    def _text(self, name: str, id: str, text: Text) -> tuple[str, Level, str]:
        _, level, reason = self._held(name)
        self.stays += keeps_names(text, self._project, self.course)
        if id in self._cut:
            return name, "lost", "longer than what is taken there: the plan cuts it"
        if id in self._continued:
            return name, "emulated", "longer than what is taken there: it goes on in comments that follow"
        if self.course.writing.maps_mentions(text):
            return name, "emulated", "it mentions people: the plan has whoever stands for them mentioned, and notified"
        if self.course.writing.mentions_somebody(text):
            return name, "emulated", "it would notify people there: each mention is kept, and made harmless"
        if names_otherwise(text, self._project, self.course, keys_stay=bool(self.answer("key"))):
            return name, "emulated", "it names tickets or files: they are written with their new names there"
        if level == "native" and not self.course.writing.converts(text):
            why = f"{text.format} is not taken there and nothing converts it; its source is kept as it is"
            return name, "emulated", why
        return name, level, reason

    def _key(self, ticket: Ticket) -> tuple[str, Level, str]:
        answer = self.answer("key")
        if answer and self.key_taken(ticket.id, ticket.key):
            return (
                "key",
                "emulated",
                "taken by another ticket there; the copy gets the next free one, its mark names this",
            )
        if not answer and self.course.marks:
            return "key", "emulated", f"{answer.reason}; the mark names it"
        return "key", "native" if answer else "lost", answer.reason

    def _attributed(self, author: Any, moment: Any, *names: str) -> Iterator[tuple[str, Level, str]]:
        for name, value in zip(names, (author, moment), strict=True):
            if value is not None:
                row = self._noun(name, "users", value) if value is author else self._held(name)
                yield row if row[1] == "native" else self._told(name, row[2])

    def _told(self, name: str, reason: str) -> tuple[str, Level, str]:
        """Say of what has no field of its own that the header line tells it, where there is a text to stand above."""
        answer = self.answer("comments" if name.startswith("comments.") else "description")
        return name, "emulated" if answer else "lost", f"{reason}; the header line names it" if answer else reason


def lost(rows: Iterable[Fidelity]) -> list[Fidelity]:
    """Pick the losses."""
    return [row for row in rows if row.level == "lost"]
