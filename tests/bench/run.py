"""How fast, how big: `python tests/bench/run.py [decode] [copy] [start] [memory]` prints a table; nothing is asserted.

Each figure that matters is a ratio within one run, so that machines can be compared: to plain `json.loads` of the same
bytes, to a bare `sqlite3` loop, to an `argparse` script, to a tenth of the tickets. All data is made up here.
"""

from __future__ import annotations

import gc
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

TICKETS = 10_000
MANY = 100_000
TEXT = "押すと落ちる。Steps:\r\n1. open 𠮷\r\n2. press 🎉\r\n" * 6
ARGPARSE = """
import argparse, sys
parser = argparse.ArgumentParser(prog="x")
parser.add_argument("--version", action="version", version="x 0.1.0")
commands = parser.add_subparsers()
for name in "demo backends plugins ls show create edit comment attach download rm migrate verify".split():
    commands.add_parser(name, help=f"{name} something")
parser.parse_args()
"""
Row = tuple[str, str, str, str]


def issue(number: int) -> dict[str, Any]:
    """Make up an issue as Nulab's `GET /issues` answers it."""
    user = {
        "id": number % 50, "userId": f"user{number % 50}", "name": f"花子 {number % 50}", "roleType": 2, "lang": "ja",
        "mailAddress": f"user{number % 50}@example.com", "nulabAccount": None, "lastLoginTime": "2026-01-05T00:00:00Z",
    }  # fmt: skip
    choice = {"id": 1, "name": "高"}
    version = {"id": 7, "projectId": 1, "name": "1.0", "description": "", "startDate": None, "archived": False}
    return {
        "id": number, "projectId": 1, "issueKey": f"PROJ-{number}", "keyId": number,
        "issueType": {"id": 2, "projectId": 1, "name": "バグ", "color": "#990000", "displayOrder": 0},
        "summary": f"保存すると落ちる {number}", "description": TEXT, "resolution": None,
        "priority": {"id": 3, "name": "中"},
        "status": {"id": 1, "projectId": 1, "name": "未対応", "color": "#ed8077", "displayOrder": 1000},
        "assignee": user, "category": [{"id": 5, "projectId": 1, "name": "UI", "displayOrder": 0}],
        "versions": [version], "milestone": [version], "startDate": "2026-01-05T00:00:00Z", "dueDate": None,
        "estimatedHours": 1.5, "actualHours": None, "parentIssueId": None, "createdUser": user,
        "created": "2026-01-05T01:02:03Z", "updatedUser": user, "updated": "2026-01-06T01:02:03Z",
        "customFields": [{"id": 9, "fieldTypeId": 5, "name": "重要度", "value": choice, "otherValue": None}],
        "attachments": [{"id": number, "name": "trace.txt", "size": 1234, "createdUser": user,
                         "created": "2026-01-05T01:02:03Z"}],
        "sharedFiles": [], "externalFileLinks": [], "stars": [],
    }  # fmt: skip


def page(start: int) -> bytes:
    """Make up a page of 100 issues, in UTF-8 as the service sends them."""
    return json.dumps([issue(start + each) for each in range(100)], ensure_ascii=False).encode()


def decode() -> Iterator[list[str]]:
    """Decode issues with the adapter, beside plain `json.loads` of the same bytes."""
    from anybacklog_nulab.convert import to_ticket
    from anybacklog_nulab.schemas import ISSUE

    pages = [page(start) for start in range(0, TICKETS, 100)]

    def adapter() -> None:
        for text in pages:
            for each in json.loads(text):
                to_ticket(ISSUE.load(each), each, "markdown", "https://example.backlog.com")

    plain = best(lambda: [json.loads(text) for text in pages])
    ours = best(adapter)
    yield ["decode with json.loads", f"{TICKETS / plain:,.0f} tickets/s", ""]
    yield ["decode with the Nulab adapter", f"{TICKETS / ours:,.0f} tickets/s", f"{ours / plain:.1f} x the time"]


