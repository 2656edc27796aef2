"""What a command line gives: days, moments, texts and files, read exactly or refused in a sentence."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from anybacklog.errors import UnsupportedOperation, ValidationError

if TYPE_CHECKING:
    from anybacklog.tracker import Tracker

FILE = click.Path(exists=True, dir_okay=False, allow_dash=True)
"""A file to read; `-` is standard input."""


def day(value: str) -> date | str:
    """Read YYYY-MM-DD; an empty value stays one."""
    try:
        return date.fromisoformat(value) if value else value
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a day; write it as 2026-01-31") from None


def moment(value: str) -> date | datetime:
    """Read YYYY-MM-DD (00:00 UTC), or ISO 8601 with a time zone."""
    try:
        read = date.fromisoformat(value) if len(value) <= len("2026-01-31") else datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a date; write 2026-01-31 or 2026-01-31T09:30:00Z") from None
    if isinstance(read, datetime) and read.tzinfo is None:
        raise click.BadParameter(f"{value!r} has no time zone; add Z or +09:00, or give a day")
    return read


def read_text(file: str) -> str:
    """Read a file, or standard input for `-`, as UTF-8 to the last byte: line ends and spaces stay as they are."""
    data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        name = "standard input" if file == "-" else file
        raise ValidationError(
            f"{name} is not UTF-8 (byte {error.start + 1} is {data[error.start]:#04x}); convert it first", field="text"
        ) from None


def one_stdin(*files: str | None) -> None:
    """Refuse standard input named twice: the second reader would find nothing."""
    if files.count("-") > 1:
        raise click.UsageError("- (standard input) can be read only once; name it once")


def one_text(text: str | None, file: str | None, *, names: str) -> str | None:
    """Take a text from the command line or from a file, not from both."""
    if text is not None and file is not None:
        raise click.UsageError(f"give {names}, not both")
    return read_text(file) if file is not None else text


def open_files(tracker: Tracker, files: Sequence[str], stack: ExitStack) -> list[tuple[str, BinaryIO]]:
    """Open every file before anything is written, and refuse those the tracker could not take."""
    reason = tracker.capabilities.why_not("add_attachment") if files else None
    if reason is not None:
        error = UnsupportedOperation("add_attachment", reason)
        error.backend, error.operation = str(tracker.location), "add_attachment"
        raise error
    limit = tracker.capabilities.limits.attachment_size if files else None
    return [_opened(file, limit, stack) for file in files]


def _opened(file: str, limit: int | None, stack: ExitStack) -> tuple[str, BinaryIO]:
    if file == "-":
        return "stdin", sys.stdin.buffer
    size = Path(file).stat().st_size
    if limit is not None and size > limit:
        raise ValidationError(
            f"{file} has {size} bytes, at most {limit} are taken here",
            field="attachments.size",
            limit=limit,
            value=size,
        )
    return Path(file).name, stack.enter_context(Path(file).open("rb"))
