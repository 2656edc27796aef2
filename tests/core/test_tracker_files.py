"""Comments and files through the Tracker, on a tracker in memory."""

from __future__ import annotations

import io
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.core.trackers import refused

from anybacklog.abilities import Abilities, Answer, Limits
from anybacklog.backend import Connection
from anybacklog.errors import (
    ProtocolError,
    ValidationError,
)
from anybacklog.location import Location
from anybacklog.model import Attachment, Ticket, TicketDraft, User
from anybacklog.store.memory import MemoryBackend, open_memory
from anybacklog.tracker import Tracker

THEN = datetime(2019, 5, 1, 9, tzinfo=UTC)


class Limited(MemoryBackend):
    """A store that says it holds no authors and times of files."""

    @property
    def abilities(self) -> Abilities:
        held = super().abilities
        no = Answer(yes=False, reason="files are anonymous here")
        return replace(held, native={**held.native, "attachments.author": no, "attachments.created_at": no})


@pytest.mark.parametrize("body", [None, 5, b"bytes"])
def test_a_comment_is_a_text(body: Any, tracker: Tracker, ticket: Ticket) -> None:
    assert refused(lambda: tracker.add_comment(ticket, body)).field == "comment"
    assert list(tracker.comments(ticket)) == []


def test_a_file_comes_back_as_it_went_and_the_stream_stays_open(tracker: Tracker, ticket: Ticket) -> None:
    stream = io.BytesIO(b"skipped\r\n\x00rest")
    stream.seek(7)
    made = tracker.add_attachment(ticket, "ｶﾅ.bin", stream)
    assert not stream.closed
    with tracker.open_attachment(made) as back:
        assert back.read() == b"\r\n\x00rest"
    assert [each.name for each in tracker.attachments(ticket)] == ["ｶﾅ.bin"]


def test_a_file_that_is_shorter_than_it_says_is_not_taken_for_whole(tracker: Tracker, ticket: Ticket) -> None:
    made = tracker.add_attachment(ticket, "a", io.BytesIO(b"abc"))
    with tracker.open_attachment(replace(made, size=4)) as stream, pytest.raises(ProtocolError, match="3 of 4 bytes"):
        stream.read()


def test_the_files_of_a_comment_are_by_its_author_and_of_its_time(tracker: Tracker, ticket: Ticket) -> None:
    mika = tracker.add_metadata("users", User(id="", name="mika"))
    made = tracker.add_comment(ticket, "c", attachments=[("a", io.BytesIO(b"a"))], author="mika", created_at=THEN)
    [file] = made.attachments
    assert (file.author, file.created_at) == (mika, THEN)


def test_files_stay_anonymous_where_that_cannot_be_held(location: Location) -> None:
    within = open_memory(Connection(location=location))
    limited = Tracker(Limited("PROJ", contents=within._contents), location)
    ticket = limited.create_ticket(TicketDraft(title="t"))
    made = limited.add_comment(
        ticket, "c", attachments=[("a", io.BytesIO(b"a"))], author=limited.myself(), created_at=THEN
    )
    assert made.created_at == THEN
    assert made.attachments[0].created_at != THEN


class Few(MemoryBackend):
    """A store that says it takes two files a ticket, and that no ticket is without a type."""

    @property
    def abilities(self) -> Abilities:
        return replace(
            super().abilities, limits=Limits(attachments_per_ticket=2), never_empty=frozenset({"type", "assignees"})
        )


@pytest.fixture
def few(location: Location) -> Tracker:
    return Tracker(Few("PROJ", contents=open_memory(Connection(location=location))._contents), location)


def test_more_files_than_a_ticket_can_have_are_refused_before_one_is_read(few: Tracker) -> None:
    ticket = few.create_ticket(TicketDraft(title="t"))
    stream = io.BytesIO(b"unread")
    error = refused(lambda: few.add_comment(ticket, "c", attachments=[("a", stream)] * 3))
    assert (error.field, error.limit, error.value, stream.tell()) == ("attachments", 2, 3, 0)
    assert list(few.comments(ticket)) == []
    assert len(few.add_comment(ticket, "c", attachments=[("a", stream), ("b", io.BytesIO())]).attachments) == 2


