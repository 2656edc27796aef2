"""What a plan says of the options of custom fields: what stands for them, and what is wrong with that. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from anybacklog.migration.choices import SAID_BEFORE, Choices, Problem, shown_key
from anybacklog.migration.mapping import MappingTable, Nouns
from anybacklog.migration.words import Words, near, only


def options_of(choices: Choices, source: Nouns) -> tuple[dict[str, dict[str, str | None]], list[Problem]]:
    """Find what stands for the options of custom fields, by the source field's id: option -> name there, or None."""
    found: dict[str, dict[str, str | None]] = {}
    problems: list[Problem] = []
    fields = Words(source.get("custom_fields", ()))
    for word, pairs in choices.options.items():
        held = only(word, fields, "source")
        if isinstance(held, str):
            problems.append(choices.at(("options", word), held))
        elif held.id in found:
            problems.append(choices.at(("options", word), SAID_BEFORE))
        else:
            found[held.id] = {
                one: said["create"] if isinstance(said, Mapping) else said or None for one, said in pairs.items()
            }
    return found, problems


def option_problems(choices: Choices, source: Nouns, mapping: MappingTable) -> Iterator[Problem]:
    """Yield what is wrong with the options of fields that are there already: words that the target's does not have."""
    fields = Words(source.get("custom_fields", ()))
    for word, pairs in choices.options.items():
        for held in fields.named(word)[:1]:
            match = mapping.match("custom_fields", held)
            if match is None or match.target is None:
                continue
            there = [option.name for option in match.target.options]
            for one, said in pairs.items():
                if isinstance(said, str) and said and said not in there:
                    yield choices.at(("options", word, one), f"there is no option {said!r} there{near(said, there)}")


def odd_options(choices: Choices, source: Nouns) -> Iterator[str]:
    """Say which options a plan speaks of that their field has not: misspelt, or left in old tickets alone."""
    fields = Words(source.get("custom_fields", ()))
    for word, pairs in choices.options.items():
        for held in fields.named(word)[:1]:
            known = [option.name for option in held.options]
            for one in pairs:
                if one not in known:
                    said = f"{shown_key(('options', word))}: {held.name!r} has no option {one!r} at the source"
                    yield f"{said}{near(one, known)}; its line holds for tickets that have it all the same"
