"""`anybacklog ls`: tickets as a table, or as data while they arrive."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

import click

from anybacklog.cli import console
from anybacklog.cli.everywhere import Command, Invocation
from anybacklog.cli.inputs import moment

if TYPE_CHECKING:
    from anybacklog.backend import ListingProgress
    from anybacklog.cli.progress import Show
    from anybacklog.model import Ticket

EPILOG = """\b
Examples:
  anybacklog ls sqlite:///tickets.db --status open --updated-since 2026-01-01
  anybacklog ls sqlite:///tickets.db --format jsonl | jq -r .title

csv is a flat view (several names are joined with "; ") and is data, not a spreadsheet: a cell that begins with = stays
as it is. json and jsonl hold everything."""


@click.command("ls", cls=Command, epilog=EPILOG)
@click.argument("url")
@click.option(
    "--status", metavar="S", multiple=True, help="open, in_progress, done, a status, or name:STATUS; repeatable."
)
@click.option("--updated-since", metavar="DATE", type=moment, help="YYYY-MM-DD (00:00 UTC), or ISO 8601 with a zone.")
@click.option("--limit", metavar="N", type=click.IntRange(0, sys.maxsize), help="Stop after N tickets.")
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "jsonl", "csv"]), default="table", show_default=True,
    help="How to print them.",
)  # fmt: skip
@click.option("--raw", is_flag=True, help="Add the service's own answer (json and jsonl).")
@click.pass_obj
def command(
    invocation: Invocation,
    url: str,
    status: tuple[str, ...],
    updated_since: date | None,
    limit: int | None,
    form: str,
    *,
    raw: bool,
) -> None:
    """List tickets in order of creation, oldest first."""
    if raw and form not in ("json", "jsonl"):
        raise click.UsageError("--raw needs --format json or jsonl")
    from anybacklog.cli.progress import shown

    with invocation.open(url) as tracker, shown(invocation) as show:
        tickets = tracker.tickets(status=status or None, updated_since=updated_since)
        stops: list[KeyboardInterrupt] = []
        _print(_each(islice(tickets, limit), show, stops), form, raw=raw)
        show.rest()
        for stop in stops:
            _tell_where(invocation.heard)
            raise stop
        listing = tracker.capabilities.listing
        if not listing.complete:
            console.note(f"This list may not be complete: {listing.reason}")


def _each(tickets: Iterator[Ticket], show: Show, stops: list[KeyboardInterrupt]) -> Iterator[Ticket]:
    """Yield until the end or an interrupt, which is put aside: what was listed until then is still printed."""
    try:
        for ticket in tickets:
            show.clear()
            yield ticket
    except KeyboardInterrupt as stop:
        stops.append(stop)
    show.clear()


def _tell_where(heard: ListingProgress | None) -> None:
    if heard is not None and heard.resume is not None:
        console.note(
            f"The list stopped at {heard.at}; one with {heard.resume} among the options of its URL goes on behind it."
        )


def _print(tickets: Iterator[Ticket], form: str, *, raw: bool) -> None:
    if form == "table":
        headers = ["KEY", "STATUS", "TYPE", "ASSIGNEES", "UPDATED", "TITLE"]
        console.table(headers, map(_row, tickets), wrap=False, whole=("KEY", "UPDATED"))
        return
    if form == "csv":
        from anybacklog.cli.spreadsheet import write_csv

        write_csv(tickets)
        return
    from anybacklog.forms import dump

    documents = (dump(ticket, raw=raw) for ticket in tickets)
    if form == "json":
        console.write_json_array(documents)
        return
    for document in documents:
        console.write(console.as_json(document) + "\n")


def _row(ticket: Ticket) -> list[str]:
    return [
        ticket.key,
        ticket.status.name if ticket.status else "",
        ticket.type.name if ticket.type else "",
        ", ".join(person.name for person in ticket.assignees),
        ticket.updated_at.strftime("%Y-%m-%d") if ticket.updated_at else "",
        ticket.title,
    ]
