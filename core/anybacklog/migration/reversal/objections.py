"""What speaks against deleting a copy: whatever people changed there, or added to it, since. Pure."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator, Mapping
from dataclasses import dataclass, field, replace

from anybacklog.migration.comparison import as_written, compare_comment, compare_ticket, fingerprint, is_wording, logged
from anybacklog.migration.course import Bundle, Course
from anybacklog.migration.falling_back import completed
from anybacklog.migration.moved import says_moved
from anybacklog.migration.planning import draft_of, plan_ticket
from anybacklog.model import Attachment, Comment, Ticket
from anybacklog.steps import AddComment, CreateTicket, landing


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A ticket as the target holds it now, and what the ledger knows of it.

    `comments` is None where the target shows none. `ours` says by kind and id of the source where our items are;
    `twins` gives, of the source's tickets this one is tied to, the ids of their copies; `above_strangers`: a ticket
    that is not ours has it for a parent. `forms` are the fingerprints of our own wordings: `description`, or the id of
    the source's comment; `hidden` are the fields that the target holds and shows nobody.
    """

    ticket: Ticket
    comments: tuple[Comment, ...] | None
    files: tuple[Attachment, ...]
    ours: Mapping[tuple[str, str], str]
    twins: Mapping[str, str]
    above_strangers: bool = False
    forms: Mapping[str, Container[str]] = field(default_factory=dict)
    hidden: Collection[str] = ()

    def ids(self, kind: str) -> set[str]:
        """Give the ids there of our items of one kind."""
        return {target_id for (known, _), target_id in self.ours.items() if known == kind}


def objections(copy: Copy, bundle: Bundle, course: Course) -> Iterator[str]:
    """Yield each thing that somebody changed, added or took away since this was copied, in one sentence."""
    yield from _fields(copy, bundle, course)
    yield from _ties(copy, bundle, course)
    yield from _comments(copy, bundle, course)
    yield from _files(copy)


def _fields(copy: Copy, bundle: Bundle, course: Course) -> Iterator[str]:
    given = ("state", bundle.ticket.id) in copy.ours
    awaited = () if given else (*course.after_creation, "updated_at")  # the run was stopped before it could set them
    draft, there = draft_of(bundle.ticket, course), copy.ticket
    if _is_wording(copy, bundle, course):
        draft = replace(draft, description=there.description)
    for odd in compare_ticket(draft, there, course, copy.hidden):
        if odd.field not in awaited or not course.after_creation:
            yield f"{odd.field} is not as it was copied"
    for name in copy.hidden:
        if name != "comments" and course.native(name):
            yield f"its {name} is not shown, so nobody can tell whether somebody changed it"


def _is_wording(copy: Copy, bundle: Bundle, course: Course) -> bool:
    """Tell whether the description is there with whatever names were known when it was written."""
    there, first = copy.ticket.description, next(plan_ticket(bundle, course))
    if fingerprint(there) in copy.forms.get("description", ()):
        return True
    return there is not None and isinstance(first, CreateTicket) and is_wording(there, first, course)


def _ties(copy: Copy, bundle: Bundle, course: Course) -> Iterator[str]:
    ticket = bundle.ticket
    given = copy.ours.get(("parent", ticket.id))
    likely = {given} if given is not None else {None, copy.twins.get(course.parent(ticket) or "")}
    if course.native("parent") and copy.ticket.parent not in likely:
        yield "parent is not as it was copied"
    if course.native("links"):
        wanted = {(course.link_kind(link.kind), copy.twins.get(link.target)) for link in ticket.links}
        for link in copy.ticket.links:
            if (link.kind, link.target) not in wanted:
                yield f"a link was added: {link.kind} {link.target}"
    if copy.above_strangers:
        yield "a ticket that is not of this migration is below it"


def _comments(copy: Copy, bundle: Bundle, course: Course) -> Iterator[str]:
    if not course.native("comments"):
        return
    if copy.comments is None:
        yield "its comments are not shown, so nobody can tell whether somebody commented"
        return
    steps = {copy.ours.get(("comment", step.item.id)): step for step in _planned(copy, bundle, course)}
    for comment in copy.comments:
        step = steps.get(comment.id)
        if comment.id not in copy.ids("comment"):
            if not (logged(comment, course) or says_moved(comment.body.source)):
                yield f"a comment was added: {comment.author.name if comment.author else 'somebody'}, {comment.id}"
        elif step is not None and _is_changed(step, comment, copy, course):
            yield f"comment {comment.id} is not as it was copied"
    for gone in sorted(copy.ids("comment") - {comment.id for comment in copy.comments}):
        yield f"comment {gone} was deleted" if gone else "a comment was deleted, or its mark taken out of it"


def _is_changed(step: AddComment, comment: Comment, copy: Copy, course: Course) -> bool:
    step = as_written(step, comment.body, copy.forms.get(step.item.id, ()), course)
    return any(compare_comment(step, comment, course))


def _planned(copy: Copy, bundle: Bundle, course: Course) -> Iterator[AddComment]:
    for step in plan_ticket(bundle, course):
        if isinstance(step, AddComment) and landing(step.item.kind) == "comment":
            path = copy.ours.get(("kept", step.kept.attachment.id)) if step.kept is not None else None
            yield completed(step, path, course) if path is not None else step


def _files(copy: Copy) -> Iterator[str]:
    for file in copy.files:
        if file.id not in copy.ids("attachment"):
            yield f"a file was added: {file.name!r}"
    for gone in sorted(copy.ids("attachment") - {file.id for file in copy.files}):
        yield f"file {gone} was deleted"
