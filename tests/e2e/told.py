"""What a refused command may say, and what it must leave alone."""

from __future__ import annotations

from pathlib import Path

from anybacklog.cli.commands.verify import UNCOMPARED
from anybacklog.cli.outcome import AGAIN

LOCK = "working.lock"
"""An archive's, which may stay: it is empty, and whoever works there next holds it."""


def one_sentence(err: str) -> str:
    """Give the one sentence that a refusal is, on one line after its usage and before what it leaves behind.

    Where it says that several things are wrong, these stand below it, a line each.
    """
    lines = [line for line in err.splitlines() if line and line not in (AGAIN, UNCOMPARED)]
    if lines[0].startswith("Usage: "):
        lines = [line for line in lines[1:] if not line.startswith(("Try '", " "))]
    sentence, *problems = lines
    assert bool(problems) == sentence.endswith(" wrong with it:"), err
    assert all(problem.startswith("  ") for problem in problems), err
    assert sentence.startswith("Error: "), err
    assert "Traceback" not in err
    return "\n".join(lines)


def files(folder: Path) -> dict[str, bytes]:
    """Give what is in a folder, a run's own ledger and an archive's lock aside."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b"a folder"
        for path in sorted(folder.rglob("*"))
        if not path.relative_to(folder).parts[0].startswith("ledger.db") and path.name != LOCK
    }
