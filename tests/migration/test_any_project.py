"""Whatever a project holds arrives as it was: for everything hypothesis can think of."""

from __future__ import annotations

import io
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import anybacklog
from anybacklog import Tracker
from anybacklog.migration import migrate, verify
from anybacklog.model import Change, CustomField, Named, Ticket, TicketDraft, User

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
NAMES = WORDS.filter(bool)
DAYS = st.none() | st.dates(min_value=date(1, 1, 2), max_value=date(9999, 12, 30))
INSTANTS = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis wants them so
HOURS = st.none() | st.floats(min_value=0.01, max_value=1e6)
COMMENTS = st.fixed_dictionaries(
    {
        "body": WORDS,
        "created_at": INSTANTS,
        "private": st.booleans(),
        "changes": st.lists(st.builds(Change, field=NAMES, old=st.none() | WORDS, new=st.none() | WORDS), max_size=2),
        "files": st.lists(st.tuples(NAMES, st.binary(max_size=40)), max_size=2),
    }
)
TICKETS = st.fixed_dictionaries(
    {
        "title": NAMES,
        "description": st.none() | WORDS,
        "status": st.sampled_from(["Open", "In progress", "Closed"]),
        "type": st.sampled_from([None, "Bug", "Task"]),
        "reporter": st.sampled_from(["a", "b"]),
        "assignees": st.lists(st.sampled_from(["a", "b"]), unique=True),
        "start_date": DAYS,
        "due_date": DAYS,
        "estimated_hours": HOURS,
        "actual_hours": HOURS,
        "created_at": INSTANTS,
        "updated_at": INSTANTS,
        "custom_fields": st.fixed_dictionaries(
            {},
            optional={
                "Text": NAMES,
                "Number": st.integers(-(10**9), 10**9) | st.floats(allow_nan=False, allow_infinity=False),
                "Day": DAYS.filter(bool),
                "One": st.sampled_from(["x", "y", "free"]),
                "Some": st.lists(st.sampled_from(["x", "y", "free"]), min_size=1, max_size=3).map(tuple),
            },
        ),
        "comments": st.lists(COMMENTS, max_size=3),
        "parent": st.none() | st.integers(0, 3),
        "links": st.lists(st.tuples(st.sampled_from(["relates", "blocks", "clones"]), st.integers(0, 3)), max_size=2),
    }
)


@contextmanager
def ends(target_url: str) -> Iterator[tuple[Tracker, Tracker, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        source = anybacklog.connect(f"memory://{uuid.uuid4().hex}/PROJ")
        with anybacklog.connect(target_url.format(folder)) as target:
            yield source, target, Path(folder) / "ledger.db"


def fill(source: Tracker, tickets: list[dict[str, Any]]) -> None:
    for login in "ab":
        source.add_metadata("users", User(id="", login=login, name=login.upper()))
    options = (Named(id="1", name="x"), Named(id="2", name="y"))
    for name, kind in (("Text", "text"), ("Number", "number"), ("Day", "date"), ("One", "choice"), ("Some", "choices")):
        chosen = options if kind.startswith("choice") else ()
        source.add_metadata("custom_fields", CustomField(id="", name=name, type=kind, options=chosen))  # type: ignore[arg-type]  # mypy sees str
    made = [add(source, held) for held in tickets]
    for number, held in enumerate(tickets):
        tie(source, made, number, held)


def add(source: Tracker, held: dict[str, Any]) -> Ticket:
    draft = {name: value for name, value in held.items() if name not in ("comments", "parent", "links")}
    ticket = source.create_ticket(TicketDraft(**draft))
    for comment in held["comments"]:
        files = [(name, io.BytesIO(content)) for name, content in comment["files"]]
        source.add_comment(
            ticket, comment["body"], author=held["reporter"], created_at=comment["created_at"], attachments=files,
            changes=tuple(comment["changes"]), private=comment["private"],
        )  # fmt: skip
    return ticket


def tie(source: Tracker, made: list[Ticket], number: int, held: dict[str, Any]) -> None:
    if held["parent"] is not None and held["parent"] < number:
        source.update_ticket(made[number], {"parent": made[held["parent"]], "updated_at": held["updated_at"]})
    for kind, other in held["links"]:
        if other < len(made) and other != number:
            source.add_link(made[number], kind, made[other])


@pytest.mark.parametrize("target_url", ["sqlite:///{}/target.db?project=PROJ", "archive:///{}/target?project=PROJ"])
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(tickets=st.lists(TICKETS, min_size=1, max_size=4))
def test_every_project_arrives_as_it_was(target_url: str, tickets: list[dict[str, Any]]) -> None:
    with ends(target_url) as (source, target, ledger):
        fill(source, tickets)
        report = migrate(source, target, ledger=ledger)
        assert report.failures == []
        assert {row.level for row in report.fidelity} == {"native"}
        assert verify(source, target, ledger=ledger).differences == []
        again = migrate(source, target, ledger=ledger)
        assert sum(counts.created for counts in again.counts.values()) == 0
        assert again.changed.count == 0
