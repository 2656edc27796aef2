"""A sealed folder: files of JSON Lines, and a manifest with their lengths and hashes that is written last.

Nothing that was lost, cut off or changed goes unnoticed: every file is checked against the manifest, and the manifest
against its own hash. An archive is one; a migration's snapshot is another.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

MANIFEST = "manifest.json"
LARGEST_MANIFEST = 1 << 26
"""Bytes beyond which a manifest is none of ours: an archive's has a few thousand, a snapshot's names every person."""
_SEAL = "sha256"


class Damaged(Exception):
    """A file of a sealed folder is not what was written; the sentence names the file, and the line where it can."""


class Newer(Exception):
    """The folder has a version this reader does not know; `version` is that."""

    def __init__(self, version: object) -> None:
        super().__init__(f"version {version!r}")
        self.version = version


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a manifest says of a file: lines, bytes, and the SHA-256 of all of them in lower-case hex."""

    lines: int
    bytes: int
    sha256: str


def write_lines(path: Path, lines: Iterable[bytes]) -> Sealed:
    """Write a file whole or not at all; every line brings its own line break. OSError if it cannot be written.

    Its bytes are on the disk then, its name once the manifest is written.
    """
    count = size = 0
    digest = hashlib.sha256()
    with replacing(path) as file:
        for line in lines:
            file.write(line)
            count += 1
            size += len(line)
            digest.update(line)
    return Sealed(count, size, digest.hexdigest())


def read_lines(path: Path, sealed: Sealed) -> Iterator[tuple[int, bytes]]:
    """Yield a file's lines with their numbers; Damaged, at the end at the latest, if they are not what was written."""
    count, digest = 0, hashlib.sha256()
    with opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size != sealed.bytes:
            raise Damaged(f"{path.name} has {size} bytes and not the {sealed.bytes} that were written")
        for count, line in enumerate(file, 1):
            yield count, line
            digest.update(line)
    if (count, digest.hexdigest()) != (sealed.lines, sealed.sha256):
        raise Damaged(f"{path.name} is not what was written: its SHA-256 or its number of lines differs")


def write_manifest(folder: Path, kind: str, version: int, held: dict[str, Any], files: dict[str, Sealed]) -> None:
    """Seal a folder: from now on, power cut or not, this is what it holds. OSError if it cannot be written."""
    sync_folder(folder)
    listed = {name: asdict(sealed) for name, sealed in files.items()}
    told = {"anybacklog": version, "kind": kind, **held, "files": listed}
    with replacing(folder / MANIFEST) as file:
        file.write(_rendered(told | {_SEAL: _seal(told)}))
    sync_folder(folder)


def read_manifest(folder: Path, kind: str, version: int) -> tuple[dict[str, Any], dict[str, Sealed]]:
    """Give what `write_manifest` took. FileNotFoundError if there is none, Newer or Damaged if it is no use."""
    with opened(folder / MANIFEST) as file:
        if os.fstat(file.fileno()).st_size > LARGEST_MANIFEST:
            raise Damaged(f"{MANIFEST} is over {LARGEST_MANIFEST} bytes, which no manifest has")
        text = file.read()
    told = parsed(text, MANIFEST)
    if not isinstance(told, dict) or told.get("kind") != kind or type(told.get("anybacklog")) is not int:
        raise Damaged(f"{MANIFEST} is not the manifest of {kind}")
    if told["anybacklog"] != version:
        raise Newer(told["anybacklog"])
    if told.pop(_SEAL, None) != _seal(told) or _rendered(told | {_SEAL: _seal(told)}) != text:
        raise Damaged(f"{MANIFEST} is not what was written: its SHA-256 differs")
    try:
        files = {name: Sealed(**each) for name, each in told.pop("files").items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise Damaged(f"{MANIFEST} does not say what files there are ({error})") from error
    return told, files


def line_of(held: object) -> bytes:
    """Write one line: compact JSON, every character as itself."""
    return _json(held) + b"\n"


def parsed(text: bytes, place: str) -> Any:
    """Read JSON strictly: no key twice, no number that is none; Damaged names `place`."""
    try:
        return _strict().decode(text.decode(errors="surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise Damaged(f"{place} cannot be read ({error})") from error


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a plain file for reading. A link or a device in its place is Damaged: a stranger may have put it there."""
    if not stat.S_ISREG(path.lstat().st_mode):
        raise Damaged(f"{path.name} is not a plain file")
    with path.open("rb") as file:
        yield file


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Write a file beside the old one and put it in its place once it is on the disk; else nothing is changed."""
    fresh = path.with_name(f"{path.name}.new")
    try:
        with fresh.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def sync_file(path: Path) -> None:
    """Bring a file that others wrote to the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the names in a folder outlive a power cut, where the system can."""
    if os.name == "nt":  # which has no way to say it
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _rendered(told: dict[str, Any]) -> bytes:
    text = json.dumps(told, ensure_ascii=False, indent=1)
    return text.encode(errors="surrogatepass") + b"\n"


def _seal(told: dict[str, Any]) -> str:
    """Digest what a manifest says, as `jq -jcS 'del(.sha256)'` prints it."""
    return hashlib.sha256(_json(told, sort_keys=True)).hexdigest()


def _json(held: object, *, sort_keys: bool = False) -> bytes:
    text = json.dumps(held, ensure_ascii=False, separators=(",", ":"), sort_keys=sort_keys)
    return text.encode(errors="surrogatepass")


@cache
def _strict() -> json.JSONDecoder:
    return json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    held = dict(pairs)
    if len(held) != len(pairs):
        raise ValueError("a key stands there twice")
    return held


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")
