"""What a repair would do, and what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from anybacklog.migration.report import Failure, Verification, in_utc
from anybacklog.redact import redact

Outcome: TypeAlias = Literal["done", "partial", "dry-run"]


@dataclass(slots=True, kw_only=True)
class Mending:
    """The outcome of one `repair`; `to_json` is the stable form. `left` is what a fresh verification named in the end.

    `steps` says what is written, one line each; `named` how many differences there were to begin with.
    """

    source: str
    target: str
    ledger: str
    started_at: datetime
    finished_at: datetime | None = None
    status: Outcome = "partial"
    named: int = 0
    settled: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    mended: int = 0
    failures: list[Failure] = field(default_factory=list)
    left: Verification = field(default_factory=Verification)
    notes: list[str] = field(default_factory=list)
    requests: dict[str, Mapping[str, int]] = field(default_factory=lambda: {"source": {}, "target": {}})

    @property
    def clean(self) -> bool:
        """Tell whether nothing differs, failed or is held any more."""
        return not (self.failures or self.left.differences)

    def to_json(self) -> dict[str, Any]:
        """Give the report as the published JSON Schema describes it, secrets masked."""
        return {
            "source": self.source,
            "target": self.target,
            "ledger": self.ledger,
            "started_at": in_utc(self.started_at),
            "finished_at": in_utc(self.finished_at),
            "status": self.status,
            "named": self.named,
            "settled": self.settled,
            "steps": self.steps,
            "mended": self.mended,
            "failures": [
                {
                    "source_key": each.source_key,
                    "item": {"kind": each.kind, "id": each.id},
                    "stage": each.stage,
                    "error": redact(each.error),
                }
                for each in self.failures
            ],
            **self.left.to_json(),
            "notes": [redact(note) for note in self.notes],
            "requests": {end: dict(buckets) for end, buckets in self.requests.items()},
        }
