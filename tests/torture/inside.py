"""The processes that are killed: `python inside.py CLOCK` forks one for each line it reads, and runs the command line.

The command line is the real one, `anybacklog ...`; only `time.time`, `time.monotonic` and `time.sleep` are those of the
shared clock. Each process is forked from one that has imported everything, because hundreds of starts would take most
of the time. A line is JSON, `{"argv", "environ", "output", "questions", "kill_at"}`; answers are the process's id, and
at its end its exit code, negative for a signal. `kill_at` is the file boundary at which it kills itself: commits and
renames are counted. Each question asked about an interrupted write becomes a line in `questions`.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NoReturn

sys.path.append(str(Path(__file__).resolve().parents[2]))


def serve(clock: str) -> None:
    """Fork a process for each line of standard input, one at a time."""
    from tests.torture.hourglass import Hourglass

    glass = Hourglass(Path(clock))
    time.time, time.sleep = glass.time, glass.sleep  # type: ignore[assignment]  # before anybody keeps the real ones
    time.monotonic = glass.time
    _import_everything()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _run(**json.loads(line))
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _import_everything() -> None:
    import anybacklog.cli.commands.migrate
    import anybacklog.cli.main
    import anybacklog.cli.progress
    import anybacklog.cli.report_text
    import anybacklog.migration
    import anybacklog.migration.page
    import anybacklog.registry

    for spec in anybacklog.registry.load_registry().specs:
        __import__({"nulab": "anybacklog_nulab.backend", "publicbacklog": "anybacklog_publicbacklog.backend"}.get(
            spec, "anybacklog.store.archive.backend"))  # fmt: skip


def _run(argv: list[str], environ: dict[str, str], output: str, questions: str, kill_at: int | None) -> NoReturn:
    """Become `anybacklog ARGV...`."""
    for number, flags in ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY)):
        name = os.devnull if number == 0 else output
        os.dup2(os.open(name, flags | (os.O_CREAT | os.O_APPEND) * bool(number), 0o600), number)
    os.environ.update(environ)
    tempfile.tempdir = None  # its folder is in there
    sys.argv = ["anybacklog", *argv]
    random.seed(0)  # pauses between tries are drawn
    if kill_at is not None:
        _die_at(kill_at)
    _note_questions(Path(questions))
    from anybacklog.__main__ import main

    main()


def _die_at(boundary: int) -> None:
    """Count what a crash could come between: commits of any database, and renames."""
    import sqlalchemy as sa

    passed = 0

    def passes(*_: Any) -> None:
        nonlocal passed
        passed += 1
        if passed == boundary:
            os.kill(os.getpid(), signal.SIGKILL)

    def executes(connection: sa.Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if statement == "BEGIN IMMEDIATE":
            connection.info["writing"] = True
        elif statement == "COMMIT" and connection.info.pop("writing", False):
            passes()

    sa.event.listen(sa.Engine, "commit", passes)
    sa.event.listen(sa.Engine, "before_cursor_execute", executes)  # a store begins and ends its transactions itself
    sys.addaudithook(lambda event, _: passes() if event == "os.rename" else None)


def _note_questions(file: Path) -> None:
    """Write down what was asked about each interrupted write, and what came of it, as it happens."""
    from anybacklog.migration.places import CannotTell
    from anybacklog.migration.questions import Questions
    from anybacklog.steps import Step

    asked = Questions.landed

    def landed(self: Questions, step: Step, row: Any) -> Any:
        if row is None or row.state not in ("intended", "unsure"):
            return asked(self, step, row)
        found = "held"
        try:
            places = asked(self, step, row)
            found = "there" if places else "absent"
        except CannotTell:
            raise
        except Exception:
            found = "cut off"
            raise
        finally:
            with file.open("a", encoding="utf-8") as lines:
                lines.write(f"{step.item.kind} -> {found}\n")
        return places

    Questions.landed = landed  # type: ignore[method-assign]  # it watches, and changes nothing


if __name__ == "__main__":
    serve(sys.argv[1])
