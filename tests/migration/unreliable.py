"""A target in memory that commits and loses the answer, loses the request, or commits late; and a clock that waits."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from anybacklog import Tracker, TransportError
from anybacklog.abilities import Abilities, Answer, Settle
from anybacklog.backend import AttachmentDraft
from anybacklog.location import parse
from anybacklog.migration.clock import Clock
from anybacklog.model import Comment
from anybacklog.store.memory import MemoryBackend

WRITES = ("create_ticket", "update_ticket", "add_comment", "add_attachment", "add_link")
NOT_NATIVE = ("key", "reporter", "created_at", "updated_at", "external_id", "watchers",
    "comments.author", "comments.created_at", "comments.updated_at", "comments.changes", "comments.private",
    "comments.external_id", "attachments.author", "attachments.created_at", "attachments.external_id")  # fmt: skip


class Time:
    """A clock that moves only when somebody sleeps on it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, tzinfo=UTC)
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.slept.append(seconds)

    def clock(self) -> Clock:
        return Clock(now=lambda: self.now, sleep=self.sleep, monotonic=lambda: self.now.timestamp())


def shake(tracker: Tracker, dice: Random, most: int) -> list[str]:
    """Let at most so many of a store's writes be lost, or their answers; gives their names as they happen."""
    struck: list[str] = []

    def shaken(name: str, write: Callable[..., Any]) -> Callable[..., Any]:
        def method(*args: Any) -> Any:
            if len(struck) >= most or dice.random() < 0.7:
                return write(*args)
            struck.append(name)
            if dice.random() < 0.5:
                write(*args)
            raise TransportError(f"{name}: the disk was gone for a moment", maybe_applied=True)

        return method

    for name in WRITES:
        setattr(tracker._backend, name, shaken(name, getattr(tracker._backend, name)))
    return struck


class Unreliable(MemoryBackend):
    """Memory that commits and then loses the answer, loses the request, or commits late, once per write in turn."""

    fault = "none"
    time: Time
    faults = 0
    _late: list[tuple[datetime, Callable[[], Any]]]

    def __init__(self, time: Time, fault: str, abilities: Abilities | None = None) -> None:
        super().__init__()
        self.time = time
        self.fault = fault
        self._own = abilities
        self._late = []
        self._hit: set[object] = set()

    @property
    def abilities(self) -> Abilities:
        return self._own or replace(super().abilities, settle=Settle(seconds=120, reason="as a service would"))

    def strike(self, name: str, what: object, write: Callable[[], Any]) -> Any:
        self._arrive()
        if self.fault == "none" or (name, what) in self._hit:
            return write()
        self._hit.add((name, what))
        self.faults += 1
        if self.fault == "answer lost":
            write()
        if self.fault == "late":
            self._late.append((self.time.now + timedelta(seconds=60), write))
        raise TransportError(f"{name}: the connection dropped", maybe_applied=True)

    def _arrive(self) -> None:
        due = [write for moment, write in self._late if moment <= self.time.now]
        self._late = [each for each in self._late if each[0] > self.time.now]
        for write in due:
            write()

    def tickets(self, query: Any) -> Iterator[Any]:
        self._arrive()
        return super().tickets(query)

    def find_external(self, external_id: str) -> Any:
        self._arrive()
        return super().find_external(external_id)

    def comments(self, ticket_id: str) -> Iterator[Comment]:
        self._arrive()
        return super().comments(ticket_id)

    def attachments(self, ticket_id: str) -> Any:
        self._arrive()
        return super().attachments(ticket_id)

    def links(self, ticket_id: str) -> Any:
        self._arrive()
        return super().links(ticket_id)


def _unreliably(name: str) -> Callable[..., Any]:
    write = getattr(MemoryBackend, name)

    def method(self: Unreliable, *args: Any) -> Any:
        sent = tuple(map(sent_whole, args))
        return self.strike(name, _what(args), lambda: write(self, *sent))

    return method


def sent_whole(argument: Any) -> Any:
    """Keep what was sent, files too, for a write that arrives when whoever sent it is gone."""
    if isinstance(argument, AttachmentDraft):
        return replace(argument, stream=io.BytesIO(argument.stream.read()))
    if getattr(argument, "attachments", None):
        return replace(argument, attachments=tuple(map(sent_whole, argument.attachments)))
    return argument


def _what(args: tuple[Any, ...]) -> str:
    """Tell one write from another, streams aside."""
    return repr([getattr(each, "body", None) or getattr(each, "name", None) or each for each in args])


for _name in WRITES:
    setattr(Unreliable, _name, _unreliably(_name))


def abilities(*without: str, **changes: Any) -> Abilities:
    """Give what memory can do, less some fields."""
    own = MemoryBackend().abilities
    refused = {name: Answer(yes=False, reason=f"this target sets {name} itself") for name in without}
    settle = Settle(seconds=120, reason="as a service would")
    return replace(own, native={**own.native, **refused}, **{"settle": settle, **changes})


def tracker(backend: MemoryBackend) -> Tracker:
    return Tracker(backend, parse("memory://target/PROJ"))
