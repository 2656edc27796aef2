"""The table in cassettes/README.md: what each cassette was recorded from, read from the cassettes themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.cassettes.recording import read

_TABLE = re.compile(r"(?<=<!-- generated: table -->\n).*?(?=<!-- end -->)", re.DOTALL)
HEAD = "| cassette | exchanges | recorded from | on | choices |\n| --- | --- | --- | --- | --- |\n"


def write_index(folder: Path) -> None:
    """Put the table into the README."""
    readme = folder / "README.md"
    readme.write_text(_TABLE.sub(lambda _: table(folder), readme.read_text("utf-8")), "utf-8", newline="\n")


def written_table(folder: Path) -> str:
    """Give the table that is in the README."""
    found = _TABLE.search((folder / "README.md").read_text("utf-8"))
    return found[0] if found else ""


def table(folder: Path) -> str:
    """Make the table, one line for each cassette that is kept in the project."""
    return HEAD + "".join(_rows(folder))


def kept(folder: Path) -> list[Path]:
    """List the cassettes of a folder, without those of somebody's own live account."""
    return sorted(path for path in folder.rglob("*.yaml") if path.relative_to(folder).parts[0] != "live")


def _rows(folder: Path) -> Iterator[str]:
    for path in kept(folder):
        exchanges, told = read(path)
        choices = ", ".join(f"{name} {_chosen(value)}" for name, value in told["choices"].items())
        name = path.relative_to(folder).with_suffix("").as_posix()
        yield f"| `{name}` | {len(exchanges)} | {told['from']} | {told['on']} | {choices} |\n"


def _chosen(value: object) -> object:
    return f"{len(value)} fields" if isinstance(value, list) else value
