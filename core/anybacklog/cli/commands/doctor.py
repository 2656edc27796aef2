"""`anybacklog doctor`: what is installed, what is reached, and what is wrong, in one sentence each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from anybacklog.cli import console
from anybacklog.cli.everywhere import Command, Invocation

if TYPE_CHECKING:
    from anybacklog.cli.checks import Check
    from anybacklog.cli.checks.keyed import Search

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
    """Look at the installation, the configuration and, with URL, a tracker: the key's owner, limits, the clock."""
    from anybacklog.cli.checks import code_of
    from anybacklog.cli.checks.keyed import Search

    search = Search()
    seen = list(_told(_checks(invocation, url, search), invocation, search, aloud=form == "text"))
    code = code_of(seen)
    problems = sum(check.state == "problem" for check in seen)
    if form == "json":
        _write(invocation, url, search, seen, problems, code)
    else:
        console.say(f"{problems} problem{'s' * (problems > 1)}" if problems else "OK")
    if code:
        raise click.exceptions.Exit(code)


def _checks(invocation: Invocation, url: str | None, search: Search) -> Iterator[Check]:
    from anybacklog.cli.checks.configured import configuration
    from anybacklog.cli.checks.installed import environment, installed
    from anybacklog.cli.checks.target import looked_at

    registry = invocation.registry()
    yield from installed(registry)
    yield from environment()
    yield from configuration(registry)
    if url is not None:
        yield from looked_at(url, registry, search, key_env=invocation.key_env, traffic=invocation.traffic())


def _told(checks: Iterator[Check], invocation: Invocation, search: Search, *, aloud: bool) -> Iterator[Check]:
    """Pass the checks on, each printed as soon as it is there."""
    from anybacklog.redact import redact

    for check in checks:
        if aloud:
            text = redact(check.sentence(), _secrets(invocation, search))
            console.say(f"{check.state:<7}  {check.name:<13}  {console.cell(text)}")
        yield check


def _write(
    invocation: Invocation, url: str | None, search: Search, seen: list[Check], problems: int, code: int
) -> None:
    from anybacklog.redact import redact_url

    secrets = _secrets(invocation, search)
    console.write_json(
        {
            "url": url and redact_url(url, secrets),
            "checks": [check.to_json(secrets) for check in seen],
            "problems": problems,
            "code": code,
        }
    )


def _secrets(invocation: Invocation, search: Search) -> list[str]:
    from anybacklog.cli.outcome import secrets_of

    return [*secrets_of(invocation), *([search.found.secret] if search.found else [])]
