"""A webhook's delivery -> a `Delivery`: the secret compared in constant time, what is repeated told apart.

Documented are the header `PublicBacklog-Secret` and the retries: every 10 minutes, up to 5 times. Which events there
are and what a body holds is not, so a delivery is kept as it came. A delivery that says the same as another one has the
same `digest`, and `Deliveries` lets each through once.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from anybacklog.plugin import AuthenticationError, ConfigurationError, ProtocolError

HEADER = "PublicBacklog-Secret"
LONGEST = 8 * 1024 * 1024
"""Bytes of a delivery beyond which it is refused unread."""
REMEMBERED = 10_000


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
    """The deliveries seen by this process, the last ones: each is let through once."""

    def __init__(self) -> None:
        self._seen: dict[str, None] = {}

    def is_new(self, delivery: Delivery) -> bool:
        """Tell whether a delivery is seen for the first time, and remember it."""
        if delivery.digest in self._seen:
            return False
        self._seen[delivery.digest] = None
        if len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return True


def _payload(body: bytes) -> Any:
    if len(body) > LONGEST:
        raise ProtocolError(f"a delivery of more than {LONGEST} bytes is not read; answer 413 and drop it")
    with suppress(ValueError, RecursionError):
        return json.loads(body.decode("utf-8-sig"))
    return body
