"""The marks in a target, read back: whether it holds copies already, and which item is where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from anybacklog.backend import Marked
from anybacklog.errors import ConfigurationError, NotFound
from anybacklog.migration.asked import Show, showing
from anybacklog.migration.copied import copied
from anybacklog.migration.course import Bundle
from anybacklog.migration.ledger import Pair
from anybacklog.migration.ledger.rows import Landed
from anybacklog.migration.mark import Mark, find_mark
from anybacklog.migration.newest import every_ticket
from anybacklog.migration.places import landed_as, landed_comment
from anybacklog.migration.planning import plan_ticket
from anybacklog.migration.questions import Questions
from anybacklog.migration.snapshot import Snapshot, is_there
from anybacklog.model import Ticket, TicketId
from anybacklog.steps import AddAttachment, AddComment, CreateTicket, Item, alone, key_of, step_key, uploads_of
from anybacklog.tracker import Tracker

Native: TypeAlias = Callable[[str], bool]
MARK_FIELDS = {"ticket": "external_id", "comment": "comments.external_id", "attachment": "attachments.external_id"}
"""Where the mark of what kind of thing stands, if the target has such a field."""


def marks_in(
    target: Tracker, native: Native, source: str | None, walk: Iterable[Bundle] | None = None
) -> Iterator[tuple[Mark, Marked]]:
    """Yield every mark of one source (None: of any) in the target, each kind from where it is written there.

    Where they stand in texts all tickets are walked through: by `walk`, for those who do more with what they meet.
    """
    held = {kind for kind, field in MARK_FIELDS.items() if native(field)}
    for marked in target.externals() if held else ():
        mark = find_mark(marked.external_id) if marked.kind in held else None
        if mark is not None and _is_of(mark, source):
            yield mark, marked
    if held.issuperset(("ticket", "comment")):
        return
    for marked in _in_texts(walk or walked(target, native)):
        mark = find_mark(marked.external_id) if marked.kind not in held else None
        if mark is not None and _is_of(mark, source):
            yield mark, marked


def _is_of(mark: Mark, source: str | None) -> bool:
    """Tell a mark of one source (None: of any) from others, and from what says where a ticket of this project moved."""
    return mark.kind != "moved" and source in (None, mark.source)


def already_copied(target: Tracker, native: Native, source: str, show: Show) -> bool:
    """Tell whether the target holds anything copied from this source."""
    return next(marks_in(target, native, source, _shown(target, native, show)), None) is not None


def _shown(target: Tracker, native: Native, show: Show) -> Iterator[Bundle]:
    return showing(show, "marks", walked(target, native), None)


def before_all_copies(target: Tracker, native: Native, source: str) -> str | None:
    """Give the number right below the first copied ticket's id.

    None where there is none, where ids are no numbers, and where the newest cannot be listed first.
    """
    if "-id" not in target.capabilities.listing.orders:
        return None
    ids = (marked.id for mark, marked in marks_in(target, native, source) if mark.kind == "ticket")
    lowest = min((int(each) for each in ids if each.isdecimal()), default=None)
    return None if lowest is None else str(lowest - 1)


def no_marks() -> ConfigurationError:
    """Say that there is nothing to rebuild a ledger from."""
    return ConfigurationError(
        "the target holds no mark of this source, so no ledger can be rebuilt from it; leave out --rebuild-ledger"
    )


def rebuild(pair: Pair, questions: Questions, snapshot: Snapshot, show: Show) -> int:
    """Fill the ledger from the marks: tickets first, then what hangs on them; gives how many items were found.

    Files that could not be marked are recognised by name and bytes. ConfigurationError if there is no mark at all.
    """
    found = pair.adopt(_marked(pair, questions, show, tickets=True))
    found += pair.adopt(_marked(pair, questions, show, tickets=False))
    if not found:
        raise no_marks()
    if questions.target.capabilities.can("change_with_comment"):
        found += pair.adopt(_counted(pair, questions, snapshot))
    if not questions.course.native("attachments.external_id"):
        # One by one: what is known to have landed is no candidate for an equal file of the same ticket.
        found += pair.adopt(_files(pair, questions, snapshot), batch=1)
    return found


def _marked(pair: Pair, questions: Questions, show: Show, *, tickets: bool) -> Iterator[tuple[str, Landed]]:
    target, course = questions.target, questions.course
    for mark, marked in marks_in(target, course.native, course.source, _shown(target, course.native, show)):
        if tickets and mark.kind == "ticket":
            ticket = target.ticket(TicketId(marked.ticket_id))
            yield _landed(mark, mark.id, marked, ticket.key)
            if ticket.resolution is not None or (ticket.status is not None and ticket.status.category != "open"):
                yield _state(mark, ticket)  # set by us, or by people since: theirs is not written over
        owner = None if tickets or mark.kind == "ticket" else owner_of(pair, marked.ticket_id)
        if owner is not None:
            yield _landed(mark, owner, marked, None)


def owner_of(pair: Pair, target_ticket: str) -> str | None:
    """Give the id of the source's ticket whose copy this is."""
    rows = pair.landed_on(target_ticket)
    return next((row.item.ticket_id for row in rows if row.item.kind == "ticket"), None)


