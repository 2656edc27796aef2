"""The one place that prints: data to stdout, everything else to stderr, and no control character of a stranger's."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TextIO

import click

from anybacklog.errors import ConfigurationError

if TYPE_CHECKING:
    from rich.console import Console

_BLOCK = 100
_UNLIMITED = 1_000_000
_SPACING = ((2, 12, 24), (1, 12, 16), (1, 4, 12))
"""From roomy to narrow: the gap between columns, what a column keeps at least, and what is left for the last one."""
# C0 and DEL become their pictures; C1 (which terminals obey like ESC), the two line ends that only some obey, and what
# turns the writing round, their escapes.
_HARMLESS: Mapping[int, int | str] = (
    {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\n\t"}
    | {0x7F: 0x2421}
    | {code: f"\\x{code:02x}" for code in range(0x80, 0xA0)}
    | {code: f"\\u{code:04x}" for code in (*range(0x2028, 0x202F), *range(0x2066, 0x206A))}
)


def prepare() -> None:
    """Make both streams UTF-8 without newline translation, whatever the locale; a lone surrogate becomes its escape.

    Where the caller has closed one, nobody reads it: it goes nowhere, and no other file gets its number.
    """
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("r" if name == "stdin" else "w"))  # noqa: SIM115  # as long as we live
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def interactive() -> bool:
    """Tell whether there is a person to ask: a terminal to read from and one to write to."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def ask(question: str, *, otherwise: str) -> bool:
    """Ask on stderr, default no; without a terminal refuse with exit code 2 and the sentence `otherwise`."""
    if not interactive():
        raise ConfigurationError(otherwise)
    return click.confirm(harmless(question), err=True)


def harmless(text: str) -> str:
    """Show control characters instead of obeying them; line breaks and tabs stay."""
    return text.replace("\r\n", "\n").translate(_HARMLESS)


def cell(text: str) -> str:
    """Make a text one harmless line."""
    return harmless(text).replace("\n", "␊").replace("\t", " ")


def say(text: str = "") -> None:
    """Print lines meant for people to stdout."""
    sys.stdout.write(harmless(text) + "\n")


def note(text: str) -> None:
    """Print a sentence about the work, not its result, to stderr, secrets masked."""
    from anybacklog.redact import redact

    sys.stdout.flush()
    sys.stderr.write(harmless(redact(text)) + "\n")
    sys.stderr.flush()


def write(text: str) -> None:
    """Print data to stdout exactly as it is."""
    sys.stdout.write(text)


def as_json(value: Any, *, indent: int | None = None) -> str:
    """Give a value as JSON, in its own characters."""
    import json  # late, like all that --help can do without

    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)


def write_json(value: Any) -> None:
    """Print one JSON value."""
    write(as_json(value, indent=2) + "\n")


def write_json_array(values: Iterable[Any]) -> None:
    """Print a JSON array, each element as soon as it is there; nothing at all if the first cannot be had."""
    before = "["
    for value in values:
        write(f"{before}\n{as_json(value)}")
        before = ","
    write("[]\n" if before == "[" else "\n]\n")


def table(
    headers: Sequence[str], rows: Iterable[Sequence[str]], *, wrap: bool = True, whole: Collection[str] = ()
) -> None:
    """Print a table; a terminal wraps or cuts its columns, but for those named `whole`; elsewhere all are whole."""
    for line in table_lines(headers, rows, wrap=wrap, whole=whole):
        write(line + "\n")


def table_lines(
    headers: Sequence[str], rows: Iterable[Sequence[str]], *, wrap: bool = True, whole: Collection[str] = ()
) -> Iterator[str]:
    """Give a table's lines as its rows come in, a hundred at a time; no rows, no lines."""
    console = _console(sys.stdout)
    kept = [place for place, header in enumerate(headers) if header in whole]
    widths = [0] * len(headers)
    for number, block in enumerate(_blocks(rows)):
        widths = [max(widths[place], *map(_width, column)) for place, column in enumerate(_columns(headers, block))]
        yield from _drawn(console, headers, block, _fitted(widths, console.width, kept), first=number == 0, wrap=wrap)


def _blocks(rows: Iterable[Sequence[str]]) -> Iterator[list[list[str]]]:
    cells = ([cell(text) for text in row] for row in rows)
    while block := list(islice(cells, _BLOCK)):
        yield block


def _columns(headers: Sequence[str], block: list[list[str]]) -> list[list[str]]:
    return [[header, *(row[place] for row in block)] for place, header in enumerate(headers)]


def _fitted(widths: list[int], available: int, kept: Collection[int]) -> tuple[list[int], int]:
    """Take from the widest columns until the last one has room; give the widths of the others, and the gap."""
    *others, last = widths
    fitted, gap = others, 0
    for gap, least, room in _SPACING:
        fitted, left = list(others), available - min(room, last) - gap * len(others)
        while sum(fitted) > left and (place := _widest(fitted, least, kept)) is not None:
            fitted[place] -= 1
        if sum(fitted) <= left:
            break
    return fitted, gap


def _widest(widths: list[int], least: int, kept: Collection[int]) -> int | None:
    places = [place for place, width in enumerate(widths) if width > least and place not in kept]
    return max(places, key=widths.__getitem__, default=None)


def _width(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


def _drawn(
    console: Console,
    headers: Sequence[str],
    block: list[list[str]],
    fitted: tuple[list[int], int],
    *,
    first: bool,
    wrap: bool,
) -> Iterator[str]:
    from rich.table import Table
    from rich.text import Text

    widths, gap = fitted
    grid = Table(box=None, show_header=first, padding=(0, gap, 0, 0), pad_edge=False, header_style="none")
    overflow: Literal["fold", "ellipsis"] = "fold" if wrap else "ellipsis"
    rest = max(console.width - sum(widths) - gap * len(widths), 1)
    for header, width in zip(headers, (*widths, None), strict=True):
        grid.add_column(Text(header), width=width, max_width=rest, no_wrap=not wrap, overflow=overflow)
    for row in block:
        grid.add_row(*map(Text, row))
    with console.capture() as captured:
        console.print(grid)
    yield from (line.rstrip(" ") for line in captured.get().splitlines())


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    console = Console(file=stream, markup=False, emoji=False, highlight=False)
    if not console.is_terminal:
        console.width = _UNLIMITED
    return console


def progress_console() -> Console | None:
    """Give the terminal that progress may be drawn on, if stderr is one."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        return None
    from rich.console import Console

    return Console(stderr=True, markup=False, emoji=False, highlight=False)
