"""What goes in one write: a ticket with its files, the last comment with the ticket's state. Each exactly once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from tests.migration.spaces import Boundary, Fake, Interrupted, Serve, by_its_clock, held, writes

from anybacklog import Tracker
from anybacklog.migration import charting, migrate, verify
from anybacklog.model import TicketDraft
from anybacklog_simulators.nulab import Fault, Harm, Space, empty_space

Make = Callable[[], Tracker]


def three(sqlite: Make) -> Tracker:
    """Make a source: a closed ticket with files and comments, a closed one with nothing, an open one with a comment."""
    source = sqlite()
    full = source.create_ticket(TicketDraft(title="full", status="Closed"))
    for name in ("a.txt", "b.txt"):
        source.add_attachment(full, name, BytesIO(name.encode()))
    for body in ("one", "two"):
        source.add_comment(full, body)
    source.add_comment(full, "three", attachments=[("c.txt", BytesIO(b"c"))])
    source.create_ticket(TicketDraft(title="bare", status="Closed"))
    source.add_comment(source.create_ticket(TicketDraft(title="open")), "one")
    return source


def paths(fake: Fake) -> list[str]:
    """Give what was written to issues and files: a letter for each."""
    words = {"attachment": "f", "issues": "c", "comments": "n"}
    return [words.get(path.rpartition("/")[2], "s") for _, path, _ in writes(fake)]


def test_nothing_is_written_alone_that_can_go_with_something_else(sqlite: Make, serve: Serve, tmp_path: Path) -> None:
    target, fake = serve(empty_space())
    report = migrate(three(sqlite), target, ledger=tmp_path / "ledger.db")
    issues = [word for (_, path, _), word in zip(writes(fake), paths(fake), strict=True) if "/projects/" not in path]
    assert "".join(issues) == "ffcnnfs" + "cs" + "cn"
    read = [path for method, path, _ in fake.log if method == "GET" and re.search(r"/issues/\d+", path)]
    assert len(read) == 1  # which entry the comment became that the status came with
    assert {name: counts.created for name, counts in report.counts.items()} == {
        "tickets": 3, "comments": 4, "history": 0, "attachments": 3, "links": 0,
    }  # fmt: skip


def test_what_was_written_together_is_found_again_item_by_item(sqlite: Make, serve: Serve, tmp_path: Path) -> None:
    source, (target, fake) = three(sqlite), serve(empty_space())
    migrate(source, target, ledger=tmp_path / "ledger.db")
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []
    before = writes(fake)
    again = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert (again.counts["attachments"].already, again.counts["comments"].already) == (3, 4)
    source.update_ticket("PROJ-1", {"status": "Open"})
    changed = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert [item.kind for item in changed.changed.first] == ["state"]
    assert writes(fake) == before


def test_a_comment_that_came_later_does_not_set_the_state_again(sqlite: Make, serve: Serve, tmp_path: Path) -> None:
    source, (target, _) = three(sqlite), serve(empty_space())
    migrate(source, target, ledger=tmp_path / "ledger.db")
    target.update_ticket("DEMO-1", {"status": "処理中"})
    source.add_comment("PROJ-1", "four")
    assert migrate(source, target, ledger=tmp_path / "ledger.db").counts["comments"].created == 1
    status = target.ticket("DEMO-1").status
    assert status is not None
    assert status.category == "in_progress"


@pytest.mark.parametrize("harm", [Harm.DROP_AFTER, Harm.REFUSE, Harm.LATE])
@pytest.mark.parametrize("marks", [True, False])
def test_in_doubt_all_of_it_is_done_or_none(
    sqlite: Make, serve: Serve, tmp_path: Path, harm: Harm, marks: bool
) -> None:
    source, (calm, unharmed), (target, fake) = three(sqlite), serve(empty_space()), serve(empty_space())
    migrate(source, calm, ledger=tmp_path / "calm.db", marks=marks)
    fake.faults.add(Fault(harm=harm, method="POST", path=r"/issues$", nth=1, seconds=60))
    fake.faults.add(Fault(harm=harm, method="PATCH", path=r"/issues/", nth=1, seconds=60))
    ledger = tmp_path / "ledger.db"
    assert migrate(source, target, ledger=ledger, marks=marks, clock=by_its_clock(fake)).failures == []
    fake.clock.advance(3600)
    assert (len(fake.faults.struck), held(fake)) == (2, held(unharmed))
    assert verify(source, target, ledger=ledger).differences == []


def test_a_file_that_is_refused_leaves_its_ticket_and_the_others(sqlite: Make, serve: Serve, tmp_path: Path) -> None:
    target, _ = serve(small_files(empty_space()))
    source = sqlite()
    full = source.create_ticket(TicketDraft(title="full"))
    for name, size in (("small.bin", 10), ("large.bin", 3000)):
        source.add_attachment(full, name, BytesIO(bytes(size)))
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert [(each.kind, each.stage) for each in report.failures] == [("attachment", "write")]
    assert [each.name for each in target.ticket("DEMO-1").attachments] == ["small.bin"]


@pytest.mark.parametrize(("harm", "then"), [(Harm.DROP_AFTER, "fssc"), (Harm.REFUSE, "cfsfss"), (Harm.LATE, "cfss")])
def test_a_file_alone_that_is_in_doubt_has_its_own_ticket_wait_and_no_other(
    sqlite: Make, serve: Serve, tmp_path: Path, harm: Harm, then: str
) -> None:
    source, (target, fake) = sqlite(), serve(empty_space())
    full = source.create_ticket(TicketDraft(title="full"))
    for name in ("a.txt", "b.txt"):
        source.add_attachment(full, name, BytesIO(name.encode()))
    source.add_comment(full, "one")
    source.create_ticket(TicketDraft(title="other"))
    fake.faults.add(Fault(harm=Harm.ERROR_BEFORE, method="POST", path=r"/issues$", nth=1, status=400))
    fake.faults.add(Fault(harm=harm, method="PATCH", path=r"/issues/", nth=1, seconds=60))
    report = migrate(source, target, ledger=tmp_path / "ledger.db", clock=by_its_clock(fake))
    assert report.failures == []
    assert {name: counts.created for name, counts in report.counts.items() if counts.created} == {
        "tickets": 2, "comments": 1, "attachments": 2,
    }  # fmt: skip
    assert "".join(paths(fake)).endswith(f"ffccfs{then}")


def small_files(space: Space) -> Space:
    """Let a space take files of 1,000 bytes and no larger ones."""
    space.licence = replace(space.licence, attachment_limit_per_file=1000)
    return space


def test_a_ledger_of_single_steps_is_understood(
    sqlite: Make, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run of an earlier version, one write for each thing, stopped anywhere: this one goes on with it."""
    source, (calm, unharmed), nowhere = three(sqlite), serve(empty_space()), Boundary(0)
    with monkeypatch.context() as earlier:
        earlier.setattr(charting, "_TOGETHER", ())
        migrate(source, calm, ledger=tmp_path / "calm.db", watch=nowhere)
    for number in range(3, nowhere.seen, 3):
        target, fake = serve(empty_space())
        ledger, clock = tmp_path / f"{number}.db", by_its_clock(fake)
        with monkeypatch.context() as earlier:
            earlier.setattr(charting, "_TOGETHER", ())
            with pytest.raises(Interrupted):
                migrate(source, target, ledger=ledger, clock=clock, watch=Boundary(number))
        assert migrate(source, target, ledger=ledger, clock=clock).failures == []
        assert said(fake) == said(unharmed)
        assert verify(source, target, ledger=ledger).differences == []


def said(fake: Fake) -> list[Any]:
    """Give titles, states, files and texts, whatever entries of changes stand between."""
    return [(issue[1], issue[3], issue[8], [text for text, _ in issue[9] if text]) for issue in held(fake)]
