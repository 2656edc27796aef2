"""The search finds what was planted, in each spelling, and nothing where nothing was planted."""

from __future__ import annotations

import json
import sqlite3
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from tests.canary import find_canary, find_in_error, find_in_tree, new_canary, spellings

from anybacklog.redact import redact

PLANTED: dict[str, Callable[[str], str]] = {
    "raw": str,
    "its first half": lambda key: key[:22],
    "its second half": lambda key: key[22:],
    "percent-encoded": lambda key: quote(key, safe=""),
    "percent-encoded, lower case": lambda key: quote(key, safe="").replace("%2F", "%2f").replace("%2B", "%2b"),
    "percent-encoded twice": lambda key: quote(quote(key, safe=""), safe=""),
    "a query": lambda key: urlencode({"apiKey": key}),
    "JSON": lambda key: json.dumps({"key": key}),
    "JSON in JSON": lambda key: json.dumps(json.dumps({"key": key})),
    "repr": repr,
    "bytes": lambda key: repr(key.encode()),
    "hexadecimal": lambda key: key.encode().hex(),
    **{
        f"{name}, after {before!r}": lambda key, encode=encode, before=before: encode(
            f"{before}{key}!".encode()
        ).decode()  # type: ignore[misc]
        for name, encode in (("base64", b64encode), ("base64 for URLs", urlsafe_b64encode))
        for before in ("", "a", "ab", "user:")
    },
}


@pytest.mark.parametrize("spelling", PLANTED)
def test_a_planted_key_is_found_however_it_is_spelt(spelling: str) -> None:
    key = new_canary()
    assert find_canary(f"before {PLANTED[spelling](key)} after".encode(), key)


def test_another_key_and_ordinary_bytes_are_not_taken_for_it() -> None:
    key = new_canary()
    others = f"{new_canary()} {quote(new_canary())} {'0123456789abcdef' * 4}".encode()
    assert find_canary(others + bytes(range(256)), key) == []


def test_it_is_found_in_a_database_in_a_name_and_in_what_an_exception_carries(tmp_path: Path) -> None:
    key = new_canary()
    with sqlite3.connect(tmp_path / "a.db") as database:
        database.execute("CREATE TABLE t (x TEXT)")
        database.execute("INSERT INTO t VALUES (?)", (key,))
    database.close()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / quote(key, safe="")).touch()
    assert {found.split(": ")[0].rpartition("/")[2] for found in find_in_tree(tmp_path, key)} == {
        "a.db",
        quote(key, safe=""),
    }
    error = RuntimeError("outer")
    error.__context__ = ValueError("inner", [key])
    assert find_in_error(error, key)
    assert find_in_error(RuntimeError("clean"), key) == []


@pytest.mark.parametrize("number", range(20))
def test_redaction_masks_every_spelling_that_is_looked_for(number: int) -> None:
    key = new_canary()
    for name, spelt in spellings(key):
        if name.startswith("key") and name != "key, hexadecimal":
            assert find_canary(redact(f"<{spelt.decode()}>", [key]).encode(), key) == [], name
