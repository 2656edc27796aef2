"""`anybacklog login`: a page in the browser, and the tokens it leads to."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from anybacklog.cli import console
from anybacklog.cli.everywhere import Command, Invocation

if TYPE_CHECKING:
    from anybacklog.config import Client, Login
    from anybacklog.connection import Target
    from anybacklog.oauth.attempt import Attempt

EPILOG = """\b
Examples:
  anybacklog login nulab://example.backlog.com
  anybacklog login work --no-browser

The application is registered at the service. Its id and secret are looked up in the connection's client_id and
client_secret, then in ANYBACKLOG_<CONNECTION>_CLIENT_ID and _CLIENT_SECRET, then under the scheme's name."""
BROWSER_SECONDS = 300.0
_LONGEST_ANSWER = 65536


@click.command("login", cls=Command, epilog=EPILOG)
@click.argument("url")
@click.option("--no-browser", is_flag=True, help="Open nothing here; read the address the page led to, or its code.")
@click.option("--redirect-uri", metavar="URI", help="The address that is registered for the application.")
@click.option("--client-id", metavar="ID", help="The application's id, which is no secret.")
@click.option("--client-secret-env", metavar="NAME", help="Environment variable that holds the application's secret.")
@click.pass_obj
def command(
    invocation: Invocation,
    url: str,
    redirect_uri: str | None,
    client_id: str | None,
    client_secret_env: str | None,
    *,
    no_browser: bool,
) -> None:
    """Log in at a service: its page opens in the browser, and the tokens are kept for every later command."""
    from anybacklog.config import Logins
    from anybacklog.connection import find_target

    target = find_target(url, plugins=invocation.files(), traffic=invocation.traffic())
    at = target.endpoints()
    uri = redirect_uri or (target.settings and target.settings.redirect_uri) or at.spec.redirect_uri
    client = target.client_search().find(client_id=client_id, secret_env=client_secret_env)
    login = _by_paste(target, client, uri) if no_browser else _by_browser(target, client, uri)
    logins = Logins()
    with logins.locked(target.address):
        place = logins.keep(login)
    console.note(f"The login is kept in {place}.")
    _greet(target, login)


def _by_browser(target: Target, client: Client, redirect_uri: str) -> Login:
    """Open the page, and wait at our own door for what it sends back."""
    import webbrowser

    from anybacklog.oauth.attempt import Attempt
    from anybacklog.oauth.callback import listening, listens

    if not listens(redirect_uri):
        raise click.UsageError(f"no browser comes back to this machine from {redirect_uri}; add --no-browser")
    with listening(redirect_uri) as callback:
        attempt = Attempt(target.endpoints(), client, callback.redirect_uri)
        _show(attempt)
        if not webbrowser.open(attempt.page):
            console.note("No browser could be started here; open that page by hand, or end this and use --no-browser.")
        answer = callback.wait(BROWSER_SECONDS)
    return attempt.login(answer)


def _by_paste(target: Target, client: Client, redirect_uri: str) -> Login:
    """Read what a browser anywhere else ended at."""
    from anybacklog.oauth.attempt import Attempt

    attempt = Attempt(target.endpoints(), client, redirect_uri)
    _show(attempt)
    console.note(f"Then paste the address it leads to, {redirect_uri}?code=..., though no page may be shown there:")
    answer = sys.stdin.readline(_LONGEST_ANSWER).strip()
    if not answer:
        raise click.UsageError("no address and no code was given; run it again and paste what the browser ended at")
    return attempt.login(answer)


def _show(attempt: Attempt) -> None:
    console.note(f"Open this page and agree:\n{attempt.page}")


def _greet(target: Target, login: Login) -> None:
    """Say who that is, and what goes before the login in the look-up of keys."""
    from anybacklog.config import FoundKey, expected_place
    from anybacklog.connection import open_target
    from anybacklog.errors import UnsupportedOperation

    place = f"login at {target.address}"
    told = f"Logged in at {target.address}"
    with open_target(target, FoundKey(login.access_token, place, "login")) as tracker, suppress(UnsupportedOperation):
        who = tracker.myself()
        told += f" as {who.name or who.login} (id {who.id})"
    console.say(told)
    first = expected_place(target.places())
    if first and not first.startswith(place):
        console.note(f"The {first} goes before the login; take it away for the login to be used.")