def _counted(pair: Pair, questions: Questions, snapshot: Snapshot) -> Iterator[tuple[str, Landed]]:
    """Take as many comments of a ticket for copied as its description counts, where comments are not shown."""
    target = questions.target
    for bundle in snapshot.bundles():
        landed = pair.landed("ticket", bundle.ticket.id, bundle.ticket.id)
        if landed is None:
            continue
        count = copied(target.ticket(landed.target_ticket).description) or 0
        if target.capabilities.can("comments"):
            return
        steps = [step for step in plan_ticket(bundle, questions.course) if isinstance(step, AddComment)]
        for number, step in enumerate(steps[:count], 1):
            yield key_of(step), landed_as(step, landed.target_ticket, number)


def _files(pair: Pair, questions: Questions, snapshot: Snapshot) -> Iterator[tuple[str, Landed]]:
    for bundle in snapshot.bundles():
        if pair.landed("ticket", bundle.ticket.id, bundle.ticket.id) is None:
            continue
        for step in plan_ticket(bundle, questions.course):
            if isinstance(step, AddComment):
                yield from ((key_of(step), landed) for landed in _riding(pair, questions, step))
            elif isinstance(step, AddAttachment | CreateTicket):
                yield from _own_files(pair, questions, step)


def _own_files(pair: Pair, questions: Questions, step: AddAttachment | CreateTicket) -> Iterator[tuple[str, Landed]]:
    """Recognise the files that no comment brought."""
    for each in (alone(step, upload) for upload in uploads_of(step)):
        found = questions.landed(each, pair.row(key_of(each))) or []
        yield from ((key_of(each), landed) for landed in found)


def _riding(pair: Pair, questions: Questions, step: AddComment) -> list[Landed]:
    """Recognise the files of a comment that has been recognised itself."""
    row = pair.landed("comment", step.item.ticket_id, step.item.id)
    if row is None or not step.uploads:
        return []
    for comment in questions.target.comments(row.target_ticket):
        if comment.id == row.target_id:
            return landed_comment(step, row.target_ticket, comment)[1:]
    return []


def _landed(mark: Mark, ticket_id: str, marked: Marked, key: str | None) -> tuple[str, Landed]:
    item = Item(kind=mark.kind, id=mark.id, ticket_id=ticket_id, ticket_key=mark.key)
    return step_key(item), Landed(
        item=item, target_ticket=TicketId(marked.ticket_id), target_id=marked.id, target_key=key
    )


def _state(mark: Mark, ticket: Ticket) -> tuple[str, Landed]:
    item = Item(kind="state", id=mark.id, ticket_id=mark.id, ticket_key=mark.key)
    return step_key(item), Landed(item=item, target_ticket=TicketId(ticket.id), target_id=ticket.id)


def _in_texts(walk: Iterable[Bundle]) -> Iterator[Marked]:
    for ticket, comments in ((each.ticket, each.comments) for each in walk):
        if ticket.description is not None and find_mark(ticket.description.source):
            yield Marked(kind="ticket", id=ticket.id, ticket_id=ticket.id, external_id=ticket.description.source)
        for comment in comments:
            if find_mark(comment.body.source):
                yield Marked(kind="comment", id=comment.id, ticket_id=ticket.id, external_id=comment.body.source)


def walked(target: Tracker, native: Native) -> Iterator[Bundle]:
    """Read every ticket of the target, its journal with it where that is shown; not those deleted meanwhile."""
    for ticket in every_ticket(target):
        shown = native("comments") and target.capabilities.can("comments")
        try:
            met = Bundle(ticket, tuple(target.comments(ticket)) if shown else ())
        except NotFound:
            if is_there(target, ticket):
                raise
            continue
        yield met
