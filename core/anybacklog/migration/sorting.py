"""A source's tickets in order, creation, then key: in constant memory, also where a bulk import made all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, groupby, islice

from anybacklog.forms import dump, load
from anybacklog.migration.order import natural_key
from anybacklog.migration.seen import OnDisk
from anybacklog.model import Ticket
from anybacklog.store.archive.sealed import line_of, parsed

HELD = 1000
"""So many tickets of one and the same instant are ordered in memory, more of them in a temporary file."""


def in_source_order(tickets: Iterable[Ticket]) -> Iterator[Ticket]:
    """Order tickets of one instant by key; the rest is in creation order already."""
    for created_at, together in groupby(tickets, key=lambda ticket: ticket.created_at):
        yield from (together if created_at is None else _by_key(together))  # noqa: B031  # either, once


def _by_key(tickets: Iterator[Ticket]) -> Iterator[Ticket]:
    first = list(islice(tickets, HELD))
    if len(first) < HELD:
        yield from sorted(first, key=natural_key)
        return
    with _Keyed() as kept:
        for ticket in chain(first, tickets):
            kept.add(ticket)
        del first
        yield from kept


class _Keyed(OnDisk):
    """Tickets, any number, in the order of their keys."""

    schema = "CREATE TABLE ticket (head BLOB, length INTEGER, number BLOB, line BLOB)"

    def add(self, ticket: Ticket) -> None:
        """Take one in."""
        head, length, number = natural_key(ticket)
        # Bytes of UTF-8 are in the order of the characters they stand for.
        key = (head.encode(errors="surrogatepass"), length, number.encode(errors="surrogatepass"))
        self._database.execute("INSERT INTO ticket VALUES (?, ?, ?, ?)", (*key, line_of(dump(ticket, raw=True))))

    def __iter__(self) -> Iterator[Ticket]:
        for (line,) in self._database.execute("SELECT line FROM ticket ORDER BY head, length, number, rowid"):
            yield load(Ticket, parsed(line, "a ticket kept aside"))
