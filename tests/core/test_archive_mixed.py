"""An archive's folder as copies and other programs leave it: refused with the way out, and nothing overwritten."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.core.archives import archive, contents, filled

from anybacklog.errors import AnyBacklogError, ConfigurationError
from anybacklog.query import TicketQuery
from anybacklog.store.archive import ArchiveBackend


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return filled(tmp_path / "archive")


USES: dict[str, Callable[[ArchiveBackend], object]] = {
    "read": lambda backend: list(backend.tickets(TicketQuery())),
    "write": lambda backend: backend.create_ticket({"title": "more"}),
    "write what was read": lambda backend: (
        backend.count_tickets(TicketQuery()), backend.create_ticket({"title": "x"}),
    ),
    "choose words": lambda backend: backend.statuses(),
}  # fmt: skip


def left_by_a_crash(path: Path) -> Path:
    """Give the folder of a process that died at work."""
    copy = path.with_name("crashed")
    with closing(archive(path)) as backend:
        backend.create_ticket({"title": "at work"})
        shutil.copytree(path, copy)
    shutil.rmtree(path)
    copy.rename(path)
    return path


def _working(path: Path, content: bytes | None) -> None:
    (path / "working").mkdir()
    if content is not None:
        (path / "working" / "tickets.db").write_bytes(content)


def _of_another(path: Path) -> None:
    other = left_by_a_crash(filled(path.with_name("other")))
    with closing(sqlite3.connect(other / "working" / "tickets.db")) as database:
        database.execute("PRAGMA journal_mode = DELETE")  # so that looking at it changes nothing
    shutil.copytree(other / "working", path / "working")


def _dangling(path: Path) -> None:
    (path / "manifest.json").rename(path.with_name("m"))
    (path / "manifest.json").symlink_to(path.with_name("nowhere"))


def _instead(path: Path, make: Callable[[Path], object]) -> None:
    path.unlink()
    make(path)


def _converted(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


MIXED: dict[str, tuple[Callable[[Path], object], str]] = {
    "working/ without its database": (lambda path: _working(path, None), r"working.* has no database"),
    "working/ with an empty file": (lambda path: _working(path, b""), r"working.* has no database"),
    "a file for working/": (lambda path: (path / "working").write_bytes(b"x"), r"working.* has no database"),
    "working/ with another's database": (lambda path: _working(path, b"SQLite? No.\n" * 99), "not a SQLite database"),
    "working/ of another archive": (_of_another, r"working.* is of another archive"),
    "a manifest that leads nowhere": (_dangling, "manifest.json is not a plain file"),
    "a manifest that is a folder": (lambda path: _instead(path / "manifest.json", Path.mkdir), "not a plain file"),
    "a manifest beyond measure": (lambda path: os.truncate(path / "manifest.json", 1 << 27), "is over 67108864 bytes"),
    "a pipe for a manifest": (lambda path: _instead(path / "manifest.json", os.mkfifo), "not a plain file"),
    "line ends of another system": (lambda path: _converted(path / "tickets.jsonl"), "tickets.jsonl"),
}  # fmt: skip


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("mixed", MIXED)
def test_a_folder_that_no_crash_leaves_is_refused_and_nothing_in_it_is_changed(
    path: Path, mixed: str, use: str
) -> None:
    spoil, told = MIXED[mixed]
    spoil(path)
    before = _seen(path)
    with pytest.raises(ConfigurationError, match=told), closing(archive(path)) as backend:
        USES[use](backend)
    assert _seen(path) == before


def _seen(path: Path) -> object:
    names = sorted(str(each.relative_to(path)) for each in path.rglob("*") if each.name != "working.lock")
    return names, contents(path)


def test_what_a_crash_left_is_gone_on_with_beside_files_that_are_damaged(path: Path) -> None:
    left_by_a_crash(path)
    for name in ("manifest.json", "tickets.jsonl"):
        (path / name).write_bytes(b"damaged")
    with closing(archive(path)) as backend:
        assert backend.count_tickets(TicketQuery()) == 3
    with closing(archive(path)) as backend:
        assert backend.count_tickets(TicketQuery()) == 3


def test_what_a_crash_left_goes_before_an_older_copy_of_the_same_archive(path: Path, tmp_path: Path) -> None:
    older = shutil.copytree(path, tmp_path / "older")
    left_by_a_crash(path)
    shutil.copytree(older, path, dirs_exist_ok=True)
    with closing(archive(path)) as backend:
        assert backend.count_tickets(TicketQuery()) == 3


def test_a_first_write_that_is_refused_leaves_no_archive_behind(tmp_path: Path) -> None:
    with pytest.raises(AnyBacklogError), closing(archive(tmp_path / "new")) as backend:
        backend.create_ticket({"title": "x", "status": "77"})
    assert not (tmp_path / "new" / "working.new").exists()
    assert not (tmp_path / "new" / "working").exists()
