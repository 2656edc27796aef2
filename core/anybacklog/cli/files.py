"""A file written whole or not at all."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import click


def write_whole(path: Path, text: str) -> None:
    """Write under another name, then rename: whoever reads `path` sees the old text or the new one, never half.

    OSError names `path`.
    """
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        part.write_bytes(text.encode("utf-8", errors="backslashreplace"))
        part.replace(path)
    except OSError as error:
        error.filename = str(path)  # a full disk names no file, and nobody knows the other name
        raise
    finally:
        with suppress(OSError):  # as on a disk that is read-only, where it never was
            part.unlink(missing_ok=True)


def writable(ctx: click.Context, param: click.Parameter, value: Path | None) -> Path | None:  # noqa: ARG001  # click's shape
    """Refuse a file to write whose folder is not there, before the work is done and not after."""
    if value is not None and str(value) != "-" and not value.parent.is_dir():
        raise click.BadParameter(f"the folder {value.parent} does not exist; make it first")
    return value
