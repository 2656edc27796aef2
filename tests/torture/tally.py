"""How often everything happened, and whether anything never did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass
class Outcome:
    """What became of one seed: what happened, what was asked, and what is wrong, a sentence each."""

    seed: int
    pair: str
    happened: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    @property
    def again(self) -> str:
        """Give the command that does it again."""
        return f"python tests/torture/run.py --first {self.seed} --seeds 1 --pair {self.pair}"


def total(outcomes: Iterable[Outcome]) -> Counter[str]:
    """Count over all seeds; questions also by what was asked about, and by what was answered."""
    counts: Counter[str] = Counter()
    for outcome in outcomes:
        counts.update(outcome.happened)
    for name, times in [*counts.items()]:
        if name.startswith("asked "):
            about, answer = name.split(" -> ")
            counts[about] += times
            counts[f"{about.split(':')[0]} -> {answer}"] += times
    return counts


def missing(counts: Counter[str], expected: Iterable[str]) -> list[str]:
    """Name what should have happened in so many seeds, and never did."""
    return [name for name in expected if not counts[name]]


def table(counts: Counter[str], expected: Iterable[str]) -> Iterator[str]:
    """Write a line for each thing that happened or should have."""
    for name in sorted({*counts, *expected}):
        yield f"{name:<48} {counts[name]:>6}"
