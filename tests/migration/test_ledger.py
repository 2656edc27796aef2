"""The ledger: what it keeps, who may hold it, and what it says when it is damaged or cannot be used."""

from __future__ import annotations

import os
import random
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect

from anybacklog.errors import ConfigurationError, TransportError
from anybacklog.migration.ledger import Ledger, Pair
from anybacklog.migration.ledger.rows import Landed
from anybacklog.migration.ledger.tables import FIND_BY_TARGET, FIND_ITEM, FIND_STEP, FORGET_TICKET
from anybacklog.model import TicketId
from anybacklog.steps import Item

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
TICKET = Landed(
    item=Item(kind="ticket", id="1", ticket_id="1", ticket_key=""), target_ticket=TicketId("7"), target_id="7"
)
DAMAGED = r"the ledger .*ledger\.db is damaged \(.+\); restore it from a backup, or move it away and run with --rebuild"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def pair(path: Path) -> Iterator[Pair]:
    with Ledger(path) as book:
        yield book.pair("a", "b")


def fill(pair: Pair) -> None:
    """Write a row of every table: a setting, a step that is intended, one that made something, an item."""
    pair.remember({"marks": True})
    pair.intend("ticket:1:1", "PROJ-1", "mark", {"digest": "0"}, NOW)
    pair.intend("metadata:users:5", "", None, {}, NOW)
    pair.done("metadata:users:5", [TICKET], before={"created": "9"})


READS: dict[str, Callable[[Pair], object]] = {
    "row": lambda pair: pair.row("ticket:1:1"),
    "rows": lambda pair: pair.rows("intended", "done"),
    "made": lambda pair: pair.made(),
    "untouched": lambda pair: pair.untouched(),
    "landed": lambda pair: pair.landed("ticket", "1", "1"),
    "landed on": lambda pair: pair.landed_on("7"),
    "each": lambda pair: list(pair.each("ticket")),
}
WRITES: dict[str, Callable[[Pair], object]] = {
    "intend": lambda pair: pair.intend("ticket:2:2", "PROJ-2", None, {}, NOW),
    "done": lambda pair: pair.done("ticket:1:1", [TICKET]),
    "set": lambda pair: pair.set("ticket:1:1", "held", error="x"),
    "replan": lambda pair: pair.replan("ticket:1:1"),
    "adopt": lambda pair: pair.adopt([("ticket:1:1", TICKET)]),
    "remember": lambda pair: pair.remember({"marks": False}),
}


def test_what_is_written_down_is_told_after_reopening(path: Path) -> None:
    with Ledger(path) as book:
        fill(book.pair("a", "b"))
    with Ledger(path) as book:
        pair = book.pair("a", "b")
        row = pair.row("ticket:1:1")
        assert row is not None
        assert (row.state, row.mark, row.before, row.intended_at) == ("intended", "mark", {"digest": "0"}, NOW)
        assert (pair.made(), pair.untouched(), pair.settings) == ({"users": {"5": "9"}}, False, {"marks": True})
        assert (pair.landed("ticket", "1", "1"), pair.landed_on("7"), list(pair.each("ticket"))) == (
            TICKET, [TICKET], [TICKET],
        )  # fmt: skip
        assert book.pairs() == [("a", "b")]


def test_a_ledger_of_the_first_version_is_brought_to_the_form_of_today_and_loses_nothing(path: Path) -> None:
    with Ledger(path) as book:
        fill(book.pair("a", "b"))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in ("ALTER TABLE item DROP COLUMN size", "ALTER TABLE item DROP COLUMN sha256",
                          "PRAGMA user_version=1"):  # fmt: skip
            connection.execute(statement)
    whole = replace(TICKET, item=replace(TICKET.item, kind="attachment"), size=3, sha256="ab")
    for _ in range(2):
        with Ledger(path) as book:
            pair = book.pair("a", "b")
            assert pair.landed("ticket", "1", "1") == TICKET
            pair.done("attachment:1:1", [whole])
            assert pair.landed("attachment", "1", "1") == whole


