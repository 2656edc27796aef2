"""Archives to test with: a small one, what is in one, and a process that no permission is waived for."""

from __future__ import annotations

import io
import multiprocessing
import os
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from anybacklog.backend import AttachmentDraft, CommentDraft
from anybacklog.model import Text
from anybacklog.store.archive import ArchiveBackend

FORK = multiprocessing.get_context("fork")
NOBODY = 65534
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def archive(path: Path, project: str | None = None) -> ArchiveBackend:
    return ArchiveBackend(path, project, clock=lambda: NOW)


def contents(path: Path) -> dict[str, bytes]:
    """Give every file of an archive but its lock."""
    return {
        str(each.relative_to(path)): each.read_bytes()
        for each in sorted(path.rglob("*"))
        if each.is_file() and each.name != "working.lock"
    }


def attach(backend: ArchiveBackend, ticket_id: str, content: bytes, name: str = "a.txt") -> Any:
    return backend.add_attachment(ticket_id, AttachmentDraft(name=name, stream=io.BytesIO(content)))


def filled(path: Path) -> Path:
    """Make an archive of two tickets, a comment and a file, at rest."""
    with closing(archive(path, "PROJ")) as backend:
        first = backend.create_ticket({"title": "𠮷 first", "description": Text("one\r\ntwo", "markdown")})
        second = backend.create_ticket({"title": "second", "parent": first.id})
        backend.add_comment(first.id, CommentDraft(body=Text("か\u3099 🎉"), external_id="mark"))
        backend.add_link(first.id, "blocks", second.id)
        attach(backend, first.id, b"content")
    return path


def as_nobody(work: Callable[..., Any], *arguments: object) -> Any:
    """Call a function in a process of its own that no permission is waived for."""
    with FORK.Pool(1, initializer=_drop_root) as pool:
        return pool.apply(work, arguments)


def _drop_root() -> None:
    if os.geteuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
