"""verify(): reads both ends afresh, or the target alone, and names every thing that is not as it should be."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from anybacklog.errors import ConfigurationError
from anybacklog.migration.charting import natives
from anybacklog.migration.choices import Choices
from anybacklog.migration.ends import default_ledger, refuse_absent, snapshot_folder
from anybacklog.migration.ledger import Ledger
from anybacklog.migration.ledgers import existing, ledgers_of, migrated
from anybacklog.migration.plugged import Plugged
from anybacklog.migration.remembered import course_of
from anybacklog.migration.report import Progress, Verification
from anybacklog.migration.snapshot import Snapshot
from anybacklog.migration.verification.absent import find_absent
from anybacklog.migration.verification.origin import Kept, Live, Origin
from anybacklog.migration.verification.tickets import Verifier
from anybacklog.registry import load_registry
from anybacklog.tracker import Tracker


def verify(
    source: Tracker | str,
    target: Tracker,
    *,
    ledger: str | os.PathLike[str] | None = None,
    offline: bool = False,
    progress: Callable[[Progress], None] | None = None,
    plugins: tuple[str, ...] = (),
) -> Verification:
    """Compare the target with the source, every field, comment and file through the mapping of the migration.

    Both ends are read afresh; the ledger says only what belongs to what. With `offline` the source is not asked, and
    may be gone: what the snapshot beside the ledger says of it counts, and its URL, the name of a connection, or the
    identity by which the ledger knows it, is enough. Memory grows with the differences alone, which have both values.
    ConfigurationError if no ledger knows the pair, or no snapshot the source.
    """
    return verified(source, target, ledger=ledger, offline=offline, progress=progress, plugins=plugins)


def verified(
    source: Tracker | str,
    target: Tracker,
    *,
    ledger: str | os.PathLike[str] | None,
    offline: bool = False,
    progress: Callable[[Progress], None] | None,
    plugins: tuple[str, ...],
    take_note: bool = False,
    choices: Choices | None = None,
) -> Verification:
    """Verify; with `take_note` the ledger remembers what is as it would be written now, whatever was planned then.

    `choices`: compare through these instead of those that the ledger remembers.
    """
    refuse_absent(target)
    if isinstance(source, Tracker) and not offline:
        refuse_absent(source)
        source.identity()  # what is wrong with an end is said before what is wrong with the ledger
    named = None if ledger is None else existing(Path(ledger))
    if offline:
        found = find_absent(source, target.identity(), [named] if named else ledgers_of(target.identity()), plugins)
        path, identity = found.ledger, found.source
    elif isinstance(source, Tracker):
        path, identity = named or existing(default_ledger(source, target)), source.identity()
    else:
        raise ConfigurationError("a source that is to be read has to be connected to; its URL is enough offline only")
    with Ledger(path) as book:
        pair = migrated(book, identity, target.identity())
        links = "links" in natives(target, (choices or Choices.remembered(pair.settings)).leave_out)
        origin = _origin(source, Snapshot(snapshot_folder(book.path, pair)), offline=offline, links=links)
        course = course_of(pair, origin.words(), target, Plugged(load_registry(plugins)), origin.mentions(), choices)
        lost = frozenset(pair.settings.get("lost", ()))
        return Verifier(origin, target, pair, course, lost, take_note).run(progress or (lambda _: None))


def _origin(source: Tracker | str, snapshot: Snapshot, *, offline: bool, links: bool) -> Origin:
    header = snapshot.header()
    if isinstance(source, Tracker) and not offline:
        return Live(source, header, links)
    if header is None:
        raise ConfigurationError(f"there is no finished snapshot {snapshot.folder}; verify without --offline")
    return Kept(snapshot, header)
