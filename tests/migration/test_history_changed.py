"""A plan that has the history told otherwise than it was written: repair writes it so, and back again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from anybacklog import Tracker
from anybacklog.backend import CommentDraft, Connection
from anybacklog.migration import migrate, plan, repair, verify
from anybacklog.model import Change, Comment, Text, TicketDraft
from anybacklog.store.memory import open_memory

Make = Callable[[], Tracker]
CHANGED = (Change(field="status", old="Open", new="Closed 𠮷"),)


def with_history(source: Tracker) -> Tracker:
    ticket = source.create_ticket(TicketDraft(title="Crash"))
    within = open_memory(Connection(location=source.location))
    for said in ("", "Seen again"):
        within.add_comment(ticket.id, CommentDraft(body=Text(said, "markdown"), changes=CHANGED))
    return source


def journal(tracker: Tracker) -> list[Comment]:
    return list(tracker.comments(next(tracker.tickets())))


def test_changes_become_text_and_changes_again(memory: Make, sqlite: Make, tmp_path: Path) -> None:
    source, target, ledger = with_history(memory()), sqlite(), tmp_path / "ledger.db"
    assert migrate(source, target, ledger=ledger).clean
    written, file = journal(target), tmp_path / "plan.toml"
    for history, said in (
        ("text", ["status: Open → Closed 𠮷", "Seen again\n\nstatus: Open → Closed 𠮷"]),
        ("native", ["", "Seen again"]),
    ):
        made = plan(source, target, ledger=ledger).to_toml()
        file.write_text(re.sub(r'history = "\w+"', f'history = "{history}"', made))
        assert any("repair writes it so" in note for note in migrate(source, target, plan=file, ledger=ledger).notes)
        assert repair(source, target, plan=file, ledger=ledger).left.differences == []
        assert [each.body.source for each in journal(target)] == said
        assert verify(source, target, ledger=ledger).differences == []
        assert migrate(source, target, ledger=ledger).notes == []
    assert [(each.id, each.changes) for each in journal(target)] == [(each.id, each.changes) for each in written]
