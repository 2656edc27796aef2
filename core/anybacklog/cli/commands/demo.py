"""`anybacklog demo`: the main job, on a bundled project and two files."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from anybacklog.cli import console
from anybacklog.cli.everywhere import Command, Invocation
from anybacklog.cli.files import write_whole

if TYPE_CHECKING:
    from anybacklog.migration import Report, Verification

EPILOG = """\b
Examples:
  anybacklog demo
  anybacklog demo /tmp/try

It leaves source.db, target.db, ledger.db and report.html in DIR. Run it again on the same DIR: it goes on where it was
interrupted, and otherwise finds nothing to do. Delete DIR when you have seen enough."""


@click.command("demo", cls=Command, epilog=EPILOG)
@click.argument("folder", metavar="[DIR]", type=click.Path(file_okay=False, path_type=Path), default="anybacklog-demo")
@click.pass_obj
def command(invocation: Invocation, folder: Path) -> None:
    """Migrate a small fictional project from one file to another and verify it; no account, no network.

    DIR is made if it is not there; without it: anybacklog-demo in the current folder.
    """
    from anybacklog.cli.demo_project import load_project

    folder.mkdir(parents=True, exist_ok=True)
    project = load_project()
    folder = folder.resolve()
    source, target = (_url(folder / name, project["key"]) for name in ("source.db", "target.db"))
    invocation.resumable = True
    _make_source(invocation, folder / "source.db", project)
    report, verification = _migrate(invocation, source, target, folder)
    invocation.settled = 1 if report.failures or verification.differences else 0
    for line in _told(project["name"], source, target, folder, report, verification):
        console.say(line)
    if invocation.settled:
        raise click.exceptions.Exit(invocation.settled)


def _url(file: Path, project: str) -> str:
    from anybacklog.location import Location

    segments = tuple(file.as_posix().split("/"))
    return str(Location(scheme="sqlite", segments=segments, options={"project": project}))


def _make_source(invocation: Invocation, file: Path, project: dict[str, str]) -> None:
    """Write the project under another name first: a source.db that is there is whole."""
    from anybacklog.cli.demo_project import fill
    from anybacklog.errors import ConfigurationError, NotFound

    if file.exists():
        with invocation.open(_url(file, project["key"])) as tracker:
            try:
                tracker.count_tickets()
            except NotFound:
                raise ConfigurationError(f"{file} is not the demo's; give demo another folder") from None
        return
    part = file.with_name("source.db.part")
    for left in file.parent.glob(f"{part.name}*"):
        left.unlink()
    with invocation.open(_url(part, project["key"])) as tracker:
        fill(tracker, project)
    part.rename(file)


def _migrate(invocation: Invocation, source: str, target: str, folder: Path) -> tuple[Report, Verification]:
    from anybacklog.cli.progress import shown
    from anybacklog.migration import migrate, verify
    from anybacklog.migration.page import render

    ledger = folder / "ledger.db"
    with invocation.open(source) as one, invocation.open(target) as other, shown(invocation) as show:
        report = migrate(one, other, ledger=ledger, refresh=True, progress=show)
        verification = verify(one, other, ledger=ledger, progress=show)
    write_whole(folder / "report.html", render(report, verification))
    return report, verification


def _told(
    name: str, source: str, target: str, folder: Path, report: Report, verification: Verification
) -> Iterator[str]:
    from anybacklog.cli.report_text import count_lines, report_lines, verification_lines

    yield f"{name}: a fictional project, copied from one file to another."
    if not any(counts.created for counts in report.counts.values()):
        yield "An earlier run had copied everything; nothing was done twice."
    yield f"\n  source  {source}\n  target  {target}\n"
    yield from count_lines(report) if report.clean else report_lines(report, source, target)
    yield from ("", *verification_lines(verification))
    yield f"\nReport: {folder / 'report.html'}"
    yield "\nTry:"
    words = (["ls", target, "--status", "open"], ["show", target, "KOMO-4"], ["demo", str(folder)])
    yield from (f"  {shlex.join(['anybacklog', *each])}" for each in words)
