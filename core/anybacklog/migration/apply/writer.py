"""The order of writing: ticket after ticket; one with a write in doubt stands aside, and the others go on meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from anybacklog.migration.apply.along import left_behind
from anybacklog.migration.apply.applier import Applier
from anybacklog.migration.apply.aside import Aside
from anybacklog.migration.apply.counting import Fate
from anybacklog.migration.apply.doubt import InDoubt
from anybacklog.migration.apply.final_state import FinalState
from anybacklog.migration.apply.hand import Hand, Turn, in_hand
from anybacklog.migration.apply.refused_files import Instead
from anybacklog.steps import Step, describe, key_of

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Writer:
    """Has the steps of tickets written in order; whoever loops over tickets does so by `each`."""

    applier: Applier
    aside: Aside = field(default_factory=Aside)

    def each(self, items: Iterable[_Item]) -> Iterator[_Item]:
        """Yield each in its turn, but first what stands aside and comes first; in the end wait for all that does.

        It is here that a run waits and goes back to a ticket, never in the middle of another.
        """
        for item in items:
            yield item
            while self.aside and self.aside.comes_first(self.applier.clock.monotonic()):
                self._take_up()
        while self.aside:
            self._take_up()

    def ticket(self, steps: Iterable[Step]) -> None:
        """Write the steps of one ticket in order: nothing without the ticket, no comment past one that failed."""
        self._go_on(in_hand(self.applier.first_look.ticket(steps)))

    def alone(self, step: Step, then: Callable[[Fate], None] = lambda _: None, *, ask: bool = False) -> None:
        """Write a step by itself; `then` is told what became of it, perhaps much later. `ask`: it may be there."""
        self._go_on(in_hand([step], then, ask=ask))

    def _take_up(self) -> None:
        """Go on with the ticket whose moment comes first, after waiting for it: what is not there now never came."""
        hand, clock = self.aside.take(), self.applier.clock
        clock.settle(hand.until - clock.monotonic(), describe(hand.left[0].step), others=len(self.aside))
        self._go_on(hand)

    def _go_on(self, hand: Hand) -> None:
        applier, fate = self.applier, None
        applier.calls.begin(hand.steps)
        while hand.left:
            try:
                fate = self._take(hand, hand.left[0])
            except Instead as other:
                hand.instead(other.steps, other.pointer)
            except InDoubt as doubt:
                hand.in_doubt(applier.clock.monotonic() + doubt.wait, doubt.times)
                self.aside.put(hand)
                return
        final = FinalState(applier.target, applier.pair, applier.course, applier.counting)
        final.check(hand.steps, applier.calls.told, unanswered=applier.calls.unanswered)
        if fate is not None:
            hand.then(fate)

    def _take(self, hand: Hand, turn: Turn) -> Fate:
        """Write the step whose turn it is, and what it should have brought along and has not."""
        applier, step = self.applier, turn.step
        waits = hand.waiting.why(step) or applier.calls.waits(step)
        goes = waits is None or self._is_done(step)
        fate = applier.step(turn) if goes else applier.outcomes.fail(step, "wait", waits or "")
        hand.left.popleft()
        if fate in ("failed", "held"):
            hand.waiting.failed(step)
            applier.calls.told, applier.calls.unanswered = None, False  # what failed is named already
        else:
            hand.first(left_behind(step, applier.pair))
        return fate

    def _is_done(self, step: Step) -> bool:
        """Tell whether a step that would have to wait was written all the same: by a repair, which waits for less."""
        row = self.applier.pair.row(key_of(step))
        return row is not None and row.state == "done"
