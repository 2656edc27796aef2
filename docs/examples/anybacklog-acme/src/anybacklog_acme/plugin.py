"""What anybacklog finds: the scheme `acme`, and how to open it."""

from __future__ import annotations

from collections.abc import Iterator

from anybacklog.plugin import Backend, BackendSpec, ConfigurationError, Connection, hookimpl


@hookimpl
def anybacklog_backends() -> Iterator[BackendSpec]:
    """Describe `acme://`; nothing is read and nothing heavy imported before somebody opens one."""
    yield BackendSpec(
        scheme="acme",
        open=_open,
        summary="a folder of tickets, one JSON file each",
        example="acme:///tickets",
        local=True,
    )


def _open(connection: Connection) -> Backend:
    from anybacklog_acme.backend import AcmeBackend

    folder = connection.location.file_path
    if not folder:
        raise ConfigurationError("the URL names no folder; write acme:///FOLDER, or acme:////FOLDER from the root")
    return AcmeBackend(folder)
