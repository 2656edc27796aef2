"""Everything that can go wrong, sorted by what the caller can do.

AnyBacklogError
 ├─ ConfigurationError        mend the URL, the options, the configuration
 ├─ AuthenticationError       give another key
 ├─ PermissionDenied          ask for permission
 ├─ NotFound                  accept it: nothing is there, or this key may not see it
 ├─ ValidationError           mend the value (field, limit, value)
 ├─ Conflict                  read again, then decide
 ├─ UnsupportedOperation      accept it: the backend cannot (capability)
 ├─ RateLimited               wait until `retry_at`
 ├─ TransportError            try again, unless `maybe_applied`: then ask first
 ├─ ProtocolError             report it: the backend broke its own contract
 ├─ IncompleteListing         list again: the backend counted more than it listed
 └─ MigrationError            read the sentence: the run was refused or cannot go on

Each carries `backend` and `operation` where they are known, and says in one sentence what happened and what to do.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from datetime import datetime

_PASSES_BY = {errno.ENOSPC, errno.EDQUOT, errno.EAGAIN, errno.EIO}


class AnyBacklogError(Exception):
    """The root: catching it catches all we raise on purpose."""

    def __init__(self, message: str, *, backend: str | None = None, operation: str | None = None) -> None:
        super().__init__(message)
        self.backend = backend
        self.operation = operation


class ConfigurationError(AnyBacklogError):
    """The URL, an option, a plugin or the configuration cannot be used as given.

    `problems`: where there are several, what is wrong, one sentence each; they stand below the message, a line each.
    """

    def __init__(
        self,
        message: str,
        *,
        backend: str | None = None,
        operation: str | None = None,
        problems: Sequence[str] = (),
    ) -> None:
        super().__init__("\n".join((message, *problems)), backend=backend, operation=operation)
        self.problems = tuple(problems)


class AuthenticationError(AnyBacklogError):
    """The service did not accept the credentials."""


class PermissionDenied(AnyBacklogError):
    """The credentials are good, but not for this."""


class NotFound(AnyBacklogError):
    """Nothing lives there, or this key may not see it; the services seldom tell which. No key is asked for `local`."""

    def __init__(self, kind: str, ref: object, *, local: bool = False) -> None:
        super().__init__(f"{kind} {ref!s} does not exist{'' if local else ', or this key may not see it'}")
        self.kind = kind
        self.ref = ref


class ValidationError(AnyBacklogError):
    """A value the backend cannot take: which field, which limit, which value."""

    def __init__(self, message: str, *, field: str, limit: object = None, value: object = None) -> None:
        super().__init__(message)
        self.field = field
        self.limit = limit
        self.value = value


class Conflict(AnyBacklogError):
    """What is there changed meanwhile, or is taken already."""


class UnsupportedOperation(AnyBacklogError):
    """This kind of service cannot do it; the reason is the one `capabilities.why_not` gives."""

    def __init__(self, capability: str, reason: str) -> None:
        super().__init__(f"{capability} is not supported: {reason}")
        self.capability = capability
        self.reason = reason


class RateLimited(AnyBacklogError):
    """The service wants fewer requests; `retry_at` is when it answers again, if it said so."""

    def __init__(self, message: str, *, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class TransportError(AnyBacklogError):
    """No usable answer came. `maybe_applied`: a write may have happened all the same, so ask before writing again."""

    def __init__(self, message: str, *, maybe_applied: bool) -> None:
        super().__init__(message)
        self.maybe_applied = maybe_applied


class ProtocolError(AnyBacklogError):
    """The backend broke its own contract: an answer that is not what it documents."""


class IncompleteListing(AnyBacklogError):
    """A listing ended before it had yielded what the backend counted."""

    def __init__(self, *, counted: int, listed: int) -> None:
        super().__init__(
            f"the backend counts {counted} tickets but listed {listed}; list again, and if it stays so, report it"
        )
        self.counted = counted
        self.listed = listed


class MigrationError(AnyBacklogError):
    """A migration was refused, or cannot go on without a person."""


def passes_by(error: OSError) -> bool:
    """Tell trouble of this machine that running again cures: a full disk, a time-out."""
    return error.errno in _PASSES_BY or isinstance(error, TimeoutError)
