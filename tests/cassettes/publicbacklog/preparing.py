"""What a simulator is made to be before a scenario: which of the vendor's contradictory pages is right, what fails."""

from __future__ import annotations

from typing import Any

import pytest

from anybacklog_simulators.publicbacklog import FIELDS, Fault, Harm

ALL = list(FIELDS)
NAMELESS = ["id", "title", "description", "statusId", "ticketTypeId"]
"""The fields of a ticket whose answers do not tell its backlog."""


def chosen(*faults: Fault, **words: Any) -> pytest.MarkDecorator:
    """Take these words for true, and let these things go wrong; without any, what the reference says."""

    def prepare(fake: Any) -> None:
        for name, word in words.items():
            setattr(fake.service.organization.choices, name, word)
        fake.faults.add(*faults)

    return pytest.mark.staged(prepare=prepare)


def variants(*several: dict[str, Any]) -> pytest.MarkDecorator:
    """Record a scenario once for each of these choices, which it is given as `choices`."""
    return pytest.mark.parametrize(
        "choices", [pytest.param(each, id=_name(each), marks=chosen(**each)) for each in several]
    )


def answered(status: int, path: str, *, after: bool = False, times: int | None = None) -> Fault:
    """Let calls of a path be answered with a status and a page instead of being done, or after they were."""
    return Fault(harm=Harm.ERROR_AFTER if after else Harm.ERROR_BEFORE, path=path, status=status, times=times)


def _name(words: dict[str, Any]) -> str:
    told = {name: " ".join(word) if isinstance(word, list) else word for name, word in words.items()}
    return " ".join(f"{name} {'all' if words[name] == ALL else word}" for name, word in told.items()) or "usual"
