"""A webhook's delivery -> a `Delivery`: the secret compared in constant time, what is repeated told apart.

Documented are the header `PublicBacklog-Secret` and the retries: every 10 minutes, up to 5 times. Which events there
are and what a body holds is not, so a delivery is kept as it came. A delivery that says the same as another one has the
same `digest`, and `Deliveries` lets each through once as long as retries may come; later it is another event.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from anybacklog.plugin import AuthenticationError, ConfigurationError, ProtocolError

HEADER = "PublicBacklog-Secret"
LONGEST = 8 * 1024 * 1024
"""Bytes of a delivery beyond which it is refused unread."""
REMEMBERED = 10_000
REPEATED = 3_600.0
"""Seconds for which a delivery may come again: five retries, ten minutes apart, and a little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What was delivered: `digest` of its bytes, `raw` the JSON as it came, or the bytes where they are none.

    Event and ticket's id where a body names them, else None.
    """

    digest: str
    event: str | None
    ticket_id: str | None
    raw: Any = field(repr=False)


def receive(body: bytes, headers: Mapping[str, str], secret: str) -> Delivery:
    """Read a delivery that bears the secret; AuthenticationError for any other, before a byte of it is read.

    Whatever the payload is, it is a delivery; ProtocolError for one of more than `LONGEST` bytes.
    """
    if not secret:
        raise ConfigurationError("a webhook without a secret lets anybody in; give the one of the organization")
    shown = next((value for name, value in headers.items() if name.lower() == HEADER.lower()), "")
    if not hmac.compare_digest(shown.encode("utf-8", "surrogateescape"), secret.encode()):
        raise AuthenticationError(f"the delivery's {HEADER} is not the secret; answer 401 and drop it")
    raw = _payload(body)
    held = raw if isinstance(raw, dict) else {}
    ticket = held.get("ticket")
    told = ticket.get("id") if isinstance(ticket, dict) else held.get("ticketId")
    event = held.get("event")
    return Delivery(
        digest=hashlib.sha256(body).hexdigest(),
        event=event if isinstance(event, str) else None,
        ticket_id=str(told) if isinstance(told, int | str) and not isinstance(told, bool) else None,
        raw=raw,
    )


class Deliveries:
    """The deliveries seen by this process, the last ones: each is let through once an hour. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._seen: dict[str, float] = {}
        self._clock = clock

    def is_new(self, delivery: Delivery) -> bool:
        """Tell whether a delivery is no retry of one that came within the hour, and remember it."""
        now = self._clock()
        came = self._seen.get(delivery.digest)
        if came is not None and now - came < REPEATED:
            return False
        self._seen.pop(delivery.digest, None)  # the newest is last in the row
        self._seen[delivery.digest] = now
        if len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return True


def _payload(body: bytes) -> Any:
    if len(body) > LONGEST:
        raise ProtocolError(f"a delivery of more than {LONGEST} bytes is not read; answer 413 and drop it")
    with suppress(ValueError, RecursionError):
        return json.loads(body.decode("utf-8-sig"))
    return body
