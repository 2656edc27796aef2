"""`anybacklog repair`: what verify named is written again, and what is held is settled."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from anybacklog.cli import console
from anybacklog.cli.everywhere import Command, Invocation
from anybacklog.cli.files import writable
from anybacklog.cli.reports import publish_json, reporting
from anybacklog.errors import ConfigurationError

if TYPE_CHECKING:
    from anybacklog.cli.progress import Show
    from anybacklog.migration.mending import Mending

EPILOG = """\b
Examples:
  anybacklog repair nulab://example.backlog.com/PROJ sqlite:///copy.db --dry-run
  anybacklog repair nulab://example.backlog.com/PROJ sqlite:///copy.db --settle comment:5=there:812

It writes what verify names as missing or altered, deletes nothing, and verifies again. What is extra, doubled or held
is named. Exit code 1 when anything is left, 0 when nothing is."""
_FILE = click.Path(dir_okay=False, path_type=Path)


def _words(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> dict[str, str]:  # noqa: ARG001  # click's shape
    words = dict(each.partition("=")[::2] for each in value)
    for item, word in words.items():
        if word != "absent" and not word.startswith("there:"):
            raise click.BadParameter(f"{item}={word}: write ITEM=there:ID or ITEM=absent, as in comment:5=absent")
    return words


@click.command("repair", cls=Command, epilog=EPILOG)
@click.argument("source")
@click.argument("target")
@click.option("--ledger", metavar="FILE", type=_FILE, help="The migration's; without it: the one in the state folder.")
@click.option("--plan", metavar="PLAN.toml", type=_FILE, help="Go by these choices from now on.")
@click.option(
    "--settle", metavar="ITEM=WORD", multiple=True, callback=_words,
    help="Say of a held item there:ID or absent; repeatable.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would be written, write nothing.")
@click.option("--json-report", metavar="FILE", type=_FILE, callback=writable, help="Write it as JSON; - is stdout.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def command(
    invocation: Invocation,
    /,
    source: str,
    target: str,
    ledger: Path | None,
    plan: Path | None,
    settle: dict[str, str],
    json_report: Path | None,
    *,
    dry_run: bool,
    yes: bool,
) -> None:
    """Mend in TARGET what differs from SOURCE: says first what is written, and asks."""
    from anybacklog.cli.progress import shown
    from anybacklog.cli.repair_text import mending_lines
    from anybacklog.migration.mending import repair

    if not (yes or dry_run or console.interactive()):
        raise ConfigurationError("repair writes to the target and there is no terminal to ask on; add --yes")
    invocation.resumable = not dry_run
    with (
        reporting(invocation, json_report),
        invocation.open_both(source, target) as (one, other),
        shown(invocation) as show,
    ):
        report = repair(
            one,
            other,
            ledger=ledger,
            plan=plan,
            settle=settle,
            dry_run=dry_run,
            confirm=None if yes else lambda found: _asked(show, found),
            progress=show,
            plugins=invocation.files(),
        )
    invocation.settled = 0 if report.clean else 1
    to_stdout = publish_json(report.to_json(), json_report)
    for line in mending_lines(report):
        (console.note if to_stdout else console.say)(line)
    if not report.clean:
        raise click.exceptions.Exit(1)


def _asked(show: Show, found: Mending) -> bool:
    from anybacklog.cli.repair_text import step_lines

    show.rest()
    for line in step_lines(found):
        console.note(line)
    return console.ask("Write this?", otherwise="there is no terminal to ask on; add --yes")
