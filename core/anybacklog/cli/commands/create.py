"""`anybacklog create`: a new ticket."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import click

from anybacklog.cli.everywhere import Command, Invocation
from anybacklog.cli.fields import attach_all, given_fields, print_ticket, ticket_options
from anybacklog.cli.inputs import one_stdin, open_files

EPILOG = """\b
Example:
  anybacklog create sqlite:///tickets.db --title "Crash on save" --type Bug --attach trace.txt"""


@click.command("create", cls=Command, epilog=EPILOG)
@click.argument("url")
@click.option("--title", metavar="T", required=True, help="What it is about.")
@ticket_options
@click.pass_obj
def command(invocation: Invocation, /, url: str, files: tuple[str, ...], form: str, **options: Any) -> None:
    """Create a ticket and print its key, or the ticket as JSON."""
    from anybacklog.model import TicketDraft

    one_stdin(options["description_file"], *files)
    with invocation.open_to_keep(url) as tracker, ExitStack() as stack:
        draft = TicketDraft(**given_fields(**options))
        streams = open_files(tracker, files, stack)
        ticket = tracker.create_ticket(draft)
        attach_all(tracker, ticket, streams)
        print_ticket(tracker.ticket(ticket) if streams else ticket, form)
