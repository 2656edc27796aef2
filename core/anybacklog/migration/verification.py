"""verify(): reads both ends afresh and names every thing that is missing, doubled, altered or extra."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from anybacklog.errors import ConfigurationError, NotFound, ProtocolError
from anybacklog.migration.choices import Choices
from anybacklog.migration.comparison import compare_comment, compare_ticket, missing_words, shown
from anybacklog.migration.copied import copied
from anybacklog.migration.course import plan_course
from anybacklog.migration.ends import default_ledger, refuse_absent, snapshot_folder
from anybacklog.migration.ledger import Ledger, Pair
from anybacklog.migration.ledger_rows import Landed
from anybacklog.migration.planning import Bundle, Course, draft_of, plan_ticket
from anybacklog.migration.plugged import Plugged
from anybacklog.migration.questions import digest
from anybacklog.migration.rebuilding import marks_in, owner_of
from anybacklog.migration.report import Difference, Progress, Verification
from anybacklog.migration.riding import withheld_files
from anybacklog.migration.seen import Seen
from anybacklog.migration.snapshot import Snapshot, read_bundles, read_words
from anybacklog.model import Attachment, Comment, Link, Ticket, TicketId
from anybacklog.registry import load_registry
from anybacklog.steps import AddComment, step_key
from anybacklog.tracker import Tracker


def verify(
    source: Tracker,
    target: Tracker,
    *,
    ledger: str | os.PathLike[str] | None = None,
    progress: Callable[[Progress], None] | None = None,
    plugins: tuple[str, ...] = (),
) -> Verification:
    """Compare the target with the source, every field, comment and file through the mapping of the migration.

    Both ends are read afresh; the ledger says only what belongs to what. ConfigurationError if it knows nothing of
    the pair.
    """
    refuse_absent(source)
    refuse_absent(target)
    path = Path(ledger) if ledger is not None else default_ledger(source, target)
    if not path.exists():
        raise ConfigurationError(f"there is no ledger {path}; name the one of the migration with --ledger")
    ends = (source.identity(), target.identity())
    with Ledger(path) as book:
        if ends not in book.pairs():
            known = "; ".join(f"{one} → {other}" for one, other in book.pairs()) or "nothing"
            raise ConfigurationError(f"the ledger {path} does not know this source and target; it knows {known}")
        pair = book.pair(*ends)
        words = read_words(source, Snapshot(snapshot_folder(book.path, pair)).header())
        choices = Choices.remembered(pair.settings)
        marks = bool(pair.settings.get("marks", True))
        course = plan_course(
            ends[0], words, target, choices, Plugged(load_registry(plugins)), marks=marks, made=pair.made()
        )
        course = replace(course, tops=frozenset(pair.settings.get("tops", ())))
        verifier = _Verifier(source, target, pair, course, frozenset(pair.settings.get("lost", ())))
        verifier.run(progress or (lambda _: None))
        return verifier.result


@dataclass(slots=True)
class _Verifier:
    source: Tracker
    target: Tracker
    pair: Pair
    course: Course
    lost: frozenset[str]
    result: Verification = field(default_factory=Verification)
    _odd: set[tuple[str, str]] = field(default_factory=set)
    _foreign: set[str] = field(default_factory=set)

    def run(self, show: Callable[[Progress], None]) -> None:
        self._marks()
        self._strangers()
        with Seen() as seen:
            for bundle in read_bundles(self.source):
                seen.add(bundle.ticket.id)
                self._ticket(bundle)
                show(Progress(stage="verify", done=self.result.tickets, total=None))
            for landed in self.pair.each("ticket"):
                if landed.item.id not in seen:
                    title = self._title(landed)
                    row = self.pair.row(step_key(landed.item))
                    key = row.source_key if row is not None and row.source_key else None
                    self._say(key, landed.target_key, "ticket", landed.item.id, "extra", None, title)
        hidden = self._hidden()
        if "description" not in hidden:
            hidden.pop("comments", None)  # it counts them
        self.result.unverified = hidden

    def _hidden(self) -> dict[str, str]:
        """Name what the target holds and shows nobody, and why; it is known once a ticket was read."""
        return {name: why for name, why in self.target.capabilities.unreadable.items() if self.course.native(name)}

    # ---- what should not be there

    def _marks(self) -> None:
        """Find what carries a mark of ours and is not where the ledger says it is: a second copy."""
        if not self.course.marks:
            return
        for mark, marked in marks_in(self.target, self.course.native, None):
            if mark.source != self.course.source:
                self._foreign.add(marked.ticket_id)
                continue
            owner = mark.id if mark.kind == "ticket" else owner_of(self.pair, marked.ticket_id)
            landed = self.pair.landed(mark.kind, owner, mark.id) if owner is not None else None
            if landed is None or landed.target_id != marked.id:
                self._odd.add((marked.kind, marked.id))
                what = "extra" if landed is None else "doubled"
                self._say(mark.key, self._key(marked.ticket_id), marked.kind, mark.id, what, None, marked.id)

    def _strangers(self) -> None:
        """Find tickets that came into the target after the migration began, and not by any migration."""
        newest = self.pair.settings.get("newest")
        if newest is None:
            return
        for ticket in self.target.tickets(order="-id"):
            if not ticket.id.isdecimal() or int(ticket.id) <= int(newest):
                return
            known = ticket.id in self._foreign or ("ticket", ticket.id) in self._odd
            if not known and owner_of(self.pair, ticket.id) is None:
                self._say(None, ticket.key, "ticket", ticket.id, "extra", None, ticket.title)

    def _key(self, target_ticket: str) -> str | None:
        try:
            return self.target.ticket(TicketId(target_ticket)).key
        except NotFound:
            return None

    def _title(self, landed: Landed) -> str | None:
        there = self._read(landed)
        return there.title if there is not None else None

    # ---- what should be there

    def _ticket(self, bundle: Bundle) -> None:
        ticket = bundle.ticket
        self.result.tickets += 1
        landed = self.pair.landed("ticket", ticket.id, ticket.id)
        there = self._read(landed)
        if landed is None or there is None:
            self._say(
                ticket.key, landed.target_key if landed else None, "ticket", ticket.id, "missing", ticket.title, None
            )
            return
        for odd in missing_words(bundle, self.course, self.lost):
            self._say(ticket.key, there.key, "ticket", ticket.id, odd.field, odd.wanted, odd.found)
        for odd in compare_ticket(draft_of(ticket, self.course), there, self.course, self._hidden()):
            self._say(ticket.key, there.key, "ticket", ticket.id, odd.field, odd.wanted, odd.found)
        if landed.target_key is not None and landed.target_key != there.key:
            self._say(ticket.key, there.key, "ticket", ticket.id, "key", landed.target_key, there.key)
        self._ties(ticket, there)
        if self.course.native("comments"):
            shows = self.target.capabilities.can("comments")
            (self._comments if shows else self._count_comments)(bundle, there)
        if self.course.native("attachments"):
            self._attachments(bundle, there)

    def _read(self, landed: Landed | None) -> Ticket | None:
        try:
            return self.target.ticket(landed.target_ticket) if landed is not None else None
        except NotFound:
            return None

    def _ties(self, ticket: Ticket, there: Ticket) -> None:
        if self.course.native("parent") and self._landed_id(self.course.parent(ticket)) != there.parent:
            self._say(ticket.key, there.key, "ticket", ticket.id, "parent", ticket.parent, there.parent)
        if not self.course.native("links"):
            return
        ends = [(link, (link.kind, self._landed_id(link.target))) for link in ticket.links]
        wanted = {end: link for link, end in ends if end[1] is not None}
        found = Counter((link.kind, link.target) for link in there.links)
        for end, link in wanted.items():
            if end not in found:
                self._say(ticket.key, there.key, "link", link.id, "missing", _tie(link), None)
        for link in there.links:
            end = (link.kind, link.target)
            if end not in wanted or found[end] > 1:
                found[end] -= 1
                what = "extra" if end not in wanted else "doubled"
                self._say(ticket.key, there.key, "link", link.id, what, None, _tie(link))

    def _landed_id(self, ticket_id: str | None) -> str | None:
        landed = self.pair.landed("ticket", ticket_id, ticket_id) if ticket_id is not None else None
        return landed.target_id if landed else None

    def _count_comments(self, bundle: Bundle, there: Ticket) -> None:
        """Compare comments that are not shown by their number, where the description is shown and counts them."""
        if "description" in self._hidden():
            return
        ticket, count = bundle.ticket, copied(there.description)
        steps = (step for step in plan_ticket(bundle, self.course) if isinstance(step, AddComment))
        for number, step in enumerate(steps, 1):
            self.result.comments += 1
            landed = self.pair.landed("comment", ticket.id, step.item.id)
            if landed is None or number > (number if count is None else count):
                self._say(ticket.key, there.key, "comment", step.item.id, "missing", shown(step.body), None)

    def _comments(self, bundle: Bundle, there: Ticket) -> None:
        found = {comment.id: comment for comment in self.target.comments(there)}
        ticket = bundle.ticket
        expected: list[str] = []
        for step in (step for step in plan_ticket(bundle, self.course) if isinstance(step, AddComment)):
            self.result.comments += step.item.kind != "continuation"
            landed = self.pair.landed("comment", ticket.id, step.item.id)
            comment = found.get(landed.target_id) if landed else None
            if comment is None:
                self._say(ticket.key, there.key, "comment", step.item.id, "missing", shown(step.body), None)
                continue
            expected.append(comment.id)
            self._comment(step, comment, ticket, there)
        self._order(ticket, there, expected, list(found))
        copies = {row.target_id: row.item.id for row in self.pair.landed_on(there.id) if row.item.kind == "comment"}
        for comment in found.values():
            if comment.id not in expected and ("comment", comment.id) not in self._odd and not self._logged(comment):
                source_id = copies.get(comment.id)  # known, but gone from the source since
                key, item = (None, comment.id) if source_id is None else (ticket.key, source_id)
                self._say(key, there.key, "comment", item, "extra", None, comment.body.source)

    def _logged(self, comment: Comment) -> bool:
        """Tell an entry that the target itself wrote into its journal: what changed, and no text."""
        return bool(comment.changes) and not comment.body.source and not self.course.native("comments.changes")

    def _comment(self, step: AddComment, comment: Comment, ticket: Ticket, there: Ticket) -> None:
        for odd in compare_comment(step, comment, self.course):
            self._say(ticket.key, there.key, "comment", step.item.id, odd.field, odd.wanted, odd.found)
        wanted = {self._file_id(ticket, upload.attachment.id) for upload in step.uploads}
        if wanted != {attachment.id for attachment in comment.attachments}:
            names = [upload.attachment.name for upload in step.uploads]
            there_names = [attachment.name for attachment in comment.attachments]
            self._say(ticket.key, there.key, "comment", step.item.id, "attachments", names, there_names)

    def _order(self, ticket: Ticket, there: Ticket, expected: list[str], found: list[str]) -> None:
        places = {comment_id: place for place, comment_id in enumerate(found)}
        mended = self.pair.settings.get("mended", ())  # what a repair wrote again may come last
        for before, after in pairwise(each for each in expected if each not in mended):
            if places[before] > places[after]:
                self._say(ticket.key, there.key, "comment", after, "order", expected, found)
                return

    def _file_id(self, ticket: Ticket, attachment_id: str) -> str | None:
        landed = self.pair.landed("attachment", ticket.id, attachment_id)
        return landed.target_id if landed else None

    def _attachments(self, bundle: Bundle, there: Ticket) -> None:
        ticket, withheld = bundle.ticket, withheld_files(bundle, self.course)
        found = {attachment.id: attachment for attachment in self.target.attachments(there)}
        for attachment in (each for each in ticket.attachments if each.id not in withheld):
            self.result.attachments += 1
            copy = found.pop(self._file_id(ticket, attachment.id) or "", None)
            if copy is None:
                self._say(ticket.key, there.key, "attachment", attachment.id, "missing", attachment.name, None)
                continue
            for name, wanted, got in self._compare_files(attachment, copy):
                if wanted != got:
                    self._say(ticket.key, there.key, "attachment", attachment.id, name, wanted, got)
        copies = {row.target_id: row.item.id for row in self.pair.landed_on(there.id) if row.item.kind == "attachment"}
        for stray in found.values():
            if ("attachment", stray.id) not in self._odd:
                source_id = copies.get(stray.id)  # known, but gone from the source since
                key, item = (None, stray.id) if source_id is None else (ticket.key, source_id)
                self._say(key, there.key, "attachment", item, "extra", None, stray.name)

    def _compare_files(self, one: Attachment, other: Attachment) -> Iterator[tuple[str, Any, Any]]:
        yield "name", one.name, other.name
        if one.content_type is not None and self.course.native("attachments.content_type"):
            yield "content_type", one.content_type, other.content_type
        yield "sha256", _hash(self.source, one), _hash(self.target, other)
        if self.course.native("attachments.created_at") and one.created_at is not None:
            yield "created_at", shown(one.created_at), shown(other.created_at)
        author = self.course.mapping.of("users", one.author)
        if self.course.native("attachments.author") and author is not None:
            yield "author", author.name, other.author.name if other.author else None

    def _say(
        self, source_key: str | None, target_key: str | None, kind: str, id: str, field: str, wanted: Any, found: Any
    ) -> None:
        self.result.differences.append(
            Difference(
                source_key=source_key, target_key=target_key, kind=kind, id=id, field=field, source=wanted, target=found
            )
        )


def _hash(tracker: Tracker, attachment: Attachment) -> str:
    try:
        with tracker.open_attachment(attachment) as stream:
            return digest(stream)
    except (ConfigurationError, NotFound, ProtocolError) as error:  # a damaged archive has told which file
        return f"unreadable: {error}"


def _tie(link: Link) -> str:
    return f"{link.kind} {link.target}"
