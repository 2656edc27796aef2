"""What pluggy registers: the `publicbacklog` scheme. Nothing heavy is imported before a connection is opened."""

from __future__ import annotations

from anybacklog.plugin import Backend, BackendSpec, Connection, Option, hookimpl
from anybacklog_publicbacklog.host import HOST

OPTIONS = (
    Option("bug_type_id", "the service's id of the type Bug (default 1)"),
    Option("request_type_id", "the service's id of the type Request (default 2)"),
    Option("scan_gap", "how many ids in a row may be missing before a listing ends (default 100)"),
    Option("scan_from", "the id a listing begins with (default 1)"),
    Option("any_backlog", "true: where answers name no backlog, take every ticket for one of this backlog"),
    Option("requests_per_minute", "how many requests to send in any minute (default 300; on this machine no limit)"),
)


@hookimpl
def anybacklog_backends() -> list[BackendSpec]:
    """Describe PublicBacklog."""
    return [
        BackendSpec(
            "publicbacklog",
            _open,
            OPTIONS,
            summary="a backlog of publicbacklog.com",
            example="publicbacklog:///Website",
            hosts=("publicbacklog.com",),
            default_host=HOST,
            needs_key=True,
        )
    ]


def _open(connection: Connection) -> Backend:
    from anybacklog_publicbacklog.backend import PublicBacklogBackend
    from anybacklog_publicbacklog.client import open_client
    from anybacklog_publicbacklog.options import options_of

    options = options_of(connection.options)
    return PublicBacklogBackend(open_client(connection, options, HOST), connection, options)
