"""The ledgers looked through by those who know one end only, or may not ask the other one."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_state_path

from anybacklog.errors import ConfigurationError
from anybacklog.migration.ledger import Ledger, Pair


def ledger_of(target: str) -> Path:
    """Find the one ledger that knows a target by its identity; ConfigurationError if there is none, or several."""
    known = ledgers_of(target)
    if len(known) == 1:
        return known[0]
    names = ", ".join(map(str, known))
    raise ConfigurationError(f"several ledgers know this target: {names}; name one with --ledger")


def ledgers_of(target: str) -> list[Path]:
    """Find all ledgers in the platform's state folder that know a target; ConfigurationError if there is none."""
    folder = user_state_path("anybacklog") / "ledgers"
    known = [path for path in sorted(folder.glob("*.db")) if _knows(path, target)]
    if not known:
        raise ConfigurationError(
            f"no ledger in {folder} knows this target; name the one of the migration with --ledger"
        )
    return known


def _knows(path: Path, target: str) -> bool:
    with Ledger(path) as book:
        return target in (known for _, known in book.pairs())


def existing(path: Path) -> Path:
    """Refuse a ledger that is not there, before opening it would make one."""
    if not path.exists():
        raise ConfigurationError(f"there is no ledger {path}; name the one of the migration with --ledger")
    return path


def migrated(book: Ledger, source: str, target: str) -> Pair:
    """Open the pair of a migration that was begun; ConfigurationError if the ledger knows of none, or of a plan alone.

    Whoever compared or mended by a plan alone would take the copies that another ledger knows for strangers.
    """
    if (source, target) not in book.pairs():
        raise ConfigurationError(
            f"the ledger {book.path} does not know this source and target; it knows {what_it_knows(book)}"
        )
    pair = book.pair(source, target)
    if "marks" not in pair.settings:
        raise ConfigurationError(
            f"the ledger {book.path} has planned this migration and not begun it; run migrate first, or name the "
            "ledger of the migration with --ledger"
        )
    return pair


def what_it_knows(book: Ledger) -> str:
    """Name the pairs of a ledger, for those who asked for another one."""
    return "; ".join(f"{one} → {other}" for one, other in book.pairs()) or "nothing"
