"""The folder of files that the target cannot take: written whole or not at all, and never outside of it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from anybacklog.errors import ConfigurationError, TransportError
from anybacklog.migration.falling_back import hash_in, path_of
from anybacklog.migration.fetching import measured
from anybacklog.migration.ledger import Pair
from anybacklog.migration.ledger.rows import Sent
from anybacklog.store.archive.whole import writable, write_whole


@dataclass(frozen=True, slots=True)
class Fallback:
    """One folder; paths are those of `falling_back`, below it."""

    folder: Path

    def keep(self, key: str, name: str, stream: BinaryIO) -> tuple[str, Sent]:
        """Write a file of a ticket, and read it back; gives its path and what it holds. The same twice is one file."""
        with writable(self._told):
            self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / f".anybacklog-{uuid4().hex}.part"
        sent = Sent(*write_whole(stream, part, lambda sha256: self._place(path_of(key, name, sha256)), self._told))
        path = path_of(key, name, sent.sha256)
        if self.held(path) != sent.sha256:
            raise TransportError(
                f"{self.folder / path} does not hold what was written to it; look at the disk", maybe_applied=False
            )
        return path, sent

    def held(self, path: str) -> str | None:
        """Give the hash of the file that is there, lower-case hex; None: there is none that can be read."""
        try:
            with self._place(path).open("rb") as stream:
                return measured(stream).sha256
        except OSError:
            return None

    def altered(self, path: str) -> bool:
        """Tell whether somebody changed a file that is still there."""
        return self.held(path) not in (None, hash_in(path))

    def remove(self, path: str) -> None:
        """Delete a file, and the folders above it that are empty then; one that is gone is gone."""
        place = self._place(path)
        with writable(self._told):
            place.unlink(missing_ok=True)
        with suppress(OSError):  # what is not empty stays
            place.parent.rmdir()
            place.parent.parent.rmdir()

    def _place(self, path: str) -> Path:
        place = self.folder / path
        if not place.parent.resolve().is_relative_to(self.folder.resolve()):
            raise ConfigurationError(f"{place} leads out of the folder {self.folder} by a link; remove the link")
        return place

    def _told(self, error: OSError) -> str:
        return f"the fallback folder {self.folder} cannot be written ({error.strerror}); mend that and run this again"


def fallback_of(pair: Pair) -> Fallback:
    """Give the folder that the ledger remembers of a pair."""
    return Fallback(Path(pair.settings.get("fallback_folder") or "."))


def kept_for(pair: Pair, target_ticket: str) -> list[str]:
    """List where the files lie that belong to one ticket of the target."""
    return sorted({landed.target_id for landed in pair.landed_on(target_ticket) if landed.item.kind == "kept"})
