"""The ledger: intent and outcome of every ticket, beside raw `sqlite3` that keeps the same rows as durably."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from anybacklog.migration.ledger import Ledger, Pair
from anybacklog.migration.ledger.rows import Landed
from anybacklog.model import TicketId
from anybacklog.steps import Item
from figure import Figure, at_most, in_turn

TICKETS = 3_000
KNOWN = 1_000_000
ASKED = 10_000
NOW = datetime(2026, 1, 5, 1, 2, 3, tzinfo=UTC)
DIGEST = '{"digest": "0123456789abcdef"}'
INTEND = (
    "INSERT INTO step VALUES (1, ?, 'intended', ?, ?, ?, ?, NULL) ON CONFLICT DO UPDATE SET state = excluded.state,"
    " mark = excluded.mark, before = excluded.before, intended_at = excluded.intended_at, error = excluded.error"
)
SET_STATE = (
    "INSERT INTO step (pair, key, state, source_key) VALUES (1, ?, 'done', ?)"
    " ON CONFLICT DO UPDATE SET state = excluded.state, error = excluded.error"
)
LAND = "INSERT INTO item VALUES (1, 'ticket', ?, ?, ?, ?, ?)"
FIND = "SELECT * FROM item WHERE pair = 1 AND kind = 'ticket' AND ticket = ? AND id = ?"


def figures() -> Iterator[Figure]:
    """Write tickets into a new ledger, then look some up among a million."""
    with TemporaryDirectory() as folder:
        theirs, ours = Path(folder) / "raw.db", Path(folder) / "ours.db"
        with Ledger(theirs) as made:  # the same tables
            made.pair("source", "target")
        with Ledger(ours) as ledger, closing(connected(theirs)) as raw:
            yield from written(ledger.pair("source", "target"), raw)
        with closing(connected(theirs)) as raw:
            raw.executemany(LAND, (landing(number) for number in range(TICKETS, KNOWN)))
            raw.commit()
            with Ledger(theirs) as ledger:
                yield from found(ledger.pair("source", "target"), raw)


def written(pair: Pair, raw: sqlite3.Connection) -> Iterator[Figure]:
    """Write intent and outcome ticket by ticket, in turn."""
    plain, ours, busy = [], [], []
    for number in range(TICKETS):
        plain.append(taken(partial(write_raw, raw, number), time.perf_counter))
        begun = time.process_time()
        ours.append(taken(partial(write, pair, number), time.perf_counter))
        busy.append(time.process_time() - begun)
    yield Figure("intent + done with sqlite3, WAL/FULL, median (99 of 100)", shown(plain))
    yield at_most("intent + done with the ledger", shown(ours), median(ours) / median(plain), 3.0)
    cpu = median(busy) * 1000
    yield Figure("intent + done with the ledger, processor", f"{cpu:.3f} ms", limit="< 0.5 ms", kept=cpu < 0.5)


def found(pair: Pair, raw: sqlite3.Connection) -> Iterator[Figure]:
    """Look tickets up by their ids, at random."""
    asked = [str(number) for number in Random(1).sample(range(KNOWN), ASKED)]
    seconds = in_turn(
        lambda: [raw.execute(FIND, (each, each)).fetchone() for each in asked],
        lambda: [pair.landed("ticket", each, each) for each in asked],
    )
    plain, ours = (min(each) / ASKED * 1e6 for each in seconds)
    yield Figure(f"look-up among {KNOWN:,} with sqlite3", f"{plain:.1f} us")
    yield at_most("look-up with the ledger", f"{ours:.1f} us", ours / plain, 8.0)


def write(pair: Pair, number: int) -> None:
    """Write one ticket's step as the applier does."""
    ticket = str(number)
    key, source_key, item = (
        f"ticket:{ticket}:{ticket}",
        f"PROJ-{ticket}",
        Item(kind="ticket", id=ticket, ticket_id=ticket, ticket_key=""),
    )
    pair.intend(key, source_key, mark(ticket), {"digest": "0123456789abcdef"}, NOW)
    landed = Landed(item=item, target_ticket=TicketId(ticket), target_id=ticket, target_key=source_key)
    pair.done(key, [landed], source_key=source_key)


def write_raw(raw: sqlite3.Connection, number: int) -> None:
    """Write the same rows in the same two transactions with nothing but the standard library."""
    ticket = str(number)
    key, source_key = f"ticket:{ticket}:{ticket}", f"PROJ-{ticket}"
    raw.execute(INTEND, (key, source_key, mark(ticket), DIGEST, NOW.isoformat()))
    raw.commit()
    raw.execute(SET_STATE, (key, source_key))
    raw.execute(LAND, landing(number))
    raw.commit()


def landing(number: int) -> tuple[str, ...]:
    """Give where a ticket ended."""
    return str(number), str(number), str(number), str(number), f"PROJ-{number}"


def mark(ticket: str) -> str:
    """Make up a mark."""
    return f"anybacklog:sqlite:1f0c9a52-7a77-4c4b-9a3c-3c1f7d2ab001/1:PROJ-{ticket}:ticket:{ticket}"


def connected(path: Path) -> sqlite3.Connection:
    """Open a ledger's file as durably as the ledger does."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def taken(work: Callable[[], object], clock: Callable[[], float]) -> float:
    """Give the seconds one call takes."""
    begun = clock()
    work()
    return clock() - begun


def shown(seconds: list[float]) -> str:
    """Write the median, and what 99 of 100 keep to."""
    return f"{median(seconds) * 1000:.3f} ({quantiles(seconds, n=100)[-1] * 1000:.2f}) ms"
