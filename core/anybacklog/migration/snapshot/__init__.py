"""What the source said, kept beside the ledger: the project's words, and one line per ticket."""

from anybacklog.migration.snapshot.folder import Snapshot
from anybacklog.migration.snapshot.header import Header, unlisted
from anybacklog.migration.snapshot.taking import is_there, read_bundles, read_for, read_words, take

__all__ = ["Header", "Snapshot", "is_there", "read_bundles", "read_for", "read_words", "take", "unlisted"]
