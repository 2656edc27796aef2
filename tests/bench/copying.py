"""Copying a whole project from SQLite to SQLite: tickets a second, and memory, which must not grow with the project."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anybacklog
from figure import Figure, Spent, alone, at_most, watched

SMALLER = (1_000, 10_000, 100_000)
PEOPLE = 40
BATCH = 10_000
TEXT = (
    "## 現象\r\n一覧画面で「保存」を押すと、まれに真っ白になります。𠮷野家さまの環境でも再現しました🎉\r\n\r\n"
    "## 手順\r\n1. 案件を開く\r\n2. ｶﾅ入力で名前を変える\r\n3. 保存を押す\r\n\r\n"
    "## 期待する結果\r\n保存されて一覧に戻る。\r\n"
)
FILE = "時刻,結果\r\n10:01,失敗\r\n".encode() * 40
BEGUN = datetime(2020, 1, 6, 1, tzinfo=UTC)


def figures(tickets: int = 1_000_000) -> Iterator[Figure]:
    """Copy few tickets, more, and as many as asked for; memory is compared with that of the few."""
    least = 0
    for size in (*(size for size in SMALLER if size < tickets), tickets):
        with TemporaryDirectory() as folder:
            alone(fill, folder, size)
            spent = alone(copy, folder)
        least = least or spent.peak
        rate = f"{size / spent.seconds:,.0f} tickets/s"
        yield Figure(f"copy {size:,} tickets, {1000 * spent.cpu / size:.2f} ms of processor each", rate)
        yield at_most(f"copy {size:,} tickets, peak memory", f"{spent.peak / 2**20:.1f} MiB", spent.peak / least, 1.10)


def copy(folder: str) -> Spent:
    """Copy the file into a new one."""
    ends = [f"sqlite:///{folder}/{name}.db?project=PROJ" for name in ("source", "target")]
    with watched() as spent, anybacklog.connect(ends[0]) as source, anybacklog.connect(ends[1]) as target:
        anybacklog.migrate(source, target, ledger=Path(folder) / "ledger.db")
    return spent


def fill(folder: str, tickets: int) -> None:
    """Make a source file, many rows to a transaction: one by one it would take as long as the copy."""
    from sqlalchemy import create_engine, insert, update

    from anybacklog.store.sqlite.tables import ATTACHMENTS, CHUNKS, COMMENTS, LINKS, LISTS, PROJECTS, TICKETS, USERS

    with anybacklog.connect(f"sqlite:///{folder}/source.db?project=PROJ") as tracker:
        tracker.identity()  # makes the file
    engine = create_engine(f"sqlite:///{folder}/source.db")
    with engine.begin() as connection:
        connection.execute(insert(USERS), [{"id": 100 + each, "name": f"佐藤 花子 {each}"} for each in range(PEOPLE)])
        connection.execute(update(PROJECTS).values(last_number=tickets))
    for start in range(1, tickets + 1, BATCH):
        numbers = range(start, min(start + BATCH, tickets + 1))
        with engine.begin() as connection:
            connection.execute(insert(TICKETS), list(map(ticket, numbers)))
            connection.execute(insert(LISTS["assignees"]), list(map(assignee, numbers)))
            connection.execute(insert(COMMENTS), list(map(comment, numbers[::10])))
            connection.execute(insert(ATTACHMENTS), list(map(attachment, numbers[::100])))
            connection.execute(insert(CHUNKS), list(map(chunk, numbers[::100])))
            connection.execute(insert(LINKS), list(map(link, numbers[1::20])))
    engine.dispose()


def ticket(number: int) -> dict[str, Any]:
    """Make up a row of `tickets`, five minutes after the one before; every twentieth is the child of an earlier one."""
    return {
        "id": number, "project_id": 1, "key": f"PROJ-{number}", "title": f"保存すると真っ白になる（{number}件目）",
        "description": TEXT, "description_format": "markdown", "type_id": 1, "status_id": 1 + number % 3,
        "priority_id": 1, "reporter_id": person(number), "created_at": at(number), "updated_at": at(number + 50),
        "due_date": "2026-01-31", "parent_id": number - 1 if number % 20 == 0 else None,
    }  # fmt: skip


def assignee(number: int) -> dict[str, Any]:
    """Make up who does it."""
    return {"ticket_id": number, "position": 0, "user_id": person(number + 1)}


def comment(number: int) -> dict[str, Any]:
    """Make up a comment."""
    told = f"再現しました。{number} 回目です。\r\n版を上げても変わりません。"
    return {"ticket_id": number, "author_id": person(number), "body": told, "body_format": "markdown",
            "created_at": at(number + 1)}  # fmt: skip


def attachment(number: int) -> dict[str, Any]:
    """Make up a small file; its bytes are in `chunk`."""
    return {"id": number, "ticket_id": number, "name": "記録.csv", "size": len(FILE), "content_type": "text/csv",
            "sha256": sha256(FILE).hexdigest(), "author_id": person(number), "created_at": at(number)}  # fmt: skip


def chunk(number: int) -> dict[str, Any]:
    """Give the file's bytes."""
    return {"attachment_id": number, "position": 0, "bytes": FILE}


def link(number: int) -> dict[str, Any]:
    """Make up a link to the ticket before."""
    return {"ticket_id": number, "kind": "relates", "target_id": number - 1}


def person(number: int) -> int:
    """Give somebody's number."""
    return 100 + number % PEOPLE


def at(number: int) -> str:
    """Write an instant as the file does."""
    return f"{(BEGUN + timedelta(minutes=5 * number)).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
