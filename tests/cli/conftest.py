"""The command line as a person calls it: in this process where that is enough, as a process where it is not."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import time
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from anybacklog.cli.main import run

DIAGNOSIS = Path(__file__).parents[2] / "docs" / "schema" / "reports" / "doctor.json"


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
    """Keep ledgers, configuration and logins out of the developer's home."""
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
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


@dataclass
class Space:
    """A Nulab space on loopback: it notes what it was asked and which keys it was shown, and has what `has` says."""

    key: str = "the-right-key"
    role: int = 2
    clock_ahead: float = 0.0
    has: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)
    host: str = ""

    def __post_init__(self) -> None:
        project = {"id": 5, "projectKey": "PROJ", "name": "店", "textFormattingRule": "markdown"}
        rate = {"limit": 600, "remaining": 598, "reset": int(time()) + 60}
        self.has = {
            "users/myself": {"id": 1, "userId": "ann", "name": "安", "roleType": self.role, "mailAddress": None},
            "projects/PROJ": project,
            "rateLimit": {"rateLimit": dict.fromkeys(("read", "update", "search", "icon"), rate)},
            "issues": [],
            "issues/count": {"count": 0},
        }

    @property
    def url(self) -> str:
        return f"nulab+http://{self.host}/PROJ"

    def answer(self, path: str, key: str) -> tuple[int, Any]:
        self.asked.append(path)
        self.shown.add(key)
        if key not in (self.key, f"Bearer {self.key}"):
            return 401, {"errors": [{"message": f"Authentication failure of {key}", "code": 11, "moreInfo": ""}]}
        if path in self.has:
            return 200, self.has[path]
        return 404, {"errors": [{"message": "Undefined resource", "code": 6, "moreInfo": ""}]}


@contextmanager
def serving(space: Space) -> Iterator[Space]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            key = self.headers["Backlog-API-Key"] or self.headers["Authorization"] or "in the query"
            status, body = space.answer(self.path.partition("?")[0].removeprefix("/api/v2/"), key)
            content = json.dumps(body).encode()
            self.send_response_only(status)
            self.send_header("Date", formatdate(time() + space.clock_ahead, usegmt=True))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # theirs
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        space.host = f"127.0.0.1:{server.server_address[1]}"
        yield space
        server.shutdown()


@pytest.fixture
def space() -> Iterator[Callable[..., Space]]:
    """Start spaces; they end with the test."""
    with ExitStack() as stack:
        yield lambda **how: stack.enter_context(serving(Space(**how)))


@dataclass(frozen=True)
class Diagnosis:
    """What `doctor` said, as JSON that the published schema holds for."""

    code: int
    out: str

    def __post_init__(self) -> None:
        said = json.loads(self.out)
        Draft202012Validator(json.loads(DIAGNOSIS.read_text("utf-8"))).validate(said)
        assert (said["code"], said["problems"]) == (self.code, len(self.problems))

    def checks(self, name: str) -> list[dict[str, Any]]:
        return [check for check in json.loads(self.out)["checks"] if check["name"] == name]

    def facts(self, name: str) -> list[dict[str, Any]]:
        return [check["facts"] for check in self.checks(name)]

    @property
    def problems(self) -> list[tuple[str, str]]:
        every = json.loads(self.out)["checks"]
        return [(check["name"], check["told"]) for check in every if check["state"] == "problem"]


@pytest.fixture
def doctor(call: Call, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Diagnosis]:
    """Ask doctor, on a machine without a keyring, a proxy and certificates of its own."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)

    def asked(*arguments: object) -> Diagnosis:
        answer = call("doctor", *arguments, "--format", "json")
        return Diagnosis(answer.code, answer.out)

    return asked


Configure = Callable[[str], Path]


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Write the configuration file, and name it."""

    def write(text: str) -> Path:
        path = tmp_path / "config.toml"
        path.write_text(text, encoding="utf-8")
        monkeypatch.setenv("ANYBACKLOG_CONFIG", str(path))
        return path

    return write