DAMAGE = {
    "a state that is none": ("UPDATE step SET state = 'dnoe'", ["row"]),
    "a state from before that is no JSON": ("UPDATE step SET before = '{'", ["row", "rows", "made"]),
    "a state from before that is a list": ("UPDATE step SET before = '[]'", ["row", "rows", "made"]),
    "a state from before nested too deep": (
        f"UPDATE step SET before = '{'[' * 100_000}'",
        ["row", "rows", "made"],
    ),
    "a state from before that is a number": ("UPDATE step SET before = 7", ["row", "rows", "made"]),
    "nothing made": ("UPDATE step SET before = '{}'", ["made"]),
    "a key that names no kind": ("UPDATE step SET key = 'metadata:5' WHERE key LIKE 'metadata%'", ["made"]),
    "an instant that is none": ("UPDATE step SET intended_at = 'soon'", ["row", "rows"]),
    "text that is not UTF-8": (
        "UPDATE item SET target_id = CAST(x'FFFE' AS TEXT)",
        ["landed", "landed on", "each"],
    ),
    "no steps": ("DROP TABLE step", ["row", "rows", "made", "untouched", *(WRITES.keys() - {"remember"})]),
    "no items": ("DROP TABLE item", ["landed", "landed on", "each", "done", "adopt"]),
    "no column": ("ALTER TABLE step DROP COLUMN error", ["row", "rows", "intend", "set"]),
    "settings that are no JSON": ("UPDATE pair SET settings = 'x'", ["pair"]),
    "settings that are a list": ("UPDATE pair SET settings = '[]'", ["pair"]),
    "no pairs": ("DROP TABLE pair", ["pair", "pairs"]),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_every_access_says_that_the_ledger_is_damaged_and_what_to_do(path: Path, damage: str) -> None:
    with Ledger(path) as book:
        fill(book.pair("a", "b"))
    statement, seen = DAMAGE[damage]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement)
    accesses: dict[str, Callable[[Ledger], object]] = {
        "pairs": lambda book: book.pairs(),
        "pair": lambda book: book.pair("a", "b"),
        **{
            name: lambda book, use=use: use(book.pair("a", "b"))  # type: ignore[misc]
            for name, use in (READS | WRITES).items()
        },
    }
    with Ledger(path) as book:
        for name in seen:
            with pytest.raises(ConfigurationError, match=DAMAGED):
                accesses[name](book)


def test_a_file_with_changed_bits_works_or_says_that_it_is_damaged(path: Path, tmp_path: Path) -> None:
    with Ledger(path) as book:
        pair = book.pair("a", "b")
        fill(pair)
        pair.adopt((f"comment:1:{number}", TICKET) for number in range(300))
    whole = path.read_bytes()
    told = []
    for seed in range(60):
        chance = random.Random(seed)
        changed = bytearray(whole)
        for _ in range(30):
            changed[chance.randrange(100, len(changed))] ^= 1 << chance.randrange(8)
        damaged = tmp_path / f"{seed}" / "ledger.db"
        damaged.parent.mkdir()
        damaged.write_bytes(changed)
        try:
            with Ledger(damaged) as book:
                pair = book.pair("a", "b")
                for use in (*READS.values(), *WRITES.values()):
                    use(pair)
        except (ConfigurationError, TransportError) as error:
            told.append(str(error))
    assert len(told) > 10


@pytest.mark.parametrize("content", [b"notes", b"SQLite format 3\0" + bytes(200)], ids=["text", "a stranger's"])
def test_a_strangers_file_is_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="not a ledger of anybacklog"):
        Ledger(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["a folder", "a pipe"])
def test_what_is_no_file_is_no_ledger(path: Path, make: Callable[[Path], None]) -> None:
    make(path)
    with pytest.raises(ConfigurationError, match=r"ledger\.db is not a ledger of anybacklog; it is left alone"):
        Ledger(path)


def test_a_file_of_garbage_under_our_header_is_damaged_and_let_go(path: Path) -> None:
    with Ledger(path) as book:
        fill(book.pair("a", "b"))
    path.write_bytes(path.read_bytes()[:100] + bytes(range(256)) * 100)
    for _ in range(2):  # the second would find the lock taken, had the first kept it
        with pytest.raises(ConfigurationError, match=DAMAGED):
            Ledger(path)


UNUSABLE: dict[str, Callable[[Path], object]] = {
    "its lock is a folder": lambda path: Path(f"{path}.lock").mkdir(parents=True),
    "its folder is a file": lambda path: path.parent.write_bytes(b""),
}


