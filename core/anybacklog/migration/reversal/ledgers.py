"""The ledgers in the platform's state folder, looked through by those who know one end only."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_state_path

from anybacklog.errors import ConfigurationError
from anybacklog.migration.ledger import Ledger


def ledger_of(target: str) -> Path:
    """Find the one ledger that knows a target by its identity; ConfigurationError if there is none, or several."""
    folder = user_state_path("anybacklog") / "ledgers"
    known = [path for path in sorted(folder.glob("*.db")) if _knows(path, target)]
    if len(known) == 1:
        return known[0]
    if not known:
        raise ConfigurationError(
            f"no ledger in {folder} knows this target; name the one of the migration with --ledger"
        )
    names = ", ".join(map(str, known))
    raise ConfigurationError(f"several ledgers know this target: {names}; name one with --ledger")


def _knows(path: Path, target: str) -> bool:
    with Ledger(path) as book:
        return target in (known for _, known in book.pairs())
