"""`anybacklog show`: one ticket, whole."""

from __future__ import annotations

import click

from anybacklog.cli import console
from anybacklog.cli.everywhere import Command, Invocation

EPILOG = """\b
Example:
  anybacklog show sqlite:///tickets.db PROJ-1 --format json"""


@click.command("show", cls=Command, epilog=EPILOG)
@click.argument("url")
@click.argument("key")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--raw", is_flag=True, help="Add the service's own answer (json).")
@click.pass_obj
def command(invocation: Invocation, url: str, key: str, form: str, *, raw: bool) -> None:
    """Show a ticket with its attachments and every journal entry, oldest first."""
    if raw and form != "json":
        raise click.UsageError("--raw needs --format json")
    with invocation.open(url) as tracker:
        ticket = tracker.whole(tracker.ticket(key))
        unread = tracker.capabilities.why_not("comments")
        comments = [] if unread else list(tracker.comments(ticket))
        if unread:
            console.note(f"Comments are not shown: {unread}")
        if form == "json":
            from anybacklog.forms import dump

            console.write_json(dump(ticket, raw=raw) | {"comments": [dump(each, raw=raw) for each in comments]})
            return
        from anybacklog.cli.ticket_text import ticket_lines

        for line in ticket_lines(tracker, ticket, comments):
            console.say(line)
