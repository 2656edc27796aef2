"""What the source said, kept beside the ledger: a header with the project's words, and one line per ticket.

`bundles.jsonl` holds a line per ticket, in source order, with its journal. `header.json` is written last and
atomically: a snapshot without one was interrupted and is read again.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from anybacklog.abilities import METADATA_KINDS, MetadataKind
from anybacklog.errors import ConfigurationError, ValidationError
from anybacklog.forms import dump, load
from anybacklog.migration.planning import Bundle
from anybacklog.migration.report import Progress
from anybacklog.model import (
    Category,
    Comment,
    CustomField,
    Milestone,
    Priority,
    Project,
    Resolution,
    Status,
    Ticket,
    TicketType,
    User,
    Version,
)
from anybacklog.tracker import Tracker

SNAPSHOT_VERSION = 1
KINDS: dict[MetadataKind, type] = {
    "users": User,
    "ticket_types": TicketType,
    "statuses": Status,
    "priorities": Priority,
    "resolutions": Resolution,
    "categories": Category,
    "milestones": Milestone,
    "versions": Version,
    "custom_fields": CustomField,
}
Show = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a snapshot knows before its tickets.

    Whose it is, when it was read, how much there is, which words it uses.
    """

    identity: str
    url: str
    read_at: datetime
    project: Project
    tickets: int
    words: dict[MetadataKind, list[Any]]
    complete: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A folder that holds one reading of a source."""

    folder: Path

    def header(self) -> Header | None:
        """Give the header, or None if there is no finished snapshot."""
        path = self.folder / "header.json"
        if not path.exists():
            return None
        try:
            held = json.loads(path.read_text(encoding="utf-8", errors="surrogatepass"))
            version = held["anybacklog"]
            if version == SNAPSHOT_VERSION:
                return _read_header(held)
        except (ValueError, KeyError, TypeError, ValidationError) as error:
            raise ConfigurationError(f"the snapshot {self.folder} is damaged ({error}); run with --refresh") from error
        raise ConfigurationError(f"the snapshot {self.folder} has format {version}; update anybacklog, or --refresh")

    def bundles(self) -> Iterator[Bundle]:
        """Yield every ticket with its journal, in source order, in constant memory."""
        with (self.folder / "bundles.jsonl").open(encoding="utf-8", errors="surrogatepass", newline="\n") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    held = json.loads(line)
                    ticket = load(Ticket, held["ticket"])
                    comments = tuple(load(Comment, comment) for comment in held["comments"])
                except (ValueError, KeyError, TypeError, ValidationError) as error:
                    place = f"{self.folder / 'bundles.jsonl'}, line {number}"
                    raise ConfigurationError(f"the snapshot is damaged: {place}; run with --refresh") from error
                yield Bundle(ticket, comments)

    def discard(self) -> None:
        """Forget this reading."""
        shutil.rmtree(self.folder, ignore_errors=True)


def take(source: Tracker, folder: Path, show: Show) -> Snapshot:
    """Read a whole source into `folder`; what was there before is replaced."""
    snapshot = Snapshot(folder)
    snapshot.discard()
    folder.mkdir(parents=True)
    words = {kind: {noun.id: noun for noun in nouns} for kind, nouns in read_words(source, None).items()}
    total = source.count_tickets() if source.capabilities.listing.how != "scan" else None
    done = 0
    with (folder / "bundles.jsonl").open("w", encoding="utf-8", errors="surrogatepass", newline="\n") as lines:
        for bundle in read_bundles(source):
            lines.write(_line(bundle))
            _remember(words, bundle)
            done += 1
            show(Progress(stage="read", done=done, total=total))
        lines.flush()
        os.fsync(lines.fileno())
    listing = source.capabilities.listing
    header = Header(
        identity=source.identity(),
        url=str(source.location),
        read_at=datetime.now(UTC),
        project=source.project(),
        tickets=done,
        words={kind: list(nouns.values()) for kind, nouns in words.items()},
        complete=listing.complete,
        reason=listing.reason,
    )
    _write_header(folder, header)
    return snapshot


def read_words(source: Tracker, known: Header | None) -> dict[MetadataKind, list[Any]]:
    """Read the project's words, and add those that only a snapshot still knows."""
    words: dict[MetadataKind, dict[str, Any]] = {}
    for kind in METADATA_KINDS:
        before = known.words[kind] if known else ()
        there = getattr(source, kind)() if source.capabilities.can(kind) else ()
        words[kind] = {noun.id: noun for noun in (*before, *there)}
    return {kind: list(nouns.values()) for kind, nouns in words.items()}


