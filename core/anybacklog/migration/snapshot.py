"""What the source said, kept beside the ledger: the project's words, and one line per ticket.

A snapshot is a sealed folder, as an archive is: `bundles.jsonl` holds a line per ticket, in source order, with its
journal, and the manifest is written last. A snapshot without one was interrupted and is read again; one that lost or
changed anything is refused, never copied in part.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from anybacklog.abilities import METADATA_KINDS, MetadataKind
from anybacklog.errors import ConfigurationError, NotFound, TransportError, ValidationError
from anybacklog.forms import dump, load
from anybacklog.migration.course import Bundle
from anybacklog.migration.lines import from_line, to_line
from anybacklog.migration.order import in_source_order
from anybacklog.migration.report import Progress
from anybacklog.migration.unread import Unread, bundle_of
from anybacklog.model import (
    Category,
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
from anybacklog.store.archive.sealed import (
    Damaged,
    Newer,
    Sealed,
    read_lines,
    read_manifest,
    write_lines,
    write_manifest,
)
from anybacklog.tracker import Tracker

KIND = "snapshot"
SNAPSHOT_VERSION = 2
BUNDLES = "bundles.jsonl"
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

    Whose it is, when it was read, how much there is, which words it uses. `skipped` are the keys of tickets that were
    deleted while the source was read, `unread` those that are there and broke when they were read. `mentions` is how
    its texts mention people, as its abilities tell it. `without` are the fields that would take requests of their own
    and were not read, since the plan leaves them out.
    """

    identity: str
    url: str
    read_at: datetime
    project: Project
    tickets: int
    words: dict[MetadataKind, list[Any]]
    complete: bool = True
    reason: str = ""
    skipped: list[str] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)
    mentions: str | None = None
    without: list[str] = field(default_factory=list)

    @property
    def unlisted(self) -> str | None:
        """Say why the source may hold more tickets than were read, as was known then; None: it holds no more."""
        return None if self.complete else unlisted(self.reason)

    @property
    def uncounted(self) -> dict[str, str]:
        """Name the fields of which nobody knows how much there is, and why."""
        return {**self.unreadable, **dict.fromkeys(self.without, "left out by the plan, and so not read")}

    def serves(self, leave_out: Collection[str]) -> bool:
        """Tell whether all was read that a plan wants which leaves these fields out."""
        return set(self.without) <= set(leave_out)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A folder that holds one reading of a source."""

    folder: Path

    def header(self) -> Header | None:
        """Give the header, or None if there is no finished snapshot."""
        with self._understood():
            found = self._read()
            return None if found is None else _read_header(found[0])

    def bundles(self) -> Iterator[Bundle]:
        """Yield every ticket with its journal, in source order, in constant memory.

        ConfigurationError, at the end at the latest, if this is not what was written.
        """
        with self._understood():
            found = self._read()
            if found is None:
                raise Damaged("it was interrupted")
            for number, line in read_lines(self.folder / BUNDLES, found[1][BUNDLES]):
                yield from_line(line, f"{BUNDLES} line {number}")

    def _read(self) -> tuple[dict[str, Any], dict[str, Sealed]] | None:
        if (self.folder / "header.json").exists():  # what format 1 called its manifest
            raise Newer(1)
        try:
            return read_manifest(self.folder, KIND, SNAPSHOT_VERSION)
        except FileNotFoundError:
            return None

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """Say of whatever cannot be read that the snapshot is damaged."""
        try:
            yield
        except Newer as error:
            raise ConfigurationError(
                f"the snapshot {self.folder} has format {error.version}; update anybacklog, or --refresh"
            ) from error
        except (Damaged, OSError, ValueError, KeyError, TypeError, AttributeError, ValidationError) as error:
            raise ConfigurationError(f"the snapshot {self.folder} is damaged ({error}); run with --refresh") from error

    def discard(self) -> None:
        """Forget this reading."""
        shutil.rmtree(self.folder, ignore_errors=True)


def unlisted(reason: str, end: str = "source") -> str:
    """Say that an end, source or target, may hold more than it lists."""
    return f"the {end} cannot be listed completely: {reason}"


def take(source: Tracker, folder: Path, show: Show, leave_out: Collection[str] = ()) -> Snapshot:
    """Read a whole source into `folder`; what was there before is replaced.

    A field to `leave_out` is not read where that would take requests of its own.
    """
    snapshot = Snapshot(folder)
    snapshot.discard()
    words = {kind: {noun.id: noun for noun in nouns} for kind, nouns in read_words(source, None).items()}
    total = source.count_tickets() if source.capabilities.listing.how != "scan" else None
    skipped: list[str] = []
    unread: list[Unread] = []
    without = sorted(source.capabilities.apart & set(leave_out))
    links = "links" not in without

    def lines() -> Iterator[bytes]:
        for done, bundle in enumerate(read_bundles(source, unread, skipped, links=links), 1):
            yield to_line(bundle)
            _remember(words, bundle)
            show(Progress(stage="read", done=done, total=total))

    with _writable(folder):
        folder.mkdir(parents=True, exist_ok=True)
        bundles = write_lines(folder / BUNDLES, lines())
    if bundles.lines != total:
        show(Progress(stage="read", done=bundles.lines, total=bundles.lines))
    listing = source.capabilities.listing
    header = Header(
        identity=source.identity(),
        url=str(source.location),
        read_at=datetime.now(UTC),
        project=source.project(),
        tickets=bundles.lines,
        words={kind: list(nouns.values()) for kind, nouns in words.items()},
        complete=listing.complete,
        reason=listing.reason,
        skipped=skipped,
        unread=unread,
        unreadable=dict(source.capabilities.unreadable),
        mentions=source.capabilities.mentions,
        without=without,
    )
    with _writable(folder):
        _write_header(folder, header, bundles)
    return snapshot


def read_words(source: Tracker, known: Header | None) -> dict[MetadataKind, list[Any]]:
    """Read the project's words, and add those that only a snapshot still knows."""
    words: dict[MetadataKind, dict[str, Any]] = {}
    for kind in METADATA_KINDS:
        before = known.words[kind] if known else ()
        there = getattr(source, kind)() if source.capabilities.can(kind) else ()
        words[kind] = {noun.id: noun for noun in (*before, *there)}
    return {kind: list(nouns.values()) for kind, nouns in words.items()}


