"""A plan file: a person's choices of who and what stands for whom, in TOML.

[mapping.users]        # source word = target word; users by e-mail, login, name or id
"hanako" = "hanako.sato@example.com"
[mapping.statuses]
"処理中" = "In progress"
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anybacklog.abilities import METADATA_KINDS, MetadataKind
from anybacklog.errors import ConfigurationError
from anybacklog.migration.mapping import words_of


@dataclass(frozen=True, slots=True)
class Choices:
    """What a plan file says; empty: everything is matched by name."""

    mapping: Mapping[MetadataKind, Mapping[str, str]] = field(default_factory=dict)

    def check(self, source: Mapping[MetadataKind, Sequence[Any]], target: Mapping[MetadataKind, Sequence[Any]]) -> None:
        """Refuse words that neither end knows, all at once."""
        problems = [
            problem
            for kind, pairs in self.mapping.items()
            for word, there in pairs.items()
            for problem in (
                _unknown(kind, word, source.get(kind, ()), "source"),
                _unknown(kind, there, target.get(kind, ()), "target"),
            )
            if problem
        ]
        if problems:
            raise ConfigurationError(f"the plan cannot be followed: {'; '.join(problems)}")


def read_choices(path: str | os.PathLike[str]) -> Choices:
    """Read a plan file; every problem is named at once, with its key."""
    held = _parsed(path)
    mapping = held.get("mapping", {})
    problems = [f"unknown key {key!r}" for key in held if key != "mapping"]
    if not isinstance(mapping, dict):
        raise ConfigurationError(f"the plan {path} is invalid: mapping must be a table")
    for kind, pairs in mapping.items():
        if kind not in METADATA_KINDS:
            problems.append(f"unknown key mapping.{kind}; there is {', '.join(METADATA_KINDS)}")
        elif not isinstance(pairs, dict):
            problems.append(f"mapping.{kind} must be a table of words")
        else:
            problems += [
                f"mapping.{kind}.{word} must be a word" for word, there in pairs.items() if not isinstance(there, str)
            ]
    if problems:
        raise ConfigurationError(f"the plan {path} is invalid: {'; '.join(problems)}")
    return Choices(mapping)


def _parsed(path: str | os.PathLike[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"the plan {path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"the plan {path} is not valid TOML: {error}") from error
    except RecursionError:
        raise ConfigurationError(f"the plan {path} is not valid TOML: it is nested too deep") from None


def _unknown(kind: str, word: str, nouns: Sequence[Any], end: str) -> str | None:
    if any(word in words_of(noun) for noun in nouns):
        return None
    return f"mapping.{kind}: the {end} has no {word!r}"
