"""People and words as nouns, by what the schemas call their parts.

The same few stand in ticket after ticket, and nouns never change: each is made once, and shared.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from anybacklog.plugin import Named, Status, StatusCategory, User

N = TypeVar("N", bound=Named)

REMEMBERED = 1_000
OPEN, DONE = 1, (3, 4)


def to_word(noun: type[N]) -> Callable[[int, str], N]:
    """Give what makes such a noun of an id and a name."""

    @lru_cache(REMEMBERED)
    def make(id: int, name: str) -> N:
        return noun(id=str(id), name=name)

    return make


@lru_cache(REMEMBERED)
def to_status(id: int, name: str) -> Status:
    """Make a status; its category goes by its id, since names are localised and can be changed."""
    category: StatusCategory = "open" if id == OPEN else "done" if id in DONE else "in_progress"
    return Status(id=str(id), name=name, category=category)


@lru_cache(REMEMBERED)
def to_user(id: int, user_id: str | None, name: str | None, mail_address: str | None) -> User:
    """Make a user; a login or an address may be hidden."""
    return User(id=str(id), login=user_id, name=name or user_id or "", email=mail_address)
