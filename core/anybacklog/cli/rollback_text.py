"""A rollback, before it begins and when it is over, as a person reads it in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from anybacklog.cli.console import table_lines
from anybacklog.migration.reversal import Kept, Reversal
from anybacklog.redact import redact

_STATUS = {
    "done": "Done: nothing is left that this ledger created.",
    "partial": "Not all of it is gone: what is left is named below.",
    "dry-run": "Dry run: nothing was deleted.",
}


def prospect_lines(report: Reversal) -> Iterator[str]:
    """Say what would be deleted and what would be kept, before anything is."""
    tickets, words = report.counts["tickets"], report.counts["words"]
    yield f"{report.target}, as the ledger {report.ledger} knows it:"
    yield f"{tickets.planned - tickets.kept} of {tickets.planned} tickets would go, with all that hangs on them."
    if words.planned:
        yield f"{words.planned - words.kept} of {words.planned} words would go, unless something uses them."
    yield from left_lines(report.left)
    yield from map(redact, report.notes)


def reversal_lines(report: Reversal) -> Iterator[str]:
    """Give the report: counts, what is left and why."""
    yield report.target
    yield _STATUS[report.status]
    yield ""
    headers = ["", "PLANNED", "DELETED", "ALREADY", "KEPT", "FAILED"]
    rows = (
        [kind, *(str(number) for number in (each.planned, each.deleted, each.already, each.kept, each.failed))]
        for kind, each in report.counts.items()
    )
    yield from table_lines(headers, rows)
    yield from left_lines(report.left)
    yield from map(redact, report.notes)
    yield f"\nLedger: {report.ledger}"
    if any(each.kind == "ticket" and not each.failed and each.target_key for each in report.left):
        yield "Next: look at what was kept; --include-changed deletes the tickets among it, too"


def left_lines(left: Iterable[Kept]) -> Iterator[str]:
    """Name what is left in the target, each with its reasons."""
    rows = [
        [each.target_key or "", f"{each.kind} {each.id}", "failed" if each.failed else "kept", reasons(each)]
        for each in left
    ]
    if rows:
        yield "\nLeft in the target"
        yield from table_lines(["KEY", "ITEM", "HOW", "WHY"], rows)


def reasons(kept: Kept) -> str:
    """Give the reasons of one thing in one line."""
    return redact("; ".join(kept.reasons))
