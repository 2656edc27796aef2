"""What an end holds, in words that all ends share: without ids, header lines, and instants."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

HEADER = re.compile(
    r"\A(?:<p>)?"
    r"(?:⟨anybacklog (?P<source>\S+) (?P<key>\S+) \S+⟩[^\n]*|(?:[^\n]+ · )?[-0-9]{10} [:0-9]{8}Z(?: · [^\n]*)?)"
    r"(?:</p>)?\n\n"
)
"""The header line of a copied text, which begins with its mark if there is one; a paragraph above HTML."""
CHANGES = re.compile(r"(?:\A|\n\n)(?:[a-z_]+: [^\n]* → [^\n]*(?:\n|\Z))+\Z")
"""How changes of fields are written where they become text, below the comment that came with them."""
HISTORY = "(changes only)"


@dataclass(frozen=True)
class Told:
    """One ticket: `key` is its key at the source, `parent` and `ties` the places of others in the list.

    `files` are names and hashes, `riders` the names of the files of each comment.
    """

    key: str
    title: str
    text: str
    state: str
    parent: int | None
    ties: tuple[int, ...]
    files: tuple[tuple[str, str], ...]
    comments: tuple[str, ...]
    riders: tuple[tuple[str, ...], ...]


def marked(text: str, otherwise: str) -> str:
    """Give the source's key that a copied text names."""
    found = HEADER.match(text)
    return (found and found["key"]) or otherwise


def bare(text: str) -> str:
    """Take the header line off a copied text."""
    return HEADER.sub("", text, count=1)


def words(text: str) -> str:
    """Give a comment's own words: without header line, and without the changes that became text below it."""
    return CHANGES.sub("", bare(text)) or HISTORY


def differences(
    wanted: Sequence[Told], found: Sequence[Told], lost: Collection[str], held: Collection[str] = ()
) -> Iterator[str]:
    """Say how a copy differs from its source; `lost` are the fields of `Told` that its target cannot hold.

    Of the tickets `held`, by their keys, nothing may be there twice; all else of them is left to a person.
    """
    yield from _doubled(wanted, found, held)
    wanted = [each for each in wanted if each.key not in held]
    found = [each for each in found if each.key not in held]
    if len(wanted) != len(found):
        yield f"{len(wanted)} tickets at the source, {len(found)} in the target: {[each.key for each in found]}"
    for one, other in zip(wanted, found, strict=False):
        for field in Told.__dataclass_fields__:
            if field not in lost and getattr(one, field) != getattr(other, field):
                yield f"{one.key}, {field}: {getattr(one, field)!r} became {getattr(other, field)!r}"


def _doubled(wanted: Sequence[Told], found: Sequence[Told], held: Collection[str]) -> Iterator[str]:
    by_key = {each.key: each for each in wanted}
    for key, times in Counter(each.key for each in found).items():
        if times > 1:
            yield f"{key} is there {times} times"
    for each in found:
        if each.key in held and Counter(each.comments) - Counter(by_key[each.key].comments):
            yield f"{each.key}, held, has comments that the source has not, or more often: {each.comments}"
