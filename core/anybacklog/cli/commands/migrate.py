"""`anybacklog migrate`: every ticket of one tracker into another, exactly once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from anybacklog.cli import console
from anybacklog.cli.everywhere import Command, Invocation, warn_of_memory
from anybacklog.cli.files import writable, write_whole
from anybacklog.cli.reports import publish_json, reporting

if TYPE_CHECKING:
    from anybacklog.cli.progress import Show
    from anybacklog.migration.report import Fidelity, Report

EPILOG = """\b
Examples:
  anybacklog migrate nulab://example.backlog.com/PROJ sqlite:///copy.db --dry-run
  anybacklog migrate nulab://example.backlog.com/PROJ sqlite:///copy.db --report report.html

Interrupt it whenever you like: the same command goes on where it stopped, and finds nothing to do once it is done. It
asks before the first write when something would be lost; --yes and --plan answer that beforehand."""
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("migrate", cls=Command, epilog=EPILOG)
@click.argument("source")
@click.argument("target")
@click.option("--plan", metavar="PLAN.toml", type=click.Path(), help="Your choices of who and what stands for whom.")
@click.option("--ledger", metavar="FILE", type=_FILE, help="What remembers; without it: a file in the state folder.")
@click.option("--dry-run", is_flag=True, help="Read and plan, write nothing.")
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="Stop after N new tickets.")
@click.option("--only", metavar="KEY", multiple=True, help="Only this ticket of the source; repeatable.")
@click.option("--sample", type=click.Choice(["worst"]), help="Only the ten tickets with the most text and files.")
@click.option("--refresh", is_flag=True, help="Read the source again instead of what an earlier run has read.")
@click.option("--no-marks", is_flag=True, help="Write no marks: a lost ledger cannot be rebuilt then.")
@click.option("--rebuild-ledger", is_flag=True, help="Learn from the target's marks what an unknown ledger had done.")
@click.option(
    "--fallback-folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path),
    help="Keep here what files the target cannot take; a comment names each.",
)  # fmt: skip
@click.option(
    "--redirect-map", metavar="FILE", type=_FILE, callback=writable,
    help="Write the old and the new key and address of every ticket: .csv or .jsonl.",
)  # fmt: skip
@click.option("--report", "page", metavar="FILE", type=_FILE, callback=writable, help="Write the report as HTML.")
@click.option("--json-report", metavar="FILE", type=_FILE, callback=writable, help="Write it as JSON; - is stdout.")
@click.option("--yes", is_flag=True, help="Accept what will be lost.")
@click.pass_obj
def command(
    invocation: Invocation,
    /,
    source: str,
    target: str,
    page: Path | None,
    json_report: Path | None,
    *,
    yes: bool,
    **options: Any,
) -> None:
    """Copy every ticket of SOURCE, with comments, files and links, into TARGET, exactly once."""
    confirm = None if yes or options["plan"] else _asked
    invocation.resumable = not options["dry_run"]
    with reporting(invocation, json_report, page):
        report = _migrate(invocation, source, target, confirm, **options)
    invocation.settled = 1 if report.failures or report.altered else 0
    _publish(report, (source, target, invocation.said_again()), page, json_report)
    if invocation.settled:
        raise click.exceptions.Exit(1)


def _migrate(
    invocation: Invocation,
    source: str,
    target: str,
    confirm: Callable[[Show, Sequence[Fidelity]], bool] | None,
    *,
    ledger: Path | None,
    dry_run: bool,
    no_marks: bool,
    **options: Any,
) -> Report:
    from anybacklog.cli.progress import shown
    from anybacklog.migration import default_ledger, migrate

    def begun() -> None:
        if ledger is None and not dry_run:
            console.note(f"The ledger of this migration is {default_ledger(one, other)}")

    with invocation.open_both(source, target) as (one, other), shown(invocation, begun) as show:
        if not dry_run:
            warn_of_memory(other)
        report = migrate(
            one,
            other,
            ledger=ledger,
            dry_run=dry_run,
            marks=not no_marks,
            confirm=(lambda losses: confirm(show, losses)) if confirm else None,
            progress=show,
            say=lambda line: _said(show, line),
            plugins=invocation.files(),
            **options,
        )
    if dry_run and not Path(report.ledger).exists():
        report.ledger = ""  # it was a file for the run alone
    return report


def _said(show: Show, line: str) -> None:
    show.rest()
    console.note(f"Before the first write: {line}")


def _asked(show: Show, losses: Sequence[Fidelity]) -> bool:
    from anybacklog.cli.report_text import fidelity_lines

    show.rest()
    console.note("The target cannot hold everything:")
    for line in fidelity_lines(losses):
        console.note(line)
    return console.ask(
        "Go on and lose this?",
        otherwise="something would be lost, and there is no terminal to ask on; add --yes, or give a --plan",
    )


def _publish(
    report: Report, call: tuple[str, str, tuple[str, ...]], page: Path | None, json_report: Path | None
) -> None:
    from anybacklog.cli.report_text import report_lines
    from anybacklog.migration.page import render

    if page is not None:
        write_whole(page, render(report, None))
    to_stdout = publish_json(report.to_json(), json_report)
    for line in report_lines(report, *call):
        (console.note if to_stdout else console.say)(line)
    if page is not None:
        console.note(f"Report: {page}")
