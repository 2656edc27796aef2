"""A webhook's delivery -> an `Event`.

Nothing in a delivery proves who sent it: Nulab has no signature, no secret and no header of its own for that. So put a
long random word into the path of the hook's address, answer 404 elsewhere, and take a delivery only as a hint: ask
`Nulab.activity(event.id)` or read the ticket before acting on it. `event.id` is the activity's, so what is delivered
twice is told by it. How often and when a delivery is repeated is not documented.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from anybacklog.plugin import ProtocolError
from anybacklog_nulab.extra_schemas import read
from anybacklog_nulab.extras import Event

LONGEST = 8 * 1024 * 1024
"""Bytes of a delivery beyond which it is refused unread."""
_PERSON = ("userId", "name", "mailAddress", "lang")


def parse(body: bytes | str | Mapping[str, Any]) -> Event:
    """Read one delivery: its body, or the object in it. Types nobody documented are events like the others.

    Takes what was seen to be sent (a delivery of 2017): empty texts and the word "null" where the API has null.
    `content` and `raw` stay as they came, empty texts too. ProtocolError for anything that is no delivery.
    """
    delivery = _object(body if isinstance(body, Mapping) else _decoded(body))
    told = {name: None if value == "" else value for name, value in delivery.items()}
    person = told.get("createdUser")
    if isinstance(person, Mapping):
        told["createdUser"] = _person(person)
    return replace(read(Event, told), raw=delivery)


def _person(person: Mapping[str, Any]) -> dict[str, Any] | None:
    """Read what stands for null as null; somebody without a number is nobody we could name."""
    told = {name: None if name in _PERSON and value in ("", "null") else value for name, value in person.items()}
    return told if told.get("id") not in (None, "") else None


def _object(found: object) -> Mapping[str, Any]:
    if not isinstance(found, Mapping):
        raise ProtocolError(f"a delivery is a JSON object, this is a {type(found).__name__}; it is no Nulab webhook's")
    return found


def _decoded(body: bytes | str) -> object:
    if len(body) > LONGEST:
        raise ProtocolError(f"a delivery has at most {LONGEST} bytes, this is longer; it is no Nulab webhook's")
    try:
        return json.loads(body if isinstance(body, str) else body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        pass  # raised out here, so that the exception does not carry what arrived
    raise ProtocolError("a delivery is JSON in UTF-8, and this is not; it is no Nulab webhook's")
