"""What the ledger tells, as values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast, get_args

import sqlalchemy as sa

from anybacklog.abilities import MetadataKind
from anybacklog.model import Attachment, TicketId
from anybacklog.steps import Item, StepState


@dataclass(frozen=True, slots=True)
class Sent:
    """The bytes of one file as they were sent: how many, and their SHA-256 in lower-case hex."""

    size: int
    sha256: str


def kept(sent: Mapping[str, Sent]) -> dict[str, Any]:
    """Give what an intent keeps of the files that go with it: they are known again by it, with no source at hand."""
    return {"sent": {file: [each.size, each.sha256] for file, each in sent.items()}} if sent else {}


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

    def sent(self) -> dict[str, Sent]:
        """Give the files that the step carries, by the source's id, as they were when it was intended."""
        return {file: Sent(*each) for file, each in self.before.get("sent", {}).items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """Where one item of the source ended in the target.

    Of a file `size` and `sha256` are those of the bytes that were sent and are known to have arrived, None where
    nobody could know. `told` is what the target answered of it, and is not kept. `target_id` is empty where a comment
    rode on another write, whose answer does not name it: its mark tells the id to whoever reads the journal.
    """

    item: Item
    target_ticket: TicketId
    target_id: str
    target_key: str | None = None
    size: int | None = None
    sha256: str | None = None
    told: Attachment | None = field(default=None, compare=False, repr=False)

    @property
    def untold(self) -> bool:
        """Tell whether it arrived, and its id there is not known yet."""
        return not self.target_id


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
    return Landed(
        item=item, target_ticket=home, target_id=found.target_id, target_key=found.target_key,
        size=found.size, sha256=found.sha256,
    )  # fmt: skip


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
