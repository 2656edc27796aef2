"""An address behind which another project stands than the ledger knows there."""

from __future__ import annotations

from pathlib import Path

from anybacklog.errors import ConfigurationError
from anybacklog.location import Location
from anybacklog.migration.ledger import Ledger
from anybacklog.tracker import Tracker


def addresses(source: Tracker, target: Tracker) -> dict[str, str]:
    """Give the addresses of both ends, as a ledger remembers them; none of what every process has its own of."""
    ends = {"source": source.location, "target": target.location}
    return {end: _absolute(location) for end, location in ends.items() if location.scheme != "memory"}


def _absolute(location: Location) -> str:
    """Write an address so that it means the same wherever a run is begun."""
    relative = not location.host and not location.file_path.startswith("/")
    return f"{location} from {Path.cwd()}" if relative else str(location)


def refuse_exchanged(book: Ledger, source: Tracker, target: Tracker, identities: tuple[str, str]) -> None:
    """Refuse an end that had another identity when this ledger was used with its address: all would be copied anew."""
    now = addresses(source, target)
    for pair in book.every():
        before = pair.settings.get("addresses", {}) if not pair.untouched() else {}
        for end, was, identity in zip(("source", "target"), (pair.source, pair.target), identities, strict=True):
            if end in now and before.get(end) == now[end] and was != identity:
                raise ConfigurationError(
                    f"the {end} {now[end]} is another project than the ledger {book.path} knows by that address: "
                    f"it was {was}, and is {identity}; put the former one back, or use another --ledger for this one"
                )
