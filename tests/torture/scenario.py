"""What goes wrong in one seed: faults of the services, kills, rivals, strangers; everything drawn from the seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Literal, TypeAlias

from anybacklog_simulators.faults import Fault, Harm

SETTLE = {"nulab": 180, "publicbacklog": 120}
"""Seconds after which an adapter takes what has not arrived for lost; what comes later is promised by nobody."""
READ_TIMEOUT = 1.5
"""Seconds of the wall clock that a stalled answer is waited for."""
WRITES = {
    "nulab": (
        ("POST", r"/issues$"),
        ("PATCH", r"/issues/\d+$"),
        ("POST", r"/comments$"),
        ("POST", r"/space/attachment$"),
    ),
    "publicbacklog": (("POST", r"save-ticket"), ("PATCH", r"update-ticket")),
}
TIES = {"nulab": (("POST", r"/relatedIssues$"),)}
READS = ("GET", "")
Fate: TypeAlias = Literal["kept", "restored", "lost"]
Trap: TypeAlias = Literal["kill before", "kill after", "kill inside", "rival", "stranger"]


@dataclass(frozen=True, slots=True)
class Blow:
    """Something that happens in a run: at which of its requests, or, for `kill inside`, at which file boundary."""

    trap: Trap
    at: int


@dataclass(frozen=True, slots=True)
class Scenario:
    """One seed's faults at either end, the lag of searches in seconds, and the blows of each run, in turn.

    `ledger` is what becomes of it when a run was killed first: it is restored as it was before that run, or is gone.
    Without marks there are no strangers: what is equal to a copy in every way cannot be told from it then. Nor could
    a lost ledger be rebuilt.
    """

    source_faults: tuple[Fault, ...]
    target_faults: tuple[Fault, ...]
    index_lag: float
    marks: bool
    runs: tuple[tuple[Blow, ...], ...]
    ledger: Fate = "kept"

    @property
    def stalls(self) -> bool:
        """Tell whether an answer will be waited for."""
        return any(fault.harm is Harm.STALL for fault in (*self.source_faults, *self.target_faults))


def draw(dice: Random, source: str, target: str) -> Scenario:
    """Draw what goes wrong."""
    marks = target == "publicbacklog" or dice.random() < 0.85
    scenario = Scenario(
        source_faults=_faults(dice, source, (READS,), dice.choice((0, 0, 1, 2))) if source in WRITES else (),
        target_faults=_faults(dice, target, (*WRITES[target], READS), dice.randint(1, 5)) if target in WRITES else (),
        index_lag=dice.choice((0, 30, 3600)) if target == "nulab" else 0,
        marks=marks,
        runs=tuple(_blows(dice, source, target, marks=marks) for _ in range(dice.randint(2, 4))),
    )
    ties = _faults(dice, target, TIES[target], dice.choice((0, 1, 2))) if target in TIES else ()
    fates: tuple[Fate, ...] = ("kept", "kept", "kept", "restored", "lost") if marks else ("kept",)
    return replace(scenario, target_faults=(*scenario.target_faults, *ties), ledger=dice.choice(fates))


def _faults(dice: Random, service: str, requests: tuple[tuple[str, str], ...], count: int) -> tuple[Fault, ...]:
    return tuple(_fault(dice, service, *dice.choice(requests)) for _ in range(count))


def _fault(dice: Random, service: str, method: str, path: str) -> Fault:
    harms = [harm for harm in Harm if harm is not Harm.STALL] * 3 + [Harm.STALL]
    harm = dice.choice([each for each in harms if each is not Harm.LATE or method != "GET"])
    seconds = {Harm.LATE: dice.randint(1, SETTLE[service] - 10), Harm.STALL: 0}.get(harm, 0)
    status = dice.choice((500, 502, 503)) if harm in (Harm.ERROR_BEFORE, Harm.ERROR_AFTER) else None
    return Fault(harm=harm, method=method, path=path, nth=_soon(dice, 40 if method == "GET" else 6), seconds=seconds,
                 status=status)  # fmt: skip


def _blows(dice: Random, source: str, target: str, *, marks: bool) -> tuple[Blow, ...]:
    """Draw one kill, and at times what others do at the target meanwhile."""
    outside = [each for each in (source, target) if each in WRITES]
    inside = [each for each in (source, target) if each not in WRITES]
    around: tuple[Trap, ...] = ("kill before", "kill after")
    within: tuple[Trap, ...] = ("kill inside",)
    kill = dice.choice(around * len(outside) + within * (1 + 2 * len(inside)))
    blows = [Blow(kill, _soon(dice, 150 if kill == "kill inside" and target in inside else 70))]
    if target == "nulab":
        blows += [Blow("rival", _soon(dice, 80))] * (dice.random() < 0.3)
        blows += [Blow("stranger", _soon(dice, 80))] * (marks and dice.random() < 0.2)
    return tuple(blows)


def _soon(dice: Random, most: int) -> int:
    """Draw a number from 1, a small one rather than a large one."""
    return 1 + int(most * dice.random() ** 2)
