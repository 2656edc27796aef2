"""The redirect map: the old and the new key and address of every ticket that a ledger has copied, for machines."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TypeAlias

from anybacklog.errors import ConfigurationError
from anybacklog.migration.ledger import Pair
from anybacklog.steps import step_key
from anybacklog.whole import whole

COLUMNS = ("old_key", "old_url", "new_key", "new_url")
Redirect: TypeAlias = dict[str, str | None]


def redirects(pair: Pair) -> Iterator[Redirect]:
    """Yield where each ticket of a pair is now, in the order of the source's ids; None for what an end has not."""
    named = pair.settings.get("references") or {}
    old, new = ((named.get(end) or {}).get("url") for end in ("source", "target"))
    for landed in pair.tickets():
        row = pair.row(step_key(landed.item))
        keys = (row.source_key if row is not None else None, landed.target_key)
        urls = (url.replace("{key}", key) if url and key else None for url, key in zip((old, new), keys, strict=True))
        yield dict(zip(COLUMNS, (keys[0], next(urls), keys[1], next(urls)), strict=True))


def refuse_form(path: Path) -> None:
    """Refuse a redirect map whose name does not tell its form."""
    if path.suffix not in _FORMS:
        raise ConfigurationError(f"a redirect map is a file that ends in {' or '.join(_FORMS)}, not {path.name!r}")


def write_redirects(path: Path, pair: Pair, *, dry_run: bool) -> list[str]:
    """Write the map in the form that the file's ending says, whole or not at all, in constant memory.

    A dry run writes none; gives what there is to say of that. OSError names the file.
    """
    if dry_run:
        return [f"a dry run writes no redirect map: {path} is as it was"]
    with whole(path) as file:
        _FORMS[path.suffix](file, redirects(pair))
    return []


def _as_csv(file: IO[str], found: Iterator[Redirect]) -> None:
    table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(found)


def _as_json_lines(file: IO[str], found: Iterator[Redirect]) -> None:
    file.writelines(json.dumps(each, ensure_ascii=False) + "\n" for each in found)


_FORMS: dict[str, Callable[[IO[str], Iterator[Redirect]], None]] = {".csv": _as_csv, ".jsonl": _as_json_lines}
