"""Bringing a file of the source here, before anything is intended for it."""

from __future__ import annotations

import errno
import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, TypeAlias

from anybacklog.backend import AttachmentDraft
from anybacklog.errors import AnyBacklogError, AuthenticationError, RateLimited, TransportError
from anybacklog.migration.ledger.rows import Sent
from anybacklog.model import TicketId
from anybacklog.steps import CreateTicket, Step, Upload, uploads_of
from anybacklog.tracker import Tracker

CHUNK = 1 << 20


class SourceFailed(Exception):
    """The source could not give what a step needs; the target has not been touched."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """The bytes of a file, here to be read from their beginning, and what they are."""

    file: BinaryIO
    sent: Sent


Fetch: TypeAlias = Callable[[Upload], Spooled]


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that is here: the draft to send, and what its bytes are."""

    upload: Upload
    draft: AttachmentDraft
    sent: Sent


def loaded(fetch: Fetch, step: Step, open_files: ExitStack, *, marked: bool) -> list[Fetched]:
    """Bring a step's files here.

    A new ticket goes without those that the source cannot give: each is then tried alone, and named.
    """
    found: list[Fetched] = []
    for upload in uploads_of(step):
        try:
            found.append(fetched(fetch, upload, open_files, marked=marked))
        except SourceFailed:
            if not isinstance(step, CreateTicket):
                raise
    return found


def fetched(fetch: Fetch, upload: Upload, open_files: ExitStack, *, marked: bool) -> Fetched:
    """Bring a file here before anything is intended: what cannot be read must not half arrive."""
    try:
        here = fetch(upload)
    except (AuthenticationError, RateLimited, TransportError):  # a source that is down gives no other file either
        raise
    except AnyBacklogError as error:
        raise SourceFailed(f"{upload.attachment.name}: {error}") from error
    except OSError as error:
        if error.errno != errno.EFBIG:
            raise
        where = error.filename or "the folder of temporary files"
        raise SourceFailed(f"{upload.attachment.name} is larger than a file may be in {where}") from error
    draft = AttachmentDraft(
        name=upload.attachment.name,
        stream=open_files.enter_context(here.file),
        content_type=upload.attachment.content_type,
        author=upload.author.id if upload.author else None,
        created_at=upload.created_at,
        external_id=upload.mark if marked else None,
    )
    return Fetched(upload, draft, here.sent)


def asked_for(source: Tracker, upload: Upload) -> Spooled:
    """Read a file as `spooled` does; SourceFailed if this one alone does not come, while its ticket can be read."""
    try:
        return spooled(source, upload)
    except TransportError as error:
        source.ticket(TicketId(upload.attachment.ticket or ""))  # raises, too, if the whole source is down
        raise SourceFailed(f"{upload.attachment.name}: {error}") from error


def spooled(source: Tracker, upload: Upload) -> Spooled:
    """Read a file of the source to its end, into a temporary one that the caller closes."""
    with ExitStack() as unless_whole:
        spool = unless_whole.enter_context(tempfile.TemporaryFile())
        with _opened(source, upload) as stream, _naming_folder():
            sent = measured(stream, spool)
        spool.seek(0)
        unless_whole.pop_all()
    return Spooled(spool, sent)


@contextmanager
def _naming_folder() -> Iterator[None]:
    """Let a disk that is full say which: the folder of temporary files."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or f"{tempfile.gettempdir()} (for temporary files; TMPDIR names another folder)"
        raise


def _opened(source: Tracker, upload: Upload) -> AbstractContextManager[BinaryIO]:
    return source.open_attachment(upload.attachment) if upload.content is None else BytesIO(upload.content)


def measured(stream: BinaryIO, out: BinaryIO | None = None) -> Sent:
    """Read a stream to its end, in constant memory and into `out` if there is one; gives size and hash."""
    size, digest = 0, hashlib.sha256()
    while piece := stream.read(CHUNK):
        size += len(piece)
        digest.update(piece)
        if out is not None:
            out.write(piece)
    return Sent(size, digest.hexdigest())
