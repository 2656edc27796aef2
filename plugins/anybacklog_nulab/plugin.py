"""What pluggy registers: the `nulab` scheme. Nothing heavy is imported before a connection is opened."""

from __future__ import annotations

from anybacklog.plugin import Backend, BackendSpec, Connection, Option, hookimpl


@hookimpl
def anybacklog_backends() -> list[BackendSpec]:
    """Describe Nulab Backlog."""
    return [
        BackendSpec(
            "nulab",
            _open,
            (
                Option(name="connect_timeout", help="seconds to wait for a connection (default 10)"),
                Option(name="read_timeout", help="seconds to wait for the next piece of an answer (default 60)"),
            ),
            summary="a project of a Nulab Backlog space",
            example="nulab://example.backlog.com/PROJ",
            hosts=("backlog.com", "backlog.jp", "backlogtool.com"),
            needs_key=True,
        )
    ]


def _open(connection: Connection) -> Backend:
    from anybacklog_nulab.backend import NulabBackend
    from anybacklog_nulab.client import open_client

    return NulabBackend(open_client(connection), connection.location)
