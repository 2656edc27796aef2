"""One request to be sent, and what it means when no answer to it comes."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from anybacklog.errors import TransportError
from anybacklog.http.retry import is_write, layers, never_sent
from anybacklog.http.spelling import Pairs

CUT_OFF = "the answer was cut off"
MALFORMED = "its address or a header is malformed"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Call:
    """A request without its credentials; `where` names it in messages, secrets masked."""

    method: str
    path: str
    url: str
    where: str
    bucket: str
    params: Pairs = field(default_factory=list)
    data: Pairs | None = None
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: bool = False

    @property
    def write(self) -> bool:
        """Tell whether it may change something."""
        return is_write(self.method)


@dataclass(frozen=True, slots=True)
class Lost:
    """No usable answer came: why, whether it may have been acted upon, and whether asking again is hopeless."""

    reason: str
    maybe_applied: bool = False
    hopeless: bool = False

    def error(self, where: str) -> TransportError:
        """Say it in a sentence."""
        advice = "nothing was changed, try again"
        if self.hopeless:
            advice = "nothing was sent, mend that first"
        if self.maybe_applied:
            advice = "it may have happened all the same, so look before sending it again"
        return TransportError(f"{where}: {self.reason}; {advice}", maybe_applied=self.maybe_applied)


def lost(call: Call, error: requests.RequestException | HTTPError) -> Lost:
    """Judge a failed request without keeping the exception: it carries the address, and with it perhaps the key."""
    unsent = never_sent(error)
    untrusted = any(isinstance(each, ssl.SSLCertVerificationError) for each in layers(error))
    malformed = isinstance(error, ValueError) and not isinstance(error, requests.exceptions.JSONDecodeError)
    reason = MALFORMED if malformed else _reason(error, unsent=unsent)
    return Lost(reason, call.write and not (unsent or malformed), untrusted or malformed)


def cut_off(call: Call, answer: requests.Response) -> bool:
    """Tell whether a good answer ended inside its head: neither a body nor a word about its length."""
    measured = "Content-Length" in answer.headers or "Transfer-Encoding" in answer.headers
    bodiless = answer.status_code >= 300 or answer.status_code == requests.codes.no_content
    return not (call.stream or measured or bodiless or answer.content)


def unasked_part(call: Call, answer: requests.Response) -> bool:
    """Tell whether a read was answered with a part of what is there although the whole was asked for."""
    asked = any(name.lower() == "range" for name in call.headers)
    return answer.status_code == requests.codes.partial_content and not (call.write or asked)


def _reason(error: Exception, *, unsent: bool) -> str:
    found = layers(error)
    if any(isinstance(each, ssl.SSLError) for each in found):
        return "the server's TLS certificate or handshake was not good"
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return "no connection in time"
    if unsent:
        return f"no connection{_system_says(found)}"
    if isinstance(error, requests.exceptions.Timeout) or any(isinstance(each, ReadTimeoutError) for each in found):
        return "no answer in time"
    if isinstance(error, (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError)):
        return CUT_OFF
    return f"the connection was lost{_system_says(found)}"


def _system_says(found: list[BaseException]) -> str:
    words = [each.strerror for each in found if isinstance(each, OSError) and each.strerror]
    return f" ({words[-1]})" if words else ""