@pytest.mark.parametrize(("field", "empty"), [("type", None), ("type", ""), ("assignees", []), ("assignees", None)])
def test_what_no_ticket_is_without_cannot_be_cleared(field: str, empty: Any, few: Tracker) -> None:
    ticket = few.create_ticket(TicketDraft(title="t", type="Bug"))
    error = refused(lambda: few.update_ticket(ticket, {field: empty}))
    assert (error.field, few.ticket(ticket)) == (field, ticket)
    assert "every ticket here has one" in str(error)


@pytest.mark.parametrize(
    "stream", [b"bytes", "text", io.StringIO("text"), None, 5], ids=lambda each: type(each).__name__
)
def test_a_file_is_a_binary_stream(stream: Any, tracker: Tracker, ticket: Ticket) -> None:
    assert "needs a binary stream" in str(refused(lambda: tracker.add_attachment(ticket, "x", stream)))
    assert "needs a binary stream" in str(
        refused(lambda: tracker.add_comment(ticket, "c", attachments=[("x", stream)]))
    )
    assert (list(tracker.comments(ticket)), tracker.attachments(ticket)) == ([], ())


def test_a_temporary_file_opened_as_text_is_no_binary_stream(tracker: Tracker, ticket: Ticket) -> None:
    with tempfile.NamedTemporaryFile("w+", encoding="utf-8") as text:
        assert "binary" in str(refused(lambda: tracker.add_attachment(ticket, "x", text)))  # type: ignore[arg-type]


def test_a_closed_stream_is_refused(tracker: Tracker, ticket: Ticket) -> None:
    stream = io.BytesIO(b"x")
    stream.close()
    assert "closed stream" in str(refused(lambda: tracker.add_attachment(ticket, "x", stream)))


@pytest.mark.parametrize("name", ["", None, 5])
def test_a_file_has_a_name(name: Any, tracker: Tracker, ticket: Ticket) -> None:
    assert "needs a name" in str(refused(lambda: tracker.add_attachment(ticket, name, io.BytesIO(b"x"))))


@pytest.mark.parametrize("files", [["x"], [("x",)], ("x", io.BytesIO(b"x")), [None]], ids=str)
def test_files_of_a_comment_are_pairs(files: Any, tracker: Tracker, ticket: Ticket) -> None:
    assert "pairs" in str(refused(lambda: tracker.add_comment(ticket, "c", attachments=files)))


@pytest.mark.parametrize("attachment", ["1", 1, None])
def test_only_an_attachment_can_be_opened(attachment: Any, tracker: Tracker) -> None:
    with pytest.raises(ValidationError, match=r"what attachments\(ref\) lists"), tracker.open_attachment(attachment):
        pass


def test_an_attachment_that_was_read_from_no_ticket_cannot_be_opened(tracker: Tracker) -> None:
    with pytest.raises(ValidationError), tracker.open_attachment(Attachment(id="1", name="x")):
        pass


def test_comments_and_files_are_named_by_id_or_themselves(tracker: Tracker, ticket: Ticket) -> None:
    comment = tracker.add_comment(ticket, "c", attachments=[("a", io.BytesIO(b"a"))])
    [file] = comment.attachments
    assert refused(lambda: tracker.delete_comment(ticket, file)).field == "comment"  # type: ignore[arg-type]
    assert refused(lambda: tracker.update_comment(ticket, 5, "x")).field == "comment"  # type: ignore[arg-type]
    assert refused(lambda: tracker.delete_attachment(ticket, comment)).field == "attachment"  # type: ignore[arg-type]
    tracker.delete_attachment(ticket, file.id)
    tracker.delete_comment(ticket, comment.id)
    assert list(tracker.comments(ticket)) == []
