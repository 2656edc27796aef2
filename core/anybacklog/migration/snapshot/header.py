"""What a snapshot knows before its tickets, and how that stands in its manifest."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from anybacklog.abilities import MetadataKind
from anybacklog.forms import dump, load
from anybacklog.migration.unread import Unread
from anybacklog.model import (
    Category,
    CustomField,
    Milestone,
    Priority,
    Project,
    Resolution,
    Status,
    TicketType,
    User,
    Version,
)

KINDS: dict[MetadataKind, type] = {
    "users": User,
    "ticket_types": TicketType,
    "statuses": Status,
    "priorities": Priority,
    "resolutions": Resolution,
    "categories": Category,
    "milestones": Milestone,
    "versions": Version,
    "custom_fields": CustomField,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a snapshot knows before its tickets.

    Whose it is, when it was read, how much there is, which words it uses. `skipped` are the keys of tickets that were
    deleted while the source was read, `unread` those that are there and broke when they were read. `mentions` is how
    its texts mention people, as its abilities tell it. `without` are the fields that would take requests of their own
    and were not read, since the plan leaves them out.
    """

    identity: str
    url: str
    read_at: datetime
    project: Project
    tickets: int
    words: dict[MetadataKind, list[Any]]
    complete: bool = True
    reason: str = ""
    skipped: list[str] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)
    mentions: str | None = None
    without: list[str] = field(default_factory=list)

    @property
    def unlisted(self) -> str | None:
        """Say why the source may hold more tickets than were read, as was known then; None: it holds no more."""
        return None if self.complete else unlisted(self.reason)

    @property
    def uncounted(self) -> dict[str, str]:
        """Name the fields of which nobody knows how much there is, and why."""
        return {**self.unreadable, **dict.fromkeys(self.without, "left out by the plan, and so not read")}

    def serves(self, leave_out: Collection[str]) -> bool:
        """Tell whether all was read that a plan wants which leaves these fields out."""
        return set(self.without) <= set(leave_out)


def unlisted(reason: str, end: str = "source") -> str:
    """Say that an end, source or target, may hold more than it lists."""
    return f"the {end} cannot be listed completely: {reason}"


def held(header: Header) -> dict[str, Any]:
    """Say it in JSON's own values."""
    return {
        **{each.name: getattr(header, each.name) for each in fields(header)},
        "read_at": header.read_at.isoformat(),
        "project": dump(header.project),
        "unread": [asdict(each) for each in header.unread],
        # Words as their vendor defines them: between two of one vendor, a copy is of the very same kind.
        "words": {kind: [dump(noun, raw=True) for noun in nouns] for kind, nouns in header.words.items()},
    }


def header_of(held: dict[str, Any]) -> Header:
    """Read what `held` said; KeyError, ValueError and the like for anything else."""
    return Header(
        identity=held["identity"],
        url=held["url"],
        read_at=datetime.fromisoformat(held["read_at"]),
        project=load(Project, held["project"]),
        tickets=held["tickets"],
        words={kind: [load(noun, each) for each in held["words"][kind]] for kind, noun in KINDS.items()},
        complete=held["complete"],
        reason=held["reason"],
        skipped=held["skipped"],
        unread=[Unread(**each) for each in held.get("unread", [])],
        unreadable=held.get("unreadable", {}),
        mentions=held.get("mentions"),
        without=held.get("without", []),
    )
