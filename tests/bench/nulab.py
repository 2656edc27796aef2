"""The Nulab adapter on loopback: a long listing over TLS beside a bare requests.Session; its use of rate windows."""

from __future__ import annotations

import json
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

import windows
from decode import issue
from figure import Figure, at_most, in_turn

TICKETS = 10_000
PAGE = 100
PROJECT = {"id": 1, "projectKey": "PROJ", "name": "Proj", "subtaskingEnabled": True, "textFormattingRule": "markdown"}
KEY = "0123456789abcdef"


def figures() -> Iterator[Figure]:
    """Compare a listing with bare requests for the same pages; then use up windows in made-up time."""
    for pause in (0.0, 0.02):
        with TemporaryDirectory() as folder, service(Path(folder), pause) as (url, authority):
            yield from _listing(url, authority, f"{1000 * pause:.0f} ms for each answer")
    yield from windows.figures()


def _listing(url: str, authority: str, pause: str) -> Iterator[Figure]:
    import anybacklog

    os.environ["REQUESTS_CA_BUNDLE"] = authority
    bare = requests.Session()
    sent = 0

    def through_us() -> None:
        nonlocal sent
        with anybacklog.connect(f"nulab://{url}/PROJ", api_key=KEY) as tracker:
            assert sum(1 for _ in tracker.tickets()) == TICKETS
            sent = sum(tracker.requests().values())

    def through_requests() -> None:
        listed = 0
        while listed < TICKETS:
            params: dict[str, str | int] = {"projectId[]": 1, "sort": "created", "order": "asc", "count": PAGE,
                                            "offset": listed}  # fmt: skip
            headers = {"Backlog-API-Key": KEY}
            page = bare.get(f"https://{url}/api/v2/issues", params=params, headers=headers, timeout=60)
            page.raise_for_status()
            listed += len(page.json())

    mine, theirs = map(min, in_turn(through_us, through_requests, rounds=5))
    yield at_most(f"listing {TICKETS:,} issues over TLS, {pause}", f"{mine:.2f} s", mine / theirs, 1.5)
    mine, theirs = map(min, in_turn(through_us, through_requests, rounds=3, clock=time.process_time))
    yield Figure("  processor of our side alone, to requests", f"{mine / TICKETS * 1e6:.0f} us", mine / theirs)
    yield Figure(f"  requests for {TICKETS:,} issues", f"{sent}")
    bare.close()


@contextmanager
def service(folder: Path, pause: float) -> Iterator[tuple[str, str]]:
    """Serve made-up issues over TLS in a process of its own, `pause` seconds for each; give where and whom to trust."""
    import trustme

    authority = trustme.CA()
    trusted, certificate = folder / "authority.pem", folder / "certificate.pem"
    authority.cert_pem.write_to_path(str(trusted))
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(certificate))
    context = get_context("spawn")
    told: Any = context.SimpleQueue()
    process = context.Process(target=_serve, args=(certificate, pause, told.put), daemon=True)
    process.start()
    try:
        yield f"127.0.0.1:{told.get()}", str(trusted)
    finally:
        process.terminate()
        process.join()


def _serve(certificate: Path, pause: float, tell: Callable[[int], None]) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    issues = [json.dumps(issue(number), ensure_ascii=False).encode() for number in range(1, TICKETS + 1)]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        tell(listener.getsockname()[1])
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=_talk, args=(context, connection, issues, pause), daemon=True).start()


def _talk(context: ssl.SSLContext, connection: socket.socket, issues: list[bytes], pause: float) -> None:
    with context.wrap_socket(connection, server_side=True) as safe, safe.makefile("rb") as reader:
        while line := reader.readline():
            while reader.readline() not in (b"\r\n", b""):
                pass
            body = _answer(line.split()[1].decode(), issues)
            time.sleep(pause)
            safe.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json;charset=utf-8\r\n"
                b"X-RateLimit-Limit: 60000\r\nX-RateLimit-Remaining: 59999\r\nX-RateLimit-Reset: %d\r\n"
                b"Content-Length: %d\r\n\r\n" % (time.time() // 60 * 60 + 60, len(body)) + body
            )


def _answer(target: str, issues: list[bytes]) -> bytes:
    parts = urlsplit(target)
    match parts.path.removeprefix("/api/v2/"):
        case "issues":
            asked = parse_qs(parts.query)
            start = int(asked.get("offset", ["0"])[0])
            return b"[%s]" % b",".join(issues[start : start + int(asked["count"][0])])
        case "issues/count":
            return b'{"count": %d}' % len(issues)
        case "projects/PROJ":
            return json.dumps(PROJECT).encode()
        case _:
            return b"[]"
