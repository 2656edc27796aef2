"""A plugin that crashes, a proxy with a password, a failure of TLS, an interrupt: none of them tells the key."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from tests.adapters.nulab.served.conftest import serving
from tests.canary import find_canary, find_in_tree
from tests.e2e.certificates import self_signed

if TYPE_CHECKING:
    from tests.adapters.nulab.served.conftest import Space
    from tests.cli.conftest import Call

LOUD = ("-vv", "--debug")
CRASHES = {
    "a hook of a migration": """
@hookimpl
def anybacklog_transform_draft(draft, ticket):
    key = os.environ["MY_KEY"]
    raise Oops(f"could not send {key}") from ValueError(key, {"k": key})
""",
    "an observer": """
@hookimpl
def anybacklog_observe_step(step, state):
    raise Oops(os.environ["MY_KEY"])
""",
    "an interrupt": """
@hookimpl
def anybacklog_transform_draft(draft, ticket):
    raise KeyboardInterrupt(os.environ["MY_KEY"])
""",
    "an exit": """
@hookimpl
def anybacklog_transform_draft(draft, ticket):
    raise SystemExit(os.environ["MY_KEY"])
""",
    "the list of backends": """
@hookimpl
def anybacklog_backends():
    raise Oops(os.environ["MY_KEY"])
""",
    "its import": """
raise Oops(os.environ["MY_KEY"])
""",
}


@pytest.mark.parametrize("crash", CRASHES)
def test_a_crash_in_a_plugin_shows_no_key(
    crash: str,
    space: Space,
    address: str,
    call: Call,
    plugin: Callable[[str], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MY_KEY", space.key)
    head = "import os\nfrom anybacklog.plugin import hookimpl\n\nclass Oops(Exception):\n    pass\n"
    file = plugin(head + CRASHES[crash])
    copy = f"sqlite:///{tmp_path}/copy.db?project=A"
    reports = ("--report", tmp_path / "r.html", "--json-report", tmp_path / "r.json")
    answer = call(
        "migrate", f"{address}/A", copy, "--ledger", tmp_path / "l.db", "--yes", *reports,
        "--plugin", file, "--source-key-env", "MY_KEY", *LOUD,
    )  # fmt: skip
    assert answer.code == (
        130 if crash == "an interrupt" else 2 if crash in ("its import", "the list of backends") else 1
    )
    assert "Traceback" in answer.err
    assert "***" in answer.err


@pytest.fixture
def proxy() -> Iterator[int]:
    """Be a proxy that lets nothing through."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def refuse() -> None:
            while True:
                try:
                    client, _ = listening.accept()
                except OSError:
                    return
                with client:
                    asked = client.recv(65536)
                    client.sendall(b"HTTP/1.1 407 Who are you " + asked.replace(b"\r\n", b" ") + b"\r\n\r\n")

        thread = threading.Thread(target=refuse, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(10)


@pytest.mark.parametrize("command", ["ls", "doctor"])
def test_the_password_of_a_proxy_is_not_told(
    command: str, proxy: int, canary: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:{quote(canary, safe='')}@127.0.0.1:{proxy}")
    monkeypatch.setenv("ANYBACKLOG_NULAB_API_KEY", f"{canary}2")
    answer = call(command, "nulab://example.backlog.com/A", *LOUD)
    assert answer.code == 1
    assert "proxy" in answer.err + answer.out


@pytest.mark.parametrize("tls", ["plain http", "a certificate nobody trusts"])
def test_a_failure_of_tls_tells_no_key(tls: str, space: Space, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANYBACKLOG_NULAB_API_KEY", space.key)
    with serving(space, self_signed() if tls.startswith("a cert") else None) as port:
        answer = call("ls", f"nulab://127.0.0.1:{port}/A", *LOUD)
    assert (answer.code, space.asked) == (1, [])
    assert "TLS" in answer.err


def test_no_process_shows_the_key_in_its_title_nor_when_it_is_interrupted(
    space: Space, address: str, tmp_path: Path, secret_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived, leave = threading.Event(), threading.Event()

    def stall(_: BaseHTTPRequestHandler) -> None:
        arrived.set()
        leave.wait(30)

    space.acts["issues"] = stall
    (secret_folder / "key").write_text(space.key)
    (tmp_path / "config.toml").write_text(
        f'[connections.work]\nurl = "{address}/A"\napi_key = {{command = ["cat", "{secret_folder}/key"]}}\n'
    )
    command = [sys.executable, "-m", "anybacklog", "migrate", "work", f"sqlite:///{tmp_path}/copy.db?project=A"]
    environment = {**os.environ, "ANYBACKLOG_CONFIG": str(tmp_path / "config.toml")}
    with subprocess.Popen(
        [*command, "--ledger", str(tmp_path / "l.db"), "--yes", *LOUD],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
    ) as running:  # fmt: skip
        assert arrived.wait(30)
        titles = b"".join(path.read_bytes() for path in _processes(running.pid))
        left = find_in_tree(tmp_path, space.key)
        os.kill(running.pid, signal.SIGINT)
        out, err = running.communicate(timeout=30)
        leave.set()
    assert b"anybacklog" in titles
    assert find_canary(titles + out + err, space.key) + left == []
    assert running.returncode == 130


def _processes(pid: int) -> list[Path]:
    """Give the command lines and names of a process and of those it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [Path(f"/proc/{each}/{file}") for each in (pid, *children) for file in ("cmdline", "comm", "status")]
