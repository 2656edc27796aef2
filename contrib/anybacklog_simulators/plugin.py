"""What anybacklog finds: the command `simulate`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from anybacklog.plugin import CommandSpec, hookimpl

if TYPE_CHECKING:
    import click


@hookimpl
def anybacklog_commands() -> Iterator[CommandSpec]:
    """Offer `anybacklog simulate`; nothing is imported before it is called."""
    yield CommandSpec(name="simulate", help="Run a fake of a service on this machine.", load=_load)


def _load() -> click.Command:
    from anybacklog_simulators.command import command

    return command
