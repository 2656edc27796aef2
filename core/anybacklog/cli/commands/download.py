"""`anybacklog download`: a ticket's files into one folder, and never outside it."""

from __future__ import annotations

import filecmp
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import click

from anybacklog.cli import console
from anybacklog.cli.everywhere import Command, Invocation
from anybacklog.filenames import numbered, safe_name

if TYPE_CHECKING:
    from anybacklog.model import Attachment
    from anybacklog.tracker import Tracker

EPILOG = """\b
Examples:
  anybacklog download sqlite:///tickets.db PROJ-1 -o files
  anybacklog download sqlite:///tickets.db PROJ-1 --name trace.txt

Characters that no file name can have become `_`. Two files of one name are kept apart as `name.txt` and `name (2).txt`;
a file that is there already is kept: with the same content it is not written again, with another it is left alone."""


@click.command("download", cls=Command, epilog=EPILOG)
@click.argument("url")
@click.argument("key")
@click.option(
    "-o", "--output", "folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), default=Path(),
    help="Folder to write into, made if it is not there.  [default: .]",
)  # fmt: skip
@click.option("--name", metavar="NAME", help="Only the attachment of this name.")
@click.pass_obj
def command(invocation: Invocation, url: str, key: str, folder: Path, name: str | None) -> None:
    """Download every attachment of a ticket, those of its comments included, and print the paths."""
    from anybacklog.errors import NotFound

    with invocation.open(url) as tracker:
        files = [each for each in tracker.attachments(key) if name is None or each.name == name]
        if name is not None and not files:
            raise NotFound("attachment", name, local=True)  # all were listed
        if not files:
            console.note(f"{key} has no attachments.")
            return
        folder.mkdir(parents=True, exist_ok=True)
        taken: set[Path] = set()
        invocation.settled = 1  # whoever stops reading now stops the work
        for attachment in files:
            path = _download(tracker, attachment, folder, taken)
            taken.add(path)
            console.say(str(path))
        invocation.settled = 0


def _download(tracker: Tracker, attachment: Attachment, folder: Path, taken: set[Path]) -> Path:
    with _unfinished(folder) as part:
        with tracker.open_attachment(attachment) as stream, part.open("xb") as out:
            shutil.copyfileobj(stream, out, 1 << 18)
        return _settle(part, folder, safe_name(attachment.name), taken)


@contextmanager
def _unfinished(folder: Path) -> Iterator[Path]:
    """Give a name to write under; what is left there in the end is removed."""
    part = folder / f".anybacklog-{uuid4().hex}.part"
    try:
        yield part
    except OSError as error:
        error.filename = error.filename or str(folder)  # a full disk names no file
        raise
    finally:
        part.unlink(missing_ok=True)


def _settle(part: Path, folder: Path, name: str, taken: set[Path]) -> Path:
    """Give a finished file its first free name; the same bytes under that name from an earlier run are kept."""
    for number in count(1):
        path = folder / numbered(name, number)
        if path in taken:
            continue
        if path.is_file() and filecmp.cmp(part, path, shallow=False):
            return path
        if not path.exists() and not path.is_symlink():
            part.replace(path)
            return path
    raise AssertionError("counting never ends")
