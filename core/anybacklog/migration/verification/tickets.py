"""Ticket by ticket: what the target should hold of each, against what it holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from anybacklog.migration.comparison import as_written, compare_comment, logged, shown
from anybacklog.migration.copied import copied
from anybacklog.migration.course import Bundle, Course
from anybacklog.migration.falling_back import completed
from anybacklog.migration.ledger import Pair
from anybacklog.migration.left_open import emptied
from anybacklog.migration.moved import says_moved
from anybacklog.migration.planning import plan_ticket
from anybacklog.migration.referred import compare_copy
from anybacklog.migration.report import Progress, Verification
from anybacklog.migration.seen import Seen
from anybacklog.migration.verification.agreed import take_note
from anybacklog.migration.verification.copies import Copies, Marks
from anybacklog.migration.verification.files import Files
from anybacklog.migration.verification.origin import Origin
from anybacklog.migration.verification.strays import Strays
from anybacklog.migration.wordings import written
from anybacklog.model import Comment, Link, Ticket
from anybacklog.steps import AddComment, key_of
from anybacklog.tracker import Tracker


@dataclass(slots=True)
class Verifier:
    """One verification, as soon as it is known which pair, and how it was to be copied.

    `notes`: the ledger takes note of what is as it would be written now.
    """

    origin: Origin
    target: Tracker
    pair: Pair
    course: Course
    lost: frozenset[str]
    notes: bool = False
    result: Verification = field(default_factory=Verification)
    strays: Strays = field(init=False)
    files: Files = field(init=False)
    _links: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.strays = Strays(self.target, self.pair, self.course, self.result, Copies(), Seen(), Marks())
        self.files = Files(self.origin, self.target, self.pair, self.course, self.result, self.strays)

    def run(self, show: Callable[[Progress], None]) -> Verification:
        """Compare everything; give what was found."""
        with Seen() as seen, self.strays.copies, self.strays.foreign, self.strays.marks:
            self.strays.look(show)
            for bundle in self.origin.bundles():
                seen.add(bundle.ticket.id)
                before = len(self.result.differences)
                self._ticket(bundle)
                if self.notes and not self._hidden():
                    take_note(self.pair, bundle, self.course, self.result.differences[before:])
                show(Progress(stage="verify", done=self.result.tickets, total=None))
            for each in self.origin.unread:
                seen.add(each.id)
                self.result.add(each.key, None, "ticket", each.id, "unreadable", each.error, None)
            self.strays.gone(seen)
        self.result.source_read_at = self.origin.read_at
        self.result.unverified = self._unverified()
        return self.result

    def _unverified(self) -> dict[str, str]:
        """Name what could not be compared, and why."""
        hidden = self._hidden()
        if "comments" in hidden and "description" not in hidden:
            hidden["comments.body"] = (
                f"only their number, which descriptions tell, was compared: {hidden.pop('comments')}"
            )
        left = filter(self.course.native, self.origin.without)
        hidden |= dict.fromkeys(left, "the plan left it out when the source was read; without --offline it is compared")
        if self.origin.unlisted is not None:
            hidden["tickets"] = self.origin.unlisted
        unproven = self.strays.unproven()
        if unproven is not None:
            hidden["extra"] = unproven
        if self.files.unhashed:
            count = f"{self.files.unhashed} of {self.result.attachments} files"
            hidden["attachments.sha256"] = f"nobody told the hash of {count} at the source; their sizes were compared"
        return hidden

    def _hidden(self) -> dict[str, str]:
        """Name what the target holds and shows nobody, and why; it is known once a ticket was read."""
        return {name: why for name, why in self.target.capabilities.unreadable.items() if self.course.native(name)}

    def _ticket(self, bundle: Bundle) -> None:
        ticket = bundle.ticket
        self.result.tickets += 1
        landed = self.pair.landed("ticket", ticket.id, ticket.id)
        copy = self.strays.copy(landed)
        if landed is None or copy is None:
            self.result.add(
                ticket.key, landed.target_key if landed else None, "ticket", ticket.id, "missing", ticket.title, None
            )
            return
        there = copy.ticket
        row = self.pair.row(f"ticket:{ticket.id}:{ticket.id}")
        found = compare_copy(
            bundle, there, self.course, self.lost, self._hidden(), emptied(ticket, row, self.course.native)
        )
        for odd in (*found, *self.strays.odd_mark("ticket", ticket, ticket.id, there.id)):
            self.result.add(ticket.key, there.key, "ticket", ticket.id, odd.field, odd.wanted, odd.found)
        if landed.target_key is not None and landed.target_key != there.key:
            self.result.add(ticket.key, there.key, "ticket", ticket.id, "key", landed.target_key, there.key)
        self._ties(ticket, there)
        if self.course.native("attachments"):
            self.files.compare(bundle, there)
        if self.course.native("comments"):
            shows = self.target.capabilities.can("comments")
            (self._comments if shows else self._count_comments)(bundle, copy)
        if self.course.fallback_folder:
            self.files.compare_kept(bundle, there)

    def _ties(self, ticket: Ticket, there: Ticket) -> None:
        if self.course.native("parent") and self._landed_id(self.course.parent(ticket)) != there.parent:
            self.result.add(ticket.key, there.key, "ticket", ticket.id, "parent", ticket.parent, there.parent)
        if not self.course.native("links") or "links" in self.origin.without:
            return
        ends = [(link, (self.course.link_kind(link.kind), self._landed_id(link.target))) for link in ticket.links]
        wanted = {end: link for link, end in ends if None not in end}
        found = Counter((link.kind, link.target) for link in there.links)
        for end, link in wanted.items():
            if end not in found and self._first("missing", link):
                self.result.add(ticket.key, there.key, "link", link.id, "missing", _tie(link), None)
        for link in there.links:
            end = (link.kind, link.target)
            if end not in wanted or found[end] > 1:
                found[end] -= 1
                what = "extra" if end not in wanted else "doubled"
                if self._first(what, link):
                    self.result.add(ticket.key, there.key, "link", link.id, what, None, _tie(link))

    def _first(self, what: str, link: Link) -> bool:
        """Tell whether a link was not named yet: both its tickets show it."""
        known = (what, link.id) in self._links
        self._links.add((what, link.id))
        return not known

    def _landed_id(self, ticket_id: str | None) -> str | None:
        landed = self.pair.landed("ticket", ticket_id, ticket_id) if ticket_id is not None else None
        return landed.target_id if landed else None

    def _count_comments(self, bundle: Bundle, copy: Bundle) -> None:
        """Compare comments that are not shown by number: the description counts them, else the ledger alone."""
        ticket, there, count = bundle.ticket, copy.ticket, copied(copy.ticket.description)
        is_counted = "description" not in self._hidden()
        steps = (step for step in plan_ticket(bundle, self.course) if isinstance(step, AddComment))
        for number, step in enumerate(steps, 1):
            self.result.comments += is_counted
            landed = self.pair.landed("comment", ticket.id, step.item.id)
            if landed is None or number > (number if count is None else count):
                self.result.add(ticket.key, there.key, "comment", step.item.id, "missing", shown(step.body), None)

    def _comments(self, bundle: Bundle, copy: Bundle) -> None:
        found = {comment.id: comment for comment in copy.comments}
        ticket, there = bundle.ticket, copy.ticket
        said = {comment.id: comment for comment in bundle.comments}
        expected: list[str] = []
        in_order: list[str] = []
        for step in self._planned(bundle):
            self.result.comments += step.item.kind != "continuation"
            landed = self.pair.landed("comment", ticket.id, step.item.id)
            comment = found.get(landed.target_id) if landed else None
            if comment is None:
                self.result.add(ticket.key, there.key, "comment", step.item.id, "missing", shown(step.body), None)
                continue
            expected.append(comment.id)
            in_order += [comment.id] if step.kept is None else []  # a file may have been kept sooner or later
            self._comment(step, said.get(step.item.id), comment, ticket, there)
        self._order(ticket, there, in_order, list(found))
        copies = {row.target_id: row.item.id for row in self.pair.landed_on(there.id) if row.item.kind == "comment"}
        for comment in found.values():
            known = comment.id in expected or ("comment", comment.id) in self.strays.odd
            if not (known or logged(comment, self.course) or says_moved(comment.body.source)):
                source_id = copies.get(comment.id)  # known, but gone from the source since
                key, item = (None, comment.id) if source_id is None else (ticket.key, source_id)
                self.result.add(key, there.key, "comment", item, "extra", None, comment.body.source)

    def _planned(self, bundle: Bundle) -> Iterator[AddComment]:
        """Yield the comments as they were written: of a kept file they say where it lies."""
        for step in plan_ticket(bundle, self.course):
            if isinstance(step, AddComment):
                kept = self.pair.landed("kept", bundle.ticket.id, step.kept.attachment.id) if step.kept else None
                yield completed(step, kept.target_id, self.course) if kept is not None else step

    def _comment(self, step: AddComment, said: Comment | None, comment: Comment, ticket: Ticket, there: Ticket) -> None:
        """Compare a comment, `said` at the source unless this is the piece of another, with its copy."""
        if step.plain is not None and not self.target.capabilities.can("update_comment"):
            step = as_written(step, comment.body, {written(self.pair, step.item)}, self.course)
        row = self.pair.row(key_of(step))
        gone = emptied(said, row, self.course.native) if said is not None else ()
        found = compare_comment(step, comment, self.course, gone)
        for odd in (*found, *self.strays.odd_mark("comment", ticket, step.item.id, comment.id)):
            self.result.add(ticket.key, there.key, "comment", step.item.id, odd.field, odd.wanted, odd.found)
        uploads = [each for each in step.uploads if not self.files.went_alone(step, each)]
        wanted = {self.files.copy_of(ticket, upload.attachment.id) for upload in uploads}
        if (wanted ^ {attachment.id for attachment in comment.attachments}) - self.files.named:
            names = [upload.attachment.name for upload in uploads]
            there_names = [attachment.name for attachment in comment.attachments]
            self.result.add(ticket.key, there.key, "comment", step.item.id, "attachments", names, there_names)

    def _order(self, ticket: Ticket, there: Ticket, expected: list[str], found: list[str]) -> None:
        places = {comment_id: place for place, comment_id in enumerate(found)}
        mended = self.pair.settings.get("mended", ())  # what a repair wrote again may come last
        for before, after in pairwise(each for each in expected if each not in mended):
            if places[before] > places[after]:
                self.result.add(ticket.key, there.key, "comment", after, "order", expected, found)
                return


def _tie(link: Link) -> str:
    return f"{link.kind} {link.target}"
