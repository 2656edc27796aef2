"""What stands for each of the source's people and words, as data."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from anybacklog.abilities import METADATA_KINDS, MetadataKind
from anybacklog.migration.mapping.fields import to_make
from anybacklog.migration.mapping.match import Match, Noun
from anybacklog.model import CustomFieldValue, FieldValue


@dataclass(frozen=True, slots=True)
class MappingTable:
    """Every match, by kind and source id; `left_out` are the kinds of which nothing is made.

    `shared` are the target's kinds whose words are those of another kind, too, and that kind.
    """

    matches: Mapping[MetadataKind, Mapping[str, Match]] = field(default_factory=dict)
    left_out: Collection[MetadataKind] = ()
    shared: Mapping[MetadataKind, MetadataKind] = field(default_factory=dict)

    def of(self, kind: MetadataKind, noun: Noun | None) -> Any:
        """Give the target's noun for one of the source's; None if there is none (or nothing was asked)."""
        match = self.match(kind, noun)
        return match.target if match else None

    def match(self, kind: MetadataKind, noun: Noun | None) -> Match | None:
        """Give the match of one of the source's nouns."""
        return self.matches.get(kind, {}).get(noun.id) if noun is not None else None

    def value(self, held: CustomFieldValue) -> FieldValue:
        """Give a custom field's value in the words of the target's options."""
        match = self.match("custom_fields", held)
        options = match.options if match else {}
        if isinstance(held.value, tuple):
            there = (options.get(each, each) for each in held.value)
            return tuple(option for option in there if option is not None)
        return options.get(held.value, held.value) if isinstance(held.value, str) else held.value

    def to_create(self) -> Iterable[tuple[MetadataKind, Match]]:
        """Name what has to be made in the target first; a word that serves several, once."""
        return [several[0] for several in self.words_to_create()]

    def words_to_create(self) -> Iterable[Sequence[tuple[MetadataKind, Match]]]:
        """Give for each word to be made all that it serves: a milestone and a version may be one, people never are."""
        found: dict[tuple[str, str], list[tuple[MetadataKind, Match]]] = {}
        for kind in METADATA_KINDS:
            for match in self.matches.get(kind, {}).values() if kind not in self.left_out else ():
                if match.create:
                    name = match.source.id if kind == "users" else to_make(match).name
                    found.setdefault((self.shared.get(kind, kind), name), []).append((kind, match))
        return found.values()

    def unmatched(self) -> Iterable[tuple[MetadataKind, Match]]:
        """Name what nothing stands for, and nothing will."""
        every = ((kind, match) for kind in METADATA_KINDS for match in self.matches.get(kind, {}).values())
        return [(kind, match) for kind, match in every if match.target is None and not match.create]

    def renamed(self) -> Iterable[Match]:
        """Name what this migration made and is called otherwise there, by now or since a plan names it anew."""
        every = [match for matches in self.matches.values() for match in matches.values() if not match.create]
        return [match for match in every if match.target is not None and match.noun is not None]

    def made(self, kind: MetadataKind, source_id: str, target: Any) -> MappingTable:
        """Give the mapping with one noun made."""
        match = replace(self.matches[kind][source_id], target=target, create=False, noun=None)
        return replace(self, matches={**self.matches, kind: {**self.matches[kind], source_id: match}})
