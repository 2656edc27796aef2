"""Words for which a plan says that nothing stands since planning found nothing, and not a person said so. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from anybacklog.abilities import MetadataKind
from anybacklog.migration.choices import Choices, Key
from anybacklog.migration.mapping import map_all
from anybacklog.migration.plans.mapping_lines import Line, lines_of, one_line
from anybacklog.migration.words import Words


def decided(choices: Choices, nouns: Mapping[MetadataKind, Sequence[Any]]) -> Choices:
    """Leave to the rules what nobody has decided: lines that are as planning writes them where the target has nothing.

    A person who means nothing to stand for somebody says so by another comment, or by none.
    """
    found: dict[Key, str] = {}
    for kind, lines in _of_nothing(nouns).items():
        words = Words(nouns.get(kind, ()))
        named = Counter(noun.id for word in choices.mapping.get(kind, ()) for noun in words.named(word))
        for line in lines:
            key: Key = ("mapping", kind, line.word)
            unedited = (
                choices.whys.get(key) == one_line(line.why) and named[line.id] == 1
            )  # not by another word besides
            if unedited and choices.mapping.get(kind, {}).get(line.word) == "":
                found[key] = choices.whys[key]
    mapping = {
        kind: {word: said for word, said in words.items() if ("mapping", kind, word) not in found}
        for kind, words in choices.mapping.items()
    }
    return replace(choices, mapping=mapping, undecided=found)


def _of_nothing(nouns: Mapping[MetadataKind, Sequence[Any]]) -> dict[MetadataKind, tuple[Line, ...]]:
    """Give the lines that planning writes where the target has nothing, and can make nothing."""
    return lines_of(map_all(nouns, {}, frozenset()), nouns, {}, {})
