"""What the ledger tells, as values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

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
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """Where one item of the source ended in the target."""

    item: Item
    target_ticket: str
    target_id: str
    target_key: str | None = None


def to_row(found: sa.Row[Any]) -> Row:
    """Read a row of the step table."""
    intended = datetime.fromisoformat(found.intended_at) if found.intended_at else None
    return Row(
        key=found.key,
        state=cast("StepState", found.state),
        source_key=found.source_key,
        mark=found.mark,
        before=json.loads(found.before or "{}"),
        intended_at=intended,
        error=found.error,
        attempts=found.attempts,
    )


def to_landed(found: sa.Row[Any]) -> Landed:
    """Read a row of the item table."""
    item = Item(kind=found.kind, id=found.id, ticket_id=found.ticket, ticket_key="")
    return Landed(item=item, target_ticket=found.target_ticket, target_id=found.target_id, target_key=found.target_key)
