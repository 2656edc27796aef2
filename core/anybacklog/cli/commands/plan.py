"""`anybacklog plan`: how a migration would go, written down for a person to edit."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from anybacklog.cli import console
from anybacklog.cli.everywhere import Command, Invocation
from anybacklog.cli.files import writable, write_whole

if TYPE_CHECKING:
    from anybacklog.migration import Plan
    from anybacklog.migration.plans.file import PlanFile

EPILOG = """\b
Examples:
  anybacklog plan nulab://example.backlog.com/PROJ nulab://other.backlog.com/NEW
  anybacklog plan nulab://example.backlog.com/PROJ sqlite:///copy.db -o copy.toml --mapping-csv mapping

Both ends are read, nothing is written to either. Edit the file, or the CSV, and run it again: what you changed stays,
and what is new is added. Then: anybacklog migrate SOURCE TARGET --plan plan.toml"""
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("plan", cls=Command, epilog=EPILOG)
@click.argument("source")
@click.argument("target")
@click.option(
    "-o", "--output", metavar="FILE", type=_FILE, default="plan.toml", callback=writable,
    help="The plan's file (default plan.toml); one that is there is added to; - is stdout.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print all that was found as JSON.")
@click.option("--html", "page", metavar="FILE", type=_FILE, callback=writable, help="Write it as HTML.")
@click.option(
    "--mapping-csv", "folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), callback=writable,
    help="Write the mappings as CSV, too; what was edited there goes into the plan.",
)  # fmt: skip
@click.option(
    "--fallback-folder", "kept", metavar="DIR", type=click.Path(file_okay=False, path_type=Path),
    help="Keep here what files the target cannot take; the plan says it then.",
)  # fmt: skip
@click.option("--ledger", metavar="FILE", type=_FILE, help="The migration's; without it: a file in the state folder.")
@click.pass_obj
def command(
    invocation: Invocation,
    /,
    source: str,
    target: str,
    output: Path,
    page: Path | None,
    folder: Path | None,
    kept: Path | None,
    ledger: Path | None,
    *,
    as_json: bool,
) -> None:
    """Say how SOURCE would be copied to TARGET: who stands for whom, what is lost, how many requests it takes."""
    from anybacklog.migration.plans.file import open_plan

    to_stdout = str(output) == "-"
    if to_stdout and as_json:
        raise click.UsageError("-o - and --json would both take stdout; name a file for the plan")
    file = open_plan(None if to_stdout else output, folder)
    made = _made(invocation, source, target, file, ledger, kept)
    written = file.written(made, {("files", "fallback_folder"): made.choices.fallback_folder} if kept else {})
    if to_stdout:
        console.write(written.text)
    else:
        write_whole(output, written.text)
    _write_beside(made, page, folder)
    if as_json:
        console.write_json(made.to_json())
    if not to_stdout:
        beside = ("--ledger", str(ledger)) if ledger is not None else ()
        call = (source, target, *invocation.said_again(), *beside)
        _tell(made, written.new if file.text is not None else (), output, call, quiet=as_json)


def _made(
    invocation: Invocation, source: str, target: str, file: PlanFile, ledger: Path | None, kept: Path | None
) -> Plan:
    from anybacklog.cli.progress import shown
    from anybacklog.migration import plan

    with invocation.open_both(source, target) as (one, other), shown(invocation) as show:
        return plan(
            one, other, edited=file.choices, ledger=ledger, progress=show, plugins=invocation.files(),
            fallback_folder=kept,
        )  # fmt: skip


def _write_beside(plan: Plan, page: Path | None, folder: Path | None) -> None:
    from anybacklog.migration.plans.page import render_plan
    from anybacklog.migration.plans.tables import tables

    if page is not None:
        write_whole(page, render_plan(plan))
    if folder is not None:
        folder.mkdir(exist_ok=True)
        for name, text in tables(plan):
            write_whole(folder / name, f"\ufeff{text}")


def _tell(
    plan: Plan,
    new: tuple[tuple[str, ...], ...],
    output: Path,
    call: tuple[str, ...],
    *,
    quiet: bool,
) -> None:
    from anybacklog.migration.choices import shown_key
    from anybacklog.migration.plans.findings import findings

    say = console.note if quiet else console.say
    for line in findings(plan):
        say(console.cell(line))
    for key in new:
        say(f"New in {output}: {console.cell(shown_key(key))}")
    again = shlex.join(["anybacklog", "migrate", *call, "--plan", str(output)])
    say(f"\nPlan: {output}")
    if plan.ledger is not None:
        say(f"Ledger: {plan.ledger}")
    say(f"Next: edit it, then {again}")
