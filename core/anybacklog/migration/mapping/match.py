"""One noun of the source, and what stands for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from anybacklog.migration.people import Confidence
from anybacklog.model import Named, User

Noun: TypeAlias = Named | User


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """What a plan says of one noun: what stands for it, or the name to create it under; neither: nothing does."""

    said: str
    target: Any = None
    create: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One noun of the source and what stands for it.

    `target` None: nothing does, unless `create` says it will be made. `noun` is as it will be made, or as it was made
    where somebody has renamed it since. `options` are those of a custom field that are called otherwise there:
    option -> name, or None where nothing stands for it. `offer` is what would stand for it if the plan did not say that
    nothing does.
    """

    source: Any
    target: Any
    reason: str
    create: bool = False
    noun: Any = None
    sure: Confidence = "certain"
    options: Mapping[str, str | None] = field(default_factory=dict)
    offer: Any = None

    @property
    def confidence(self) -> Confidence:
        """Say how sure it is."""
        return "none" if self.target is None and not self.create else self.sure
