"""What a rollback would do, and what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from anybacklog.migration.report import in_utc
from anybacklog.redact import redact

Outcome: TypeAlias = Literal["done", "partial", "dry-run"]
Deletable: TypeAlias = Literal["tickets", "words"]


@dataclass(slots=True)
class Deletions:
    """How many things of one kind the ledger knows to be ours, and what became of them; `already` were gone."""

    planned: int = 0
    deleted: int = 0
    already: int = 0
    kept: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One thing that is left in the target, and why: each reason one sentence. `failed`: it was not meant to be."""

    source_key: str | None
    target_key: str | None
    kind: str
    id: str
    reasons: tuple[str, ...]
    failed: bool = False


@dataclass(slots=True, kw_only=True)
class Reversal:
    """The outcome of one `rollback`; `to_json` is the stable form."""

    target: str
    ledger: str
    started_at: datetime
    finished_at: datetime | None = None
    status: Outcome = "partial"
    counts: dict[Deletable, Deletions] = field(default_factory=lambda: {"tickets": Deletions(), "words": Deletions()})
    left: list[Kept] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    requests: Mapping[str, int] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        """Tell whether nothing is left that this ledger created."""
        return not self.left

    def to_json(self) -> dict[str, Any]:
        """Give the report as the published JSON Schema describes it, secrets masked."""
        return {
            "target": self.target,
            "ledger": self.ledger,
            "started_at": in_utc(self.started_at),
            "finished_at": in_utc(self.finished_at),
            "status": self.status,
            **{kind: asdict(counts) for kind, counts in self.counts.items()},
            "left": [
                {
                    "source_key": each.source_key,
                    "target_key": each.target_key,
                    "item": {"kind": each.kind, "id": each.id},
                    "stage": "delete" if each.failed else "keep",
                    "reasons": [redact(reason) for reason in each.reasons],
                }
                for each in self.left
            ],
            "notes": [redact(note) for note in self.notes],
            "requests": dict(self.requests),
        }
