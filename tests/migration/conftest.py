"""A source that has a bit of everything, and trackers to copy it to."""

from __future__ import annotations

import io
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest
from tests.migration.organizations import ServeBacklog
from tests.migration.spaces import NOON, UNHURRIED, Fake, Serve

import anybacklog
from anybacklog import Tracker
from anybacklog.model import Category, Change, CustomField, Milestone, Named, Ticket, TicketDraft, User, Version
from anybacklog_simulators import publicbacklog
from anybacklog_simulators.nulab import DEMO_KEY, Clock, Rates, Space, simulator
from anybacklog_simulators.publicbacklog import Organization, PublicBacklog, Simulator

PLAN = """
[mapping.priorities]
High = "高"
Normal = "中"
Low = "低"
[mapping.resolutions]
Fixed = "対応済み"
"""
NASTY = "𠮷野家 🎉 ﾊﾝｶｸ が\r\nline 2  "


@pytest.fixture
def trackers() -> Iterator[ExitStack]:
    """Close every tracker a test opens."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def memory(trackers: ExitStack) -> Callable[[], Tracker]:
    """Make empty trackers in memory."""
    return lambda: trackers.enter_context(anybacklog.connect(f"memory://{uuid.uuid4().hex}/PROJ"))


@pytest.fixture
def sqlite(trackers: ExitStack, tmp_path: Path) -> Callable[[], Tracker]:
    """Make empty trackers in files of their own."""
    return lambda: trackers.enter_context(
        anybacklog.connect(f"sqlite:///{tmp_path}/{uuid.uuid4().hex}.db?project=PROJ")
    )


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 1, day, hour, 30, 1, 234567, tzinfo=UTC)


def fill(tracker: Tracker) -> Tracker:
    """Fill a tracker with people, words, a parent created after its child, files, history, links and nasty text."""
    hanako = tracker.add_metadata("users", User(id="", name="花子 𠮷", login="hanako", email="hanako@example.com"))
    john = tracker.add_metadata("users", User(id="", name="John", email="john@example.com"))
    assert isinstance(hanako, User)
    assert isinstance(john, User)
    tracker.add_metadata("categories", Category(id="", name="UI"))
    tracker.add_metadata("milestones", Milestone(id="", name="1.0"))
    tracker.add_metadata("versions", Version(id="", name="0.9"))
    choice = CustomField(
        id="", name="重要度", type="choice", options=(Named(id="1", name="高"), Named(id="2", name="低"))
    )
    tracker.add_metadata("custom_fields", choice)
    tracker.add_metadata("custom_fields", CustomField(id="", name="Points", type="number"))
    child = tracker.create_ticket(
        TicketDraft(
            title=f"子 {NASTY}",
            description=NASTY,
            type="Bug",
            status="In progress",
            priority="High",
            resolution="Fixed",
            reporter=hanako,
            assignees=[hanako, john],
            watchers=[john],
            categories=["UI"],
            milestones=["1.0"],
            affected_versions=["0.9"],
            start_date=date(2026, 1, 2),
            due_date=date(2026, 2, 3),
            estimated_hours=1.5,
            actual_hours=0.1,
            custom_fields={"重要度": "高", "Points": 3.25},
            created_at=at(1),
            updated_at=at(9),
        )
    )
    parent = tracker.create_ticket(TicketDraft(title="親", created_at=at(2), updated_at=at(2)))
    third = tracker.create_ticket(TicketDraft(title="third", created_at=at(2), updated_at=at(3)))
    tracker.update_ticket(child, {"parent": parent, "updated_at": at(9)})
    tracker.add_link(child, "blocks", third)
    journal(tracker, child, hanako, john)
    return tracker


def journal(tracker: Tracker, ticket: Ticket, hanako: User, john: User) -> None:
    """Write comments with and without files, history, a private and an edited comment, files of one name."""
    tracker.add_attachment(ticket, "同じ.txt", io.BytesIO(b"one"), author=john, created_at=at(3))
    tracker.add_attachment(ticket, "同じ.txt", io.BytesIO(b"two"), author=hanako, created_at=at(3))
    tracker.add_comment(ticket, NASTY, author=hanako, created_at=at(4))
    tracker.add_comment(
        ticket, "", author=john, created_at=at(5), changes=(Change(field="status", old="Open", new="In progress"),)
    )
    files = [("empty.bin", io.BytesIO(b"")), ("bytes.bin", io.BytesIO(bytes(range(256)) * 300))]
    tracker.add_comment(ticket, "with files", author=john, created_at=at(6), attachments=files)
    tracker.add_comment(ticket, "with files", author=john, created_at=at(6), updated_at=at(7), private=True)


@pytest.fixture
def filled() -> Callable[[Tracker], Tracker]:
    """Give the function that fills a tracker."""
    return fill


@pytest.fixture
def serve(trackers: ExitStack) -> Serve:
    """Serve a space on loopback whose clock only a migration moves, and connect to its project."""

    def served(space: Space) -> tuple[Tracker, Fake]:
        fake = simulator(space, rates=Rates(dict(UNHURRIED)), clock=Clock.standing(NOON))
        server = trackers.enter_context(fake.served())
        return trackers.enter_context(anybacklog.connect(f"nulab+{server.url}/DEMO", api_key=DEMO_KEY)), fake

    return served


@pytest.fixture
def serve_backlog(trackers: ExitStack) -> ServeBacklog:
    """Serve an organization on loopback whose clock only a migration moves, and connect to its backlog Website."""

    def served(organization: Organization) -> tuple[Tracker, Simulator[PublicBacklog]]:
        fake = publicbacklog.simulator(organization, clock=Clock.standing(NOON))
        url = f"publicbacklog+{trackers.enter_context(fake.served()).url}/Website?scan_gap=5"
        return trackers.enter_context(anybacklog.connect(url, api_key=publicbacklog.DEMO_KEY)), fake

    return served


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """Write which of the space's Japanese words stand for which of SQLite's."""
    path = tmp_path / "plan.toml"
    path.write_text(PLAN, encoding="utf-8")
    return path


@pytest.fixture
def spools(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[BinaryIO]]:
    """Give the temporary files of a test, all of which must be closed when it is over."""
    made: list[BinaryIO] = []
    original = tempfile.TemporaryFile

    def opened() -> Any:
        made.append(cast("BinaryIO", original()))
        return made[-1]

    monkeypatch.setattr(tempfile, "TemporaryFile", opened)
    yield made
    assert all(each.closed for each in made)
