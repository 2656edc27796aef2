"""Which of the target's people is the same as one of the source's: by address, login, or a name of their own. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from anybacklog.model import User

Confidence: TypeAlias = Literal["certain", "likely", "guess", "none"]


@dataclass(frozen=True, slots=True)
class Same:
    """Somebody found, why, and how sure that is."""

    person: User
    reason: str
    sure: Confidence


def find_same(user: User, there: Sequence[User], *, known_by_name: bool) -> Same | None:
    """Find the one person there who is `user`; `known_by_name`: nobody else at the source has that name."""
    rules: tuple[tuple[str, Confidence, Callable[[User], str | None]], ...] = (
        ("same e-mail address", "certain", lambda each: each.email.casefold() if each.email else None),
        ("same login", "likely", lambda each: each.login),
        ("same name, and nobody else has it", "guess", lambda each: each.name if known_by_name else None),
    )
    for reason, sure, word in rules:
        found = [each for each in there if word(user) is not None and word(each) == word(user)]
        if len(found) == 1 and not _contradicts(user, found[0]):
            return Same(found[0], reason, sure)
    return None


def _contradicts(one: User, other: User) -> bool:
    """Tell two people of one name apart: both have an address (or login), and not the same."""
    if one.email and other.email:
        return one.email.casefold() != other.email.casefold()
    return bool(one.login and other.login and one.login != other.login)
