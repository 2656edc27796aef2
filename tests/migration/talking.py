"""A source whose tickets and comments have numbers, and a target that mistreats some and tells when each arrived."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.migration.unreliable import NOT_NATIVE, Time, Unreliable, abilities

from anybacklog import Tracker
from anybacklog.migration.report import Report
from anybacklog.model import TicketDraft


class Talked(Unreliable):
    """Memory that mistreats, once, each write with one of some words in it; each write takes so many `seconds`."""

    def __init__(self, time: Time, fault: str, *struck: str, seconds: float = 0) -> None:
        super().__init__(time, fault, abilities(*NOT_NATIVE))
        self.struck = struck
        self.seconds = seconds
        self.arrived: list[tuple[str, datetime]] = []

    def strike(self, name: str, what: object, write: Callable[[], Any]) -> Any:
        self.time.now += timedelta(seconds=self.seconds)

        def told() -> Any:
            written = write()
            self.arrived.append((_number(written), self.time.now))
            return written

        if any(word in str(what) for word in self.struck):
            return super().strike(name, what, told)
        self._arrive()
        return told()

    def order(self) -> str:
        """Give the numbers of what arrived, one after the other."""
        return " ".join(number for number, _ in self.arrived)


def _number(written: Any) -> str:
    text = getattr(written, "title", None) or written.body.source
    return str(text).split()[-1]


def talking(source: Tracker, tickets: int = 3, comments: int = 2) -> Tracker:
    """Fill a source with `ticket 0` and so on; the comments of that are `comment 0.0` and so on."""
    for number in range(tickets):
        ticket = source.create_ticket(TicketDraft(title=f"ticket {number}"))
        for each in range(comments):
            source.add_comment(ticket, f"comment {number}.{each}")
    return source


def counted_once(report: Report) -> bool:
    """Tell whether everything planned was created, and counted once."""
    return report.clean and all(counts.created == counts.planned for counts in report.counts.values())
