"""A repair, before it begins and when it is over, as a person reads it in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from anybacklog.cli.console import table_lines
from anybacklog.cli.report_text import several, verification_lines
from anybacklog.migration.mending import Mending
from anybacklog.redact import redact

_STATUS = {
    "done": "Done: both ends agree.",
    "partial": "Not all of it could be mended: what is left is named below.",
    "dry-run": "Dry run: nothing was written.",
}
_SHOWN = 50


def step_lines(report: Mending) -> Iterator[str]:
    """Say what is written: nothing is ever deleted."""
    them = "it" if report.named == 1 else "them"
    yield f"{several(report.named, 'difference')}, {several(len(report.steps), 'step')} to mend {them}:"
    for step in report.steps[:_SHOWN]:
        yield f"  {step}"
    if len(report.steps) > _SHOWN:
        yield f"  and {len(report.steps) - _SHOWN} more; --json-report names them all"


def mending_lines(report: Mending) -> Iterator[str]:
    """Give the report: what was settled and written, what failed or is held, what still differs."""
    yield f"{report.source} -> {report.target}"
    yield _STATUS[report.status]
    yield from (f"Settled: {each}" for each in report.settled)
    if report.steps:
        yield from step_lines(report)
    rows = [
        [each.source_key, each.item, "held" if each.held else "failed", redact(each.error)] for each in report.failures
    ]
    yield from table_lines(["KEY", "ITEM", "HOW", "WHY"], rows) if rows else ()
    yield from map(redact, report.notes)
    yield ""
    yield from verification_lines(report.left)
    yield f"Ledger: {report.ledger}"
