"""A source that is not asked, or is gone: found by what the snapshots beside the ledgers say of themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from anybacklog.connection import find_target
from anybacklog.errors import ConfigurationError
from anybacklog.location import Location, parse
from anybacklog.migration.ends import snapshot_folder
from anybacklog.migration.ledger import Ledger
from anybacklog.migration.snapshot import Snapshot
from anybacklog.tracker import Tracker


@dataclass(frozen=True, slots=True)
class Found:
    """One source that was copied into the target: its ledger, its identity, and where its snapshot says it was."""

    ledger: Path
    source: str
    url: str | None


def find_absent(source: Tracker | str, target: str, ledgers: Iterable[Path], plugins: tuple[str, ...]) -> Found:
    """Find what was copied from `source`, a tracker never asked, a URL or an identity, into a target.

    ConfigurationError if no snapshot is of it, or several are.
    """
    paths = tuple(ledgers)
    known = [each for path in paths for each in _copied_into(target, path)]
    if not known:
        raise ConfigurationError(f"the ledger {', '.join(map(str, paths))} does not know this target")
    place = _place(_location(source, plugins)) if not _is_identity(source) else None
    found = [each for each in known if each.source == source or (each.url and _place(parse(each.url)) == place)]
    if len(found) == 1:
        return found[0]
    given = str(source.location) if isinstance(source, Tracker) else source
    if found:
        names = "; ".join(f"{each.source} in {each.ledger}" for each in found)
        raise ConfigurationError(
            f"{given} was copied into this target more than once: {names}; name the ledger, or give its identity"
        )
    urls = ", ".join(sorted({each.url for each in known if each.url}))
    if not urls:
        raise ConfigurationError("no snapshot of the source is left beside the ledger; verify without --offline")
    raise ConfigurationError(f"no snapshot is of {given}; the target was copied from {urls}: write it like that")


def _copied_into(target: str, path: Path) -> Iterator[Found]:
    with Ledger(path) as book:
        for ends in book.pairs():
            if ends[1] == target:
                header = Snapshot(snapshot_folder(book.path, book.pair(*ends))).header()
                yield Found(path, ends[0], header.url if header else None)


def _location(source: Tracker | str, plugins: tuple[str, ...]) -> Location:
    if isinstance(source, Tracker):
        return source.location
    return parse(source) if "://" in source else find_target(source, plugins=plugins).location


def _is_identity(source: Tracker | str) -> bool:
    return isinstance(source, str) and ":" in source and "://" not in source


def _place(location: Location) -> tuple[object, ...]:
    """Leave out of a location what only says how to get there."""
    host = location.host.lower(), location.port
    return location.scheme, *host, location.segments, location.options.get("project")
