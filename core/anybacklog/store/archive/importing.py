"""An archive at rest -> a database: in bulk, line by line in constant memory, every fault named with file and line."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, exc, func, insert, select, table
from sqlalchemy import column as col

from anybacklog.errors import ValidationError
from anybacklog.forms import load
from anybacklog.store.archive.blobs import BlobFolder, total
from anybacklog.store.archive.layout import COUNTED, FILES, KIND, VERSION, Lines
from anybacklog.store.archive.nouns import Known, Refused
from anybacklog.store.archive.sealed import Damaged, Sealed, parsed, read_lines, read_manifest
from anybacklog.store.archive.soundness import refuse_unsound
from anybacklog.store.sqlite.schema import APPLICATION_ID, make_tables
from anybacklog.store.sqlite.schema import VERSION as SCHEMA_VERSION
from anybacklog.store.sqlite.tables import TICKETS

BATCH = 1000
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SEQUENCE = table("sqlite_sequence", col("name"), col("seq"))


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself: its own UUID, the last id given in each table, its blobs, its files."""

    uuid: str
    last_ids: dict[str, int]
    blobs: dict[str, int]
    files: dict[str, Sealed]


def read_archive_manifest(folder: Path) -> Manifest:
    """Read and check the manifest alone. FileNotFoundError, Newer or Damaged if it is not to be used."""
    told, files = read_manifest(folder, KIND, VERSION)
    uuid, last_ids, blobs = told.get("uuid"), told.get("last_ids"), told.get("blobs")
    if not isinstance(uuid, str) or not _UUID.fullmatch(uuid):
        raise Damaged("manifest.json names no UUID")
    if not isinstance(last_ids, dict) or not isinstance(blobs, dict):
        raise Damaged("manifest.json names no last ids or no blobs")
    if list(files) != [lines.name for lines in FILES] or last_ids.keys() != COUNTED.keys():
        raise Damaged("manifest.json does not list the files of this format")
    if not all(type(last) is int and 0 <= last < 10**18 for last in last_ids.values()):
        raise Damaged("manifest.json: a last id is no number of ours")
    return Manifest(uuid, last_ids, blobs, files)


def fill(connection: Connection, folder: Path, manifest: Manifest, blobs: BlobFolder) -> None:
    """Fill an empty database, in the caller's transaction. Damaged names what is missing, changed or impossible."""
    make_tables(connection, manifest.uuid)
    known = Known(blobs.check)
    for lines in FILES:
        _fill_from(connection, folder, lines, manifest.files[lines.name], known)
    refuse_unsound(connection)
    _remember_last_ids(connection, manifest)
    if total(connection) != manifest.blobs:
        raise Damaged("manifest.json counts other blobs than its attachments have")
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _fill_from(connection: Connection, folder: Path, lines: Lines, sealed: Sealed, known: Known) -> None:
    numbered = read_lines(folder / lines.name, sealed)
    last = 0
    while batch := list(islice(numbered, BATCH)):
        rows: dict[Table, list[dict[str, Any]]] = {lines.table: []}
        for number, line in batch:
            place = f"{lines.name} line {number}"
            for target, row in _rows(lines, line, place, known):
                rows.setdefault(target, []).append(row)
            newest = rows[lines.table][-1]["id"]
            if newest <= last:
                raise Damaged(f"{place}: the id {newest} stands there twice or out of order")
            last = newest
        _insert(connection, lines, batch[0][0], rows)


def _rows(lines: Lines, line: bytes, place: str, known: Known) -> list[tuple[Table, dict[str, Any]]]:
    held = parsed(line, place)
    if not isinstance(held, dict) or held.keys() != lines.keys:
        keys = held.keys() if isinstance(held, dict) else set()
        raise Damaged(f"{place} has not the keys it should have: {', '.join(sorted(keys ^ lines.keys)) or 'none'}")
    try:
        _refuse_half_characters(line, held)
        more = {name: held.pop(name) for name in lines.more}
        return list(known.rows(load(lines.noun, held), more))
    except UnicodeError:
        raise Damaged(f"{place} has a lone surrogate, or is no UTF-8") from None
    except (Refused, Damaged, ValidationError, OverflowError) as error:
        raise Damaged(f"{place}: {error}") from error


def _refuse_half_characters(line: bytes, held: dict[str, Any]) -> None:
    """Refuse what no store keeps: a lone surrogate, as bytes or escaped."""
    line.decode()
    if b"\\u" in line:
        json.dumps(held, ensure_ascii=False).encode()


def _insert(connection: Connection, lines: Lines, first: int, rows: dict[Table, list[dict[str, Any]]]) -> None:
    for target, each in rows.items():
        try:
            connection.execute(insert(target), each)
        except exc.IntegrityError:
            if target is not TICKETS:
                raise
            # Ids rise, so the row that was refused is the first that is not there.
            there = connection.execute(select(func.max(TICKETS.c.id))).scalar() or 0
            at = next(index for index, row in enumerate(each) if row["id"] > there)
            key = each[at]["key"]
            raise Damaged(f"{lines.name} line {first + at}: the key {key!r} is another ticket's too") from None


def _remember_last_ids(connection: Connection, manifest: Manifest) -> None:
    for name, last in manifest.last_ids.items():
        found = connection.execute(select(func.coalesce(func.max(COUNTED[name].c.id), 0))).scalar_one()
        if found > last:
            raise Damaged(f"manifest.json: the last id of {name} cannot be {last}, there is a {found}")
        connection.execute(delete(_SEQUENCE).where(_SEQUENCE.c.name == name))
        connection.execute(insert(_SEQUENCE).values(name=name, seq=last))
