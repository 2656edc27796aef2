"""When a request may be sent again: reads after any passing trouble, writes only when nothing can have happened."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

READS = frozenset({"GET", "HEAD", "OPTIONS"})
PASSING = frozenset({408, 500, 502, 503, 504})
TOO_MANY_REQUESTS = 429
_EARLY = (NewConnectionError, ConnectTimeoutError)
UNSENT = "nothing was sent yet"
"""The note on an error that came while a connection was being made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Exponential backoff with full jitter: before try n+1 anything from 0 to `first * 2**(n-1)` seconds, capped."""

    tries: int = 5
    first: float = 0.5
    longest: float = 30.0
    dice: Callable[[], float] = random.random

    def pause(self, tried: int) -> float:
        """Give the seconds to wait after `tried` tries."""
        return self.dice() * min(self.longest, self.first * 2.0 ** min(tried - 1, 32))


def is_write(method: str) -> bool:
    """Tell whether a request of this method may change something."""
    return method not in READS


def before_sending(error: BaseException) -> bool:
    """Tell whether the trouble came provably before anything was sent: no name, no connection, no trust.

    A reset proves nothing: on a kept-alive connection the request may have arrived, and been applied, before it. Nor
    does the library's ProxyError: it also stands for a connection that a proxy lost with the request on its way.
    """
    return any(isinstance(each, _EARLY) or UNSENT in getattr(each, "__notes__", ()) for each in layers(error))


def layers(error: BaseException) -> list[BaseException]:
    """Unwrap what requests and urllib3 wrap: the error, then what it says was its reason, and so on."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        each = waiting.pop()
        if isinstance(each, BaseException) and each not in found:
            found.append(each)
            waiting += [
                *each.args,
                getattr(each, "reason", None),
                getattr(each, "original_error", None),
                each.__cause__,
            ]
    return found
