"""The schema's version in the file: making a new one, and the way up from every older one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import uuid4

from sqlalchemy import Connection, insert, select

from anybacklog.store.defaults import local_login
from anybacklog.store.sqlite.tables import META, SCHEMA, USERS

APPLICATION_ID = 0x41424B4C  # "ABKL", where a SQLite file says whose it is
VERSION = 2


def make_schema(connection: Connection) -> None:
    """Make the tables, the file's own UUID and the local user, inside the caller's transaction."""
    make_tables(connection, str(uuid4()))
    login = local_login()
    connection.execute(insert(USERS), {"login": login, "name": login})


def make_tables(connection: Connection, uuid: str) -> None:
    """Make the tables of a file of this UUID, inside the caller's transaction."""
    SCHEMA.create_all(connection, checkfirst=False)
    connection.execute(insert(META), [{"name": "uuid", "value": uuid}])
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")


def read_uuid(connection: Connection) -> str:
    """Read the file's own UUID."""
    return str(connection.execute(select(META.c.value).where(META.c.name == "uuid")).scalar_one())


def version_of(connection: Connection) -> int:
    """Read the schema's version; 0 is an empty database."""
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def upgrade(connection: Connection) -> None:
    """Bring an older file up to `VERSION`, inside the caller's transaction."""
    for version in range(version_of(connection), VERSION):
        MIGRATIONS[version](connection)
    connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")


def _add_private_comments(connection: Connection) -> None:
    """Version 1 could not say that a comment is private."""
    connection.exec_driver_sql("ALTER TABLE comments ADD COLUMN private INTEGER DEFAULT '0' NOT NULL")


MIGRATIONS: Mapping[int, Callable[[Connection], None]] = {1: _add_private_comments}
"""Version -> what leads to the next one. Written once, never changed: files of that version exist."""
