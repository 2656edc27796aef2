"""One request over the wire, one answer back: bounded, and without an exception of the library's."""

from __future__ import annotations

import requests
from urllib3.exceptions import HTTPError

from anybacklog.backend import Traffic
from anybacklog.errors import TransportError
from anybacklog.http.answer import LONGEST_EXCUSE, LONGEST_JSON, Answer
from anybacklog.http.call import Call
from anybacklog.http.credentials import Credentials
from anybacklog.http.download import as_file
from anybacklog.http.surroundings import Route
from anybacklog.http.trouble import CUT_OFF, Lost, after_sending, lost

_PIECE = 1 << 16


def exchange(
    call: Call, shown: Credentials, connections: requests.Session, route: Route, traffic: Traffic
) -> Answer | Lost:
    """Send once and read the answer; a good answer to a download is left open for its reader."""
    try:
        response = connections.request(
            call.method,
            call.url,
            params=[*call.params, *shown.params.items()] or None,
            data=call.form or call.data,
            json=call.json,
            headers={**call.headers, **shown.headers},
            timeout=(traffic.connect_timeout, traffic.read_timeout),
            allow_redirects=False,
            stream=True,
            proxies=dict(route.proxies),
            verify=route.verify,
        )
        if call.stream and 200 <= response.status_code < 300:
            return _opened(call, response)
        if response.status_code < 200:
            response.close()  # the answer proper is still to come, and is not to be taken for the next request's
            return after_sending(call, f"an answer ({response.status_code}) that nobody asked for", broken=True)
        body = _read(response, LONGEST_JSON if response.status_code < 300 else LONGEST_EXCUSE)
    except (requests.RequestException, HTTPError) as error:
        return lost(call, error, route)
    answer = Answer(call=call, status=response.status_code, headers=response.headers, body=body)
    return after_sending(call, CUT_OFF) if _ended_in_its_head(answer) else answer


def _opened(call: Call, response: requests.Response) -> Answer | Lost:
    """Open a download, its first bytes fetched: a small file then leaves nothing in flight."""
    try:
        file = as_file(response, call.where)
    except TransportError:
        return after_sending(call, CUT_OFF)
    return Answer(call=call, status=response.status_code, headers=response.headers, opened=file)


def _read(response: requests.Response, most: int) -> bytes:
    """Read the body, unpacked, until it is longer than `most` bytes; what is left of it then stays there."""
    pieces: list[bytes] = []
    left = most + 1
    while left > 0 and (piece := response.raw.read(min(_PIECE, left), decode_content=True)):
        pieces.append(piece)
        left -= len(piece)
    if left <= 0:
        response.close()
    return b"".join(pieces)


def _ended_in_its_head(answer: Answer) -> bool:
    """Tell whether a good answer has neither a body nor a word about its length."""
    measured = "Content-Length" in answer.headers or "Transfer-Encoding" in answer.headers
    bodiless = answer.status >= 300 or answer.status == requests.codes.no_content or answer.call.method == "HEAD"
    return not (measured or bodiless or answer.body)
