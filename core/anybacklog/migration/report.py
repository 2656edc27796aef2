"""What a migration did and what a verification found: data first, pages and tables later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

from anybacklog.redact import redact
from anybacklog.steps import Item

Level: TypeAlias = Literal["native", "emulated", "lost"]
Outcome: TypeAlias = Literal["done", "partial", "dry-run"]
Counted: TypeAlias = Literal["tickets", "comments", "history", "attachments", "links"]
NAMED = 20
ALTERED_FIELDS = ("description.source", "comments.body.source")
"""Fields whose losses show in the target's answers alone: nobody could agree to them before."""
_ALONE = frozenset({"ticket", "parent"})
"""Kinds of which a ticket has one."""
_SAID = {"state": "status and fields", "moved": "comment in the source"}
"""Kinds of which a ticket has one, too, and what a person calls it."""
COUNTED: tuple[Counted, ...] = ("tickets", "comments", "history", "attachments", "links")


@dataclass(slots=True)
class Counts:
    """How many items of one kind were planned, and what became of them; `already` was done by an earlier run."""

    planned: int = 0
    created: int = 0
    already: int = 0
    failed: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fidelity:
    """How faithfully one field arrives: for how many values, and why."""

    field: str
    level: Level
    count: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One item that did not arrive: at which stage, and `error`, one sentence.

    `stage` is read (the source broke over it, or the target over what it holds of its ticket), download, write, wait
    (for another one), held, quarantine (refused too often to be tried again), state (it did arrive, and the target then
    held something else) or observe (it did arrive, and a plugin broke when it was told).
    """

    source_key: str
    kind: str
    id: str
    stage: str
    error: str
    held: bool = False

    @property
    def item(self) -> str:
        """Name the item for a person."""
        return item_named(self.kind, self.id)

    @property
    def when(self) -> str:
        """Name the stage for a person."""
        return "after writing" if self.stage == "state" else self.stage


def item_named(kind: str, id: str) -> str:
    """Name an item for a person, who reads the key of its ticket beside it."""
    return _SAID.get(kind, f"{kind} {id}")


@dataclass(slots=True)
class Changed:
    """Items of which something is to be said: how many there are, and the first of them."""

    count: int = 0
    first: list[Item] = field(default_factory=list)

    def add(self, item: Item) -> None:
        """Count an item; names only so many, however many there are."""
        self.count += 1
        if len(self.first) < NAMED:
            self.first.append(item)

    def __str__(self) -> str:
        names = [
            f"{item.ticket_key} ({item.kind if item.kind in _ALONE else item_named(item.kind, item.id)})"
            for item in self.first
        ]
        more = self.count - len(names)
        return ", ".join(names) + (f" and {more} more" if more else "")


@dataclass(slots=True)
class Several:
    """How many there are, and the first of them by name."""

    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, name: str) -> None:
        """Count one more; names only so many, however many there are."""
        self.count += 1
        if len(self.first) < NAMED:
            self.first.append(name)

    def __str__(self) -> str:
        more = f" and {self.count - len(self.first)} more" if self.count > len(self.first) else ""
        return f"{', '.join(self.first)}{more}"


@dataclass(slots=True, kw_only=True)
class Report:
    """The outcome of one run of `migrate`; `to_json` is the stable form."""

    source: str
    target: str
    ledger: str
    started_at: datetime
    finished_at: datetime | None = None
    status: Outcome = "partial"
    counts: dict[Counted, Counts] = field(default_factory=lambda: {kind: Counts() for kind in COUNTED})
    fidelity: list[Fidelity] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    changed: Changed = field(default_factory=Changed)
    """What was copied already, and would be written otherwise now."""
    rewritten: Changed = field(default_factory=Changed)
    """What came back in this run and said something else than was sent."""
    rekeyed: Several = field(default_factory=Several)
    """What got another key in this run than it was to keep."""
    requests: dict[str, Mapping[str, int]] = field(default_factory=lambda: {"source": {}, "target": {}})

    @property
    def clean(self) -> bool:
        """Tell whether nothing failed and nothing is held."""
        return not self.failures

    @property
    def altered(self) -> int:
        """Count the texts that came back and said something else than was sent, in this run and those before."""
        return sum(row.count for row in self.fidelity if row.level == "lost" and row.field in ALTERED_FIELDS)

    def new_keys(self) -> Iterator[str]:
        """Say which tickets could not keep their keys."""
        if self.rekeyed.count:
            yield f"{self.rekeyed}: keys that were taken in the target; migrate --redirect-map names every one"

    def changes(self) -> Iterator[str]:
        """Say what was copied already and would be written otherwise now, and what the target made something else."""
        if self.rewritten.count:
            yield f"the target changed what these say: {self.rewritten}; verify shows how"
        if self.changed.count:
            mended = "repair writes it so, where it can be edited"
            yield f"changed at the source, or in the plan, since it was copied: {self.changed}; {mended}"

    def to_json(self) -> dict[str, Any]:
        """Give the report as the published JSON Schema describes it, secrets masked."""
        return {
            "source": self.source,
            "target": self.target,
            "ledger": self.ledger,
            "started_at": in_utc(self.started_at),
            "finished_at": in_utc(self.finished_at),
            "status": self.status,
            **{kind: asdict(counts) for kind, counts in self.counts.items()},
            "fidelity": [asdict(each) for each in self.fidelity],
            "failures": [
                {
                    "source_key": each.source_key,
                    "item": {"kind": each.kind, "id": each.id},
                    "stage": each.stage,
                    "error": redact(each.error),
                }
                for each in self.failures
            ],
            "notes": [redact(note) for note in self.notes],
            "requests": {end: dict(buckets) for end, buckets in self.requests.items()},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One altered, missing, doubled or extra thing: the field's value at both ends, as text."""

    source_key: str | None
    target_key: str | None
    kind: str
    id: str
    field: str
    source: Any
    target: Any


