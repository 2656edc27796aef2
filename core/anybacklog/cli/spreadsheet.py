"""Tickets as CSV (RFC 4180, UTF-8): a flat view, one line each, the columns those of the ticket in JSON."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from anybacklog.forms import dump
from anybacklog.model import Ticket

COLUMNS = tuple(each.name for each in fields(Ticket) if each.name != "raw")


def write_csv(tickets: Iterable[Ticket]) -> None:
    """Print a header and a line per ticket as it comes; no header when the first cannot be had."""
    rows = csv.writer(sys.stdout)
    headed = False
    for ticket in tickets:
        if not headed:
            rows.writerow(COLUMNS)
            headed = True
        rows.writerow(flat(value) for value in dump(ticket).values())
    if not headed:
        rows.writerow(COLUMNS)


def flat(value: Any) -> str:
    """Make one cell: a noun is its name, a text its source, a custom field `name=value`, a link `kind target`."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(map(flat, value))
    if not isinstance(value, dict):
        return str(value)
    if "value" in value:
        return f"{value['name']}={flat(value['value'])}"
    if "target" in value:
        return f"{value['kind']} {value['target']}"
    return str(value["source"] if "source" in value else value["name"])
