"""Tickets in one SQLite file, for analysts and for safe keeping."""

from anybacklog.store.sqlite.backend import SqliteBackend, open_sqlite

__all__ = ["SqliteBackend", "open_sqlite"]
