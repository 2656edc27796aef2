"""What a plugin may implement: module functions marked with `anybacklog.plugin.hookimpl`, any subset of these.

Arguments may be left out from the end; results are plain data. A hook that raises stops what called it, and is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pluggy import HookspecMarker

from anybacklog.hooks import PROJECT

if TYPE_CHECKING:
    import click

    from anybacklog.backend import BackendSpec
    from anybacklog.markup import Converter
    from anybacklog.model import Ticket, TicketDraft, User
    from anybacklog.steps import Step, StepState

_hookspec = HookspecMarker(PROJECT)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSpec:
    """A command for `anybacklog`: its name, one line of help, and how to load it when it is called."""

    name: str
    help: str
    load: Callable[[], click.Command]


@_hookspec
def anybacklog_backends() -> Iterable[BackendSpec]:  # type: ignore[empty-body]  # a spec has no body
    """Describe the kinds of backlog this plugin can open.

    Called once, right after the plugins are loaded and before any network. Do heavy imports inside `BackendSpec.open`.
    """


@_hookspec
def anybacklog_commands() -> Iterable[CommandSpec]:  # type: ignore[empty-body]
    """Add commands to the command line.

    Called when the command line lists its commands, or is given a name it does not know itself.
    """


@_hookspec
def anybacklog_formats() -> Iterable[Converter]:  # type: ignore[empty-body]
    """Offer converters from one text format to another.

    Called once per migration, before planning, when the target does not take the source's format.
    """


@_hookspec
def anybacklog_transform_draft(draft: TicketDraft, ticket: Ticket) -> TicketDraft | None:
    """Change what will be written for `ticket`; None leaves the draft as it is.

    Called per ticket after the mapping, plugin by plugin, each given what the one before returned: once while losses
    are weighed, again when the ticket is written. It must give the same answer for the same ticket each time.
    """


@_hookspec(firstresult=True)
def anybacklog_map_user(user: User, candidates: Sequence[User]) -> User | None:
    """Say which of the target's people is the source's `user`; None leaves it to the next plugin, then to the mapping.

    Called once per person of the source, while mapping.
    """


@_hookspec
def anybacklog_observe_step(step: Step, state: StepState) -> None:
    """Watch a migration: called after every step, when its outcome stands in the ledger.

    `state` is done, unsure, refused, quarantined (refused too often to be tried again) or held. One that raises is
    named in the report, and changes nothing of the outcome.
    """
