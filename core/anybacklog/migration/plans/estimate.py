"""How many requests a migration will send, per rate budget, and how long the limits make that take. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING, Any, TypeAlias

from anybacklog.migration.course import Course
from anybacklog.migration.mapping import MappingTable, Match
from anybacklog.migration.mapping.fields import to_make
from anybacklog.migration.riding import is_named_later
from anybacklog.steps import (
    AddAttachment,
    AddComment,
    AddLink,
    CreateTicket,
    KeepFile,
    RewriteText,
    SetParent,
    SetState,
    Step,
)

if TYPE_CHECKING:
    from anybacklog.backend import TrafficState

Costs: TypeAlias = Mapping[str, Mapping[str, int]]
Lasting: TypeAlias = "Callable[[str, int, TrafficState], float | None]"
"""How many seconds so many requests of a budget take; None where nobody knows."""


def cost_of(step: Step, costs: Costs, course: Course) -> Counter[str]:
    """Count what one step sends to the target, per budget."""
    match step:
        case CreateTicket():
            return spent(costs, "create_ticket") + spent(costs, "tickets.attachments", len(step.uploads))
        case SetState():
            return Counter() if _begins_so(step.changes) else spent(costs, "update_ticket")
        case RewriteText():  # asked for before it is given: most often it is there already
            return spent(costs, "ticket") + spent(costs, "update_ticket")
        case AddComment():  # which files it brought is read afterwards, and which entry it became where no mark tells
            files = len(step.uploads)
            state = bool(step.state) and not _begins_so(step.state)
            sent = spent(costs, "change_with_comment" if state else "add_comment")
            asked = not is_named_later(step, course) if state else bool(files)
            read = spent(costs, "comments" if state else "attachments", asked)
            return sent + spent(costs, "comments.attachments", files) + read
        case AddAttachment() | KeepFile():  # what is kept goes into a folder
            return spent(costs, "add_attachment", isinstance(step, AddAttachment))
        case SetParent():
            return spent(costs, "update_ticket")
        case AddLink():
            return spent(costs, "add_link")


def _begins_so(changes: Mapping[str, Any]) -> bool:
    """Tell a state that a new ticket has by itself."""
    return set(changes) == {"status"} and changes["status"].category == "open"


def spent(costs: Costs, operation: str, times: int = 1) -> Counter[str]:
    """Count what calls of one operation send."""
    return Counter({bucket: count * times for bucket, count in costs.get(operation, {}).items() if times})


def supposed(mapping: MappingTable) -> MappingTable:
    """Give the mapping as it will be once all is made that has to be, each new noun standing for itself."""
    made = {kind: {key: _made(match) for key, match in found.items()} for kind, found in mapping.matches.items()}
    return replace(mapping, matches=made)


def _made(match: Match) -> Match:
    return replace(match, target=to_make(match), create=False) if match.create else match


def seconds(
    requests: Iterable[tuple[Mapping[str, int], TrafficState]], lasting: Lasting, *, together: bool
) -> int | None:
    """Give the time that the limits ask for; None where requests are made and no limit of them is known.

    `lasting` says it of so many requests of one budget. `together`: both ends draw on one user's budgets, so that what
    each sends adds up.
    """
    ends = list(requests)
    if together:
        both: Counter[str] = Counter()
        for sent, _ in ends:
            both.update(sent)
        ends = [(both, ends[-1][1])]
    asked = [(bucket, count, traffic) for sent, traffic in ends for bucket, count in sent.items() if count]
    times = [time for each in asked if (time := lasting(*each)) is not None]
    return ceil(max(times)) if times else None if asked else 0
