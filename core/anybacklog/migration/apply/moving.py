"""The only writes into a source: a comment in each ticket that has arrived whole, which says where it moved to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from anybacklog.errors import NotFound
from anybacklog.migration.apply.applier import Applier
from anybacklog.migration.apply.counting import Fate
from anybacklog.migration.apply.writer import Writer
from anybacklog.migration.course import Bundle, Course
from anybacklog.migration.fetching import spooled
from anybacklog.migration.ledger import Pair
from anybacklog.migration.ledger.rows import Landed
from anybacklog.migration.mapping import MappingTable
from anybacklog.migration.moved import tell, why_untold
from anybacklog.migration.planning import plan_ties
from anybacklog.migration.texts import Writing
from anybacklog.model import TicketId
from anybacklog.steps import AddComment, AddLink, Item, SetParent, key_of
from anybacklog.tracker import Tracker


class _AtSource(Pair):
    """The ledger of a pair as its source sees it: a ticket is where it was, what is told belongs to its copy."""

    def __init__(self, pair: Pair) -> None:
        vars(self).update(vars(pair))

    def landed(self, kind: str, ticket_id: str, id: str) -> Landed | None:
        if kind != "ticket":
            return super().landed(kind, ticket_id, id)
        item = Item(kind="ticket", id=id, ticket_id=ticket_id, ticket_key="")
        return Landed(item=item, target_ticket=TicketId(ticket_id), target_id=id)

    def landed_on(self, target_ticket: str) -> list[Landed]:
        found = super().landed_on(target_ticket)
        return [each for each in found if each.item.kind == "moved"]  # ids there may be alike, and mean others

    def done(
        self, key: str, landed: Sequence[Landed], *, source_key: str = "", before: Mapping[str, Any] | None = None
    ) -> None:
        there = [replace(each, target_ticket=TicketId(each.item.id)) for each in landed]
        super().done(key, there, source_key=source_key, before=before)


def say_where(applier: Applier, bundles: Iterable[Bundle], *, partial: bool) -> None:
    """Have each ticket of the source that has arrived with all that is its own say where it moved to, once.

    `partial`: a tie that is not written may still come.
    """
    why, report = why_untold(applier.source.capabilities), applier.report
    if why is not None:
        report.notes.append(why)
        return
    turned, place, url = Writer(_turned(applier)), applier.target.identity(), _address(applier.target)
    failed = {each.source_key for each in report.failures}
    told: Counter[Fate] = Counter()
    for ticket in turned.each(bundle.ticket for bundle in bundles):
        landed = applier.pair.landed("ticket", ticket.id, ticket.id)
        ties = plan_ties(ticket, applier.course)
        if landed is not None and ticket.key not in failed and _are_tied(applier.pair, ties, partial=partial):
            step = tell(ticket, landed, place, url, turned.applier.course.writing)
            _tell(turned, step, lambda fate: told.update([fate]))
    turned.applier.second_look.look()
    if told["created"]:
        report.notes.append(f"tickets of the source that were told where they moved to: {told['created']}")


def _turned(applier: Applier) -> Applier:
    """Give what writes into the source, under the eyes of the same ledger; its mark stands in the text, always."""
    source, can = applier.source, applier.source.capabilities
    writing = Writing(formats=can.text_formats, native_format=can.text_format, mentions=can.mentions)
    return Applier(
        source=applier.target, target=source, pair=_AtSource(applier.pair), report=applier.report,
        course=Course(source=source.identity(), mapping=MappingTable({}), native=lambda _: False, writing=writing),
        fetch=partial(spooled, applier.target), observe=applier.outcomes.observe, clock=applier.clock,
    )  # fmt: skip


def _address(target: Tracker) -> str | None:
    references = target.capabilities.references
    return references.url if references is not None else None


def _are_tied(pair: Pair, ties: Iterable[SetParent | AddLink], *, partial: bool) -> bool:
    """Tell whether nothing that ties a ticket to others is still to come: outside of what is copied is no other end."""
    rows = (pair.row(key_of(tie)) for tie in ties)
    return all(row.state == "done" if row is not None else not partial for row in rows)


def _tell(turned: Writer, step: AddComment, then: Callable[[Fate], None]) -> None:
    """Write the comment unless it is there; a lost ledger has forgotten it, so it is asked."""
    pair = turned.applier.pair
    row = pair.row(key_of(step))
    if row is not None and row.state == "done":
        return
    if row is not None and row.state == "quarantined":
        pair.replan(row.key)  # verify finds no difference that would have repair try it again
    try:
        turned.alone(step, then, ask=True)
    except NotFound as error:
        turned.applier.outcomes.refuse(step, f"it is gone from the source: {error}")
