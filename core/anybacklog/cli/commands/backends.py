"""`anybacklog backends`: what a URL can name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from anybacklog.cli import console
from anybacklog.cli.everywhere import Command, Invocation

if TYPE_CHECKING:
    from anybacklog.backend import BackendSpec

EPILOG = """\b
Example:
  anybacklog backends --format json"""


@click.command("backends", cls=Command, epilog=EPILOG)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.pass_obj
def command(invocation: Invocation, form: str) -> None:
    """List the kinds of tracker: the scheme of their URL, an example, and the options it takes."""
    from anybacklog.connection import options_of

    registry = invocation.registry()
    specs = [registry.specs[scheme] for scheme in sorted(registry.specs)]
    if form == "json":
        console.write_json([_document(spec, registry.owners[spec.scheme]) for spec in specs])
        return
    console.table(["SCHEME", "EXAMPLE", "WHAT"], ([spec.scheme, spec.example, spec.summary] for spec in specs))
    options = [[f"{spec.scheme}://", option.name, option.help] for spec in specs for option in options_of(spec)]
    if options:
        console.say("\nOptions of the URL, written ?name=value&name=value:")
        console.table(["SCHEME", "OPTION", "MEANING"], options)


def _document(spec: BackendSpec, plugin: str) -> dict[str, Any]:
    from anybacklog.connection import options_of

    return {
        "scheme": spec.scheme,
        "summary": spec.summary,
        "example": spec.example,
        "options": [{"name": option.name, "help": option.help} for option in options_of(spec)],
        "plugin": plugin,
    }
