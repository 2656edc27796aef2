"""What the source says of itself: asked now, or as the snapshot beside the ledger has kept it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from anybacklog.abilities import MetadataKind
from anybacklog.errors import ConfigurationError, NotFound, ProtocolError
from anybacklog.migration.course import Bundle
from anybacklog.migration.questions import digest
from anybacklog.migration.snapshot import Header, Snapshot, read_bundles, read_words, unlisted
from anybacklog.migration.unread import Unread
from anybacklog.model import Attachment
from anybacklog.tracker import Tracker


class Origin(Protocol):
    """The source of a verification."""

    @property
    def read_at(self) -> datetime | None:
        """Say when it was read, None: just now."""
        ...

    def words(self) -> dict[MetadataKind, list[Any]]:
        """Give the project's words, with those that only a snapshot still knows."""
        ...

    def mentions(self) -> str | None:
        """Tell how its texts mention people, as its abilities do."""
        ...

    def bundles(self) -> Iterator[Bundle]:
        """Yield every ticket with its journal, but for those that break when they are read."""
        ...

    @property
    def unread(self) -> list[Unread]:
        """Name those that broke, once all have been yielded."""
        ...

    @property
    def without(self) -> Collection[str]:
        """Name the fields that it gives nothing of, though a plan may want them."""
        ...

    @property
    def unlisted(self) -> str | None:
        """Say why it may hold more tickets than were yielded, once all have been; None: it holds no more."""
        ...

    def sha256(self, attachment: Attachment) -> str | None:
        """Give the hash of a file's bytes, lower-case hex; None: nobody can tell."""
        ...


@dataclass(frozen=True, slots=True)
class Live:
    """A source at hand, read afresh; `known` is what its snapshot says, if there is one. `links`: they are compared."""

    tracker: Tracker
    known: Header | None
    links: bool = True
    read_at: None = None
    without: tuple[str, ...] = ()
    unread: list[Unread] = field(default_factory=list)

    def words(self) -> dict[MetadataKind, list[Any]]:
        """Ask for them, and add those of the snapshot."""
        return read_words(self.tracker, self.known)

    def mentions(self) -> str | None:
        """Ask its abilities."""
        return self.tracker.capabilities.mentions

    def bundles(self) -> Iterator[Bundle]:
        """Read them, lazily."""
        return read_bundles(self.tracker, self.unread, links=self.links)

    @property
    def unlisted(self) -> str | None:
        """Ask its abilities."""
        listing = self.tracker.capabilities.listing
        return None if listing.complete else unlisted(listing.reason)

    def sha256(self, attachment: Attachment) -> str:
        """Read the file."""
        return hash_of(self.tracker, attachment)


@dataclass(frozen=True, slots=True)
class Kept:
    """A source that is not asked: what its snapshot says counts."""

    snapshot: Snapshot
    header: Header

    @property
    def read_at(self) -> datetime:
        """Tell how old all of this is."""
        return self.header.read_at

    @property
    def unread(self) -> list[Unread]:
        """Give what broke when the snapshot was taken."""
        return self.header.unread

    def words(self) -> dict[MetadataKind, list[Any]]:
        """Give the snapshot's."""
        return self.header.words

    def mentions(self) -> str | None:
        """Give what the snapshot kept."""
        return self.header.mentions

    def bundles(self) -> Iterator[Bundle]:
        """Give the snapshot's, in constant memory."""
        return self.snapshot.bundles()

    @property
    def without(self) -> list[str]:
        """Give what the plan left out when the snapshot was taken."""
        return self.header.without

    @property
    def unlisted(self) -> str | None:
        """Give what was known when the snapshot was taken."""
        return self.header.unlisted

    def sha256(self, attachment: Attachment) -> str | None:
        """Give what the source told of the file, which most services do not."""
        return attachment.sha256


def hash_of(tracker: Tracker, attachment: Attachment) -> str:
    """Hash a file by reading it; one that cannot be read gives a sentence, which equals no hash."""
    try:
        with tracker.open_attachment(attachment) as stream:
            return digest(stream)
    except (ConfigurationError, NotFound, ProtocolError) as error:  # a damaged archive has told which file
        return f"unreadable: {error}"
