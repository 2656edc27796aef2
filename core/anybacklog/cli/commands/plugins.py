"""`anybacklog plugins`: who is here, who is not, and why."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from anybacklog.cli import console
from anybacklog.cli.everywhere import Command, Invocation
from anybacklog.cli.lazy import commands_of

if TYPE_CHECKING:
    from anybacklog.registry import Registry

EPILOG = """\b
Example:
  anybacklog plugins --plugin ./my_plugin.py

A plugin is a package with an entry point in the group `anybacklog`, or a file given with --plugin. The environment
variable ANYBACKLOG_DISABLE_PLUGINS (names, separated by commas) switches plugins off."""


@click.command("plugins", cls=Command, epilog=EPILOG)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.pass_obj
def command(invocation: Invocation, form: str) -> None:
    """List the plugins in use with where they come from and what they offer, and those skipped with the reason."""
    registry = invocation.registry()
    loaded = _loaded(registry)
    if form == "json":
        console.write_json({"loaded": loaded, "skipped": [asdict(plugin) for plugin in registry.skipped]})
        return
    headers = ["NAME", "FROM", "SCHEMES", "COMMANDS", "HOOKS"]
    rows = ([plugin["name"], plugin["origin"], *map(_list, _offers(plugin))] for plugin in loaded)
    console.table(headers, rows)
    if registry.skipped:
        console.say("\nSkipped:")
        console.table(["NAME", "FROM", "WHY"], ([each.name, each.origin, each.reason] for each in registry.skipped))


def _loaded(registry: Registry) -> list[dict[str, Any]]:
    return [
        asdict(plugin) | {"commands": [spec.name for spec in commands_of(registry, plugin.name)]}
        for plugin in registry.loaded
    ]


def _offers(plugin: dict[str, Any]) -> list[list[str]]:
    hooks = [hook.removeprefix("anybacklog_") for hook in plugin["hooks"]]
    return [[f"{scheme}://" for scheme in plugin["schemes"]], plugin["commands"], hooks]


def _list(words: list[str]) -> str:
    return ", ".join(words)
