"""`anybacklog rm`: a ticket gone for good."""

from __future__ import annotations

import click

from anybacklog.cli import console
from anybacklog.cli.everywhere import Command, Invocation
from anybacklog.errors import ConfigurationError

EPILOG = """\b
Example:
  anybacklog rm sqlite:///tickets.db PROJ-1 --yes"""


@click.command("rm", cls=Command, epilog=EPILOG)
@click.argument("url")
@click.argument("key")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def command(invocation: Invocation, url: str, key: str, *, yes: bool) -> None:
    """Delete a ticket with its comments and attachments, for good; asks first."""
    if not yes and not console.interactive():
        raise ConfigurationError(f"rm deletes {key} for good and there is no terminal to ask on; add --yes")
    with invocation.open(url) as tracker:
        ticket = tracker.ticket(key)
        if not yes and not console.ask(f"Delete {ticket.key} {ticket.title!r} for good?", otherwise="add --yes"):
            console.note(f"{ticket.key} was left as it is.")
            raise click.exceptions.Exit(1)
        tracker.delete_ticket(ticket)
        console.note(f"{ticket.key} is deleted.")