def read_bundles(source: Tracker) -> Iterator[Bundle]:
    """Read tickets in source order (creation, then key), each with its journal."""
    journals = source.capabilities.can("comments")
    for ticket in in_source_order(source.tickets()):
        yield Bundle(ticket, tuple(source.comments(ticket)) if journals else ())


def in_source_order(tickets: Iterable[Ticket]) -> Iterator[Ticket]:
    """Order tickets of one instant by key; the rest is in creation order already."""
    for created_at, together in groupby(tickets, key=lambda ticket: ticket.created_at):
        yield from (together if created_at is None else sorted(together, key=natural_key))  # noqa: B031  # either, once


def natural_key(ticket: Ticket) -> tuple[str, int, str]:
    """Order PROJ-2 before PROJ-10."""
    head, _, number = ticket.key.rpartition("-")
    return (head, int(number), "") if number.isascii() and number.isdigit() else (head, 0, number)


def _remember(words: dict[MetadataKind, dict[str, Any]], bundle: Bundle) -> None:
    """Add what only tickets still know: people who left, statuses since deleted."""
    ticket = bundle.ticket
    authors = [*(file.author for file in ticket.attachments), *(comment.author for comment in bundle.comments)]
    people = [ticket.reporter, *ticket.assignees, *ticket.watchers, *authors]
    seen: dict[MetadataKind, Iterable[Any]] = {
        "users": people,
        "ticket_types": [ticket.type],
        "statuses": [ticket.status],
        "priorities": [ticket.priority],
        "resolutions": [ticket.resolution],
        "categories": ticket.categories,
        "milestones": ticket.milestones,
        "versions": ticket.affected_versions,
    }
    for kind, nouns in seen.items():
        for noun in nouns:
            if noun is not None:
                words[kind].setdefault(noun.id, noun)
    for value in ticket.custom_fields:
        words["custom_fields"].setdefault(value.id, CustomField(id=value.id, name=value.name, type=value.type))


def _line(bundle: Bundle) -> str:
    held = {"ticket": dump(bundle.ticket), "comments": [dump(comment) for comment in bundle.comments]}
    return json.dumps(held, ensure_ascii=False, separators=(",", ":")) + "\n"


def _write_header(folder: Path, header: Header) -> None:
    held = {
        "anybacklog": SNAPSHOT_VERSION,
        "kind": "snapshot",
        **{each.name: getattr(header, each.name) for each in fields(header)},
        "read_at": header.read_at.isoformat(),
        "project": dump(header.project),
        "words": {kind: [dump(noun) for noun in nouns] for kind, nouns in header.words.items()},
    }
    fresh = folder / "header.json.new"
    with fresh.open("w", encoding="utf-8", errors="surrogatepass") as file:
        json.dump(held, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / "header.json")


def _read_header(held: dict[str, Any]) -> Header:
    return Header(
        identity=held["identity"],
        url=held["url"],
        read_at=datetime.fromisoformat(held["read_at"]),
        project=load(Project, held["project"]),
        tickets=held["tickets"],
        words={kind: [load(noun, each) for each in held["words"][kind]] for kind, noun in KINDS.items()},
        complete=held["complete"],
        reason=held["reason"],
    )
