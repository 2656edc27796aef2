"""The plugin behind `memory://`, `sqlite://` and `archive://`."""

from __future__ import annotations

from collections.abc import Iterator

from anybacklog.backend import Backend, BackendSpec, Connection, Option
from anybacklog.hooks import hookimpl


@hookimpl
def anybacklog_backends() -> Iterator[BackendSpec]:
    """Describe the embedded stores."""
    yield BackendSpec(
        scheme="memory",
        open=_open_memory,
        summary="process-local, for tests and scripts",
        example="memory://NAME/PROJ",
        local=True,
    )
    yield BackendSpec(
        scheme="sqlite",
        open=_open_sqlite,
        options=(Option(name="project", help="key of the project; needed when the file holds several"),),
        summary="embedded database in one file, created on first write",
        example="sqlite:///tickets.db?project=PROJ",
        local=True,
    )
    yield BackendSpec(
        scheme="archive",
        open=_open_archive,
        options=(Option(name="project", help="key of the project; needed when the archive holds several"),),
        summary="portable archive: JSON Lines, blobs by SHA-256, a manifest with hashes",
        example="archive:///backup-folder?project=PROJ",
        local=True,
    )


def _open_memory(connection: Connection) -> Backend:
    from anybacklog.store.memory import open_memory

    return open_memory(connection)


def _open_sqlite(connection: Connection) -> Backend:
    from anybacklog.store.sqlite import open_sqlite

    return open_sqlite(connection)


def _open_archive(connection: Connection) -> Backend:
    from anybacklog.store.archive import open_archive

    return open_archive(connection)
