"""Events posted to where the organization wants them: really, on this machine, and again when that fails.

Documented are the header with the secret and the retries; which events there are and what a body holds are guesses.
"""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from anybacklog_simulators.publicbacklog.things import Webhook

HEADER = "PublicBacklog-Secret"
PAUSE, RETRIES = timedelta(minutes=10), 5


@dataclass(kw_only=True)
class Delivery:
    """An event on its way; `due` is None while it is being posted and when there is no more to do.

    `attempts` are the statuses that came back, 0 where none did; 2xx ends it.
    """

    body: dict[str, Any]
    due: datetime | None
    attempts: list[int] = field(default_factory=list)


class Webhooks:
    """Posts events one after another and keeps nobody waiting; what failed goes again when it is asked later on."""

    def __init__(self, *, timeout: float = 5.0) -> None:
        self.deliveries: list[Delivery] = []
        self._timeout = timeout
        self._last: Thread | None = None

    def queue(self, body: dict[str, Any], now: datetime) -> None:
        """Add an event, due at once."""
        self.deliveries.append(Delivery(body=body, due=now))

    def send_due(self, webhook: Webhook, now: datetime) -> None:
        """Begin to post all that is due, oldest first and after what was begun before, and wait for none of it."""
        due = [each for each in self.deliveries if each.due is not None and each.due <= now]
        for delivery in due:
            delivery.due = None
        if due:
            self._last = Thread(target=self._send, args=(self._last, due, webhook, now), daemon=True)
            self._last.start()

    def settle(self) -> None:
        """Return when everything that was begun has ended."""
        if self._last is not None:
            self._last.join()

    def _send(self, before: Thread | None, due: list[Delivery], webhook: Webhook, now: datetime) -> None:
        if before is not None:
            before.join()
        for delivery in due:
            self._attempt(delivery, webhook, now)

    def _attempt(self, delivery: Delivery, webhook: Webhook, now: datetime) -> None:
        status = _posted(webhook, delivery.body, self._timeout)
        delivery.attempts.append(status)
        if not 200 <= status < 300 and len(delivery.attempts) <= RETRIES:
            delivery.due = now + PAUSE


def request_of(webhook: Webhook, body: dict[str, Any]) -> tuple[dict[str, str], bytes]:
    """Give the headers and the content of an event, as they are posted."""
    headers = {"Content-Type": "application/json", HEADER: webhook.secret}
    return headers, json.dumps(body, ensure_ascii=False).encode()


def _posted(webhook: Webhook, body: dict[str, Any], timeout: float) -> int:
    parts = urlsplit(webhook.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=timeout)
    headers, content = request_of(webhook, body)
    try:
        connection.request("POST", target, content, headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
