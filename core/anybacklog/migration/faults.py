"""Where code that is not ours breaks: one ticket must not stop the others, and nobody may be left to guess why."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from traceback import format_exception

from anybacklog.errors import AnyBacklogError, passes_by
from anybacklog.redact import redact

_LOG = logging.getLogger(__name__)


class Fault(Exception):
    """An adapter or a plugin raised what it should not have; says what, secrets masked."""


@contextmanager
def telling_faults(*ours: type[Exception]) -> Iterator[None]:
    """Turn what a bug raises into Fault, and log its traceback for --debug. All else passes.

    What passes are our own errors and those of `ours`, a disk or memory that is full, and whatever ends the process.
    """
    try:
        yield
    except Exception as error:  # a bug may raise anything; whoever breaks is named, and the run goes on
        if isinstance(error, (AnyBacklogError, Fault, MemoryError, *ours)):
            raise
        if isinstance(error, OSError) and passes_by(error):
            raise
        log_fault(error)
        raise Fault(redact(f"{type(error).__name__}: {error}; this is a bug, --debug shows where")) from error


def log_fault(error: Exception) -> None:
    """Log where something broke, secrets masked, for --debug."""
    _LOG.debug("%s", redact("".join(format_exception(error))))
