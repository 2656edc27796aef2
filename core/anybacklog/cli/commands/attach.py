"""`anybacklog attach`: files onto a ticket."""

from __future__ import annotations

from contextlib import ExitStack

import click

from anybacklog.cli import console
from anybacklog.cli.everywhere import Command, Invocation
from anybacklog.cli.inputs import FILE, one_stdin, open_files

EPILOG = """\b
Example:
  anybacklog attach sqlite:///tickets.db PROJ-1 trace.txt screen.png"""


@click.command("attach", cls=Command, epilog=EPILOG)
@click.argument("url")
@click.argument("key")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=FILE)
@click.pass_obj
def command(invocation: Invocation, url: str, key: str, files: tuple[str, ...]) -> None:
    """Put files at a ticket and print each attachment's id and name; a FILE of - is standard input."""
    one_stdin(*files)
    with invocation.open(url) as tracker, ExitStack() as stack:
        streams = open_files(tracker, files, stack)
        ticket = tracker.ticket(key)
        invocation.settled = 1  # whoever stops reading now stops the work
        for name, stream in streams:
            made = tracker.add_attachment(ticket, name, stream)
            console.say(f"{made.id}\t{made.name}")
        invocation.settled = 0
