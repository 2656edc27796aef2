"""Contracts of attachments: their bytes, their names, and whose stream is whose."""

from __future__ import annotations

import hashlib
import io
from typing import BinaryIO, Protocol

import pytest

from anybacklog.backend import (
    AddsAttachments,
    AttachmentDraft,
    CreatesWithFiles,
    DeletesAttachments,
    ReadsAttachments,
)
from anybacklog.errors import NotFound
from anybacklog.model import Attachment
from anybacklog.testing.common import UNKNOWN_ID, Contract, Creating, assert_distinct, assert_well_formed, make_ticket
from anybacklog.testing.drafts import LONG_AGO, NASTY_FILE_NAMES, full_draft

MEBIBYTE = 1 << 20


class Filed(Creating, ReadsAttachments, AddsAttachments, Protocol):
    """A backend whose files are read and written."""


class Bringing(Filed, CreatesWithFiles, Protocol):
    """A backend whose new tickets bring their files."""


class FileDeleting(Filed, DeletesAttachments, Protocol):
    """A backend whose files can be deleted."""


class ReadsAttachmentsContract(Contract):
    """For backends whose files can be read. Override `backend`."""

    def test_a_new_ticket_has_no_files(self, backend: Filed) -> None:
        ticket = make_ticket(backend)
        assert (list(backend.attachments(ticket.id)), ticket.attachments) == ([], ())

    def test_the_files_of_an_unknown_ticket_are_not_found(self, backend: Filed) -> None:
        with pytest.raises(NotFound):
            list(backend.attachments(UNKNOWN_ID))

    def test_an_unknown_file_is_not_found(self, backend: Filed) -> None:
        ticket = make_ticket(backend)
        with pytest.raises(NotFound), backend.open_attachment(ticket.id, Attachment(id=UNKNOWN_ID, name="x")) as stream:
            stream.read()

    def test_a_file_can_be_read_in_small_pieces(self, backend: Filed) -> None:
        ticket = make_ticket(backend)
        made = _add(backend, ticket.id, "pieces.bin", b"0123456789")
        with backend.open_attachment(ticket.id, made) as stream:
            assert (stream.read(3), stream.read(3), stream.read()) == (b"012", b"345", b"6789")
            assert stream.read(1) == b""


class AddsAttachmentsContract(Contract):
    """For backends that take files. Override `backend`."""

    def test_an_added_file_is_listed_as_it_was_returned(self, backend: Filed) -> None:
        ticket = make_ticket(backend)
        made = _add(backend, ticket.id, "trace.txt", b"one line\n")
        assert_well_formed(made)
        assert list(backend.attachments(ticket.id)) == [made]
        assert backend.ticket(ticket.id).attachments == (made,)

    @pytest.mark.parametrize(
        "content",
        [b"", b"\x00", b"\xff\xfe\x00bytes that are no text\r\n\x1a", bytes(range(256)) * 12 * 1024],
        ids=["empty", "one zero", "no text", "3 MiB"],
    )
    def test_every_byte_comes_back(self, backend: Filed, content: bytes) -> None:
        ticket = make_ticket(backend)
        made = _add(backend, ticket.id, "bytes.bin", content)
        assert _content(backend, ticket.id, made) == content
        assert made.size in (None, len(content))
        assert made.sha256 in (None, hashlib.sha256(content).hexdigest())

    @pytest.mark.parametrize("why", NASTY_FILE_NAMES)
    def test_a_name_is_kept_to_the_last_code_point(self, backend: Filed, why: str) -> None:
        ticket = make_ticket(backend)
        assert _add(backend, ticket.id, NASTY_FILE_NAMES[why], b"x").name == NASTY_FILE_NAMES[why]

    def test_files_of_the_same_name_are_kept_apart(self, backend: Filed) -> None:
        ticket = make_ticket(backend)
        made = [_add(backend, ticket.id, "same.txt", content) for content in (b"one", b"two", b"one")]
        assert_distinct(file.id for file in made)
        assert [_content(backend, ticket.id, file) for file in backend.attachments(ticket.id)] == [
            b"one",
            b"two",
            b"one",
        ]

    def test_a_stream_is_read_from_where_it_stands_and_left_open(self, backend: Filed) -> None:
        ticket, stream = make_ticket(backend), io.BytesIO(b"read already|the rest")
        stream.seek(len(b"read already|"))
        made = backend.add_attachment(ticket.id, AttachmentDraft(name="rest.txt", stream=stream))
        assert _content(backend, ticket.id, made) == b"the rest"
        assert not stream.closed

    def test_a_stream_that_gives_little_at_a_time_is_read_to_its_end(self, backend: Filed) -> None:
        ticket = make_ticket(backend)
        made = backend.add_attachment(ticket.id, AttachmentDraft(name="slow.txt", stream=_Trickle(b"drop by drop")))
        assert _content(backend, ticket.id, made) == b"drop by drop"

    def test_whose_file_it_is_and_since_when_is_held_where_native(self, backend: Filed) -> None:
        native = backend.abilities.native
        author = full_draft(backend).get("reporter") if native.get("attachments.author") else None
        draft = AttachmentDraft(
            name="old.txt",
            stream=io.BytesIO(b"old"),
            author=author,
            created_at=LONG_AGO if native.get("attachments.created_at") else None,
        )
        made = backend.add_attachment(make_ticket(backend).id, draft)
        assert author is None or (made.author is not None and made.author.id == author)
        assert draft.created_at in (None, made.created_at)

    def test_a_stream_that_breaks_leaves_no_file(self, backend: Filed) -> None:
        ticket = make_ticket(backend)
        with pytest.raises(_BrokenStreamError):
            backend.add_attachment(ticket.id, AttachmentDraft(name="broken.bin", stream=_Breaking(b"x" * MEBIBYTE)))
        assert list(backend.attachments(ticket.id)) == []

    def test_an_unknown_ticket_takes_no_file(self, backend: Filed) -> None:
        with pytest.raises(NotFound):
            _add(backend, UNKNOWN_ID, "nowhere.txt", b"x")


