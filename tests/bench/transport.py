"""HttpSession beside bare requests, on loopback: what a small call costs, and what a large file takes."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

from figure import Figure, Spent, alone, at_most, in_turn, watched

CALLS = 500
SIZE = 200 * 1_000_000
EXTRA = 2_000_000
"""Bytes of memory that a file of any size may take."""
_PIECE = b"\0" * (1 << 18)


def figures() -> Iterator[Figure]:
    """Compare small calls, then files of 200 MB up, down, and piped from one to the other."""
    with service() as url:
        yield from _small_calls(url)
        for what, ours, theirs in (
            ("upload of 200 MB", _upload, _requests_files),
            ("download of 200 MB", _download, _requests_content),
            ("200 MB piped from download to upload", _pipe, None),
        ):
            yield from _large_file(what, alone(ours, url), alone(theirs, url) if theirs else None)


def _small_calls(url: str) -> Iterator[Figure]:
    import requests

    from anybacklog.http import Credentials, HttpSession

    ours = HttpSession(f"{url}/api", credentials=[Credentials(headers={"X-Key": "0123456789abcdef"})])
    bare = requests.Session()
    bare.trust_env = False

    def through_us() -> None:
        for number in range(CALLS):
            ours.get(f"issues/{number}", {"count": 100})

    def through_requests() -> None:
        for number in range(CALLS):
            headers = {"X-Key": "0123456789abcdef"}
            bare.get(f"{url}/api/issues/{number}", params={"count": 100}, headers=headers, timeout=60).json()

    mine, theirs = map(min, in_turn(through_us, through_requests))
    ours.close()
    bare.close()
    yield at_most("a small call, to requests.Session", f"{mine / CALLS * 1e6:,.0f} us", mine / theirs, 1.3)


def _large_file(what: str, ours: Spent, theirs: Spent | None) -> Iterator[Figure]:
    yield Figure(
        f"{what}: extra memory", f"{ours.extra / 1e6:.1f} MB", None, f"<= {EXTRA / 1e6:.0f} MB", ours.extra <= EXTRA
    )
    if theirs is None:
        yield Figure(f"{what}: time", f"{ours.seconds:.2f} s")
    else:
        yield at_most(f"{what}: time, to requests", f"{ours.seconds:.2f} s", ours.seconds / theirs.seconds, 1.0)
        yield Figure("  the same with requests: extra memory", f"{theirs.extra / 1e6:.1f} MB")


class Zeros(io.BytesIO):
    """A file of a size without a disk."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._left = size

    def read(self, size: int | None = -1) -> bytes:
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        self._left -= wanted
        return _PIECE if wanted == len(_PIECE) else b"\0" * wanted


def _session(url: str) -> Any:
    from anybacklog.http import HttpSession

    session = HttpSession(url)
    session.get("warm")
    return session


def _upload(url: str) -> Spent:
    session = _session(url)
    with watched() as spent:
        session.upload("files", name="zeros.bin", stream=Zeros(SIZE), size=SIZE)
    session.close()
    return spent


def _requests_files(url: str) -> Spent:
    import requests

    with requests.Session() as session:
        session.get(f"{url}/warm", timeout=60)
        with watched() as spent:
            session.post(f"{url}/files", files={"file": ("zeros.bin", Zeros(SIZE))}, timeout=60)
    return spent


def _download(url: str) -> Spent:
    session = _session(url)
    with watched() as spent, session.stream(f"large/{SIZE}") as stream:
        while stream.read(len(_PIECE)):
            pass
    session.close()
    return spent


def _requests_content(url: str) -> Spent:
    import requests

    with requests.Session() as session:
        session.get(f"{url}/warm", timeout=60)
        with watched() as spent:
            assert len(session.get(f"{url}/large/{SIZE}", timeout=60).content) == SIZE
    return spent


def _pipe(url: str) -> Spent:
    session = _session(url)
    with watched() as spent, session.stream(f"large/{SIZE}") as stream:
        session.upload("files", name="zeros.bin", stream=stream, size=SIZE)
    session.close()
    return spent


@contextmanager
def service() -> Iterator[str]:
    """Serve in a process of its own: `large/N` gives N bytes, everything else is taken in and answered with `{}`."""
    context = get_context("spawn")
    told: Any = context.SimpleQueue()
    process = context.Process(target=_serve, args=(told.put,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{told.get()}"
    finally:
        process.terminate()
        process.join()


def _serve(tell: Callable[[int], None]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        tell(listener.getsockname()[1])
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=_talk, args=(connection,), daemon=True).start()


def _talk(connection: socket.socket) -> None:
    room = bytearray(1 << 18)
    with connection, connection.makefile("rb") as reader:
        while line := reader.readline():
            left = 0
            while (header := reader.readline()) not in (b"\r\n", b""):
                if header.lower().startswith(b"content-length:"):
                    left = int(header[15:])
            while left > 0:
                left -= reader.readinto(memoryview(room)[: min(left, len(room))])
            path = line.split()[1]
            large = b"/large/" in path
            size = int(path.rpartition(b"/")[2]) if large else 2
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
            for start in range(0, size, len(_PIECE)):
                connection.sendall(_PIECE[: size - start] if large else b"{}")
