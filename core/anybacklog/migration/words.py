"""The words a person may call somebody or something by, and what a word names. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from anybacklog.model import CustomField, User

_RANKS: tuple[Callable[[Any], str | None], ...] = (
    lambda noun: f"id:{noun.id}",
    lambda noun: noun.email.casefold() if isinstance(noun, User) and noun.email else None,
    lambda noun: noun.login if isinstance(noun, User) else None,
    lambda noun: noun.name,
    lambda noun: noun.id,
)
_EMAIL = 1
_SHOWN = 10
"""How many words an end has are listed where none of them is near."""


class Words:
    """What is called by which word at one end: `id:123`, else an e-mail address, login, name, or a plain id."""

    def __init__(self, nouns: Iterable[Any]) -> None:
        self.nouns = tuple(nouns)
        self._ranks: list[dict[str, list[Any]]] = [defaultdict(list) for _ in _RANKS]
        for noun in self.nouns:
            for named, rank in zip(self._ranks, _RANKS, strict=True):
                word = rank(noun)
                if word:
                    named[word].append(noun)

    def named(self, word: str) -> Sequence[Any]:
        """Find what a word names, by the surest kind of word that finds anything; several: nobody can tell which."""
        for place, named in enumerate(self._ranks):
            found = named.get(word.casefold() if place == _EMAIL else word)
            if found:
                return found
        return ()

    def word_for(self, noun: Any) -> str:
        """Give the word that names it alone: for a custom field its id, since names come and go."""
        if isinstance(noun, CustomField):
            return f"id:{noun.id}"
        known = (noun.email, noun.login, noun.name) if isinstance(noun, User) else (noun.name,)
        return next((word for word in known if word and list(self.named(word)) == [noun]), f"id:{noun.id}")

    def known(self) -> list[str]:
        """List the words there are, ids aside."""
        return [word for named in self._ranks[_EMAIL:-1] for word in named]


def only(word: str, words: Words, end: str) -> Any:
    """Give the one thing that a word names, or say what is wrong."""
    found = words.named(word)
    if len(found) == 1:
        return found[0]
    if not found:
        return f"the {end} has no {word!r}{near(word, words.known())}"
    ids = ", ".join(f"id:{noun.id}" for noun in found)
    return f"the {end} has several {word!r}; name one of {ids}"


def near(word: str, known: Sequence[str]) -> str:
    """Say which word may be meant, else which there are."""
    if found := get_close_matches(word, known, n=1):
        return f"; did you mean {found[0]!r}?"
    more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    return f"; there is {', '.join(known[:_SHOWN])}{more}" if known else ""
