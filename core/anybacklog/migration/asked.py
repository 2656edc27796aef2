"""What one call of `migrate` asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from anybacklog.migration.clock import Clock
from anybacklog.migration.course import Bundle
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


def showing(show: Show, stage: str, bundles: Iterable[Bundle], total: int | None) -> Iterator[Bundle]:
    """Yield tickets one after the other, and show how far that is."""
    done = 0
    for done, bundle in enumerate(bundles, 1):  # the last one tells how many there were
        show(Progress(stage=stage, done=done - 1, total=total))
        yield bundle
    show(Progress(stage=stage, done=done, total=done))


def silent(_: Progress) -> None:
    """Show nothing."""
