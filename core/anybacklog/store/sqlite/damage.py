"""What tells a damaged file from trouble that passes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc


class Damaged(Exception):
    """A row says what no row of ours can say; where the file's name is known it becomes a ConfigurationError."""


@contextmanager
def decoding() -> Iterator[None]:
    """Say of a row that cannot be read as what it was written from that it is damaged."""
    try:
        yield
    except KeyError as error:
        raise Damaged(f"a row refers to {error}, which is not there") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise Damaged(f"a row cannot be read ({error})") from error


def code_of(error: exc.DBAPIError) -> int:
    """Give SQLite's primary result code; SQLITE_ERROR, which is none of the passing troubles, where there is none."""
    return int(getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & 0xFF
