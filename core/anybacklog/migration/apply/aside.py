"""Tickets that stand aside while a write of theirs is in doubt. Pure: moments are numbers, whatever the clock."""

from __future__ import annotations

from dataclasses import dataclass, field

from anybacklog.migration.apply.hand import Hand
from anybacklog.steps import CreateTicket

MOST = 100
"""No more than so many stand aside at once, so that memory stays constant."""


@dataclass(slots=True)
class Aside:
    """The tickets that stand aside, each until its moment."""

    hands: list[Hand] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.hands)

    def put(self, hand: Hand) -> None:
        """Have a ticket stand aside."""
        self.hands.append(hand)

    def comes_first(self, now: float) -> bool:
        """Tell whether one has to be taken up before anything new: its moment has come, or all others wait for it.

        They do where there is no room for more, and where a new ticket would overtake one whose creation is in doubt.
        """
        creating = any(isinstance(hand.left[0].step, CreateTicket) for hand in self.hands)
        return creating or len(self.hands) >= MOST or any(hand.until <= now for hand in self.hands)

    def take(self) -> Hand:
        """Give the one whose moment comes first, and of several the one that has stood here the longest."""
        hand = min(self.hands, key=lambda each: each.until)
        self.hands.remove(hand)
        return hand
