"""One ticket over which an adapter or a plugin breaks is named and left alone in the end; the others go on."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.migration.unreliable import NOT_NATIVE, Time, Unreliable, abilities, tracker

from anybacklog import ProtocolError, Tracker, TransportError, ValidationError
from anybacklog.abilities import Abilities
from anybacklog.migration import migrate, repair, verify
from anybacklog.migration.ledger import Ledger
from anybacklog.model import TicketDraft
from anybacklog.store.memory import MemoryBackend

Make = Callable[[], Tracker]
SECRET = "https://example.backlog.com/api?apiKey=s3cretS3cretS3cret"


class Breaking(MemoryBackend):
    """Memory, as a service, that breaks over tickets of one title, before or after it has made them."""

    poison: Callable[[], BaseException] | None = staticmethod(lambda: KeyError("assignee"))
    after = False

    @property
    def abilities(self) -> Abilities:
        return abilities(*NOT_NATIVE)

    def create_ticket(self, fields: Any) -> Any:
        poisoned = self.poison is not None and fields["title"] == "poisoned"
        made = super().create_ticket(fields) if self.after or not poisoned else None
        if poisoned and self.poison is not None:
            raise self.poison()
        return made


@pytest.fixture
def source(memory: Make) -> Tracker:
    tracker = memory()
    for title in ("before", "poisoned", "behind"):
        tracker.add_comment(tracker.create_ticket(TicketDraft(title=title)), f"about {title}")
    return tracker


@pytest.fixture
def run(source: Tracker, tmp_path: Path) -> Callable[[MemoryBackend], Any]:
    return lambda backend: migrate(source, tracker(backend), ledger=tmp_path / "ledger.db", clock=Time().clock())


def titles(backend: MemoryBackend) -> list[str]:
    return [ticket.title for ticket in tracker(backend).tickets()]


def test_a_bug_over_one_ticket_is_named_and_the_others_go_on(run: Callable[[MemoryBackend], Any]) -> None:
    backend = Breaking()
    report = run(backend)
    assert titles(backend) == ["before", "behind"]
    assert [(each.source_key, each.kind, each.stage) for each in report.failures] == [
        ("PROJ-2", "ticket", "write"), ("PROJ-2", "comment", "wait"),
    ]  # fmt: skip
    assert report.failures[0].error.startswith("KeyError: 'assignee'")


def test_a_write_that_happened_before_the_bug_is_found_and_not_repeated(run: Callable[[MemoryBackend], Any]) -> None:
    backend = Breaking()
    backend.after = True
    report = run(backend)
    assert (report.failures, titles(backend)) == ([], ["before", "poisoned", "behind"])
    assert any("PROJ-2 was written, but KeyError" in note for note in report.notes)


def test_after_three_runs_alike_it_is_left_alone_and_repair_tries_again(
    run: Callable[[MemoryBackend], Any], source: Tracker, tmp_path: Path
) -> None:
    backend = Breaking()
    stages = [run(backend).failures[0].stage for _ in range(4)]
    assert stages == ["write", "write", "write", "quarantine"]
    backend.poison = None
    left = run(backend)
    assert (left.failures[0].stage, left.counts["tickets"].failed) == ("quarantine", 1)
    assert "repair tries again" in left.failures[0].error
    target = tracker(backend)
    assert repair(source, target, ledger=tmp_path / "ledger.db", clock=Time().clock()).clean
    assert run(backend).clean
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_another_refusal_or_another_text_is_tried_again(run: Callable[[MemoryBackend], Any], source: Tracker) -> None:
    backend = Breaking()
    for reason in ("one", "one", "two", "two", "two"):
        backend.poison = lambda reason=reason: ValidationError(reason, field="title")
        assert run(backend).failures[0].stage == "write"
    assert run(backend).failures[0].stage == "quarantine"
    source.update_ticket("PROJ-2", {"description": "written anew"})
    assert run(backend).failures[0].stage == "write"


def test_no_secret_of_the_bug_is_told_and_its_traceback_goes_to_the_log(
    run: Callable[[MemoryBackend], Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    backend = Breaking()
    backend.poison = lambda: RuntimeError(SECRET)
    with caplog.at_level(logging.DEBUG, logger="anybacklog"):
        report = run(backend)
    assert "s3cret" not in str(report.to_json()) + str(report.failures) + caplog.text
    assert b"s3cret" not in (tmp_path / "ledger.db").read_bytes()
    assert "in create_ticket" in caplog.text


@pytest.mark.parametrize(
    "poison", [KeyboardInterrupt(), SystemExit(3), MemoryError(), OSError(errno.ENOSPC, "no space left")], ids=repr
)
def test_what_ends_a_process_or_fills_a_disk_stops_the_run(
    run: Callable[[MemoryBackend], Any], poison: BaseException
) -> None:
    backend = Breaking()
    backend.poison = lambda: poison
    with pytest.raises(type(poison)):
        run(backend)
    backend.poison = None
    assert run(backend).clean


class Mute(Unreliable):
    """Memory that loses the answer to every write and breaks when it is asked."""

    asked = True

    def tickets(self, query: Any) -> Any:
        if self.asked and self.faults:
            raise IndexError("list index out of range")
        return super().tickets(query)


def test_a_question_that_breaks_leaves_the_doubt_and_the_next_run_asks_again(
    run: Callable[[MemoryBackend], Any], source: Tracker, tmp_path: Path
) -> None:
    backend = Mute(Time(), "answer lost", abilities(*NOT_NATIVE))
    report = run(backend)
    assert {each.stage for each in report.failures} == {"write", "wait"}
    with Ledger(tmp_path / "ledger.db") as book:
        rows = book.pair(source.identity(), backend.identity()).rows("unsure")
        assert [row.source_key for row in rows] == ["PROJ-1", "PROJ-2", "PROJ-3"]
    backend.asked = False
    assert run(backend).clean
    assert titles(backend) == ["before", "poisoned", "behind"]


def test_a_plugin_that_breaks_over_an_outcome_is_named_and_changes_nothing_of_it(
    source: Tracker, memory: Make, tmp_path: Path
) -> None:
    plugin = tmp_path / "faulty.py"
    plugin.write_text(
        "from anybacklog.plugin import hookimpl\n\n@hookimpl\ndef anybacklog_observe_step(step, state):\n"
        "    if step.item.ticket_key == 'PROJ-2':\n        raise KeyError('x')\n"
    )
    target = memory()
    report = migrate(source, target, ledger=tmp_path / "ledger.db", plugins=(str(plugin),))
    assert {(each.source_key, each.stage) for each in report.failures} == {("PROJ-2", "observe")}
    assert report.counts["tickets"].created == 3
    assert migrate(source, target, ledger=tmp_path / "ledger.db", plugins=(str(plugin),)).clean


class Unreadable(MemoryBackend):
    """A source that breaks over the comments of one ticket."""

    breaks: BaseException | None = None

    def comments(self, ticket_id: str) -> Any:
        if self.breaks is not None and self.ticket(ticket_id).title == "poisoned":
            raise self.breaks
        return super().comments(ticket_id)


@pytest.fixture
def breaking() -> Unreadable:
    backend = Unreadable()
    with_links = tracker(backend)
    made = [with_links.create_ticket(TicketDraft(title=title)) for title in ("before", "poisoned", "behind")]
    with_links.add_link(made[0], "relates", made[1])
    with_links.add_comment(made[1], "about poisoned")
    return backend


@pytest.mark.parametrize("error", [ProtocolError("an answer without a body"), KeyError("createdUser")], ids=repr)
def test_a_ticket_that_cannot_be_read_fails_by_name_and_the_next_run_reads_it_again(
    breaking: Unreadable, memory: Make, tmp_path: Path, error: BaseException
) -> None:
    breaking.breaks = error
    source, target = tracker(breaking), memory()
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert [(each.source_key, each.stage) for each in report.failures] == [("PROJ-2", "read")]
    assert "its comments cannot be read" in report.failures[0].error
    tickets = report.counts["tickets"]
    assert (tickets.planned, tickets.created, tickets.failed) == (3, 2, 1)
    assert not [row for row in report.fidelity if row.level == "lost"]
    named = {
        (each.source_key, each.field) for each in verify(source, target, ledger=tmp_path / "ledger.db").differences
    }
    assert ("PROJ-2", "unreadable") in named
    breaking.breaks = None
    assert migrate(source, target, ledger=tmp_path / "ledger.db").clean
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_a_source_that_is_down_stops_the_run_rather_than_failing_every_ticket(
    breaking: Unreadable, memory: Make, tmp_path: Path
) -> None:
    breaking.breaks = TransportError("no route", maybe_applied=False)
    with pytest.raises(TransportError, match="no route"):
        migrate(tracker(breaking), memory(), ledger=tmp_path / "ledger.db")


def test_only_the_chosen_ones_of_what_cannot_be_read_are_named(
    breaking: Unreadable, memory: Make, tmp_path: Path
) -> None:
    breaking.breaks = KeyError("createdUser")
    ends = tracker(breaking), memory()
    assert migrate(*ends, ledger=tmp_path / "ledger.db", only=["PROJ-1"]).clean
    assert [each.source_key for each in migrate(*ends, ledger=tmp_path / "ledger.db", only=["PROJ-2"]).failures] == [
        "PROJ-2"
    ]
