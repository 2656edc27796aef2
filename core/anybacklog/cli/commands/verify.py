"""`anybacklog verify`: both ends read afresh and compared; offline, the target with what was read of the source."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from anybacklog.cli import console
from anybacklog.cli.everywhere import Command, Invocation
from anybacklog.cli.files import writable
from anybacklog.cli.reports import publish_json, reporting

if TYPE_CHECKING:
    from anybacklog.tracker import Tracker

EPILOG = """\b
Examples:
  anybacklog verify nulab://example.backlog.com/PROJ sqlite:///copy.db --json-report differences.json
  anybacklog verify nulab://example.backlog.com/PROJ sqlite:///copy.db --offline

Exit code 1 when there is a difference, 0 when there is none. Where it could not compare everything it says so, with
exit code 1 or 3, and prints nothing."""
UNCOMPARED = "Not everything was compared, so nobody knows whether there are differences: verify again."
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("verify", cls=Command, epilog=EPILOG)
@click.argument("source")
@click.argument("target")
@click.option("--ledger", metavar="FILE", type=_FILE, help="The migration's; without it: the one in the state folder.")
@click.option("--offline", is_flag=True, help="Ask SOURCE nothing: go by what was read of it, beside the ledger.")
@click.option("--json-report", metavar="FILE", type=_FILE, callback=writable, help="Write it as JSON; - is stdout.")
@click.pass_obj
def command(
    invocation: Invocation, source: str, target: str, ledger: Path | None, json_report: Path | None, *, offline: bool
) -> None:
    """Compare what was migrated from SOURCE to TARGET, content and files, and print every difference."""
    from anybacklog.cli.progress import shown
    from anybacklog.cli.report_text import verification_lines
    from anybacklog.migration import verify

    invocation.unless_done = UNCOMPARED
    with (
        reporting(invocation, json_report),
        _ends(invocation, source, target, offline=offline) as (one, other),
        shown(invocation) as show,
    ):
        found = verify(one, other, ledger=ledger, offline=offline, progress=show, plugins=invocation.files())
    invocation.settled = 1 if found.differences else 0
    to_stdout = publish_json(found.to_json(), json_report)
    for line in verification_lines(found):
        (console.note if to_stdout else console.say)(line)
    if found.differences:
        raise click.exceptions.Exit(1)


@contextmanager
def _ends(
    invocation: Invocation, source: str, target: str, *, offline: bool
) -> Iterator[tuple[Tracker | str, Tracker]]:
    """Open what will be asked; a source that is not asked needs no key, and no plugin either."""
    if offline:
        with invocation.open_target(target) as other:
            yield source, other
    else:
        with invocation.open_both(source, target) as both:
            yield both
