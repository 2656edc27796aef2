"""What the embedded stores have in common: what they can hold, and what a new project in one starts with."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import TypeAlias

from anybacklog.abilities import (
    ALL_TEXT_FORMATS,
    METADATA_KINDS,
    Abilities,
    Answer,
    Listing,
    References,
    Settle,
    everything_native,
)
from anybacklog.backend import Metadata
from anybacklog.model import Priority, Resolution, Status, TicketType
from anybacklog.query import FILTERS, ORDERS

Clock: TypeAlias = Callable[[], datetime]

DEFAULT_PROJECT = "DEFAULT"
DEFAULT_TYPE = "Task"
DEFAULT_PRIORITY = "Normal"
DEFAULT_METADATA: tuple[Metadata, ...] = (
    Status(id="", name="Open", category="open"),
    Status(id="", name="In progress", category="in_progress"),
    Status(id="", name="Resolved", category="done"),
    Status(id="", name="Closed", category="done"),
    *(TicketType(id="", name=name) for name in (DEFAULT_TYPE, "Bug", "Request", "Other")),
    *(Priority(id="", name=name) for name in ("High", DEFAULT_PRIORITY, "Low")),
    *(Resolution(id="", name=name) for name in ("Fixed", "Won't fix", "Invalid", "Duplicate", "Cannot reproduce")),
)
"""What a new project starts with, in display order. A ticket made without a status gets the first open one."""


@cache
def store_abilities(place: str) -> Abilities:
    """Say what an embedded store can do: everything, as given, without limits. `place` names it in the reasons."""
    return Abilities(
        text_format="markdown",
        text_formats=ALL_TEXT_FORMATS,
        native=everything_native(f"{place} keeps every field as given"),
        listing=Listing(
            how="all",
            complete=True,
            reason=f"{place} lists every ticket it holds",
            exact_filters=FILTERS,
            orders=ORDERS,
        ),
        comments_move_updated_at=Answer(
            yes=False, reason=f"{place} moves updated_at only when a ticket's own fields change"
        ),
        settle=Settle(
            seconds=0, reason="a local transaction is committed or not once the process that began it is gone"
        ),
        creatable=frozenset(METADATA_KINDS),
        references=References(key=r"[A-Za-z][A-Za-z0-9_]*-[1-9][0-9]*"),
    )


def local_login() -> str:
    """Give the operating system's name for the user, `local` where it has none (a container with a bare user id)."""
    try:
        return getpass.getuser()
    except (
        KeyError,
        OSError,
        ImportError,
    ):  # what getpass raises, by Python version and platform, when there is no name
        return "local"


def utc_now() -> datetime:
    """Tell the time, in UTC."""
    return datetime.now(UTC)
