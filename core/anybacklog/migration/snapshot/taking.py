"""Reading a whole source, ticket by ticket, into a snapshot."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from anybacklog.abilities import METADATA_KINDS, MetadataKind
from anybacklog.errors import MigrationError, NotFound
from anybacklog.migration.asked import Show
from anybacklog.migration.choices import Choices, refuse
from anybacklog.migration.course import Bundle
from anybacklog.migration.report import Progress
from anybacklog.migration.snapshot.folder import Snapshot
from anybacklog.migration.snapshot.header import Header
from anybacklog.migration.sorting import in_source_order
from anybacklog.migration.unread import Unread, bundle_of
from anybacklog.model import CustomField, Ticket
from anybacklog.tracker import Tracker


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

    def read() -> Iterator[Bundle]:
        for done, bundle in enumerate(read_bundles(source, unread, skipped, links=links), 1):
            yield bundle
            _remember(words, bundle)
            show(Progress(stage="read", done=done, total=total))

    bundles = snapshot.keep(read())
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
    snapshot.seal(header, bundles)
    return snapshot


def read_for(choices: Choices, source: Tracker, snapshot: Snapshot, show: Show) -> Header:
    """Read a whole source as a plan wants it, and give what is known of it.

    What is wrong with the plan is said before a service is read, which may take hours.
    """
    if source.requests():
        refuse(choices.plan, choices.problems)
    header = take(source, snapshot.folder, show, choices.leave_out).header()
    if header is None:
        raise MigrationError(f"the snapshot {snapshot.folder} vanished while it was read; run this again")
    return header


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