def copy() -> Iterator[list[str]]:
    """Migrate from memory to SQLite, beside a bare loop that inserts the same texts."""
    import anybacklog

    with tempfile.TemporaryDirectory() as folder, anybacklog.connect("memory://bench/PROJ") as source:
        fill(source, TICKETS)
        rows = [(each.id, each.key, each.title, str(each.description)) for each in source.tickets()]
        bare = taken(lambda: insert(Path(folder) / "bare.db", rows, batch=TICKETS))
        one_by_one = taken(lambda: insert(Path(folder) / "one.db", rows, batch=1))
        with anybacklog.connect(f"sqlite:///{folder}/target.db?project=PROJ") as target:
            ledger = Path(folder) / "ledger.db"
            first = taken(lambda: anybacklog.migrate(source, target, ledger=ledger))
            again = taken(lambda: anybacklog.migrate(source, target, ledger=ledger))
    yield ["insert with sqlite3, one transaction", f"{TICKETS / bare:,.0f} tickets/s", ""]
    yield ["insert with sqlite3, one transaction each", f"{TICKETS / one_by_one:,.0f} tickets/s", ""]
    faster = f"1/{first / bare:,.0f} of one transaction, 1/{first / one_by_one:.1f} of one each"
    yield ["migrate memory to sqlite", f"{TICKETS / first:,.0f} tickets/s", faster]
    yield ["migrate again, nothing to do", f"{TICKETS / again:,.0f} tickets/s", f"{first / again:.1f} x as fast"]


def start() -> Iterator[list[str]]:
    """Start the command line, beside an argparse script that does the same."""
    for option in ("--version", "--help"):
        plain = median(run_time([sys.executable, "-c", ARGPARSE, option]) for _ in range(9))
        ours = median(run_time([sys.executable, "-m", "anybacklog", option]) for _ in range(9))
        yield [f"argparse {option}", f"{plain * 1000:.0f} ms", ""]
        yield [f"anybacklog {option}", f"{ours * 1000:.0f} ms", f"{ours / plain:.1f} x the time"]


def memory() -> Iterator[list[str]]:
    """Migrate from SQLite to SQLite in a process of its own, a tenth of the tickets and all of them."""
    few, many = (peak(number) for number in (TICKETS, MANY))
    yield [f"peak memory, {TICKETS:,} tickets", f"{few / 1024:.0f} MiB", ""]
    yield [f"peak memory, {MANY:,} tickets", f"{many / 1024:.0f} MiB", f"{many / few:.2f} x as much"]


def peak(number: int) -> int:
    """Copy so many tickets in a child process; give its largest resident set in KiB."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, __file__, "--fill", folder, str(number)], check=True)
        child = [sys.executable, __file__, "--migrate", folder]
        return int(subprocess.run(child, check=True, capture_output=True, text=True).stdout)


def fill(tracker: Any, number: int) -> None:
    """Create tickets one by one, as a user would."""
    import anybacklog

    for each in range(number):
        tracker.create_ticket(anybacklog.TicketDraft(title=f"保存すると落ちる {each}", description=TEXT))


def fill_file(folder: str, number: str) -> None:
    """Fill a source file; runs in a child process, so that its memory is not counted."""
    import anybacklog

    with anybacklog.connect(f"sqlite:///{folder}/source.db?project=PROJ") as tracker:
        fill(tracker, int(number))


def migrate_file(folder: str) -> None:
    """Copy the file and print this process's largest resident set in KiB."""
    import anybacklog

    ends = [f"sqlite:///{folder}/{name}.db?project=PROJ" for name in ("source", "target")]
    with anybacklog.connect(ends[0]) as source, anybacklog.connect(ends[1]) as target:
        anybacklog.migrate(source, target, ledger=Path(folder) / "ledger.db")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(most // 1024 if sys.platform == "darwin" else most)


def insert(path: Path, rows: list[Row], *, batch: int) -> None:
    """Insert rows with nothing but the standard library, so many to a transaction."""
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE ticket (id TEXT PRIMARY KEY, key TEXT, title TEXT, description TEXT)")
    for place in range(0, len(rows), batch):
        connection.executemany("INSERT INTO ticket VALUES (?, ?, ?, ?)", rows[place : place + batch])
        connection.commit()
    connection.close()


def best(work: Callable[[], object], *, times: int = 3) -> float:
    """Give the shortest of several runs, in seconds."""
    return min(taken(work) for _ in range(times))


def taken(work: Callable[[], object]) -> float:
    """Give the seconds a call takes."""
    gc.collect()
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def run_time(command: list[str]) -> float:
    """Give the seconds a command takes."""
    return taken(lambda: subprocess.run(command, check=True, capture_output=True))


SECTIONS: dict[str, Callable[[], Iterator[list[str]]]] = {
    "decode": decode,
    "copy": copy,
    "start": start,
    "memory": memory,
}


def main(arguments: list[str]) -> None:
    """Run the sections asked for, all without any, and print one table."""
    if arguments[:1] == ["--fill"]:
        return fill_file(*arguments[1:])
    if arguments[:1] == ["--migrate"]:
        return migrate_file(*arguments[1:])
    for name in arguments or SECTIONS:
        for what, figure, ratio in SECTIONS[name]():
            print(f"{what:<42} {figure:>20}   {ratio}", flush=True)
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