@dataclass(slots=True, kw_only=True)
class Verification:
    """What `verify` compared and what it found; `to_json` is the stable form.

    `unverified` is what could not be compared: field -> why; `tickets`: the source may hold more than were compared,
    `extra`: so may the target. `source_read_at` says when the source was read, where
    that was not just now. The JSON has either where there is any.
    """

    tickets: int = 0
    comments: int = 0
    attachments: int = 0
    differences: list[Difference] = field(default_factory=list)
    unverified: dict[str, str] = field(default_factory=dict)
    source_read_at: datetime | None = None

    def add(
        self, source_key: str | None, target_key: str | None, kind: str, id: str, field: str, wanted: Any, found: Any
    ) -> None:
        """Name one more difference."""
        self.differences.append(
            Difference(
                source_key=source_key, target_key=target_key, kind=kind, id=id, field=field, source=wanted, target=found
            )
        )

    def to_json(self) -> dict[str, Any]:
        """Give the result as the published JSON Schema describes it."""
        return {
            "checked": {"tickets": self.tickets, "comments": self.comments, "attachments": self.attachments},
            "differences": [
                {
                    "source_key": each.source_key,
                    "target_key": each.target_key,
                    "item": {"kind": each.kind, "id": each.id},
                    "field": each.field,
                    "source": each.source,
                    "target": each.target,
                }
                for each in self.differences
            ],
            **({"unverified": self.unverified} if self.unverified else {}),
            **({"source_read_at": in_utc(self.source_read_at)} if self.source_read_at else {}),
        }


def in_utc(moment: datetime | None) -> str | None:
    """Give an instant as ISO 8601 with `Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is; `total` is None while it is not known.

    `stage` is marks (the target is searched for those of copies), read, plan, prepare, apply, finish (what needs all
    tickets to be there), tell (the source is told where they are) or verify; of a rollback survey and delete.
    """

    stage: str
    done: int
    total: int | None
    what: str = "tickets"
