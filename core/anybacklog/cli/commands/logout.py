"""`anybacklog logout`: a login forgotten."""

from __future__ import annotations

import click

from anybacklog.cli import console
from anybacklog.cli.everywhere import Command, Invocation

EPILOG = """\b
Example:
  anybacklog logout nulab://example.backlog.com"""


@click.command("logout", cls=Command, epilog=EPILOG)
@click.argument("url")
@click.pass_obj
def command(invocation: Invocation, url: str) -> None:
    """Forget the login at a service: its tokens are deleted here. Where nobody is logged in nothing happens."""
    from anybacklog.config import Logins
    from anybacklog.connection import find_target

    target = find_target(url, plugins=invocation.files())
    target.endpoints()  # refuses a backend without logins
    logins = Logins()
    if not logins.has(target.address):
        console.note(f"Nobody is logged in at {target.address}.")
        return
    with logins.locked(target.address):
        logins.forget(target.address)
    console.note(f"The login at {target.address} is forgotten. The service itself ends it when its tokens run out.")
