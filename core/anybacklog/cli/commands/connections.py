"""`anybacklog connections`: what the configuration file names, and where each key would come from."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from anybacklog.cli import console
from anybacklog.cli.everywhere import Command, Invocation

if TYPE_CHECKING:
    from anybacklog.cli.checks.configured import Configured, Entry

EPILOG = """\b
Example:
  anybacklog connections

No key is read from a file or a keyring and no command is run for this; `anybacklog doctor NAME` does that."""


@click.command("connections", cls=Command, epilog=EPILOG)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.pass_obj
def command(invocation: Invocation, form: str) -> None:
    """List the connections of the configuration file: URL, backend, where the key would come from, options."""
    from anybacklog.cli.checks.configured import configured

    found = configured(invocation.registry())
    if form == "json":
        console.write_json(asdict(found) | {"path": str(found.path)})
    else:
        _table(found)
    for told in found.every_problem():
        console.note(f"Error: {told}")
    if found.every_problem():
        raise click.exceptions.Exit(2)


def _table(found: Configured) -> None:
    console.say(f"Configuration file: {found.path}{'' if found.there else ' (not there)'}")
    headers = ["NAME", "URL", "BACKEND", "KEY", "OPTIONS"]
    console.table(headers, map(_row, found.entries))
    if found.there and not found.entries:
        console.say("It names no connection.")


def _row(entry: Entry) -> list[str]:
    options = ", ".join(f"{name}={value}" for name, value in entry.options.items())
    return [entry.name, entry.url, entry.scheme or "unknown", entry.key or "none found", options]
