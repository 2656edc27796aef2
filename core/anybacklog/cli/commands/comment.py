"""`anybacklog comment`: one more entry in a ticket's journal."""

from __future__ import annotations

import click

from anybacklog.cli import console
from anybacklog.cli.everywhere import Command, Invocation
from anybacklog.cli.inputs import FILE, one_text

EPILOG = """\b
Examples:
  anybacklog comment sqlite:///tickets.db PROJ-1 "Seen again on 2.1"
  git log -1 | anybacklog comment sqlite:///tickets.db PROJ-1 --file -
  anybacklog comment sqlite:///tickets.db PROJ-1 -- "- a text that begins with a dash" """


@click.command("comment", cls=Command, epilog=EPILOG)
@click.argument("url")
@click.argument("key")
@click.argument("text", required=False)
@click.option("--file", metavar="F", type=FILE, help="Read the text from a file; - is standard input.")
@click.pass_obj
def command(invocation: Invocation, url: str, key: str, text: str | None, file: str | None) -> None:
    """Comment on a ticket and print the comment's id; give TEXT or --file F."""
    body = one_text(text, file, names="TEXT or --file")
    if not body:
        raise click.UsageError("give TEXT, or --file F; a comment needs a text")
    with invocation.open(url) as tracker:
        console.say(tracker.add_comment(key, body).id)
