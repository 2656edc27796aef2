"""`anybacklog simulate`: a fake service until it is interrupted."""

from __future__ import annotations

import json
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from anybacklog.plugin import ConfigurationError

if TYPE_CHECKING:
    from anybacklog_simulators.nulab import Space

_HELP = """Run a fake of SERVICE on this machine, and print its URL and key. Stop it with Ctrl-C.

It forgets everything when it stops. --data FILE begins with what `POST /_simulator/dump` gave before."""


@click.command("simulate", help=_HELP)
@click.argument("service", type=click.Choice(["nulab"]))
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port on 127.0.0.1; 0 takes a free one.")
@click.option("--data", default="demo", metavar="demo|empty|FILE", help="What it holds at first.")
@click.option(
    "--plan",
    type=click.Choice(["paid", "free"]),
    default="paid",
    help="Whose limits it has: of rates, files, custom fields.",
)
@click.option("--window", type=click.FloatRange(0.1), default=60.0, help="Length of a rate window in seconds.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Answer with the fields of that day.")
@click.option("--control", is_flag=True, help="Open POST /_simulator/... for faults, the clock and dumps.")
def command(
    service: str, port: int, data: str, plan: str, window: float, as_of: datetime | None, *, control: bool
) -> None:
    """Serve until interrupted."""
    if find_spec("werkzeug") is None:
        raise ConfigurationError("the simulators need werkzeug: pip install 'anybacklog[simulators]'")
    from anybacklog_simulators import nulab

    space = _space(data)
    if plan == "free":
        space.licence = nulab.free_licence()
    if as_of is not None:
        space.choices.as_of = as_of.date()
    rates = nulab.Rates(dict(nulab.FREE if plan == "free" else nulab.PAID), length=window)
    fake = nulab.simulator(space, rates=rates, control=control)
    try:
        server = fake.served(port)
    except OSError as error:
        raise ConfigurationError(f"port {port} cannot be used: {error.strerror}; --port 0 takes a free one") from error
    with server:
        for line in _lines(service, server.url, space):
            click.echo(line)
        server.wait()


def _lines(service: str, url: str, space: Space) -> list[str]:
    host = url.removeprefix("http://")
    lines = [f"url {service}+http://{host}/{project.key}" for project in space.projects.values()]
    owner = space.users[space.owner_id]
    return [*lines, f"key {owner.keys[0]}"]


def _space(data: str) -> Space:
    from anybacklog_simulators import nulab

    if data in ("demo", "empty"):
        return nulab.demo_space() if data == "demo" else nulab.empty_space()
    try:
        given: Any = json.loads(Path(data).read_text(encoding="utf-8"))
        space = nulab.space_from(given)
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise ConfigurationError(f"{data} is no dump of a simulator: {error}") from error
    if not any(user.keys for user in space.users.values()) or space.owner_id not in space.users:
        raise ConfigurationError(f"{data} holds nobody with a key; a dump of a simulator does")
    return space
