"""The options that `create` and `edit` share, and the fields of a ticket they come to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import click

from anybacklog.cli import console
from anybacklog.cli.inputs import FILE, day, one_text
from anybacklog.errors import AnyBacklogError

if TYPE_CHECKING:
    from anybacklog.model import Ticket
    from anybacklog.tracker import Tracker

C = TypeVar("C", bound=Callable[..., Any])
_OPTIONS = (
    click.option("--description", metavar="TEXT", help="In the tracker's own format."),
    click.option("--description-file", metavar="F", type=FILE, help="Read it from a file; - is standard input."),
    click.option("--type", metavar="T", help="Name or id."),
    click.option("--priority", metavar="P", help="Name or id."),
    click.option("--status", metavar="S", help="Name or id."),
    click.option("--assignee", "assignees", metavar="A", multiple=True, help="Login, e-mail, name or id; repeatable."),
    click.option("--parent", metavar="KEY", help="Key or id of the parent."),
    click.option("--due", "due_date", metavar="DATE", type=day, help="YYYY-MM-DD."),
    click.option(
        "--attach", "files", metavar="FILE", type=FILE, multiple=True, help="Repeatable; - is standard input."
    ),
    click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="What to print.",
    ),
)


def ticket_options(command: C) -> C:
    """Give a command the options of a ticket."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def given_fields(
    *, description: str | None, description_file: str | None, assignees: Sequence[str], **others: Any
) -> dict[str, Any]:
    """Name the fields that were given; an empty value clears."""
    text = one_text(description, description_file, names="--description or --description-file")
    people = [person for person in assignees if person]
    given = {**others, "description": text, "assignees": people if assignees else None}
    return {
        name: None if value == "" and name != "title" else value for name, value in given.items() if value is not None
    }


def attach_all(tracker: Tracker, ticket: Ticket, files: Sequence[tuple[str, BinaryIO]]) -> None:
    """Put files at a ticket that was just written; a failure says that the ticket is there."""
    for name, stream in files:
        try:
            tracker.add_attachment(ticket, name, stream)
        except AnyBacklogError:
            console.note(f"{ticket.key} is written, but {name} is not attached; try it again with `anybacklog attach`.")
            raise


def print_ticket(ticket: Ticket, form: str) -> None:
    """Print the key, or the ticket as JSON."""
    if form == "text":
        console.say(ticket.key)
        return
    from anybacklog.forms import dump

    console.write_json(dump(ticket))
