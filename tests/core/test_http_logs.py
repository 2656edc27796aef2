"""What -v and -vv show: waits and ways at INFO, one line for each request at DEBUG, and no secret in any spelling."""

from __future__ import annotations

import logging
import re
from base64 import b64encode
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest

from anybacklog.backend import Traffic
from anybacklog.cli.log import logged_to_stderr
from anybacklog.errors import AnyBacklogError
from anybacklog.http import Credentials, HttpSession, Retry, lane

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.core.conftest import FakeTime, Server

KEY = "s3cr3t/K+y&99"


@pytest.fixture
def shown() -> Iterator[Callable[..., None]]:
    """Turn on what -v and -vv turn on, and off again."""
    with ExitStack() as ends:
        yield lambda **how: ends.enter_context(logged_to_stderr(**how))


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.splitlines()


def test_every_request_is_one_line_with_its_parameters_size_and_budget(
    server: Server, session: HttpSession, fake: FakeTime, shown: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    shown(every=True)
    server.script += [
        server.answer(body=b"[1, 2]", X_RateLimit_Limit="150", X_RateLimit_Remaining="149",
                      X_RateLimit_Reset=f"{fake.time + 60:.0f}"),
        server.answer(201, b""),
    ]  # fmt: skip
    session.get("issues", {"count": 100, "apiKey": "another-key"})
    session.request("POST", "issues", data={"summary": "not for the log"})
    told = lines(capsys)
    assert re.fullmatch(
        rf"anybacklog\.http: GET {server.url}/api/issues\?count=100&apiKey=\*\*\* -> 200 in 0\.\d{{3}} s, 6 bytes, "
        r"requests: 149 left",
        told[0],
    )
    assert re.search(r"POST .*/issues -> 201 in .* 0 bytes, requests: 148 left", told[1])
    assert len(told) == 2


def test_waits_retries_ways_and_redirects_are_told_and_nothing_of_each_request(
    server: Server, elsewhere: Server, connect: Callable[..., HttpSession],
    shown: Callable[..., None], capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    shown(every=False)
    session = connect(credentials=[Credentials(headers={"X-Key": KEY}), Credentials(params={"apiKey": KEY})])
    server.script += [
        server.answer(401),
        server.answer(503),
        server.answer(429, Retry_After="7"),
        server.answer(302, Location=f"{elsewhere.url}/f?sig=n4ture"),
    ]
    elsewhere.script += [elsewhere.answer()]
    session.get("issues")
    told = lines(capsys)
    assert [
        re.sub(r"http://\S+/api|[0-9.]+(?= s)|127\S+", "", line).removeprefix("anybacklog.http: ") for line in told
    ] == [
        "GET /issues was answered 503 ('{}'); try again later; trying again in  s",
        "waiting  s for the rate budget 'requests'",
        "GET issues, sent on to ",
        "the key is shown in the parameter apiKey",
    ]


SPELLINGS = [KEY, "s3cr3t", quote(KEY, safe=""), quote_plus(KEY), b64encode(KEY.encode()).decode(), repr(KEY)[1:-1]]


@pytest.mark.parametrize("way", [Credentials(headers={"Authorization": f"Bearer {KEY}"}), Credentials({}, {"k": KEY})])
def test_no_spelling_of_a_key_is_ever_shown(
    way: Credentials, server: Server, elsewhere: Server, connect: Callable[..., HttpSession],
    shown: Callable[..., None], capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    shown(every=True)
    session = connect(credentials=[way], retry=Retry(tries=1), traffic=Traffic(read_timeout=0.2))
    odd = "".join(f"%{byte:02X}" for byte in KEY.encode())
    attempts: list[Callable[[], object]] = [
        lambda: session.get(f"echo/{quote(KEY, safe='')}"),
        lambda: session.get(f"echo?q={odd}", {"again": KEY, KEY: 1}),
        lambda: session.request("PUT", "a", data={"note": KEY}, headers={"X-Note": KEY}),
        lambda: session.get("moved"),
        lambda: session.get("away"),
    ]
    server.script += [
        server.answer(400, f'{{"error": "bad {KEY}"}}'.encode()),
        server.answer(500, quote(KEY, safe="").encode()),
        server.reset,
        server.answer(302, Location=f"/x?k={quote(KEY, safe='')}"),
        server.answer(403, KEY.encode()),
        server.answer(302, Location=f"{elsewhere.url}/{b64encode(KEY.encode()).decode()}"),
    ]
    told = []
    for attempt in attempts:
        with pytest.raises(AnyBacklogError) as caught:
            attempt()
        told.append(str(caught.value))
    printed = "\n".join([*told, *lines(capsys), caplog.text])
    assert printed.count("->") >= 5
    assert [each for each in SPELLINGS if each in printed] == []
    assert elsewhere.requests == []


def test_the_librarys_own_lines_show_no_address_in_full_even_to_who_shows_no_key(
    server: Server, elsewhere: Server, connect: Callable[..., HttpSession], caplog: pytest.LogCaptureFixture
) -> None:
    for name in lane._TALKERS:  # as in a process that has shown no key yet
        logging.getLogger(f"urllib3.{name}").removeFilter(lane._MASK)
    caplog.set_level(logging.DEBUG)
    server.script += [server.answer(302, Location=f"{elsewhere.url}/f?X-Sig=n4ture")]
    elsewhere.script += [elsewhere.answer()]
    connect(credentials=()).get("files/1")
    assert "/f?***" in caplog.text
    assert "n4ture" not in caplog.text
