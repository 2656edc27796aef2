"""The command line as a person calls it: in this process where that is enough, as a process where it is not."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from anybacklog.cli.main import run


@dataclass(frozen=True)
class Answer:
    """What a call left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Call = Callable[..., Answer]


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep ledgers and configuration out of the developer's home."""
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("COLUMNS", "100")
    for name in [*os.environ]:
        if name.startswith("ANYBACKLOG_"):
            monkeypatch.delenv(name)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/tickets.db?project=PROJ"


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run a command line in this process, without a terminal."""

    def called(*arguments: object, stdin: bytes = b"") -> Answer:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Answer(code, printed.out, printed.err)

    return called


@pytest.fixture
def process() -> Call:
    """Run a command line in a process of its own."""

    def called(*arguments: object, stdin: bytes = b"", **environment: str) -> Answer:
        done = subprocess.run(
            [sys.executable, "-m", "anybacklog", *map(str, arguments)],
            input=stdin, capture_output=True, env={**os.environ, **environment}, check=False, timeout=60,
        )  # fmt: skip
        return Answer(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))

    return called


@pytest.fixture
def plugin(tmp_path: Path) -> Callable[[str], Path]:
    """Write a plugin file."""

    def written(source: str, name: str = "local_plugin") -> Path:
        path = tmp_path / f"{name}.py"
        path.write_text(source, encoding="utf-8")
        return path

    return written
