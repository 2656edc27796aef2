"""`anybacklog simulate`: a fake service until it is interrupted."""

from __future__ import annotations

import json
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import click
from click.core import ParameterSource

from anybacklog.plugin import ConfigurationError

_HELP = """Run a fake of SERVICE on this machine, and print its URL and key. Stop it with Ctrl-C.

It forgets everything when it stops. --data FILE begins with what `POST /_simulator/dump` gave before."""
_ONLY_OF = {"plan": "nulab", "window": "nulab", "as_of": "nulab", "choose": "publicbacklog", "webhook": "publicbacklog"}


@click.command("simulate", help=_HELP)
@click.argument("service", type=click.Choice(["nulab", "publicbacklog"]))
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port on 127.0.0.1; 0 takes a free one.")
@click.option("--data", default="demo", metavar="demo|empty|FILE", help="What it holds at first.")
@click.option(
    "--plan",
    type=click.Choice(["paid", "free"]),
    default="paid",
    help="nulab: whose limits it has: of rates, files, custom fields.",
)
@click.option("--window", type=click.FloatRange(0.1), default=60.0, help="nulab: length of a rate window in seconds.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="nulab: answer with the fields of that day.")
@click.option(
    "--choose",
    multiple=True,
    metavar="NAME=WORD",
    help="publicbacklog: decide what its pages leave open; --choose help lists what.",
)
@click.option("--webhook", metavar="URL", help="publicbacklog: post what happens to this address of this machine.")
@click.option("--control", is_flag=True, help="Open POST /_simulator/... for faults, the clock and dumps.")
@click.pass_context
def command(ctx: click.Context, /, service: str, port: int, data: str, *, control: bool, **special: Any) -> None:
    """Serve until interrupted."""
    if find_spec("werkzeug") is None:
        raise ConfigurationError("the simulators need werkzeug: pip install 'anybacklog[simulators]'")
    _refuse_strangers(ctx, service)
    room = import_module(f"anybacklog_simulators.{service}.command")
    fake = room.fake(
        _held(room, data), control=control, **{name: special[name] for name in special if _is_of(service, name)}
    )
    try:
        server = fake.served(port)
    except OSError as error:
        raise ConfigurationError(f"port {port} cannot be used: {error.strerror}; --port 0 takes a free one") from error
    with server:
        for line in room.lines(fake, server.url.removeprefix("http://")):
            click.echo(line)
        server.wait()


def _refuse_strangers(ctx: click.Context, service: str) -> None:
    """Refuse an option of another service, which would change nothing."""
    for name in _ONLY_OF:
        if not _is_of(service, name) and ctx.get_parameter_source(name) is not ParameterSource.DEFAULT:
            raise click.UsageError(f"--{name.replace('_', '-')} is an option of {_ONLY_OF[name]}, not of {service}")


def _is_of(service: str, name: str) -> bool:
    return _ONLY_OF[name] == service


def _held(room: ModuleType, data: str) -> Any:
    """Give what the fake holds at first."""
    if data in room.STARTS:
        return room.STARTS[data]()
    try:
        return room.from_dump(json.loads(Path(data).read_text(encoding="utf-8")))
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise ConfigurationError(f"{data} is no dump of a simulator: {error}") from error
