"""The protocol against any history of lost answers, late writes, refusals, kills and pauses that hypothesis thinks of.

Real steps, ledger and questions; the target is in memory, and its time stands still unless somebody waits. Every write
is held against what was asked before it: nothing in doubt is sent again before it was asked for twice, the second time
when nothing could arrive any more; and while a ticket's creation is in doubt, no other ticket is created.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from tests.migration.unreliable import sent_whole

from anybacklog import MigrationError, Tracker, TransportError, ValidationError
from anybacklog.abilities import Abilities, Answer, Settle
from anybacklog.location import parse
from anybacklog.migration import migrate, verify
from anybacklog.migration.clock import Clock
from anybacklog.migration.report import Report
from anybacklog.model import Text, TicketDraft
from anybacklog.store.memory import MemoryBackend

SETTLE = 120
STRANGER = "was there before"
Fate: TypeAlias = Literal[
    "answered", "answer lost", "request lost", "late", "not sent", "refused", "killed before", "killed after",
    "killed, late",
]  # fmt: skip
WRITES = ("create_ticket", "update_ticket", "add_comment", "add_attachment", "add_link", "update_comment")


class Killed(BaseException):
    """The process died here."""


@dataclass
class Time:
    """A clock that moves only when somebody waits."""

    now: datetime = datetime(2026, 3, 1, tzinfo=UTC)

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Doubt:
    """A write of which nobody knows what became of it: since when, and when it was asked for, and found."""

    since: datetime
    creates: bool
    found: bool = False
    asked: list[datetime] = field(default_factory=list)


class Fickle(MemoryBackend):
    """Memory whose writes meet the fates that stand in line, and which watches what is asked before a second write."""

    def __init__(self, time: Time) -> None:
        super().__init__()
        self.time = time
        self.fates: deque[tuple[Fate, int]] = deque()
        self.doubts: dict[str, Doubt] = {}
        self.met: Counter[str] = Counter()
        self.wrong: list[str] = []  # what is raised here, a migration would take for a bug of one write
        self._late: list[tuple[datetime, Callable[[], Any]]] = []

    @property
    def abilities(self) -> Abilities:
        known = super().abilities
        native = {**known.native, "key": Answer(yes=False, reason="as a service would")}
        return replace(known, native=native, settle=Settle(seconds=SETTLE, reason="as a service would"))

    def meets(self, mark: str | None, write: Callable[[], Any], *, creates: bool) -> Any:
        """Let a write meet its fate."""
        self.arrive()
        self._prove_absent(mark)
        unknown = [each for each, doubt in self.doubts.items() if doubt.creates and not doubt.found]
        if creates and unknown:
            self.wrong.append(f"{mark} is created while nobody knows of {unknown}")
        fate, seconds = self.fates.popleft() if self.fates else ("answered", 0)
        self.met[fate] += 1
        if fate in ("answered", "not sent", "refused"):
            return self._known(fate, write)
        if mark is not None:
            self.doubts[mark] = Doubt(self.time.now, creates)
        if fate in ("answer lost", "killed after"):
            write()
        if fate in ("late", "killed, late"):
            self._late.append((self.time.now + timedelta(seconds=seconds), write))
        raise Killed if fate.startswith("killed") else TransportError("the connection dropped", maybe_applied=True)

    def arrive(self) -> None:
        """Do the late writes that are due."""
        due = [write for moment, write in self._late if moment <= self.time.now]
        self._late = [each for each in self._late if each[0] > self.time.now]
        for write in due:
            write()

    def find_external(self, external_id: str) -> Any:
        """Answer a question, and remember that it was asked."""
        self.arrive()
        found = super().find_external(external_id)
        if external_id in self.doubts:
            self.doubts[external_id].asked.append(self.time.now)
            self.doubts[external_id].found |= found is not None
        return found

    def ticket(self, ticket_id: str) -> Any:
        self.arrive()
        return super().ticket(ticket_id)

    def links(self, ticket_id: str) -> Any:
        self.arrive()
        return super().links(ticket_id)

    def _known(self, fate: Fate, write: Callable[[], Any]) -> Any:
        if fate == "refused":
            raise ValidationError("not today", field="title")
        if fate == "not sent":
            raise TransportError("no route", maybe_applied=False)
        return write()

    def _prove_absent(self, mark: str | None) -> None:
        doubt = self.doubts.pop(mark, None) if mark is not None else None
        if doubt is not None:
            if len(doubt.asked) < 2:
                self.wrong.append(f"{mark} is sent again, and was asked for {len(doubt.asked)} times")
            elif doubt.asked[-1] < doubt.since + timedelta(seconds=SETTLE):
                self.wrong.append(f"{mark} is sent again too soon")


def _fickle(name: str) -> Callable[..., Any]:
    write = getattr(MemoryBackend, name)

    def method(self: Fickle, *args: Any, **named: Any) -> Any:
        sent = tuple(map(sent_whole, args))
        return self.meets(_mark(args[-1]), lambda: write(self, *sent, **named), creates=name == "create_ticket")

    return method


def _mark(draft: Any) -> str | None:
    found: str | None = draft.get("external_id") if isinstance(draft, dict) else getattr(draft, "external_id", None)
    return found


for _name in WRITES:
    setattr(Fickle, _name, _fickle(_name))


class Protocol(RuleBasedStateMachine):
    """One migration, however often it is begun."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="anybacklog-"))
        self.time = Time()
        self.backend = Fickle(self.time)
        self.source = Tracker(MemoryBackend(), parse("memory://source/PROJ"))
        self.target = Tracker(self.backend, parse("memory://target/PROJ"))
        self.target.create_ticket(TicketDraft(title=STRANGER))
        parent = self.source.create_ticket(TicketDraft(title="same", description="𠮷 before PROJ-2"))
        child = self.source.create_ticket(TicketDraft(title="same", description="𠮷", parent=parent))
        self.source.update_ticket(parent, {"status": "Closed"})
        self.source.add_link(parent, "blocks", child)
        self.source.add_comment(parent, "see PROJ-2")
        self.source.add_comment(child, "+1")
        self.source.add_comment(child, "+1", attachments=[("a.txt", io.BytesIO(b"one"))])
        self.source.add_attachment(child, "a.txt", io.BytesIO(b"one"))
        self.source.add_comment(self.source.create_ticket(TicketDraft(title="last")), "last")

    @rule(fate=st.sampled_from(get_args(Fate)), seconds=st.integers(1, SETTLE - 1))
    def threaten(self, fate: Fate, seconds: int) -> None:
        """Put a fate in line for the next write that has none yet."""
        self.backend.fates.append((fate, seconds))

    @rule(seconds=st.integers(1, 3 * SETTLE))
    def pause(self, seconds: int) -> None:
        """Let time pass between two runs."""
        self.time.wait(seconds)

    @precondition(lambda self: self.backend.fates)
    @rule(commit=st.none() | st.integers(1, 40))
    def run(self, commit: int | None) -> None:
        """Run once; with `commit`, until before or after a commit of the ledger."""
        commits = iter(range(1, 1_000_000))

        def watch(_: str) -> None:
            if next(commits) == commit:
                raise Killed

        try:
            self._migrate(watch)
        except (Killed, TransportError, MigrationError):
            self.backend.met["run cut short"] += 1

    def teardown(self) -> None:
        """Let everything be well from here on: then the same call ends, and all is there once."""
        if hasattr(self, "folder"):
            try:
                self._ends_well()
            finally:
                shutil.rmtree(self.folder)

    def _ends_well(self) -> None:
        self.backend.fates.clear()
        report = self._migrate(lambda _: None)
        self.time.wait(SETTLE)
        self.backend.arrive()
        assert (report.failures, report.status) == ([], "done")
        assert list(_contents(self.target)) == list(_contents(self.source))
        assert verify(self.source, self.target, ledger=self.folder / "ledger.db").differences == []

    def _migrate(self, watch: Callable[[str], None]) -> Report:
        clock = Clock(now=lambda: self.time.now, sleep=self.time.wait, monotonic=lambda: self.time.now.timestamp())
        try:
            return migrate(self.source, self.target, ledger=self.folder / "ledger.db", clock=clock, watch=watch)
        finally:
            assert self.backend.wrong == []


def _contents(tracker: Tracker) -> Iterator[tuple[Any, ...]]:
    tickets = [ticket for ticket in tracker.tickets() if ticket.title != STRANGER]
    numbers: dict[str | None, int] = {ticket.id: number for number, ticket in enumerate(tickets)}
    names = [ticket.key for ticket in tickets]
    for ticket in tickets:
        comments = [(_named(each.body, names), len(each.attachments)) for each in tracker.comments(ticket)]
        status = ticket.status.name if ticket.status else None
        yield (
            ticket.title,
            _named(ticket.description, names),
            numbers.get(ticket.parent),
            status,
            len(ticket.links),
            len(ticket.attachments),
            comments,
        )


def _named(text: Text | None, names: list[str]) -> str:
    """Give a text with the number of a ticket of this tracker for its key."""
    source = text.source if text is not None else ""
    for number, name in enumerate(names):
        source = source.replace(name, f"#{number}")
    return source


TestProtocol = Protocol.TestCase
TestProtocol.settings = settings(
    max_examples=60, stateful_step_count=12, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
