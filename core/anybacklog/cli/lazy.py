"""A group that imports a command only when it is called, and asks plugins only for names it does not know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING

import click

from anybacklog.cli.everywhere import Invocation, ReaderLeft, format_options, with_everywhere

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from anybacklog.hookspecs import CommandSpec
    from anybacklog.registry import Registry


class LazyGroup(click.Group):
    """`summaries` maps each command to its line of help; its module is `anybacklog.cli.commands.<name>`."""

    def __init__(self, name: str, *, summaries: Mapping[str, str], help: str, epilog: str) -> None:
        super().__init__(name, help=help, epilog=epilog)
        self.summaries = summaries

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's shape
        """Name our own commands; a plugin's are named by `anybacklog plugins`."""
        return list(self.summaries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one of our own, else look for a plugin's."""
        if cmd_name in self.summaries:
            command: click.Command = import_module(f"anybacklog.cli.commands.{cmd_name}").command
            return command
        invocation = ctx.ensure_object(Invocation)
        spec = plugin_commands(invocation.registry()).get(cmd_name)
        if spec is None:
            return None
        loaded = spec.load()
        loaded.params[:] = with_everywhere(loaded.params)
        return loaded

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; a `--plugin FILE` that follows an unknown name may be the one that brings it."""
        if args and args[0] not in self.summaries:
            files = [after for before, after in pairwise(args[1:]) if before == "--plugin"]
            ctx.ensure_object(Invocation).plugins += files
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            raise click.UsageError(error.message + self._near(args), error.ctx) from error

    def _near(self, args: list[str]) -> str:
        from difflib import get_close_matches  # late, as few calls need it

        near = get_close_matches(args[0], self.summaries, n=1) if args else []
        return f" Did you mean {near[0]!r}?" if near else ""

    def invoke(self, ctx: click.Context) -> None:
        """Call the command; what it returns is no exit code, `ctx.exit` gives one."""
        try:
            super().invoke(ctx)
        except BrokenPipeError:
            raise ReaderLeft from None

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Take the options of every command in front of the name, too."""
        return with_everywhere(super().get_params(ctx))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands from the table, then the options; nothing is imported."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.summaries.items()))
        format_options(self.get_params(ctx), ctx, formatter)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete a command's name from the table; none is imported."""
        from click.shell_completion import CompletionItem

        names = [
            CompletionItem(name, help=line) for name, line in self.summaries.items() if name.startswith(incomplete)
        ]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]


def plugin_commands(registry: Registry) -> dict[str, CommandSpec]:
    """Give the commands that plugins offer, by name; the first plugin to claim a name has it."""
    found: dict[str, CommandSpec] = {}
    for plugin in registry.loaded:
        for spec in commands_of(registry, plugin.name):
            found.setdefault(spec.name, spec)
    return found


def commands_of(registry: Registry, plugin: str) -> Iterator[CommandSpec]:
    """Yield the commands one plugin offers; a hook that fails is an error that names it."""
    from anybacklog.errors import ConfigurationError

    hook = getattr(registry.manager.get_plugin(plugin), "anybacklog_commands", None)
    if hook is None:
        return
    try:
        specs = list(hook())
    except Exception as error:
        raise ConfigurationError(
            f"plugin {plugin} cannot list its commands: {type(error).__name__}: {error}"
        ) from error
    yield from specs
