"""A target that holds less than others do, and what to look at in it."""

from __future__ import annotations

from dataclasses import replace

from anybacklog import Tracker
from anybacklog.abilities import Abilities, Answer
from anybacklog.location import parse
from anybacklog.store.memory import MemoryBackend

TEXT_ONLY = ("external_id", "comments.external_id", "attachments.external_id")


class Less(MemoryBackend):
    """Memory that does not hold some fields."""

    without: tuple[str, ...] = ()

    @property
    def abilities(self) -> Abilities:
        own = super().abilities
        refused = {name: Answer(yes=False, reason=f"no {name} here") for name in self.without}
        return replace(own, native={**own.native, **refused})


def less(*without: str) -> Tracker:
    backend = Less()
    backend.without = without
    return Tracker(backend, parse("memory://less/PROJ"))


def titles_and_files(tracker: Tracker) -> list[tuple[str, list[str], int]]:
    return [
        (ticket.title, [file.name for file in ticket.attachments], len(list(tracker.comments(ticket))))
        for ticket in tracker.tickets()
    ]
