"""What a write leaves to the target is remembered, by field, and by file."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from anybacklog.migration.ledger.rows import Row
from anybacklog.migration.left_open import OPEN, emptied, left_open, still_open
from anybacklog.model import Attachment, Comment, Text, Ticket, TicketDraft, User
from anybacklog.steps import AddComment, CreateTicket, Item, Upload

NOW, KIM = datetime(2026, 1, 1, tzinfo=UTC), User(id="1", name="Kim")
FILE = Attachment(id="7", name="a.txt")
COMMENT = Comment(id="5", body=Text("text", "plain"))
TICKET = Ticket(id="1", key="P-1", title="t")


def create(**given: Any) -> CreateTicket:
    item = Item(kind="ticket", id="1", ticket_id="1", ticket_key="P-1")
    return CreateTicket(item=item, draft=TicketDraft(title="t", **given), parent=None, mark="m")


def comment(author: User | None, created_at: datetime | None, *uploads: Upload) -> AddComment:
    return AddComment(
        item=Item(kind="comment", id="5", ticket_id="1", ticket_key="P-1"), body=Text("text", "plain"), author=author,
        created_at=created_at, updated_at=None, changes=(), private=False, uploads=uploads, mark="m",
    )  # fmt: skip


def every(_: str) -> bool:
    return True


def row(**before: Any) -> Row:
    return Row(key="ticket:1:1", state="done", source_key="P-1", mark=None, before=before, intended_at=None, error=None)


def test_nothing_is_kept_where_all_is_said_or_nothing_can_be() -> None:
    full = {"status": "Open", "reporter": KIM, "created_at": NOW, "updated_at": NOW}
    assert left_open(create(**full), every) == {}
    assert left_open(create(), lambda _: False) == {}
    assert left_open(create(**{**full, "reporter": None}), every) == {OPEN: ["reporter"]}


def test_what_a_comment_and_its_files_do_not_say_is_kept() -> None:
    upload = Upload(attachment=FILE, author=KIM, created_at=None, mark="m")
    assert left_open(comment(None, NOW, upload), every) == {OPEN: ["author", "7.created_at"]}


def test_only_what_was_said_once_has_been_emptied() -> None:
    known = row(digest="d", open=["author", "7.author", "reporter"])
    assert emptied(COMMENT, known, every) == {"created_at"}
    assert emptied(replace(COMMENT, created_at=NOW), known, every) == set()
    assert emptied(FILE, known, every) == {"created_at"}
    assert emptied(TICKET, known, every) == {"status", "created_at", "updated_at"}
    assert emptied(TICKET, known, {"status"}.__contains__) == {"status"}


def test_nobody_knows_it_of_a_step_that_no_ledger_saw_written() -> None:
    assert not emptied(TICKET, None, every)
    assert not emptied(TICKET, row(), every)


def test_what_has_been_given_since_is_not_open_any_more() -> None:
    assert still_open(row(digest="d", open=["status", "reporter"]), create(reporter=KIM), every) == {OPEN: ["status"]}
    assert still_open(row(digest="d"), create(), every) == {}
