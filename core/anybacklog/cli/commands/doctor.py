"""`anybacklog doctor`: what is installed, what is reached, and what is wrong, in one sentence each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from anybacklog.cli import console
from anybacklog.cli.everywhere import Command, Invocation

if TYPE_CHECKING:
    from anybacklog.cli.checks import Check

EPILOG = """\b
Examples:
  anybacklog doctor
  anybacklog doctor nulab://example.backlog.com/PROJ
  anybacklog doctor work --format json

It only reads, and goes on after a problem to look at the rest. Exit codes: 0 no problem; else that of the worst one: 3
credentials or permission refused, 2 usage or configuration, 1 anything else."""


@click.command("doctor", cls=Command, epilog=EPILOG)
@click.argument("url", required=False)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_obj
def command(invocation: Invocation, url: str | None, form: str) -> None:
    """Look at what is installed and configured and, with URL, at a tracker: its key, limits, clock, your role."""
    from anybacklog.cli.checks import code_of

    checks = _checks(invocation, url)
    seen = list(checks) if form == "json" else list(map(_told, checks))
    problems, code = sum(check.state == "problem" for check in seen), code_of(seen)
    if form == "json":
        _write(url, seen, problems, code)
    else:
        console.say(f"{problems} problem{'s' * (problems > 1)}" if problems else "OK")
    if code:
        raise click.exceptions.Exit(code)


def _checks(invocation: Invocation, url: str | None) -> Iterator[Check]:
    from anybacklog.cli.checks.configured import configuration
    from anybacklog.cli.checks.installed import environment, installed
    from anybacklog.cli.checks.target import looked_at

    registry = invocation.registry()
    yield from installed(registry)
    yield from environment()
    yield from configuration(registry)
    if url is not None:
        yield from looked_at(url, registry, key_env=invocation.key_env, traffic=invocation.traffic())


def _told(check: Check) -> Check:
    """Print a check as soon as it is there."""
    from anybacklog.redact import redact

    console.say(f"{check.state:<7}  {check.name:<13}  {console.cell(redact(check.sentence()))}")
    return check


def _write(url: str | None, seen: list[Check], problems: int, code: int) -> None:
    from anybacklog.redact import redact_url

    checks = [check.to_json() for check in seen]
    console.write_json({"url": url and redact_url(url), "checks": checks, "problems": problems, "code": code})
