"""Listing by trying ids one after the other: where a scan stands, as data; pure.

Ids count up through the whole organization and are never used again, so those of one backlog have gaps. A scan ends
after `gap` ids in a row that name no ticket of any backlog. It can never prove that there is nothing beyond.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from anybacklog.plugin import ListingProgress


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A position: `asked` is the last id that was asked for, `highest` the highest that names a ticket of any backlog.

    `misses` are those in a row since then, `here` the tickets of the wanted backlog, `elsewhere` those of others,
    `unnamed` those passed over because their answers name no backlog.
    """

    start: int
    gap: int
    asked: int
    highest: int | None = None
    misses: int = 0
    here: int = 0
    elsewhere: int = 0
    unnamed: int = 0

    @classmethod
    def beginning(cls, start: int, gap: int) -> Scan:
        """Begin with the id `start`."""
        return cls(start=start, gap=gap, asked=start - 1)

    @property
    def ended(self) -> bool:
        """Tell whether enough ids in a row were missing."""
        return self.misses >= self.gap

    @property
    def resume_from(self) -> int:
        """The id to go on with later: `scan_from` of another listing. What was missing at the end is asked again."""
        return self.start if self.highest is None else self.highest + 1

    def met(self, *, here: bool | None) -> Scan:
        """Go on by an id that names a ticket; None: of a backlog that its answer does not name."""
        next_id = self.asked + 1
        return replace(
            self,
            asked=next_id,
            highest=next_id,
            misses=0,
            here=self.here + (here is True),
            elsewhere=self.elsewhere + (here is False),
            unnamed=self.unnamed + (here is None),
        )

    def missed(self) -> Scan:
        """Go on by an id that names none."""
        return replace(self, asked=self.asked + 1, misses=self.misses + 1)

    def progress(self) -> ListingProgress:
        """Say how far it is."""
        skipped = self.elsewhere + self.unnamed
        tried = self.asked - self.start + 1
        return ListingProgress(
            tried=tried, found=self.here, skipped=skipped, at=str(self.asked), resume=f"scan_from={self.resume_from}"
        )

    def __str__(self) -> str:
        """Say what is known, in a sentence."""
        told = f"ids {self.start} to {self.asked} were asked for: {self.here} tickets of this backlog"
        told += f", {self.elsewhere} of others" if self.elsewhere else ""
        told += f", {self.unnamed} passed over that name no backlog (see any_backlog)" if self.unnamed else ""
        highest = "no ticket at all" if self.highest is None else f"highest id {self.highest}"
        return f"{told}, {highest}, then {self.misses} misses in a row; later ids cannot be excluded"
