"""Torture: `python tests/torture/run.py [--seeds N] [--first N] [--pair SOURCE:TARGET]... [--jobs N] [--keep FOLDER]`.

Each seed makes up a small project, and copies it by processes of the real command line, which are killed at random
moments and whose services fail in every way the simulators know; the same command is run again until it is done, at
times with a ledger from before the last run, or with none, which is rebuilt where the command says so. Then both ends
are compared: nothing lost, nothing doubled, order kept. A table says how often each fault, kill and question
happened; what never did fails the run, once there are enough seeds for all. A seed that fails prints the command that
does it again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))

from tests.torture.tally import Outcome, missing, table, total
from tests.torture.torture import tortured

from anybacklog_simulators.faults import Harm

ENDS = ("nulab", "publicbacklog", "sqlite", "archive")
PAIRS = tuple(f"{source}:{target}" for source in ENDS for target in ENDS)
"""All that a process of its own can reach: what is in memory ends with it, and is tried in one process elsewhere."""
ENOUGH = 200
"""Seeds of all pairs in which everything happens."""
ASKED = {
    "nulab": ("ticket", "state", "comment", "history", "link"),  # files ride on these
    "publicbacklog": ("ticket", "comment", "history"),
    "a file": ("ticket", "comment", "attachment"),
}
EXPECTED = (
    *(f"fault {harm} on {method}" for harm in Harm for method in ("GET", "POST", "PATCH")
      if harm is not Harm.LATE or method != "GET"),
    *("kill before", "kill after", "kill inside", "index lag", "rival", "stranger", "answer 429", "no marks"),
    *("ledger restored", "ledger lost", "ledger refused"),
    *(f"run ended with {code}" for code in (0, -9)),
    *(f"asked {end}: {kind}" for end, kinds in ASKED.items() for kind in kinds),
    *(f"asked {end} -> {answer}" for end in ASKED for answer in ("there", "absent")),
    *("asked publicbacklog: ticket -> held", "ticket held"),
)  # fmt: skip
"""What happens in so many seeds; a read that is done late would be no fault."""


def main() -> int:
    """Run the seeds asked for, print the table, and give the exit code: 1 if anything is wrong."""
    parser = _parser()
    asked = parser.parse_args()
    for pair in asked.pair or ():
        if pair.count(":") != 1 or not set(pair.split(":")) <= {*ENDS}:
            parser.error(f"{pair}: a pair is SOURCE:TARGET, each one of {', '.join(ENDS)}")
    if asked.keep:
        Path(asked.keep).mkdir(parents=True, exist_ok=True)
    outcomes = run(asked.seeds, first=asked.first, pairs=asked.pair or PAIRS, jobs=asked.jobs, keep=asked.keep)
    lines, wrong = verdict(outcomes, whole=not asked.pair and asked.seeds >= ENOUGH)
    print(*lines, *wrong, sep="\n", flush=True)
    return 1 if wrong else 0


def run(seeds: int, *, first: int = 1, pairs: Sequence[str] = PAIRS, jobs: int = 2, keep: str = "") -> list[Outcome]:
    """Try `seeds` seeds, each with the next of the pairs, in as many processes as `jobs`."""
    tasks = [(seed, pairs[seed % len(pairs)]) for seed in range(first, first + seeds)]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        parts = [pool.submit(tortured, tasks[job::jobs], keep) for job in range(jobs)]
        return sorted((outcome for part in parts for outcome in part.result()), key=lambda outcome: outcome.seed)


def verdict(outcomes: Sequence[Outcome], *, whole: bool) -> tuple[list[str], list[str]]:
    """Give the lines of the table, and what is wrong; `whole`: everything must have happened."""
    counts = total(outcomes)
    wrong = ["\n    ".join((outcome.again, *outcome.wrong)) for outcome in outcomes if outcome.wrong]
    wrong += [f"never happened: {name}" for name in missing(counts, EXPECTED)] if whole else []
    failed = sum(bool(outcome.wrong) for outcome in outcomes)
    return [*table(counts, EXPECTED if whole else ()), f"{len(outcomes)} seeds, {failed} of them failed"], wrong


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=200, metavar="N", help="how many seeds (default: %(default)s)")
    parser.add_argument("--first", type=int, default=1, metavar="N", help="the first seed (default: %(default)s)")
    parser.add_argument("--pair", action="append", metavar="SOURCE:TARGET", help=f"default: {', '.join(PAIRS)}")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes at once (default: %(default)s)")
    parser.add_argument("--keep", default="", metavar="FOLDER", help="copy what a failing seed left into this folder")
    return parser


if __name__ == "__main__":
    sys.exit(main())
