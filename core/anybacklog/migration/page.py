"""The report as one self-contained page: no scripts, nothing fetched, light and dark."""

from __future__ import annotations

import re
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from anybacklog.migration.report import Report, Verification
from anybacklog.redact import redact

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
LEVELS = ("lost", "emulated", "native")


def render(report: Report, verification: Verification | None) -> str:
    """Give the page's HTML, in UTF-8 once encoded; every value is escaped, and no secret is in it."""
    template = environment().get_template("report.html.j2")
    fidelity = sorted(report.fidelity, key=lambda row: (LEVELS.index(row.level), row.field))
    return template.render(report=report, fidelity=fidelity, verification=verification)


def render_stopped(why: str) -> str:
    """Give the page of a run that has no result: `why`, in a sentence without secrets."""
    return environment().get_template("stopped.html.j2").render(why=why)


def environment() -> Environment:
    """Give what pages are made with: everything escaped, nothing that no page may hold."""
    made = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        loader=PackageLoader("anybacklog.migration", ""),
    )
    made.filters["redacted"] = redact
    return made


def _printable(value: Any) -> Any:
    """Replace what no page may hold: control characters and halves of surrogate pairs."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", value) if isinstance(value, str) else value
