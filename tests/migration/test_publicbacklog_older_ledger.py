"""A ledger that is older than its backlog: what came since is taken in by what is shown, or counted."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from tests.migration.organizations import SHUT, VARIANTS, ServeBacklog, by_its_clock, held
from tests.migration.restoring import FOUND, Restored, dies_at, talk
from tests.migration.spaces import Interrupted

from anybacklog import Tracker
from anybacklog.migration import migrate, verify
from anybacklog.model import TicketDraft
from anybacklog_simulators.publicbacklog import Choices, empty_organization

Make = Callable[[], Tracker]


@pytest.fixture
def source(memory: Make) -> Tracker:
    tracker = memory()
    tracker.add_comment(tracker.create_ticket(TicketDraft(title="first")), "one")
    tracker.create_ticket(TicketDraft(title="second"))
    return tracker


@pytest.mark.parametrize("choices", VARIANTS.values(), ids=VARIANTS)
def test_in_a_backlog_what_is_shown_or_counted_is_taken_in(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path, choices: Choices
) -> None:
    target, fake = serve_backlog(empty_organization(choices))
    restored = Restored(source, target, tmp_path, clock=by_its_clock(fake))
    restored.forget(talk)
    before = held(fake)
    report = restored.run()
    assert (report.failures, held(fake)) == ([], before)
    assert FOUND.format(4) in report.notes
    assert verify(source, target, ledger=restored.ledger).differences == []
    source.add_comment("PROJ-1", "new")
    assert restored.run().counts["comments"].created == 1


def test_in_a_backlog_what_the_old_ledger_holds_in_doubt_is_held_and_nothing_behind_it_is_sent(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    target, fake = serve_backlog(empty_organization())
    restored = Restored(source, target, tmp_path, clock=by_its_clock(fake))
    for text in ("in doubt", "behind it"):
        source.add_comment("PROJ-2", text)
    with suppress(Interrupted):
        migrate(source, target, ledger=restored.ledger, watch=dies_at(2, "after ledger commit: intend comment"))
    shutil.copy(restored.ledger, restored.backup)
    assert restored.run().clean
    before = held(fake)
    shutil.copy(restored.backup, restored.ledger)
    report = restored.run()
    assert [(each.kind, each.stage) for each in report.failures] == [("comment", "held"), ("comment", "wait")]
    assert held(fake) == before


def test_in_a_backlog_a_comment_in_doubt_is_not_counted_as_the_one_behind_it(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    target, fake = serve_backlog(empty_organization())
    restored = Restored(source, target, tmp_path, clock=by_its_clock(fake))
    for text in ("in doubt", "behind it"):
        source.add_comment("PROJ-2", text)
    with suppress(Interrupted):
        migrate(source, target, ledger=restored.ledger, watch=dies_at(2, "before ledger commit: done comment"))
    assert restored.run().clean
    assert [len(ticket[4]) for ticket in held(fake)] == [1, 2]


def test_a_backlog_that_shows_neither_texts_nor_counts_is_gone_on_with_as_before(
    source: Tracker, serve_backlog: ServeBacklog, tmp_path: Path
) -> None:
    target, fake = serve_backlog(empty_organization(Choices(shown=SHUT, echoed=SHUT)))
    restored = Restored(source, target, tmp_path, clock=by_its_clock(fake))
    assert restored.run().clean
    source.add_comment("PROJ-1", "new")
    assert restored.run().clean
    assert [len(ticket[4]) for ticket in held(fake)] == [2, 0]
