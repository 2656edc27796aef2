"""What pluggy registers: the `nulab` scheme. Nothing heavy is imported before a connection is opened."""

from __future__ import annotations

from anybacklog.plugin import Backend, BackendSpec, Connection, OAuthSpec, hookimpl

OAUTH = OAuthSpec(
    authorize="/OAuth2AccessRequest.action",
    token="/api/v2/oauth2/token",  # noqa: S106  # a path
    redirect_uri="http://127.0.0.1:48620/callback",
    register="https://backlog.com/developer/applications",
)
"""Page: auth. No scopes, PKCE or revocation are documented; the redirect URI must be the one that is registered."""


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
            oauth=OAUTH,
        )
    ]


def _open(connection: Connection) -> Backend:
    from anybacklog_nulab.backend import NulabBackend
    from anybacklog_nulab.client import open_client

    return NulabBackend(open_client(connection), connection.location)
