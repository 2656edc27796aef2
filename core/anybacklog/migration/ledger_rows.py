"""What the ledger tells, as values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast, get_args

import sqlalchemy as sa

from anybacklog.abilities import MetadataKind
from anybacklog.model import TicketId
from anybacklog.steps import Item, StepState


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What the ledger knows of one step."""

    key: str
    state: StepState
    source_key: str
    mark: str | None
    before: Mapping[str, Any]
    intended_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """Where one item of the source ended in the target."""

    item: Item
    target_ticket: TicketId
    target_id: str
    target_key: str | None = None


def to_row(found: sa.Row[Any]) -> Row:
    """Read a row of the step table; ValueError if it makes no sense."""
    if found.state not in get_args(StepState):
        raise ValueError(f"{found.key} is {found.state!r}, which no step can be")
    intended = datetime.fromisoformat(found.intended_at) if found.intended_at else None
    return Row(
        key=found.key,
        state=found.state,
        source_key=found.source_key,
        mark=found.mark,
        before=read_object(found.before or "{}"),
        intended_at=intended,
        error=found.error,
    )


def to_landed(found: sa.Row[Any]) -> Landed:
    """Read a row of the item table."""
    item = Item(kind=found.kind, id=found.id, ticket_id=found.ticket, ticket_key="")
    home = TicketId(found.target_ticket)
    return Landed(item=item, target_ticket=home, target_id=found.target_id, target_key=found.target_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A word that stands in the target for one of the source; not `whole`: it was there, and was given more options."""

    key: str
    kind: MetadataKind
    source_id: str
    target_id: str
    ours: bool
    whole: bool


def to_made(found: sa.Row[Any]) -> Made:
    """Read which kind of thing was made, for which id of the source, with which id of the target."""
    _, kind, source_id = found.key.split(":", 2)
    before = read_object(found.before)
    return Made(
        key=found.key, kind=cast("MetadataKind", kind), source_id=source_id, target_id=before["created"],
        ours=before.get("ours", True), whole=before.get("whole", True),
    )  # fmt: skip


def read_object(text: str) -> dict[str, Any]:
    """Read a JSON object; ValueError if it is none."""
    held = json.loads(text)
    if not isinstance(held, dict):
        raise ValueError(f"{text!r} is no JSON object")
    return held
