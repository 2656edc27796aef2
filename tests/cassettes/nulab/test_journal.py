"""Comments, what changes leave in the journal, and files."""

from __future__ import annotations

import io

from tests.cassettes.drafts import HARD_LINE, make

from anybacklog import Attachment, Tracker

NAMES = ("𠮷🎉 ﾛｸﾞ (1).txt", "Cafe\u0301.txt", 'it\'s "quoted".txt')


def content(tracker: Tracker, attachment: Attachment) -> bytes:
    with tracker.open_attachment(attachment) as stream:
        return stream.read()


def test_comments_go_over_several_pages(tracker: Tracker, small_pages: int) -> None:
    ticket = make(tracker, "much commented")
    made = [tracker.add_comment(ticket, f"number {place}") for place in range(2 * small_pages + 1)]
    assert list(tracker.comments(ticket)) == made


def test_a_comment_is_added_changed_and_deleted(tracker: Tracker) -> None:
    ticket = make(tracker, "commented")
    comment = tracker.add_comment(ticket, "before")
    changed = tracker.update_comment(ticket, comment, HARD_LINE)
    assert (changed.id, changed.body.source) == (comment.id, HARD_LINE)
    assert list(tracker.comments(ticket)) == [changed]
    tracker.delete_comment(ticket, changed)
    assert [each.body.source for each in tracker.comments(ticket) if each.body.source] == []


def test_a_change_is_an_entry_of_the_journal(tracker: Tracker) -> None:
    ticket = make(tracker, "changed")
    tracker.update_ticket(ticket, {"status": tracker.statuses()[1], "assignees": [tracker.myself()]})
    (entry,) = tracker.comments(ticket)
    assert entry.body.source == ""
    assert {change.field for change in entry.changes} == {"status", "assignees"}
    assert {change.new for change in entry.changes} == {tracker.statuses()[1].name, tracker.myself().name}


def test_files_come_with_their_comment(tracker: Tracker) -> None:
    ticket = make(tracker, "commented with files")
    files = [(name, io.BytesIO(name.encode())) for name in ("a.txt", "b.txt")]
    comment = tracker.add_comment(ticket, "see the files", attachments=files)
    assert [file.name for file in comment.attachments] == ["a.txt", "b.txt"]
    assert [content(tracker, file) for file in tracker.attachments(ticket)] == [b"a.txt", b"b.txt"]


def test_a_file_comes_back_to_the_last_byte_and_keeps_its_name(tracker: Tracker) -> None:
    ticket = make(tracker, "with files")
    for name in NAMES:
        tracker.add_attachment(ticket, name, io.BytesIO(f"{name}\r\n".encode() + bytes(range(256))))
    found = tracker.attachments(ticket)
    assert [file.name for file in found] == list(NAMES)
    assert [content(tracker, file) for file in found] == [f"{name}\r\n".encode() + bytes(range(256)) for name in NAMES]


def test_an_empty_file_is_a_file(tracker: Tracker) -> None:
    ticket = make(tracker, "with an empty file")
    assert content(tracker, tracker.add_attachment(ticket, "empty", io.BytesIO())) == b""


def test_of_two_files_of_one_name_the_one_that_is_meant_is_deleted(tracker: Tracker) -> None:
    ticket = make(tracker, "with two files of one name")
    gone, kept = (tracker.add_attachment(ticket, "same.txt", io.BytesIO(each)) for each in (b"one", b"two"))
    tracker.delete_attachment(ticket, gone)
    assert [file.id for file in tracker.attachments(ticket)] == [kept.id]
    assert content(tracker, kept) == b"two"
