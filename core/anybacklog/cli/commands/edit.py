"""`anybacklog edit`: what is given changes, the rest stays."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import click

from anybacklog.cli import console
from anybacklog.cli.everywhere import Command, Invocation
from anybacklog.cli.fields import attach_all, given_fields, print_ticket, ticket_options
from anybacklog.cli.inputs import one_stdin, open_files

EPILOG = """\b
Examples:
  anybacklog edit sqlite:///tickets.db PROJ-1 --status Closed --assignee mika
  anybacklog edit sqlite:///tickets.db PROJ-1 --due "" --assignee ""      clears both"""


@click.command("edit", cls=Command, epilog=EPILOG)
@click.argument("url")
@click.argument("key")
@click.option("--title", metavar="T", help="What it is about.")
@ticket_options
@click.pass_obj
def command(invocation: Invocation, /, url: str, key: str, files: tuple[str, ...], form: str, **options: Any) -> None:
    """Change what is given and leave the rest; an empty value clears. Prints the key, or the ticket as JSON."""
    one_stdin(options["description_file"], *files)
    with invocation.open(url) as tracker, ExitStack() as stack:
        changes = given_fields(**options)
        streams = open_files(tracker, files, stack)
        ticket = tracker.update_ticket(key, changes) if changes else tracker.ticket(key)
        if not changes and not streams:
            console.note("Nothing to change.")
        attach_all(tracker, ticket, streams)
        print_ticket(tracker.ticket(ticket) if streams else ticket, form)
