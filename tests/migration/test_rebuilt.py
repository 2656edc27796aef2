"""A lost ledger is rebuilt from the marks, wherever the target keeps them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.migration.less import TEXT_ONLY, less, titles_and_files

from anybacklog import ConfigurationError, Tracker
from anybacklog.migration import migrate, verify
from anybacklog.model import TicketDraft

Make = Callable[[], Tracker]


@pytest.mark.parametrize("without", [(), ("comments.external_id",), ("external_id",), TEXT_ONLY])
def test_wherever_marks_are_kept_a_lost_ledger_is_rebuilt_from_them(
    memory: Make, filled: Callable[[Tracker], Tracker], tmp_path: Path, without: tuple[str, ...]
) -> None:
    source, target = filled(memory()), less(*without)
    migrate(source, target, ledger=tmp_path / "lost.db")
    before = titles_and_files(target)
    with pytest.raises(ConfigurationError, match="does not know them"):
        migrate(source, target, ledger=tmp_path / "new.db")
    assert migrate(source, target, ledger=tmp_path / "new.db", rebuild_ledger=True).clean
    assert titles_and_files(target) == before
    assert verify(source, target, ledger=tmp_path / "new.db").differences == []


def test_a_renamed_source_is_still_known_by_its_marks(memory: Make, tmp_path: Path) -> None:
    source, target = memory(), memory()
    ticket = source.create_ticket(TicketDraft(title="renamed"))
    source.add_comment(ticket, "one", attachments=[("a.txt", io.BytesIO(b"a"))])
    migrate(source, target, ledger=tmp_path / "lost.db")
    source.update_ticket(ticket, {"key": "NEW-1"})
    migrate(source, target, ledger=tmp_path / "new.db", rebuild_ledger=True)
    assert titles_and_files(target) == [("renamed", ["a.txt"], 1)]


def test_nothing_can_be_rebuilt_where_there_are_no_marks(memory: Make, tmp_path: Path) -> None:
    source, target = memory(), memory()
    source.create_ticket(TicketDraft(title="a"))
    target.create_ticket(TicketDraft(title="a"))
    with pytest.raises(ConfigurationError, match="no mark of this source"):
        migrate(source, target, ledger=tmp_path / "ledger.db", rebuild_ledger=True)
    assert target.count_tickets() == 1


def test_two_equal_files_stay_two_in_a_rebuilt_ledger(memory: Make, tmp_path: Path) -> None:
    source, target = memory(), less(*TEXT_ONLY)
    ticket = source.create_ticket(TicketDraft(title="t"))
    for _ in range(2):
        source.add_attachment(ticket, "same.txt", io.BytesIO(b"same"))
    migrate(source, target, ledger=tmp_path / "lost.db")
    assert migrate(source, target, ledger=tmp_path / "new.db", rebuild_ledger=True).clean
    assert len(target.attachments("PROJ-1")) == 2
    assert verify(source, target, ledger=tmp_path / "new.db").differences == []
