"""What the library logs, on stderr, without secrets."""

from __future__ import annotations

import logging

from anybacklog.cli import console


class _OnStderr(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        console.note(f"{record.name}: {record.getMessage()}")


def log_to_stderr(*, every: bool) -> None:
    """Show what anybacklog and its adapters log, and nobody else's; `every`: each request too."""
    root = logging.getLogger()
    root.setLevel(logging.DEBUG if every else logging.INFO)
    if not any(isinstance(known, _OnStderr) for known in root.handlers):
        shown = _OnStderr()
        shown.addFilter(lambda record: record.name.startswith("anybacklog"))
        root.addHandler(shown)
