"""What prints the variables of a traceback, as services that collect errors do, finds no key in ours."""

from __future__ import annotations

import io
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from tests.core.conftest import KEY

from anybacklog.errors import AnyBacklogError
from anybacklog.http import Credentials, HttpSession, Retry

if TYPE_CHECKING:
    from tests.core.conftest import Action, Server

HOME = f"{HttpSession.__module__.partition('.')[0]}/http/"
TROUBLES: dict[str, Callable[[Server], Action]] = {
    "reset": lambda server: server.reset,
    "refused": lambda server: server.answer(400, KEY.encode()),
    "broken": lambda server: server.answer(500, KEY.encode()),
    "no JSON": lambda server: server.answer(body=b"{" + KEY.encode()),
    "cut off": lambda server: server.answer(body=b"{", length=100),
    "sent away": lambda server: server.answer(302, Location="https://x.example/?k=s3cr3t%2FK%2By%2699"),
    "sent on in a circle": lambda server: server.answer(302, Location="/x?k=s3cr3t%2FK%2By%2699"),
    "odd encoding": lambda server: server.answer(body=KEY.encode(), Content_Encoding="br"),
}
CALLS: dict[str, Callable[[HttpSession], object]] = {
    "read": lambda session: session.get("issues"),
    "write": lambda session: session.request("POST", "issues", data={"a": 1}),
    "download": lambda session: _downloaded(session),
    "upload": lambda session: session.upload("files", name="a", stream=io.BytesIO(b"abc")),
}


def _downloaded(session: HttpSession) -> bytes:
    with session.stream("files/1") as stream:
        return stream.read()


def shown_by(error: BaseException) -> dict[str, str]:
    """Give the variables of our frames, printed."""
    frames = traceback.TracebackException.from_exception(error, capture_locals=True).stack
    ours = [frame for frame in frames if HOME in frame.filename.replace("\\", "/")]
    return {f"{frame.name}: {name}": value for frame in ours for name, value in (frame.locals or {}).items()}


@pytest.mark.parametrize("what", CALLS)
@pytest.mark.parametrize("trouble", TROUBLES)
def test_no_variable_in_a_traceback_shows_the_key(
    trouble: str, what: str, server: Server, connect: Callable[..., HttpSession]
) -> None:
    ways = [Credentials(headers={"X-Key": KEY}), Credentials(params={"apiKey": KEY})]
    session = connect(credentials=ways, retry=Retry(tries=2))
    server.script += [TROUBLES[trouble](server)] * 12
    try:
        CALLS[what](session)
    except AnyBacklogError as error:
        shown = shown_by(error)
    else:
        return  # a download of what would be no JSON
    assert shown
    assert [name for name, value in shown.items() if KEY in value or "s3cr3t" in value] == []


def test_nor_does_a_session_that_was_never_made() -> None:
    for given in ({"secrets": [KEY]}, {"credentials": [Credentials(headers={"X-Key": f"{KEY}\n"})]}):
        with pytest.raises(AnyBacklogError) as caught:
            HttpSession("http://tracker.example", **given)
        assert [name for name, value in shown_by(caught.value).items() if KEY in value] == []
