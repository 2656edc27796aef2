"""The mapping of a plan as lines for a person: each word of the source, what stands for it, how sure, and why. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anybacklog.abilities import METADATA_KINDS, MetadataKind
from anybacklog.migration.choices import Said
from anybacklog.migration.mapping import MappingTable, Match
from anybacklog.migration.people import Confidence
from anybacklog.migration.words import Words
from anybacklog.model import CustomField

_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a mapping: a word of the source, what the plan says of it, and why.

    `name` is what a person calls it; `id` is the source's. `offer` is the word of the target that would stand for it if
    the plan did not say that nothing does; "" where there is none.
    """

    id: str
    word: str
    name: str
    said: Said
    confidence: Confidence
    reason: str
    offer: str = ""

    @property
    def why(self) -> str:
        """Say who or what is meant where the word does not, how sure it is, and why."""
        named = "" if self.name == self.word else f"{self.name}; "
        return f"{named}{self.confidence}: {self.reason}"


def lines_of(
    mapping: MappingTable,
    source: Mapping[MetadataKind, Any],
    target: Mapping[MetadataKind, Any],
    said: Mapping[MetadataKind, Iterable[str]],
) -> dict[MetadataKind, tuple[Line, ...]]:
    """Write a mapping as lines, each thing by the word that names it alone at its end, or as a plan has `said`."""
    found: dict[MetadataKind, tuple[Line, ...]] = {}
    for kind in METADATA_KINDS:
        ours, theirs = Words(source.get(kind, ())), Words(target.get(kind, ()))
        called = _called_so(ours, said.get(kind, ()))
        matches = mapping.matches.get(kind, {}).values()
        if matches:
            found[kind] = tuple(
                Line(
                    id=match.source.id,
                    word=called.get(match.source.id) or ours.word_for(match.source),
                    name=_name(match),
                    said=_said(match, theirs),
                    confidence=match.confidence,
                    reason=match.reason,
                    offer=theirs.word_for(match.offer) if match.offer is not None else "",
                )
                for match in matches
            )
    return found


def words_of(target: Mapping[MetadataKind, Sequence[Any]]) -> dict[MetadataKind, tuple[tuple[str, str], ...]]:
    """Give every word of the target that a plan may name, by kind, each with what a person calls it."""
    return {
        kind: tuple((words.word_for(noun), _called(noun)) for noun in words.nouns)
        for kind, words in ((kind, Words(nouns)) for kind, nouns in target.items())
    }


def option_lines_of(mapping: MappingTable, said: Iterable[str]) -> dict[str, tuple[Line, ...]]:
    """Write, for each custom field of choices that arrives, what stands for its options; `said` as in `lines_of`."""
    matches = mapping.matches.get("custom_fields", {}).values()
    called = _called_so(Words(match.source for match in matches), said)
    return {
        called.get(match.source.id, f"id:{match.source.id}"): lines
        for match in matches
        if (match.target is not None or match.create) and (lines := tuple(_options(match)))
    }


def _options(match: Match) -> Iterator[Line]:
    there = {option.name for option in match.target.options} if match.target is not None else set()
    for option in match.source.options:
        name = match.options.get(option.name, option.name)
        said: Said = "" if name is None else name if name in there else {"create": name} if match.create else ""
        chosen = option.name in match.options
        why = {"": "nothing stands for it"}.get(said, "same name") if isinstance(said, str) else "will be added"
        if not said and not chosen:
            continue  # the target takes it as free text, or refuses it: not for a plan to say before a person does
        yield Line(
            id=option.id,
            word=option.name,
            name=option.name,
            said=said,
            confidence="certain" if said else "none",
            reason="the plan says so" if name != option.name else why,
        )


def _said(match: Match, theirs: Words) -> Said:
    if match.target is not None:
        return theirs.word_for(match.target)
    return {"create": match.noun.name if match.noun is not None else match.source.name} if match.create else ""


def _called_so(ours: Words, said: Iterable[str]) -> dict[str, str]:
    """Give the words by which a plan names things of the source, by their ids."""
    return {found[0].id: word for word in said if len(found := ours.named(word)) == 1}


def _name(match: Match) -> str:
    """Name both ends of a match for a person, where their words are ids."""
    there = f" → {match.target.name}" if isinstance(match.source, CustomField) and match.target is not None else ""
    return f"{_called(match.source)}{there}"


def _called(noun: Any) -> str:
    return f"{noun.name} ({noun.type})" if isinstance(noun, CustomField) else str(noun.name)


def one_line(text: str) -> str:
    """Make a comment of a text: no line break, and nothing that TOML forbids in one."""
    return _LINE.sub(" ", text)
