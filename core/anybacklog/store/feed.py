"""What happened in a project of a store, as its tickets and comments tell: newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from anybacklog.model import Activity, Comment, Ticket

CREATED = "ticket_created"
COMMENTED = "comment_added"


def feed(journals: Iterable[tuple[Ticket, Iterable[Comment]]]) -> Iterator[Activity]:
    """Yield the creation of every ticket and the adding of every comment, newest first, then by the higher id."""
    every = [each for ticket, comments in journals for each in _of(ticket, comments)]
    yield from sorted(every, key=lambda each: (each.created_at, each.id[0], int(each.id[1:])), reverse=True)


def _of(ticket: Ticket, comments: Iterable[Comment]) -> Iterator[Activity]:
    yield Activity(
        id=f"t{ticket.id}", kind=CREATED, author=ticket.reporter, created_at=ticket.created_at, ticket=ticket.id
    )
    for comment in comments:
        yield Activity(
            id=f"c{comment.id}", kind=COMMENTED, author=comment.author, created_at=comment.created_at, ticket=ticket.id
        )
