"""The report as one self-contained page: no scripts, nothing fetched, light and dark."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined

from anybacklog.migration.report import Report, Verification
from anybacklog.redact import redact

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
LEVELS = ("lost", "emulated", "native")


def render(report: Report, verification: Verification | None) -> str:
    """Give the page's HTML, in UTF-8 once encoded; every value is escaped, and no secret is in it."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, finalize=_printable, trim_blocks=True)
    environment.filters["redacted"] = redact
    template = environment.from_string(files("anybacklog.migration").joinpath("report.html.j2").read_text("utf-8"))
    fidelity = sorted(report.fidelity, key=lambda row: (LEVELS.index(row.level), row.field))
    return template.render(report=report, fidelity=fidelity, verification=verification)


def _printable(value: Any) -> Any:
    """Replace what no page may hold: control characters and halves of surrogate pairs."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", value) if isinstance(value, str) else value
