"""What the source said, kept beside the ledger: the project's words, and one line per ticket.

A snapshot is a sealed folder, as an archive is: `bundles.jsonl` holds a line per ticket, in source order, with its
journal, and the manifest is written last. A snapshot without one was interrupted and is read again; one that lost or
changed anything is refused, never copied in part.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anybacklog.errors import ConfigurationError, TransportError, ValidationError
from anybacklog.migration.course import Bundle
from anybacklog.migration.lines import from_line, to_line
from anybacklog.migration.snapshot.header import Header, header_of, held
from anybacklog.store.archive.sealed import (
    Damaged,
    Newer,
    Sealed,
    read_lines,
    read_manifest,
    write_lines,
    write_manifest,
)

KIND = "snapshot"
SNAPSHOT_VERSION = 2
BUNDLES = "bundles.jsonl"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A folder that holds one reading of a source."""

    folder: Path

    def header(self) -> Header | None:
        """Give the header, or None if there is no finished snapshot."""
        with self._understood():
            found = self._read()
            return None if found is None else header_of(found[0])

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

    def keep(self, bundles: Iterable[Bundle]) -> Sealed:
        """Write all tickets, one after the other; TransportError if that fails."""
        with self._writable():
            self.folder.mkdir(parents=True, exist_ok=True)
            return write_lines(self.folder / BUNDLES, map(to_line, bundles))

    def seal(self, header: Header, bundles: Sealed) -> None:
        """Write the manifest: from now on this is a whole reading."""
        with self._writable():
            write_manifest(self.folder, KIND, SNAPSHOT_VERSION, held(header), {BUNDLES: bundles})

    @contextmanager
    def _writable(self) -> Iterator[None]:
        """Say with TransportError what hinders the writing."""
        try:
            yield
        except OSError as error:
            raise TransportError(
                f"the snapshot {self.folder} cannot be written ({error.strerror}); mend that and run this again",
                maybe_applied=False,
            ) from error
