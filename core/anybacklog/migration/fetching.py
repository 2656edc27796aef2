"""Bringing a file of the source here, before anything is intended for it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from typing import BinaryIO

from anybacklog.backend import AttachmentDraft
from anybacklog.errors import AnyBacklogError, AuthenticationError, RateLimited, TransportError
from anybacklog.steps import Upload
from anybacklog.tracker import Tracker

CHUNK = 1 << 20


class SourceFailed(Exception):
    """The source could not give what a step needs; the target has not been touched."""


def fetched(source: Tracker, upload: Upload, open_files: ExitStack, *, marked: bool) -> AttachmentDraft:
    """Bring a file here before anything is intended: what cannot be read must not half arrive."""
    spool = open_files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  # the stack closes it
    try:
        with source.open_attachment(upload.attachment) as stream:
            for piece in _pieces(stream):
                spool.write(piece)
    except (AuthenticationError, RateLimited, TransportError):
        raise
    except AnyBacklogError as error:
        raise SourceFailed(f"{upload.attachment.name}: {error}") from error
    spool.seek(0)
    return AttachmentDraft(
        name=upload.attachment.name,
        stream=spool,
        content_type=upload.attachment.content_type,
        author=upload.author.id if upload.author else None,
        created_at=upload.created_at,
        external_id=upload.mark if marked else None,
    )


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    while piece := stream.read(CHUNK):
        yield piece