def read_bundles(
    source: Tracker, unread: list[Unread], skipped: list[str] | None = None, *, links: bool = True
) -> Iterator[Bundle]:
    """Read tickets in source order (creation, then key), each with its journal, and links unless nobody wants them.

    One where these break goes into `unread`. One that is deleted meanwhile is left out; its key goes into `skipped`.
    """
    for ticket in in_source_order(source.tickets()):
        try:
            bundle = bundle_of(source, ticket, links=links)
        except NotFound:
            if is_there(source, ticket):
                raise
            if skipped is not None:
                skipped.append(ticket.key)
            continue
        if isinstance(bundle, Unread):
            unread.append(bundle)
        else:
            yield bundle


def is_there(source: Tracker, ticket: Ticket) -> bool:
    """Tell whether a ticket that was listed can be read still."""
    try:
        source.ticket(ticket)
    except NotFound:
        return False
    return True


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


def _write_header(folder: Path, header: Header, bundles: Sealed) -> None:
    held = {
        **{each.name: getattr(header, each.name) for each in fields(header)},
        "read_at": header.read_at.isoformat(),
        "project": dump(header.project),
        "unread": [asdict(each) for each in header.unread],
        # Words as their vendor defines them: between two of one vendor, a copy is of the very same kind.
        "words": {kind: [dump(noun, raw=True) for noun in nouns] for kind, nouns in header.words.items()},
    }
    write_manifest(folder, KIND, SNAPSHOT_VERSION, held, {BUNDLES: bundles})


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
        skipped=held["skipped"],
        unread=[Unread(**each) for each in held.get("unread", [])],
        unreadable=held.get("unreadable", {}),
        mentions=held.get("mentions"),
        without=held.get("without", []),
    )


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    """Say with TransportError what hinders the writing."""
    try:
        yield
    except OSError as error:
        raise TransportError(
            f"the snapshot {folder} cannot be written ({error.strerror}); mend that and run this again",
            maybe_applied=False,
        ) from error
