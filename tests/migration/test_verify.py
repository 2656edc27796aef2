"""verify names whatever somebody altered, removed, added or doubled behind our back."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from anybacklog import ConfigurationError, NotFound, Tracker
from anybacklog.migration import migrate, verify
from anybacklog.migration.mending import repair
from anybacklog.model import Attachment, Comment, TicketDraft

Make = Callable[[], Tracker]
Found = tuple[str | None, str, str]


@pytest.fixture
def copied(memory: Make, sqlite: Make, filled: Callable[[Tracker], Tracker], tmp_path: Path) -> tuple[Tracker, Tracker]:
    source, target = filled(memory()), sqlite()
    assert migrate(source, target, ledger=tmp_path / "ledger.db").clean
    return source, target


@pytest.fixture
def differences(copied: tuple[Tracker, Tracker], tmp_path: Path) -> Callable[[], list[Found]]:
    """Verify, and give source key, kind and field of every difference."""

    def found() -> list[Found]:
        result = verify(*copied, ledger=tmp_path / "ledger.db")
        return [(each.source_key, each.kind, each.field) for each in result.differences]

    return found


@pytest.fixture
def target(copied: tuple[Tracker, Tracker]) -> Tracker:
    return copied[1]


def comment(target: Tracker, place: int) -> Comment:
    return list(target.comments("PROJ-1"))[place]


def file(target: Tracker, place: int) -> Attachment:
    return target.attachments("PROJ-1")[place]


def test_both_values_are_given(copied: tuple[Tracker, Tracker], tmp_path: Path) -> None:
    source, target = copied
    target.update_ticket("PROJ-2", {"title": "改", "updated_at": target.ticket("PROJ-2").updated_at})
    (difference,) = verify(source, target, ledger=tmp_path / "ledger.db").to_json()["differences"]
    assert difference == {
        "source_key": "PROJ-2",
        "target_key": "PROJ-2",
        "item": {"kind": "ticket", "id": source.ticket("PROJ-2").id},
        "field": "title",
        "source": "親",
        "target": "改",
    }


def test_a_missing_ticket_is_named(target: Tracker, differences: Callable[[], list[Found]]) -> None:
    target.delete_ticket("PROJ-3")
    found = differences()
    assert ("PROJ-3", "ticket", "missing") in found
    assert ("PROJ-1", "link", "missing") in found


def test_a_missing_comment_is_named(target: Tracker, differences: Callable[[], list[Found]]) -> None:
    target.delete_comment("PROJ-1", comment(target, 1))
    assert differences() == [("PROJ-1", "comment", "missing")]


def test_an_extra_comment_is_named(target: Tracker, differences: Callable[[], list[Found]]) -> None:
    target.add_comment("PROJ-1", "somebody else's")
    assert differences() == [(None, "comment", "extra")]


def test_a_missing_file_is_named(target: Tracker, differences: Callable[[], list[Found]]) -> None:
    target.delete_attachment("PROJ-1", file(target, 0))
    assert differences() == [("PROJ-1", "attachment", "missing")]


def test_a_comments_file_that_is_missing_or_extra_is_named_once(
    target: Tracker, differences: Callable[[], list[Found]]
) -> None:
    files = next(comment for comment in target.comments("PROJ-1") if comment.attachments).attachments
    target.delete_attachment("PROJ-1", files[0])
    assert differences() == [("PROJ-1", "attachment", "missing")]


def test_an_extra_file_is_named(target: Tracker, differences: Callable[[], list[Found]]) -> None:
    target.add_attachment("PROJ-1", "同じ.txt", io.BytesIO(b"one"))
    assert differences() == [(None, "attachment", "extra")]


def test_an_extra_ticket_is_named(target: Tracker, differences: Callable[[], list[Found]]) -> None:
    target.create_ticket(TicketDraft(title="somebody else's"))
    assert differences() == [(None, "ticket", "extra")]


def test_a_ticket_that_was_there_before_the_migration_is_none_of_its_business(
    memory: Make, filled: Callable[[Tracker], Tracker], tmp_path: Path
) -> None:
    source, target = filled(memory()), memory()
    target.create_ticket(TicketDraft(title="here first", key="X-1"))
    migrate(source, target, ledger=tmp_path / "ledger.db")
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_what_another_source_brought_since_is_none_of_its_business(
    memory: Make, target: Tracker, differences: Callable[[], list[Found]], tmp_path: Path
) -> None:
    other = memory()
    other.create_ticket(TicketDraft(title="of another project"))
    assert migrate(other, target, ledger=tmp_path / "ledger.db").clean
    assert differences() == []


def test_a_doubled_ticket_is_named_by_its_mark(
    copied: tuple[Tracker, Tracker], differences: Callable[[], list[Found]]
) -> None:
    source, target = copied
    mark = next(each.external_id for each in target.externals() if each.kind == "ticket")
    target.delete_ticket(next(each for each in target.externals() if each.external_id == mark).ticket_id)
    target.create_ticket(TicketDraft(title="again", external_id=mark))
    found = differences()
    assert ("PROJ-1", "ticket", "doubled") in found
    assert ("PROJ-1", "ticket", "missing") in found
    assert source.ticket("PROJ-1").title != "again"


def test_an_extra_link_is_named(target: Tracker, differences: Callable[[], list[Found]]) -> None:
    target.add_link("PROJ-2", "relates", "PROJ-3")
    assert differences() == [("PROJ-2", "link", "extra")]


def test_a_missing_link_is_named_once(
    copied: tuple[Tracker, Tracker], differences: Callable[[], list[Found]], tmp_path: Path
) -> None:
    source, target = copied
    source.add_link("PROJ-3", "relates", "PROJ-2")
    assert differences() == [("PROJ-2", "link", "missing")]
    assert repair(source, target, ledger=tmp_path / "ledger.db").clean


def test_what_the_source_gained_since_is_missing(
    copied: tuple[Tracker, Tracker], differences: Callable[[], list[Found]]
) -> None:
    copied[0].add_comment("PROJ-2", "new")
    assert differences() == [("PROJ-2", "comment", "missing")]


def test_without_a_ledger_of_this_pair_it_refuses(
    copied: tuple[Tracker, Tracker], memory: Make, sqlite: Make, tmp_path: Path
) -> None:
    source, target = copied
    with pytest.raises(ConfigurationError, match="no ledger"):
        verify(source, target, ledger=tmp_path / "nowhere.db")
    with pytest.raises(ConfigurationError, match="does not know"):
        verify(source, memory(), ledger=tmp_path / "ledger.db")
    with pytest.raises(NotFound):
        verify(source, sqlite(), ledger=tmp_path / "ledger.db")


CHOSEN = ("status", "reporter", "created_at", "updated_at")


def test_what_the_target_chose_is_no_difference_until_the_source_has_had_a_value(
    memory: Make, sqlite: Make, filled: Callable[[Tracker], Tracker], tmp_path: Path
) -> None:
    source, target, ledger = filled(memory()), sqlite(), tmp_path / "ledger.db"
    full = source.ticket("PROJ-1")
    source.update_ticket("PROJ-1", dict.fromkeys(CHOSEN))
    assert migrate(source, target, ledger=ledger).clean
    assert None not in {getattr(target.ticket("PROJ-1"), name) for name in CHOSEN}
    assert repair(source, target, ledger=ledger).steps == []
    source.update_ticket("PROJ-1", {name: getattr(full, name) for name in CHOSEN})
    assert repair(source, target, ledger=ledger).clean
    source.update_ticket("PROJ-1", dict.fromkeys(CHOSEN))
    assert sorted(each.field for each in verify(source, target, ledger=ledger).differences) == sorted(CHOSEN)
    assert repair(source, target, ledger=ledger).clean
    assert {getattr(target.ticket("PROJ-1"), name) for name in CHOSEN} == {None}


def test_a_rebuilt_ledger_does_not_guess_who_chose_a_value(copied: tuple[Tracker, Tracker], tmp_path: Path) -> None:
    source, target = copied
    source.update_ticket("PROJ-1", dict.fromkeys(CHOSEN))
    assert migrate(source, target, ledger=tmp_path / "new.db", rebuild_ledger=True).failures == []
    assert verify(source, target, ledger=tmp_path / "new.db").differences == []
