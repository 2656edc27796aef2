"""What a refused command may say, and what it must leave alone."""

from __future__ import annotations

from pathlib import Path

from anybacklog.cli.outcome import AGAIN

SCRATCH = {"working.new", "working.lock"}
"""What an archive that was about to be written may leave; whoever opens it next clears it away."""


def one_sentence(err: str) -> str:
    """Give the one sentence that a refusal is, on one line after its usage and before the advice to run it again."""
    lines = [line for line in err.splitlines() if line and line != AGAIN]
    if lines[0].startswith("Usage: "):
        lines = [line for line in lines[1:] if not line.startswith(("Try '", " "))]
    assert len(lines) == 1, err
    assert lines[0].startswith("Error: "), err
    assert "Traceback" not in err
    return lines[0]


def files(folder: Path) -> dict[str, bytes]:
    """Give what is in a folder, a run's own ledger and an archive's scratch aside."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b"a folder"
        for path in sorted(folder.rglob("*"))
        if not path.relative_to(folder).parts[0].startswith("ledger.db") and not SCRATCH & set(path.parts)
    }
