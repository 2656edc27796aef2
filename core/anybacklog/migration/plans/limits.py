"""What the real data breaks of the target's limits, item by item. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from anybacklog.abilities import Limits
from anybacklog.migration.course import Bundle
from anybacklog.migration.mapping import MappingTable
from anybacklog.migration.mapping.fields import to_make
from anybacklog.migration.pieces import length
from anybacklog.migration.settings import CUT_TITLES
from anybacklog.model import Text
from anybacklog.steps import AddComment, CreateTicket, Item, KeepFile, Step, uploads_of

Outcome: TypeAlias = Literal["refused", "kept", "continued", "cut", "lengthened", "shortened", "left out"]
OUTCOMES: dict[Outcome, str] = {
    "refused": "the target refuses it: the item does not arrive, and is named",
    "kept": "is kept in the fallback folder, and a comment names it",
    "continued": "goes on in comments that follow",
    "cut": "the plan cuts it",
    "lengthened": "the ticket's key is put behind it",
    "shortened": "the plan shortens it, and the header line of the description says the whole of it",
    "left out": "the header line of the description names those above it",
}

_REFUSED: dict[str, str] = {
    "title_length": f"{OUTCOMES['refused']}; {CUT_TITLES}",
    "attachments_per_ticket": "the target refuses those that are over, with the comment that brings them: they do not "
    "arrive, and are named; --fallback-folder would keep them",
    "statuses_per_project": "nothing is copied until some stand for others, under [mapping.statuses] of the plan",
}


def becomes(limit: str, outcome: Outcome) -> str:
    """Say what becomes of a thing that breaks a limit, and which choice of the plan would have it otherwise."""
    if (limit, outcome) == ("attachments_per_ticket", "kept"):
        return "those that are over are kept in the fallback folder, and a comment names each"
    return _REFUSED.get(limit, OUTCOMES[outcome]) if outcome == "refused" else OUTCOMES[outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverLimit:
    """One thing that a limit of the target does not let through as it is: how large it is, and what becomes of it.

    A text is as large as it is written, its header lines included.

    `item` is None for what concerns the whole project.
    """

    limit: str
    allowed: int
    item: Item | None
    size: int
    outcome: Outcome


def broken(bundle: Bundle, steps: Iterable[Step], limits: Limits, cut: Mapping[str, int]) -> Iterator[OverLimit]:
    """Yield every limit that one ticket breaks; `steps` are those that copy it, `cut` the texts that the plan cuts."""
    steps = tuple(steps)
    yield from _ticket(bundle, steps, limits)
    continued = _continued(steps)
    yield from _cuts(steps, limits, cut)
    for step in steps:
        if isinstance(step, CreateTicket) and isinstance(step.draft.description, Text):
            yield from _text(step, step.draft.description, "description", limits, continued)
        elif isinstance(step, AddComment) and step.item.kind != "continuation":
            yield from _text(step, step.body, step.item.id, limits, continued)
        for upload in uploads_of(step):
            outcome: Outcome = "kept" if isinstance(step, KeepFile) else "refused"
            size, item = upload.attachment.size or 0, Item(
                kind="attachment", id=upload.attachment.id,
                ticket_id=step.item.ticket_id, ticket_key=step.item.ticket_key,
            )  # fmt: skip
            yield from _over("attachment_size", limits.attachment_size, size, item, outcome)


def _cuts(steps: tuple[Step, ...], limits: Limits, cut: Mapping[str, int]) -> Iterator[OverLimit]:
    for step in steps:
        if isinstance(step, CreateTicket) and "description" in cut:
            yield from _over("description_length", limits.description_length, cut["description"], step.item, "cut")
        elif isinstance(step, AddComment) and step.item.id in cut:
            yield from _over("comment_length", limits.comment_length, cut[step.item.id], step.item, "cut")


def files_of(steps: Iterable[Step]) -> int:
    """Count the files that come to a ticket of the target, those of its comments among them."""
    return sum(len(uploads_of(step)) for step in steps if not isinstance(step, KeepFile))


def statuses(mapping: MappingTable, there: int, limits: Limits) -> Iterator[OverLimit]:
    """Yield the limit of statuses, if those to be created are more than there is room for."""
    made = {to_make(match).name for kind, match in mapping.to_create() if kind == "statuses"}
    if made:
        yield from _over("statuses_per_project", limits.statuses_per_project, there + len(made), None, "refused")


def _ticket(bundle: Bundle, steps: tuple[Step, ...], limits: Limits) -> Iterator[OverLimit]:
    ticket = bundle.ticket
    item = Item(kind="ticket", id=ticket.id, ticket_id=ticket.id, ticket_key=ticket.key)
    title = next((step.draft.title for step in steps if isinstance(step, CreateTicket)), ticket.title)
    yield from _over("title_length", limits.title_length, len(title), item, "refused")
    if limits.title_length is not None and len(title) <= limits.title_length:
        yield from _over("title_length", limits.title_length, len(ticket.title), item, "shortened")
    if limits.title_minimum is not None and 0 < len(ticket.title) < limits.title_minimum:
        yield OverLimit(
            limit="title_minimum", allowed=limits.title_minimum, item=item, size=len(ticket.title),
            outcome="lengthened",
        )  # fmt: skip
    sent, kept = files_of(steps), sum(isinstance(step, KeepFile) for step in steps)
    outcome: Outcome = "kept" if kept and sent <= (limits.attachments_per_ticket or sent) else "refused"
    yield from _over("attachments_per_ticket", limits.attachments_per_ticket, sent + kept, item, outcome)
    yield from _over("assignees_per_ticket", limits.assignees_per_ticket, len(ticket.assignees), item, "left out")


def _continued(steps: Iterable[Step]) -> Mapping[str, int]:
    """Count the characters with which texts go on in comments, by the id of the text."""
    found: Counter[str] = Counter()
    for step in steps:
        if isinstance(step, AddComment) and step.item.kind == "continuation":
            found[step.item.id.rpartition("+")[0]] += length(step.body.source)
    return found


def _text(
    step: CreateTicket | AddComment, written: Text, id: str, limits: Limits, continued: Mapping[str, int]
) -> Iterator[OverLimit]:
    name = "description_length" if isinstance(step, CreateTicket) else "comment_length"
    allowed: int | None = getattr(limits, name)
    if allowed is not None and id in continued:
        size = length(written.source) + continued[id]
        yield OverLimit(limit=name, allowed=allowed, item=step.item, size=size, outcome="continued")
    else:
        yield from _over(name, allowed, len(written.source), step.item, "refused")


def _over(limit: str, allowed: int | None, size: int, item: Item | None, outcome: Outcome) -> Iterator[OverLimit]:
    if allowed is not None and size > allowed:
        yield OverLimit(limit=limit, allowed=allowed, item=item, size=size, outcome=outcome)