class CreatesWithFilesContract(Contract):
    """For backends whose new tickets can bring their files. Override `backend`."""

    def test_a_ticket_comes_with_its_files_in_their_order(self, backend: Bringing) -> None:
        given = {"first 𠮷.txt": b"one line\n", "second.bin": bytes(range(256))}
        files = [AttachmentDraft(name=name, stream=io.BytesIO(held)) for name, held in given.items()]
        made = backend.create_with_files({"title": "With its files"}, files)
        assert backend.ticket(made.id) == made
        assert [each.name for each in made.attachments] == list(given)
        for each in made.attachments:
            with backend.open_attachment(made.id, each) as stream:
                assert stream.read() == given[each.name]

    def test_without_files_it_is_a_ticket_like_any_other(self, backend: Bringing) -> None:
        made = backend.create_with_files({"title": "Without files"}, [])
        assert (backend.ticket(made.id), made.attachments) == (made, ())


class DeletesAttachmentsContract(Contract):
    """For backends whose files can be deleted. Override `backend`."""

    def test_a_deleted_file_is_gone_and_the_others_stay(self, backend: FileDeleting) -> None:
        ticket = make_ticket(backend)
        gone, stays = _add(backend, ticket.id, "gone.txt", b"gone"), _add(backend, ticket.id, "stays.txt", b"stays")
        backend.delete_attachment(ticket.id, gone.id)
        assert list(backend.attachments(ticket.id)) == [stays]
        with pytest.raises(NotFound):
            backend.delete_attachment(ticket.id, gone.id)

    def test_a_file_of_another_ticket_is_not_found(self, backend: FileDeleting) -> None:
        ticket, other = make_ticket(backend), make_ticket(backend)
        elsewhere = _add(backend, other.id, "elsewhere.txt", b"x")
        with pytest.raises(NotFound):
            backend.delete_attachment(ticket.id, elsewhere.id)
        assert list(backend.attachments(other.id)) == [elsewhere]


class _Trickle(io.BytesIO):
    """Gives two bytes at most, however many are asked for, as a socket may."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(2 if size is None or size < 0 else min(size, 2))


class _BrokenStreamError(Exception):
    """What a stream raises when its other end is gone."""


class _Breaking(io.BytesIO):
    """Breaks where its content ends."""

    def read(self, size: int | None = -1, /) -> bytes:
        content = super().read(size)
        if not content or size is None or size < 0:
            raise _BrokenStreamError
        return content


def _add(backend: AddsAttachments, ticket_id: str, name: str, content: bytes) -> Attachment:
    return backend.add_attachment(ticket_id, AttachmentDraft(name=name, stream=io.BytesIO(content)))


def _content(backend: ReadsAttachments, ticket_id: str, attachment: Attachment) -> bytes:
    with backend.open_attachment(ticket_id, attachment) as stream:
        return _all(stream)


def _all(stream: BinaryIO) -> bytes:
    return b"".join(iter(lambda: stream.read(MEBIBYTE), b""))
