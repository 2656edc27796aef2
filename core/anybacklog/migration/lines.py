"""A ticket with its journal as one line of JSON, for what is kept in files."""

from __future__ import annotations

from anybacklog.forms import dump, load
from anybacklog.migration.course import Bundle
from anybacklog.model import Comment, Ticket
from anybacklog.store.archive.sealed import line_of, parsed


def to_line(bundle: Bundle) -> bytes:
    """Write a ticket and its journal; what the service said of them besides (`raw`) is left out."""
    return line_of({"ticket": dump(bundle.ticket), "comments": [dump(comment) for comment in bundle.comments]})


def from_line(line: bytes, place: str) -> Bundle:
    """Read what `to_line` wrote; Damaged names the place."""
    held = parsed(line, place)
    return Bundle(load(Ticket, held["ticket"]), tuple(load(Comment, comment) for comment in held["comments"]))
