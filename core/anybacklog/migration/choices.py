"""What a plan says: who and what stands for whom, in words of both ends. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from anybacklog.abilities import MetadataKind
from anybacklog.errors import ConfigurationError
from anybacklog.migration.settings import Settings

Said: TypeAlias = str | Mapping[str, str]
"""A word of the target; `""`: nothing; `{"create": NAME}`: to be made there under this name."""
Key: TypeAlias = tuple[str, ...]
SAID_BEFORE = "said before, by another word"
_STAYS = ("fallback_folder", "fallback_link")


@dataclass(frozen=True, slots=True)
class Edit:
    """What a table says of a word now, what was planned when the table was written, and the comment that said why."""

    said: Said
    planned: Said
    why: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a plan: at which key, in which line (None: unknown), in words."""

    key: Key
    said: str
    line: int | None = None

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{shown_key(self.key)}{': ' if self.key else ''}{self.said}"


def shown_key(key: Key) -> str:
    """Write a key as a person would."""
    return ".".join(part if part.replace("_", "").isalnum() and part.isascii() else f'"{part}"' for part in key)


def refuse(plan: str, problems: Sequence[Problem]) -> None:
    """Raise ConfigurationError with all problems of a plan, in the order of its lines."""
    said = [str(problem) for problem in sorted(problems, key=lambda problem: problem.line or 0)]
    if len(said) == 1:
        raise ConfigurationError(f"the plan {plan} cannot be followed: {said[0]}")
    if said:
        raise ConfigurationError(
            f"the plan {plan} cannot be followed, {len(said)} things are wrong with it:", problems=said
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices(Settings):
    """What a plan says; empty: everything is matched by name. `options` are those of custom fields, by field.

    `lines` tells where each key stands in the file `plan`, `whys` gives the comments beside the words for which it says
    that nothing stands; `undecided` are those of them that nobody has decided, which no longer say so here. `problems`
    are what is wrong with its keys and values, left out of all else: they are told together with what is wrong with its
    words, once those of both ends are known.
    """

    mapping: Mapping[MetadataKind, Mapping[str, Said]] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, Said]] = field(default_factory=dict)
    plan: str = ""
    lines: Mapping[Key, int] = field(default_factory=dict)
    whys: Mapping[Key, str] = field(default_factory=dict)
    undecided: Mapping[Key, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @classmethod
    def remembered(cls, settings: Mapping[str, Any]) -> Choices:
        """Read what a ledger keeps of the last plan it was given."""
        held = {name: value for name, value in settings.items() if name != "marks"}  # what the first run chose stays
        tables = {"mapping": settings.get("mapping", {}), "options": settings.get("options", {})}
        return replace(cls.named(held), **tables, plan="in the ledger")

    def to_remember(self) -> dict[str, Any]:
        """Give what a ledger keeps of it, as JSON."""
        return {
            "mapping": {kind: dict(words) for kind, words in self.mapping.items()},
            "options": {field: dict(words) for field, words in self.options.items()},
            **{
                name: value
                for name, value in self.chosen().items()
                if name != "marks" and (value or name not in _STAYS)
            },
        }

    def with_kept(self, settings: Mapping[str, Any]) -> Choices:
        """Go on with what an earlier run was told and this plan is silent of: where files are kept."""
        return replace(self, **{name: getattr(self, name) or settings.get(name, "") for name in _STAYS})

    def at(self, key: Key, said: str) -> Problem:
        """Name a problem with its line."""
        return Problem(key, said, self.lines.get(key))