@pytest.mark.parametrize("trouble", UNUSABLE)
def test_a_place_that_cannot_be_used_is_named_in_one_sentence(tmp_path: Path, trouble: str) -> None:
    path = tmp_path / "folder" / "ledger.db"
    UNUSABLE[trouble](path)
    with pytest.raises(TransportError, match=r"the ledger .*ledger\.db cannot be used \(.+\); mend that") as caught:
        Ledger(path)
    assert not caught.value.maybe_applied


@pytest.mark.parametrize("write", WRITES)
def test_a_full_disk_and_a_locked_file_pass_and_the_pair_goes_on(path: Path, pair: Pair, write: str) -> None:
    fill(pair)
    before = (pair.settings, pair.row("ticket:1:1"), pair.row("ticket:2:2"))
    pair._connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(TransportError, match=r"cannot be used \(database is locked\)"):
            WRITES[write](pair)
        other.execute("ROLLBACK")
    assert (pair.settings, pair.row("ticket:1:1"), pair.row("ticket:2:2")) == before
    WRITES[write](pair)


def test_a_full_disk_is_trouble_that_passes(pair: Pair) -> None:
    fill(pair)
    pair._connection.exec_driver_sql("PRAGMA max_page_count = 1")  # SQLite raises it to the size there is
    with pytest.raises(TransportError, match=r"cannot be used \(.*full\)"):
        pair.intend("ticket:2:2", "PROJ-2", None, {"text": "x" * 100_000}, NOW)
    pair._connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    assert pair.row("ticket:2:2") is None
    pair.intend("ticket:2:2", "PROJ-2", None, {"text": "x" * 100_000}, NOW)


def test_what_failed_to_commit_does_not_come_along_with_the_next_commit(path: Path) -> None:
    with Ledger(path) as book:
        pair = book.pair("a", "b")
        nobodys = Pair(book, pair._connection, SimpleNamespace(id=999, source="a", target="b", settings="{}"))
        pair._connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")  # so that the commit itself fails
        with pytest.raises(ConfigurationError, match="FOREIGN KEY"):
            nobodys.set("ticket:1:1", "held")
        pair.set("ticket:2:2", "held")
        assert (nobodys.row("ticket:1:1"), [row.key for row in pair.rows("held")]) == (None, ["ticket:2:2"])


def test_an_interruption_before_a_commit_leaves_nothing(path: Path) -> None:
    interrupted: list[str] = []

    def watch(name: str) -> None:
        if name == "before ledger commit: held ticket:1:1" and not interrupted:
            interrupted.append(name)
            raise KeyboardInterrupt

    with Ledger(path, watch=watch) as book:
        pair = book.pair("a", "b")
        with pytest.raises(KeyboardInterrupt):
            pair.set("ticket:1:1", "held")
        assert pair.untouched()
        pair.set("ticket:1:1", "held")
        assert not pair.untouched()


@pytest.mark.parametrize("spelling", ["link.db", "folder/../ledger.db", "linked/ledger.db"])
def test_one_ledger_is_held_once_whatever_it_is_called(path: Path, tmp_path: Path, spelling: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.db").symlink_to(path)
    (tmp_path / "linked").symlink_to(tmp_path, target_is_directory=True)
    with Ledger(path), pytest.raises(TransportError, match="in use by another process"):
        Ledger(tmp_path / spelling)


def test_a_name_with_a_question_mark_is_a_name_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "what? 100% 𠮷#1.db"
    with Ledger(path) as book:
        book.pair("a", "b")
    assert {each.name for each in tmp_path.iterdir()} == {path.name, f"{path.name}.lock"}


@pytest.mark.parametrize("query", [FIND_STEP, FIND_ITEM, FIND_BY_TARGET, *FORGET_TICKET])
def test_what_is_asked_or_forgotten_of_every_ticket_is_found_without_reading_the_whole_pair(
    path: Path, pair: Pair, query: sa.Select[Any] | sa.Delete
) -> None:
    asked = re.sub(r"__\[\w+\]", "?", str(query.compile(dialect=sqlite_dialect())))  # lists, filled in only when sent
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute(f"EXPLAIN QUERY PLAN {asked}", ["x"] * asked.count("?"))
        ways = [row[3] for row in found if row[3].startswith(("SCAN", "SEARCH"))]
    assert ways
    assert all(re.search(r"\(.*=\? AND .*[=>]\?", way) for way in ways), ways
