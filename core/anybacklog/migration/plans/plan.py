"""A plan as data: what a migration would do, what it would cost, and what a person may say about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from anybacklog.abilities import MetadataKind
from anybacklog.migration.choices import Choices
from anybacklog.migration.plans.document import written
from anybacklog.migration.plans.limits import OverLimit
from anybacklog.migration.plans.mapping_lines import Line
from anybacklog.migration.plans.notices import Notice
from anybacklog.migration.plans.worst import Weight
from anybacklog.migration.report import Counted, Fidelity
from anybacklog.redact import redact


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What `anybacklog.plan` found; `to_json` is the stable form. Given to `migrate`, it says who stands for whom.

    `eta_seconds` is what the limits ask for; None where none is known. `nouns` are the source's words, by kind.
    `words` are those that may stand for them, each with what a person calls it.
    `ledger` is the file beside which the reading of the source is kept; None where it is not.
    """

    source: str
    target: str
    read_at: datetime
    ledger: str | None
    choices: Choices
    nouns: Mapping[MetadataKind, Sequence[Any]]
    mapping: Mapping[MetadataKind, tuple[Line, ...]]
    options: Mapping[str, tuple[Line, ...]]
    words: Mapping[MetadataKind, tuple[tuple[str, str], ...]]
    to_create: tuple[tuple[MetadataKind, str], ...]
    counts: Mapping[Counted, int]
    limits: tuple[OverLimit, ...]
    limit_reasons: Mapping[str, str]
    fidelity: tuple[Fidelity, ...]
    notices: tuple[Notice, ...]
    requests: Mapping[str, Mapping[str, int]]
    eta_seconds: int | None
    worst: tuple[Weight, ...]
    notes: tuple[str, ...] = field(default=())

    def chosen(self) -> Choices:
        """Give all that it says as choices, to be followed."""
        return replace(
            Choices.named(self.choices.chosen()),
            mapping={kind: {line.word: line.said for line in lines} for kind, lines in self.mapping.items()},
            options={word: {line.word: line.said for line in lines} for word, lines in self.options.items()},
        )

    def to_toml(self) -> str:
        """Write it as the text of a new plan.toml."""
        return written(self).text

    def to_json(self) -> dict[str, Any]:
        """Give the plan as the published JSON Schema describes it, secrets masked."""
        return {
            "source": self.source,
            "target": self.target,
            "read_at": self.read_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "ledger": self.ledger,
            **self.choices.chosen(),
            "counts": dict(self.counts),
            "mapping": {kind: [_line(line) for line in lines] for kind, lines in self.mapping.items()},
            "options": {word: [_line(line) for line in lines] for word, lines in self.options.items()},
            "words": {
                kind: [{"word": word, "name": name} for word, name in words] for kind, words in self.words.items()
            },
            "create": [{"kind": kind, "name": name} for kind, name in self.to_create],
            "limits": [_over(each, self.limit_reasons) for each in self.limits],
            "fidelity": [asdict(row) for row in self.fidelity],
            "notified": [
                {"user": asdict(each.user), "field": each.field, "count": each.count, "reason": each.reason}
                for each in self.notices
            ],
            "requests": {end: dict(buckets) for end, buckets in self.requests.items()},
            "eta_seconds": self.eta_seconds,
            "worst": [asdict(weight) for weight in self.worst],
            "notes": [redact(note) for note in self.notes],
        }


def _line(line: Line) -> dict[str, Any]:
    created = line.said["create"] if not isinstance(line.said, str) else None
    return {
        "id": line.id,
        "source": line.word,
        "name": line.name,
        "target": line.said if isinstance(line.said, str) and line.said else None,
        "create": created,
        "confidence": line.confidence,
        "reason": line.reason,
    }


def _over(each: OverLimit, reasons: Mapping[str, str]) -> dict[str, Any]:
    return {
        "limit": each.limit,
        "allowed": each.allowed,
        "reason": reasons.get(each.limit),
        "source_key": each.item.ticket_key if each.item else None,
        "item": {"kind": each.item.kind, "id": each.item.id} if each.item else None,
        "size": each.size,
        "outcome": each.outcome,
    }
