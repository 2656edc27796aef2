"""How fast, how big: `python tests/bench/run.py [SUBJECT]...` prints each figure beside its limit; nothing is asserted.

A subject is a module beside this one with `figures()`. Figures that matter are ratios within one run, so that machines
can be compared. All data is made up. `copying` and `after` take `--tickets`, for their largest project.
"""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any

from figure import Figure

SUBJECTS = ("starting", "decode", "transport", "nulab", "ledger", "hooks", "copying", "after", "large", "migration")


def main() -> None:
    """Run the subjects asked for, all without any, and print one table as the figures come."""
    parser = argparse.ArgumentParser(description="Print figures beside their limits.")
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=f"one of {', '.join(SUBJECTS)}; default: all")
    parser.add_argument("--tickets", type=int, help="the largest project (default: copying 1000000, after 10000)")
    asked = parser.parse_args()
    unknown = set(asked.subjects) - set(SUBJECTS)
    if unknown:
        parser.error(f"no such subject: {', '.join(sorted(unknown))}; there is {', '.join(SUBJECTS)}")
    show("WHAT", "VALUE", "RATIO", "LIMIT", "KEPT")
    for subject in asked.subjects or SUBJECTS:
        sized = asked.tickets is not None and subject in ("copying", "after")
        options: dict[str, Any] = {"tickets": asked.tickets} if sized else {}
        for figure in import_module(subject).figures(**options):
            show(*cells(figure))


def cells(figure: Figure) -> tuple[str, str, str, str, str]:
    """Write a figure's cells."""
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f} x"
    kept = "" if figure.kept is None else "yes" if figure.kept else "NO"
    return figure.what, figure.value, ratio, figure.limit, kept


def show(what: str, value: str, ratio: str, limit: str, kept: str) -> None:
    """Print one line at once."""
    print(f"{what:<58} {value:>20} {ratio:>9}  {limit:<12} {kept}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
