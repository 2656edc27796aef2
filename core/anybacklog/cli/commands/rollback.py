"""`anybacklog rollback`: what a migration created is deleted, and nothing else."""

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
    from anybacklog.migration.reversal import Reversal

EPILOG = """\b
Examples:
  anybacklog rollback sqlite:///copy.db --dry-run
  anybacklog rollback nulab://example.backlog.com/COPY --ledger move.db

A ticket that somebody changed or added to since is kept and named. Exit code 1 when anything is left, 0 when nothing
is. Interrupt it whenever you like: the same command goes on, and `migrate` may begin again at any time."""
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("rollback", cls=Command, epilog=EPILOG)
@click.argument("target")
@click.option("--ledger", metavar="FILE", type=_FILE, help="The migration's; without it: the one in the state folder.")
@click.option("--include-changed", is_flag=True, help="Delete what somebody changed or added to since, too.")
@click.option("--dry-run", is_flag=True, help="Say what would be deleted and kept, delete nothing.")
@click.option("--json-report", metavar="FILE", type=_FILE, callback=writable, help="Write it as JSON; - is stdout.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def command(
    invocation: Invocation,
    /,
    target: str,
    ledger: Path | None,
    json_report: Path | None,
    *,
    include_changed: bool,
    dry_run: bool,
    yes: bool,
) -> None:
    """Delete from TARGET what was migrated there, the last first; says what goes and what stays, and asks."""
    from anybacklog.cli.progress import shown
    from anybacklog.cli.rollback_text import reversal_lines
    from anybacklog.migration.reversal import rollback

    if not (yes or dry_run or console.interactive()):
        raise ConfigurationError("rollback deletes for good and there is no terminal to ask on; add --yes")
    invocation.resumable = not dry_run
    with reporting(invocation, json_report), invocation.open(target) as tracker, shown(invocation) as show:
        report = rollback(
            tracker,
            ledger=ledger,
            include_changed=include_changed,
            dry_run=dry_run,
            confirm=None if yes else lambda found: _asked(show, found),
            progress=show,
            plugins=invocation.files(),
        )
    invocation.settled = 1 if report.left else 0
    to_stdout = publish_json(report.to_json(), json_report)
    for line in reversal_lines(report):
        (console.note if to_stdout else console.say)(line)
    if report.left:
        raise click.exceptions.Exit(1)


def _asked(show: Show, found: Reversal) -> bool:
    from anybacklog.cli.rollback_text import prospect_lines

    show.rest()
    for line in prospect_lines(found):
        console.note(line)
    return console.ask("Delete this for good?", otherwise="there is no terminal to ask on; add --yes")
