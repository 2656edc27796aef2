"""Whether somebody changed a ticket while a write of its fields was in doubt. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from anybacklog.model import Text, Ticket


def prints_before(ticket: Ticket, changes: Mapping[str, Any]) -> dict[str, str]:
    """Recognise what a ticket holds of the fields that are about to be set: field -> fingerprint.

    Left out are those that may come back otherwise than they were sent: texts, custom fields, instants.
    """
    as_sent = (name for name, wanted in changes.items() if not isinstance(wanted, Text | Mapping | datetime))
    return {name: _print(getattr(ticket, name, None)) for name in as_sent}


def changed_meanwhile(ticket: Ticket, changes: Mapping[str, Any], before: Mapping[str, str]) -> Iterator[str]:
    """Name the fields that hold neither what was to be set nor what they held before."""
    for name, was in before.items():
        if _print(getattr(ticket, name, None)) not in (was, _print(changes.get(name))):
            yield name


def _print(value: object) -> str:
    told = tuple(value) if isinstance(value, list) else value
    return hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()[:16]
