"""What changed at the source as one file at each copy, where the plan says so: in order, once, verified, taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.migration.unreliable import NOT_NATIVE, Time, Unreliable, abilities, tracker

from anybacklog import Tracker
from anybacklog.abilities import Answer
from anybacklog.migration import migrate, plan, repair, rollback, verify
from anybacklog.model import Change, TicketDraft, User

Make = Callable[[], Tracker]
WRITTEN = """2026-01-05 00:30:01Z · 花子 𠮷
status: Open → In progress
due_date: – → 2026-02-03

2026-01-07 00:30:01Z
status: In progress → Closed
"""


@pytest.fixture
def source(memory: Make, filled: Callable[[Tracker], Tracker]) -> Tracker:
    """Make two tickets: one with changes, with and without a text, one private; the other one with none."""
    from tests.migration.conftest import at

    tracker = memory()
    hanako = tracker.add_metadata("users", User(id="", name="花子 𠮷", login="hanako"))
    assert isinstance(hanako, User)
    one = tracker.create_ticket(TicketDraft(title="changed"))
    moved = (
        Change(field="status", old="Open", new="In progress"),
        Change(field="due_date", old=None, new="2026-02-03"),
    )
    tracker.add_comment(one, "", author=hanako, created_at=at(5), changes=moved)
    secret = (Change(field="assignee", old=None, new="nobody's business"),)
    tracker.add_comment(one, "hidden", created_at=at(6), changes=secret, private=True)
    tracker.add_comment(
        one, "done!", created_at=at(7), changes=(Change(field="status", old="In progress", new="Closed"),)
    )
    tracker.create_ticket(TicketDraft(title="never changed"))
    return tracker


@pytest.fixture
def chosen(tmp_path: Path) -> Path:
    path = tmp_path / "plan.toml"
    path.write_text('history = "attachment"\n')
    return path


def files(target: Tracker, key: str) -> dict[str, str]:
    found = {}
    for attachment in target.attachments(key):
        with target.open_attachment(attachment) as stream:
            found[attachment.name] = stream.read().decode()
    return found


@pytest.mark.parametrize("fault", ["none", "answer lost", "request lost", "late"])
@pytest.mark.parametrize("without", [NOT_NATIVE, ("comments.private",)], ids=["marks in texts", "marks in fields"])
def test_all_that_changed_stands_in_one_file_in_order_and_once(
    source: Tracker, tmp_path: Path, chosen: Path, fault: str, without: tuple[str, ...]
) -> None:
    time = Time()
    target = tracker(Unreliable(time, fault, abilities(*without)))
    ledger = tmp_path / "ledger.db"
    report = migrate(source, target, plan=chosen, ledger=ledger, clock=time.clock())
    assert report.failures == []
    assert (files(target, "PROJ-1"), files(target, "PROJ-2")) == ({"history.txt": expected(source)}, {})
    assert [comment.body.source.rpartition("\n")[2] for comment in target.comments("PROJ-1")] == ["done!"]
    assert (report.counts["attachments"].planned, report.counts["attachments"].created) == (1, 1)
    rows = {(row.field, row.level): row.count for row in report.fidelity}
    assert (rows["history", "emulated"], rows["comments.changes", "emulated"]) == (1, 1)
    assert verify(source, target, ledger=ledger).differences == []
    again = migrate(source, target, plan=chosen, ledger=ledger, clock=time.clock())
    assert (again.counts["attachments"].already, again.changed.count) == (1, 0)
    assert rollback(target, ledger=ledger, clock=time.clock()).left == []


def expected(source: Tracker) -> str:
    """Name in the last entry who the source says wrote it."""
    last = list(source.comments("PROJ-1"))[-1].author
    return WRITTEN.replace("2026-01-07 00:30:01Z\n", f"2026-01-07 00:30:01Z · {last.name}\n" if last else "")


def test_a_file_that_is_gone_or_that_people_altered_is_named_and_one_that_is_gone_comes_again(
    source: Tracker, tmp_path: Path, chosen: Path
) -> None:
    target, ledger = tracker(Unreliable(Time(), "none", abilities(*NOT_NATIVE))), tmp_path / "ledger.db"
    migrate(source, target, plan=chosen, ledger=ledger)
    target.delete_attachment("PROJ-1", target.attachments("PROJ-1")[0])
    named = verify(source, target, ledger=ledger).differences
    assert [(each.kind, each.id, each.field) for each in named] == [("attachment", "history+file", "missing")]
    assert repair(source, target, ledger=ledger).clean
    assert files(target, "PROJ-1") == {"history.txt": expected(source)}


def test_where_there_are_no_files_it_is_a_loss_that_the_plan_names(
    source: Tracker, tmp_path: Path, chosen: Path
) -> None:
    own = abilities(*NOT_NATIVE, "comments.attachments")
    bare = replace(own, native={**own.native, "attachments": Answer(yes=False, reason="it takes no files")})
    made = plan(source, tracker(Unreliable(Time(), "none", bare)), edited=chosen, ledger=tmp_path / "ledger.db")
    lost = {row.field: row.reason for row in made.fidelity if row.level == "lost"}
    assert (lost["history"], lost["comments.changes"]) == ("it takes no files", "it takes no files")


@pytest.mark.parametrize("without", [(), ("comments.changes",)], ids=["native", "as text"])
def test_what_changed_together_with_a_text_is_copied_and_counted_so_where_history_is_left_out(
    source: Tracker, tmp_path: Path, chosen: Path, without: tuple[str, ...]
) -> None:
    target = tracker(Unreliable(Time(), "none", abilities(*without)))
    chosen.write_text('history = "lost"\n')
    report = migrate(source, target, plan=chosen, ledger=tmp_path / "ledger.db")
    (done,) = [comment for comment in target.comments("PROJ-1") if comment.body.source.startswith("done!")]
    assert (bool(done.changes), "In progress → Closed" in done.body.source) == (not without, bool(without))
    rows = {(row.field, row.level): row.count for row in report.fidelity}
    assert (rows["history", "lost"], rows["comments.changes", "emulated" if without else "native"]) == (1, 2)
