"""What an answer holds: the object itself, or one under a single wrapper key; pure."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from anybacklog.plugin import ProtocolError

EXCERPT = 200
Json = dict[str, Any]


def unwrapped(answer: Any, names: Collection[str], where: str, secret: str = "") -> Json:
    """Give the object that has one of `names`, at the top level or one below; ProtocolError with an excerpt else."""
    found = inside(answer, names)
    if found is None:
        raise ProtocolError(
            f"{where} was not answered with an object that has {' or '.join(sorted(names))}, "
            f"but with {excerpt(answer, secret)}; report it"
        )
    return found


def inside(answer: Any, names: Collection[str]) -> Json | None:
    """Find the object that has one of `names`, at the top level or one below; None if there is none, or several."""
    if not isinstance(answer, dict):
        return None
    if not answer.keys().isdisjoint(names):
        return answer
    below = [each for each in answer.values() if isinstance(each, dict) and not each.keys().isdisjoint(names)]
    return below[0] if len(below) == 1 else None


def excerpt(answer: Any, secret: str = "") -> str:
    """Show the beginning of an answer on one line, the key masked before it is cut."""
    text = json.dumps(answer, ensure_ascii=False)
    return (text.replace(secret, "***") if secret else text)[:EXCERPT]
