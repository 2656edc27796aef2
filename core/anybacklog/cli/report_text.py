"""A migration's report, and a verification's, as a person reads them in a terminal."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from typing import Any

from anybacklog.cli.console import cell, table_lines
from anybacklog.migration.report import Difference, Failure, Fidelity, Report, Verification, in_utc
from anybacklog.redact import redact

LONGEST = 200
_STATUS = {
    "done": "Done: everything is in the target.",
    "partial": "Partial: there is more to copy; run the same command again and it goes on.",
    "dry-run": "Dry run: nothing was written.",
}

_NAMED_ALONE = "Done with the tickets that were chosen; the others were not asked for."


def report_lines(report: Report, source: str, target: str, options: tuple[str, ...] = ()) -> Iterator[str]:
    """Give the report: counts, what is not kept as it was, failures, where things are, what to do next.

    `options` are those of the call that the next command needs, too.
    """
    yield f"{source} -> {target}"
    yield from _outcome(report)
    yield ""
    yield from count_lines(report)
    yield from _section("How the fields arrive", fidelity_lines(report.fidelity))
    yield from _section("Failed or held", _failures(report.failures))
    yield from _section("Notes", map(redact, report.notes))
    yield ""
    yield from _next(report, (source, target, *options))


def _outcome(report: Report) -> Iterator[str]:
    """Say how it went, and no more than is so."""
    changed = f"{several(report.altered, 'text')} came back changed by the target; verify names each"
    if report.clean and report.altered and report.status == "done":
        yield f"Done, but {changed}."
        return
    yield _status(report) if report.clean else _trouble(report.failures)
    if report.altered:
        yield f"{changed}."


def _status(report: Report) -> str:
    return _NAMED_ALONE if _named_alone(report) else _STATUS[report.status]


def _named_alone(report: Report) -> bool:
    """Tell whether a run that was partial by its own choice (--only, --sample) has nothing left of that choice."""
    tickets = report.counts["tickets"]
    done = tickets.created + tickets.already + tickets.failed + tickets.held
    return report.status == "partial" and done >= tickets.planned


def count_lines(report: Report) -> Iterator[str]:
    """Give what became of each kind of item."""
    headers = ["", "PLANNED", "CREATED", "ALREADY", "FAILED", "HELD"]
    rows = (
        [kind, *(str(number) for number in (each.planned, each.created, each.already, each.failed, each.held))]
        for kind, each in report.counts.items()
    )
    return table_lines(headers, rows)


def fidelity_lines(rows: Iterable[Fidelity]) -> Iterator[str]:
    """Give what is lost first, then what is emulated; fields kept as they were are only named."""
    known = list(rows)
    shown = [row for level in ("lost", "emulated") for row in known if row.level == level]
    yield from table_lines(
        ["FIELD", "HOW", "COUNT", "WHY"], ([row.field, row.level, str(row.count), row.reason] for row in shown)
    )
    native = [f"{row.field} ({row.count})" for row in known if row.level == "native"]
    if native:
        yield f"Kept as they are: {', '.join(native)}"


def verification_lines(found: Verification) -> Iterator[str]:
    """Give each difference with both keys and both values, then what was checked."""
    for difference in found.differences:
        yield from _difference(difference)
    checked = ", ".join(several(getattr(found, f"{noun}s"), noun) for noun in ("ticket", "comment", "attachment"))
    count = several(len(found.differences), "difference") if found.differences else "no differences"
    if found.source_read_at is not None:
        yield f"The source as it was read at {in_utc(found.source_read_at.replace(microsecond=0))}"
    for name, why in sorted(found.unverified.items()):
        yield f"Not verified: {name}: {why}"
    yield f"Checked {checked}: {count}."


def _trouble(failures: list[Failure]) -> str:
    held = sum(failure.held for failure in failures)
    told = [several(len(failures) - held, "item") + " failed"] if held < len(failures) else []
    told += [several(held, "item") + " held"] if held else []
    again = "; run the same command again to try what failed once more" if held < len(failures) else ""
    return f"{' and '.join(told)}, each named below{again}."


def _failures(failures: Iterable[Failure]) -> Iterator[str]:
    rows = ([each.source_key, each.item, each.when, redact(each.error)] for each in failures)
    return table_lines(["KEY", "ITEM", "STAGE", "WHY"], rows)


def _next(report: Report, call: tuple[str, ...]) -> Iterator[str]:
    if report.status == "dry-run":
        yield "Next: the same command without --dry-run"
        return
    yield f"Ledger: {report.ledger}"
    if report.status == "partial":
        without = " without --only or --sample" if _named_alone(report) else ""
        yield f"Next: the same command{without} goes on with the rest"
        return
    yield f"Next: {shlex.join(['anybacklog', 'verify', *call, '--ledger', report.ledger])}"


def _section(title: str, lines: Iterator[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        if number == 0:
            yield f"\n{title}"
        yield line


def _difference(difference: Difference) -> Iterator[str]:
    keys = f"{difference.source_key or '(nothing)'} -> {difference.target_key or '(nothing)'}"
    item = "" if difference.kind == "ticket" else f" {difference.kind} {difference.id}"
    yield f"{keys}{item}: {difference.field}"
    yield f"  source: {_shown(difference.source)}"
    yield f"  target: {_shown(difference.target)}"


def _shown(value: Any) -> str:
    text = cell(str(value)) if value is not None else "(nothing)"
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}… ({len(text)} characters; --json-report has them all)"


def several(number: int, noun: str) -> str:
    """Count things as a person does."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
