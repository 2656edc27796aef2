"""What a command writes beside its output."""

from __future__ import annotations

from pathlib import Path

import click

from anybacklog.whole import whole


def write_whole(path: Path, text: str) -> None:
    """Write a text whole or not at all. OSError names `path`."""
    with whole(path) as file:
        file.write(text)


def writable(ctx: click.Context, param: click.Parameter, value: Path | None) -> Path | None:  # noqa: ARG001  # click's shape
    """Refuse a file to write whose folder is not there, before the work is done and not after."""
    if value is not None and str(value) != "-" and not value.parent.is_dir():
        raise click.BadParameter(f"the folder {value.parent} does not exist; make it first")
    return value
