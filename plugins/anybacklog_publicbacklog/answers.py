"""What an answer holds: the object itself, or one under a single wrapper key; pure."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from anybacklog.plugin import ProtocolError

EXCERPT = 200
Json = dict[str, Any]


def unwrapped(answer: Any, names: Collection[str], where: str, secret: str = "", *, kind: str = "") -> Json:
    """Give the object that has most of `names`, at the top level or one below; ProtocolError with an excerpt else."""
    found = inside(answer, names, kind=kind)
    if found is None:
        raise ProtocolError(
            f"{where} was not answered with an object that has {' or '.join(sorted(names))}, "
            f"but with {excerpt(answer, secret)}; report it"
        )
    return found


def inside(answer: Any, names: Collection[str], *, kind: str = "") -> Json | None:
    """Find the object that has most of `names`, at the top level or one below; None if there is none, or several.

    Of several the one under the name of its kind is meant, then one under `data`, then the top level: an envelope may
    have an id of its own, and a ticket its backlog beside it.
    """
    if not isinstance(answer, dict):
        return None
    objects: dict[str | None, Json] = {key: each for key, each in answer.items() if isinstance(each, dict)}
    objects[None] = answer
    most = max(len(each.keys() & set(names)) for each in objects.values())
    likely = {key: each for key, each in objects.items() if most and len(each.keys() & set(names)) == most}
    for key in (kind, "data", None):
        if key in likely:
            return likely[key]
    return next(iter(likely.values())) if len(likely) == 1 else None


def excerpt(answer: Any, secret: str = "") -> str:
    """Show the beginning of an answer on one line, the key masked before it is cut."""
    text = json.dumps(answer, ensure_ascii=False)
    return (text.replace(secret, "***") if secret else text)[:EXCERPT]
