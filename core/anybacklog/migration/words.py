"""The words a person may call somebody or something by, and what a word names. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
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
