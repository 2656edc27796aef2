"""What one call of `migrate` asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from anybacklog.migration.clock import Clock
from anybacklog.migration.report import Fidelity, Progress

Confirm = Callable[[Sequence[Fidelity]], bool]
Show = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The choices of one call of `migrate`."""

    limit: int | None
    only: frozenset[str]
    confirm: Confirm | None
    show: Show
    say: Callable[[str], None]
    clock: Clock


def silent(_: Progress) -> None:
    """Show nothing."""
