"""What pluggy registers: the `nulab` scheme. Nothing heavy is imported before a connection is opened."""

from __future__ import annotations

from anybacklog.plugin import Backend, BackendSpec, Connection, hookimpl


@hookimpl
def anybacklog_backends() -> list[BackendSpec]:
    """Describe Nulab Backlog."""
    return [
        BackendSpec(
            "nulab",
            _open,
            summary="a project of a Nulab Backlog space",
            example="nulab://example.backlog.com/PROJ",
            hosts=("backlog.com", "backlog.jp", "backlogtool.com"),
            needs_key=True,
            takes_token=True,
        )
    ]


def _open(connection: Connection) -> Backend:
    from anybacklog_nulab.backend import NulabBackend
    from anybacklog_nulab.client import open_client

    return NulabBackend(open_client(connection), connection.location)
