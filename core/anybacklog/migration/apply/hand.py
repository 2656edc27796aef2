"""A ticket in hand: what of it is still to be written, and what stands in the way. Data, kept while it stands aside."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from anybacklog.migration.apply.counting import Fate
from anybacklog.migration.apply.waiting import Waiting
from anybacklog.steps import Step


@dataclass(frozen=True, slots=True)
class Turn:
    """A step to be written. `ask`: it may well be there. `sent`: so often in this run, and its time is over."""

    step: Step
    ask: bool = False
    sent: int | None = None
    """None: it is not in doubt, or nobody has waited yet until its absence can be believed."""


@dataclass(slots=True)
class Hand:
    """The steps of one ticket, or a step alone: all of them, those still to come, and what of them failed so far.

    `then` is told what became of the last one. `until` is the moment until which the first may still arrive.
    """

    steps: tuple[Step, ...]
    left: deque[Turn]
    then: Callable[[Fate], None]
    waiting: Waiting = field(default_factory=Waiting)
    until: float = 0.0

    def first(self, steps: Iterable[Step]) -> None:
        """Put steps before all others: each may well be there."""
        self.left.extendleft(reversed([Turn(step, ask=True) for step in steps]))

    def instead(self, steps: Sequence[Step], last: Step) -> None:
        """Put steps in the place of the one whose turn it is, and one behind all others."""
        self.left.popleft()
        self.left.extendleft(reversed([Turn(step) for step in steps]))
        self.left.append(Turn(last))

    def in_doubt(self, until: float, sent: int) -> None:
        """Have the step whose turn it is come again, once it cannot arrive any more."""
        self.until = until
        self.left[0] = replace(self.left[0], sent=sent)


def in_hand(steps: Iterable[Step], then: Callable[[Fate], None] = lambda _: None, *, ask: bool = False) -> Hand:
    """Take steps in hand, none of them written yet; `ask`: they may well be there."""
    steps = tuple(steps)
    return Hand(steps, deque(Turn(step, ask=ask) for step in steps), then)
