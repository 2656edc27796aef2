"""The hooks of a migration with ten plugins registered, beside the decoding of the same tickets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from types import ModuleType

import pluggy

from anybacklog import hookspecs
from anybacklog.hooks import PROJECT
from anybacklog.migration.plugged import Plugged
from anybacklog.model import Ticket, TicketDraft
from anybacklog.plugin import hookimpl
from anybacklog.registry import Registry
from anybacklog.steps import CreateTicket, Item, Step, StepState
from anybacklog_nulab.convert import to_ticket
from anybacklog_nulab.schemas import ISSUE
from decode import page
from figure import Figure, at_most, in_turn

PLUGINS = 10
TICKETS = 2_000


def figures() -> Iterator[Figure]:
    """Ask the plugins as often as a migration does: about a draft to weigh it and to write it, then about the step."""
    pages = [page(start) for start in range(0, TICKETS, 100)]
    tickets = [ticket for text in pages for ticket in decoded(text)]
    steps = [step(ticket) for ticket in tickets]
    kinds: dict[str, Plugged] = {
        "without these hooks": plugged(),
        "that observe steps": plugged(anybacklog_observe_step),
        "that observe steps and see drafts": plugged(anybacklog_observe_step, anybacklog_transform_draft),
    }
    variants = [partial(dispatched, plugins, tickets, steps) for plugins in kinds.values()]
    decode, *hooks = map(median, in_turn(lambda: list(map(decoded, pages)), *variants))
    yield Figure("decode a ticket with the Nulab adapter", microseconds(decode))
    for kind, seconds in zip(kinds, hooks, strict=True):
        yield at_most(f"ask {PLUGINS} plugins {kind}", microseconds(seconds), seconds / decode, 0.05)


def dispatched(plugins: Plugged, tickets: list[Ticket], steps: list[CreateTicket]) -> None:
    """Ask about every ticket."""
    transforms = plugins.transforms
    for ticket, created in zip(tickets, steps, strict=True):
        if transforms:
            plugins.transform(created.draft, ticket)
            plugins.transform(created.draft, ticket)
        plugins.observe(created, "done")


def plugged(*hooks: Callable[..., object]) -> Plugged:
    """Register plugins, each with these hooks."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    for number in range(PLUGINS):
        module = ModuleType(f"plugin{number}")
        vars(module).update({hook.__name__: hook for hook in hooks})
        manager.register(module)
    return Plugged(Registry(manager))


def microseconds(seconds: float) -> str:
    """Say how long one ticket takes."""
    return f"{seconds / TICKETS * 1e6:.2f} us"


def decoded(text: bytes) -> list[Ticket]:
    """Decode one page."""
    return [
        to_ticket(ISSUE.load(issue), issue, "markdown", "https://example.backlog.com") for issue in json.loads(text)
    ]


def step(ticket: Ticket) -> CreateTicket:
    """Make up the step that copies a ticket."""
    item = Item(kind="ticket", id=ticket.id, ticket_id=ticket.id, ticket_key=ticket.key)
    return CreateTicket(item=item, draft=TicketDraft(title=ticket.title), parent=None, mark="")


@hookimpl
def anybacklog_transform_draft(draft: TicketDraft, ticket: Ticket) -> TicketDraft | None:
    """Leave the draft as it is."""


@hookimpl
def anybacklog_observe_step(step: Step, state: StepState) -> None:
    """Look away."""
