"""The two ends of a migration, and where what belongs to them is kept."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from platformdirs import user_state_path

from anybacklog.errors import ConfigurationError, NotFound, UnsupportedOperation
from anybacklog.migration.choices import Choices
from anybacklog.migration.exchanged import addresses, refuse_exchanged
from anybacklog.migration.ledger import Ledger, Pair
from anybacklog.migration.ledger.file import refuse_foreign
from anybacklog.tracker import Tracker


def default_ledger(source: Tracker, target: Tracker) -> Path:
    """Name the ledger of two trackers in the platform's state folder, by their identities."""
    refuse_absent(source)
    name = hashlib.sha256(f"{source.identity()}\n{target.identity()}".encode()).hexdigest()[:20]
    return user_state_path("anybacklog") / "ledgers" / f"{name}.db"


def refuse_absent(tracker: Tracker) -> None:
    """Refuse a tracker that is not there, before anything could create it."""
    if not tracker.location.host and tracker.capabilities.listing.how == "all":
        tracker.count_tickets()  # of a file: its project is there before the file is
    tracker.project()


def refuse_beforehand(
    source: Tracker, target: Tracker, ledger: str | os.PathLike[str] | None, only: Iterable[str], *, dry_run: bool
) -> None:
    """Refuse what cannot be migrated, before a target is made for nothing."""
    if ledger is not None:
        refuse_foreign(Path(ledger))
    refuse_absent(source)
    refuse_unknown(source, only)
    if not dry_run:
        refuse_same(source, target)


def refuse_same(source: Tracker, target: Tracker) -> None:
    """Refuse one project as both ends."""
    if source.identity() == target.identity():
        raise ConfigurationError("source and target are the same project; name another target")


def pair_of(book: Ledger, source: Tracker, target: Tracker, *, absent: bool) -> Pair:
    """Open the pair of two ends in a ledger; a target that is not there yet has no identity."""
    identities = source.identity(), "a target that does not exist yet" if absent else target.identity()
    refuse_exchanged(book, source, target, identities)
    return book.pair(*identities)


def refuse_unknown(source: Tracker, only: Iterable[str]) -> None:
    """Refuse keys that the source does not have."""
    for key in only:
        try:
            source.ticket(key)
        except NotFound as error:
            raise ConfigurationError(f"--only {key}: the source has no such ticket; look it up with ls") from error


def snapshot_folder(ledger: Path, pair: Pair) -> Path:
    """Say where the source of a pair is kept, beside the ledger."""
    return ledger.with_name(ledger.name + ".snapshot") / str(pair.id)


def ledger_path(
    source: Tracker,
    target: Tracker,
    ledger: str | os.PathLike[str] | None,
    *,
    dry_run: bool,
    rebuild: bool = False,
    open_files: ExitStack,
) -> Path:
    """Say where the ledger is; a dry run leaves nothing behind where there was none, and rebuilds one of its own."""
    if not dry_run or not (rebuild or is_absent(target)):
        path = Path(ledger) if ledger is not None else default_ledger(source, target)
        if not dry_run or path.exists():
            return path
    return Path(open_files.enter_context(tempfile.TemporaryDirectory())) / "dry-run.db"


def is_absent(target: Tracker) -> bool:
    """Tell whether the target is a file that a real run would create; a missing project elsewhere is NotFound."""
    target.project()
    try:
        target.count_tickets()
    except NotFound:
        return True
    except UnsupportedOperation:
        return False
    return False


def settings_for(
    pair: Pair, source: Tracker, target: Tracker, choices: Choices, *, marks: bool, rebuild: bool
) -> dict[str, Any]:
    """Decide what the ledger remembers of a pair.

    What was chosen before the first write stays, but for the plan, which may be edited.
    """
    settings = dict(pair.settings)
    if "marks" not in settings or pair.untouched():
        settings |= {"marks": marks, "newest": None if rebuild else newest_id(target), "newest_key": newest_key(target)}
    return settings | choices.to_remember() | {"addresses": addresses(source, target)}


def going_on(
    choices: Choices | None, settings: Mapping[str, Any], folder: str | os.PathLike[str] | None = None
) -> Choices:
    """Give the choices of a run: those of its plan, else of the last one; `folder` is where files fall back to."""
    choices = choices or Choices.remembered(settings)
    named = os.fspath(folder) if folder is not None else choices.fallback_folder
    whole = str(Path(named).absolute()) if named else ""
    return replace(choices, fallback_folder=whole).with_kept(settings)


def key_taken(target: Tracker, pair: Pair, newest: str | None) -> Callable[[str, str], bool]:
    """Give a test whether a stranger has a key; it asks only where keys are kept and strangers were there first."""
    if not target.capabilities.native("key") or newest in (None, "0"):
        return lambda _id, _key: False

    def taken(ticket_id: str, key: str) -> bool:
        landed = pair.landed("ticket", ticket_id, ticket_id)
        if landed is not None:
            return landed.target_key != key
        try:
            target.ticket(key)
        except NotFound:
            return False
        return True

    return taken


def keys_count_up(target: Tracker) -> bool:
    """Tell whether a newer ticket's key has a larger number, and the newest can be listed first."""
    return target.capabilities.can("tickets_after") and "-created" in target.capabilities.listing.orders


def newest_key(target: Tracker) -> str | None:
    """Give the key of the newest ticket where keys can be followed and end somewhere; None without a ticket, too."""
    if not keys_count_up(target):
        return None
    return next((ticket.key for ticket in target.tickets(order="-created")), None)


def last_key(pair: Pair) -> str | None:
    """Give the last key that the target is known to have given out: our latest copy's, or that of its newest before."""
    before: str | None = pair.settings.get("newest_key")
    keys = chain([before], (landed.target_key for landed in pair.each("ticket")))
    return max((key for key in keys if key), key=number_of, default=None)


def number_of(key: str) -> int:
    """Give the number that a key ends with, 0 where there is none."""
    number = key.rpartition("-")[2]
    return int(number) if number.isdecimal() else 0


def newest_id(target: Tracker) -> str | None:
    """Give the highest number among the ids of the target's tickets; None where ids are no numbers, or not in order."""
    if "-id" not in target.capabilities.listing.orders or is_absent(target):
        return None
    newest = next((ticket.id for ticket in target.tickets(order="-id")), "0")
    return newest if newest.isdecimal() else None
