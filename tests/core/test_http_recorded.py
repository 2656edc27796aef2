"""Recorders of HTTP such as vcrpy: what was recorded of a session is played to it without a server."""

from __future__ import annotations

import io
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme
import vcr
from tests.core.conftest import KEY, Server

from anybacklog.backend import Traffic
from anybacklog.errors import NotFound
from anybacklog.http import HttpSession

FILE = bytes(range(256)) * 4096
Tape = Callable[[str], AbstractContextManager[None]]


@pytest.fixture(params=["http", "https"])
def service(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    service = Server(tls=context if request.param == "https" else None)
    yield service
    service.close()


@pytest.fixture
def tape(tmp_path: Path) -> Tape:
    @contextmanager
    def used(mode: str) -> Iterator[None]:
        recorder = vcr.VCR(record_mode=mode, filter_headers=["Backlog-API-Key"])
        recorder.register_matcher("form", same_but_for_the_boundary)
        with recorder.use_cassette(str(tmp_path / "tape.yaml"), match_on=["method", "uri", "form"]):
            yield

    return used


def same_but_for_the_boundary(asked: Any, stored: Any) -> None:
    assert _without_boundary(asked) == _without_boundary(stored)


def _without_boundary(request: Any) -> bytes:
    body: bytes = request.body.read() if hasattr(request.body, "read") else request.body or b""
    boundary = request.headers.get("Content-Type", "").partition("boundary=")[2]
    return body.replace(boundary.encode(), b"") if boundary else body


def read_and_write(session: HttpSession) -> None:
    """Do all that a session can."""
    assert session.get("issues", {"count": 100}) == [1]
    assert session.request("POST", "issues", data={"summary": "𠮷"}) == {"id": 2}
    assert session.upload("files", name="𠮷.txt", stream=io.BytesIO(FILE)) == {"id": 3}
    with session.stream("files/3") as stream:
        assert stream.read() == FILE
    with session.stream("files/4") as stream:
        assert stream.read(10) == FILE[:10]
    with pytest.raises(NotFound):
        session.get("issues/9")


def pipe(session: HttpSession) -> None:
    with session.stream("files/3") as stream:
        assert session.upload("files", name="copy", stream=stream, size=len(FILE)) == {"id": 4}


DEEDS: dict[str, tuple[Callable[[HttpSession], None], list[dict[str, Any]]]] = {
    "reads and writes": (
        read_and_write,
        [
            {"body": b"[1]"},
            {"body": b'{"id":2}'},
            {"body": b'{"id":3}'},
            {"body": FILE},
            {"body": FILE},
            {"status": 404},
        ],
    ),
    "a pipe": (pipe, [{"body": FILE}, {"body": b'{"id":4}'}]),
}


@pytest.mark.parametrize("what", DEEDS)
def test_what_was_recorded_is_played_without_a_server(
    what: str, service: Server, tape: Tape, connect: Callable[..., HttpSession], tmp_path: Path
) -> None:
    do, answers = DEEDS[what]
    service.script += [service.answer(**answer) for answer in answers]
    for mode in ("all", "none"):
        with tape(mode), closing(connect(f"{service.url}/api", traffic=Traffic(read_timeout=10))) as session:
            do(session)
    assert len(service.requests) == len(answers)
    assert KEY not in (tmp_path / "tape.yaml").read_text(encoding="utf-8")
