"""The ledger's file: held by one process, opened or made, and what is wrong with it in one sentence."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from filelock import FileLock, Timeout

from anybacklog.errors import ConfigurationError, TransportError
from anybacklog.migration.ledger.tables import TABLES, UPGRADES

APPLICATION_ID = 0x616E796C  # "anyl"
SCHEMA_VERSION = 3


def hold(path: Path) -> FileLock:
    """Take the lock beside a ledger, making its folder; TransportError if another process has it."""
    lock = FileLock(f"{path}.lock", blocking=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise TransportError(
            f"the ledger {path} is in use by another process; wait for it, then run this again", maybe_applied=False
        ) from None
    except NotImplementedError:
        raise ConfigurationError(
            f"the file system of {path} has no locks, so two runs could meet; put the ledger on a local disk"
        ) from None
    except OSError as error:
        raise _unusable(path, error.strerror or error) from error
    return lock


def open_ledger(path: Path) -> sa.Connection:
    """Open a ledger, new or known; ConfigurationError if it is a stranger's, a newer one's or damaged."""
    refuse_foreign(path)
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)), poolclass=sa.pool.NullPool)
    with understood(path):
        connection = engine.connect()
    try:
        with understood(path):
            _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def refuse_foreign(path: Path) -> None:
    """Refuse a file that is no ledger of ours, or that cannot be read; a missing one may become a ledger."""
    if not is_ledger(path):
        raise ConfigurationError(f"{path} is not a ledger of anybacklog; it is left alone, name another file")


def is_ledger(path: Path) -> bool:
    """Tell whether a file is a ledger of ours; a missing or empty one may become one."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would keep us waiting for ever
            return False
        with path.open("rb") as file:
            head = file.read(72)
    except FileNotFoundError:
        return True
    except OSError as error:
        raise _unusable(path, error.strerror or error) from error
    return not head or (head.startswith(b"SQLite format 3\0") and int.from_bytes(head[68:72], "big") == APPLICATION_ID)


@contextmanager
def understood(path: Path) -> Iterator[None]:
    """Tell trouble that passes (TransportError) from damage that stays (ConfigurationError)."""
    try:
        yield
    except sa.exc.OperationalError as error:
        # Without a code, or with the general one, it is the tables or texts that are not as we made them.
        if getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR) != sqlite3.SQLITE_ERROR:
            raise _unusable(path, error.orig) from error
        raise _damaged(path, error.orig) from error
    except sa.exc.DBAPIError as error:
        raise _damaged(path, error.orig) from error
    except (sa.exc.InvalidRequestError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged(path, error) from error


def _prepare(connection: sa.Connection, path: Path) -> None:
    version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if version > SCHEMA_VERSION:
        raise ConfigurationError(f"the ledger {path} was written by a newer anybacklog; update this one")
    if version == 0:
        _create(connection)
    elif version < SCHEMA_VERSION:
        _upgrade(connection, version)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.exec_driver_sql(f"PRAGMA {pragma}")
    connection.commit()


def _create(connection: sa.Connection) -> None:
    """Make a ledger in one transaction, before WAL, so that the file's own header names it from the first byte on."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version={SCHEMA_VERSION}")
    TABLES.create_all(connection)
    connection.commit()


def _upgrade(connection: sa.Connection, version: int) -> None:
    """Bring a ledger that an older anybacklog wrote to the form of today, in one transaction."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    for statement in (each for older in range(version, SCHEMA_VERSION) for each in UPGRADES[older]):
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"PRAGMA user_version={SCHEMA_VERSION}")
    connection.commit()


def _unusable(path: Path, reason: object) -> TransportError:
    return TransportError(
        f"the ledger {path} cannot be used ({reason}); mend that and run this again", maybe_applied=False
    )


def _damaged(path: Path, reason: object) -> ConfigurationError:
    return ConfigurationError(
        f"the ledger {path} is damaged ({reason}); restore it from a backup, or move it away and run with"
        " --rebuild-ledger"
    )
