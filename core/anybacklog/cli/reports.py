"""The files of --report and --json-report: this run's from its first moment on, never an earlier one's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from anybacklog.cli import console
from anybacklog.cli.everywhere import Invocation
from anybacklog.cli.files import write_whole

UNFINISHED = "How this run ended is not known: it is still going on, it was killed, or its report could not be written."


@contextmanager
def reporting(invocation: Invocation, json_report: Path | None, page: Path | None = None) -> Iterator[None]:
    """Have the files say what stopped the work, or that it is not over: no earlier result is taken for this run's."""
    from anybacklog.cli.outcome import kept_sentence, sentence

    _stopped(UNFINISHED, json_report, page)
    try:
        yield
    except (Exception, KeyboardInterrupt) as error:
        try:
            _stopped(kept_sentence(error, invocation), json_report, page)
        except OSError as trouble:
            console.note(sentence(trouble))
        raise


def publish_json(document: dict[str, Any], file: Path | None) -> bool:
    """Write a report as JSON where it was asked for; tells whether stdout is taken by it."""
    if file is None:
        return False
    if str(file) == "-":
        console.write_json(document)
        return True
    write_whole(file, console.as_json(document, indent=2) + "\n")
    return False


def _stopped(why: str, json_report: Path | None, page: Path | None) -> None:
    """Put it where a report is to stand; whoever reads from a pipe or a device gets one report, in the end."""
    json_report, page = (None if each is None or _passes_on(each) else each for each in (json_report, page))
    if json_report is not None and str(json_report) != "-":
        publish_json({"stopped": why}, json_report)
    if page is not None:
        from anybacklog.migration.page import render_stopped

        write_whole(page, render_stopped(why))


def _passes_on(path: Path) -> bool:
    """Tell a pipe or a device from what keeps what is written there."""
    return path.exists() and not path.is_file()
