"""A stranger's file name -> one that is safe to write, here and on any other system."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

LONGEST = 200
"""Bytes of UTF-8: file systems take 255, and a suffix such as ` (2)` must fit."""
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u202a-\u202e\u2066-\u2069\ud800-\udfff]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])( *\.|$)", re.IGNORECASE)


def safe_name(name: str) -> str:
    """Give the name as one path segment: what would leave the folder, fool a reader or name a device becomes `_`."""
    segment = _FORBIDDEN.sub("_", name)
    kept = segment.rstrip(". ")  # Windows drops them, so that two names would be one
    segment = kept + "_" * (len(segment) - len(kept))
    if _DEVICES.match(segment):
        segment = f"_{segment}"
    return _shortened(segment or "attachment")


def numbered(name: str, number: int) -> str:
    """Give the name itself first, then `name (2).txt`, `name (3).txt` ..."""
    if number == 1:
        return name
    path = PurePosixPath(name)
    return f"{path.stem} ({number}){path.suffix}"


def _shortened(name: str) -> str:
    if len(name.encode()) <= LONGEST:
        return name
    suffix = PurePosixPath(name).suffix
    suffix = suffix if len(suffix.encode()) <= LONGEST // 4 else ""
    stem = name.removesuffix(suffix).encode()[: LONGEST - len(suffix.encode())]
    return stem.decode(errors="ignore").rstrip(". ") + suffix
