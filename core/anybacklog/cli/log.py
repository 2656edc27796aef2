"""What the library logs, on stderr, without secrets."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from anybacklog.cli import console


class _OnStderr(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        console.note(f"{record.name}: {record.getMessage()}")


@contextmanager
def logged_to_stderr(*, every: bool) -> Iterator[None]:
    """Show what anybacklog and its adapters log, and nobody else's, until left; `every`: each request too."""
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.DEBUG if every else logging.INFO)
    shown = _OnStderr()
    shown.addFilter(lambda record: record.name.startswith("anybacklog"))
    if not any(isinstance(known, _OnStderr) for known in root.handlers):
        root.addHandler(shown)
    try:
        yield
    finally:
        root.removeHandler(shown)
        root.setLevel(before)
