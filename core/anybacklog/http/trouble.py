"""A request that no usable answer came to: why, and whether it may have been acted upon."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from http.client import HTTPException, IncompleteRead, RemoteDisconnected

import requests
from urllib3.exceptions import DecodeError, HTTPError, InvalidHeader, ReadTimeoutError

from anybacklog.errors import AnyBacklogError, ProtocolError, TransportError
from anybacklog.http.call import Call
from anybacklog.http.retry import before_sending, layers
from anybacklog.http.surroundings import CA_VARIABLES, Route
from anybacklog.redact import redact

CUT_OFF = "the answer was cut off"
LOOK = "it may have happened all the same, so look before sending it again"
_UNKNOWN_USER = " (407 "
_WRONG_HOST = frozenset({62, 64})
_EXPIRED, _NOT_YET = 10, 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """No usable answer came. `again`: it may be sent again; `broken`: the service does not keep to HTTP."""

    call: Call
    reason: str
    maybe_applied: bool = False
    again: bool = True
    broken: bool = False
    advice: str = "nothing was changed, try again"

    def error(self) -> AnyBacklogError:
        """Say it in a sentence."""
        told = f"{self.call.where}: {self.reason}; {LOOK if self.maybe_applied else self.advice}"
        if self.broken and not self.call.write:
            return ProtocolError(told)
        return TransportError(told, maybe_applied=self.maybe_applied)


def lost(call: Call, error: requests.RequestException | HTTPError, route: Route) -> Lost:
    """Judge a failed request without keeping the exception: it carries the address, and with it perhaps the key."""
    found = layers(error)
    tls = next((each for each in found if isinstance(each, ssl.SSLError)), None)
    early = before_sending(error)
    if tls is not None and early:
        reason, advice = _tls(tls)
        return Lost(call=call, reason=reason, advice=f"nothing was sent, {advice}", again=False)
    if early and route.proxies:
        said = _proxy_says(found)
        reason = f"the proxy that {route.proxy_named} names let nothing through{said}"
        advice = "nothing was sent, try again or name another proxy"
        return Lost(call=call, reason=reason, advice=advice, again=not said.startswith(_UNKNOWN_USER))
    if isinstance(error, ValueError) and not any(map(_is_no_http, found)):
        reason = "its address or a header is malformed"
        return Lost(call=call, reason=reason, advice="nothing was sent, mend that first", again=False)
    if early:
        return Lost(call=call, reason=_unconnected(error, found))
    return after_sending(call, _reason(found), broken=any(map(_is_no_http, found)))


def after_sending(call: Call, reason: str, *, broken: bool = False) -> Lost:
    """Judge a request that was sent, at least in part: a write whose body is whole may have been acted upon."""
    if call.form and not call.form.is_sent:
        return Lost(
            call=call, reason=reason, again=False, advice="the file did not arrive and nothing was changed, try again"
        )
    return Lost(call=call, reason=reason, maybe_applied=call.write, again=not (call.write or broken), broken=broken)


def _tls(error: ssl.SSLError) -> tuple[str, str]:
    """Say what is wrong with a certificate, and the way out."""
    if not isinstance(error, ssl.SSLCertVerificationError):
        name = f" ({error.reason.replace('_', ' ').lower()})" if error.reason else ""
        return f"the server and we have no TLS in common{name}", "check host and port, and that it speaks https there"
    if error.verify_code in _WRONG_HOST:
        return "the server's TLS certificate is for another host name", "write the URL with the name it is for"
    if error.verify_code == _EXPIRED:
        return "the server's TLS certificate has expired", "ask its administrator to renew it, or set this clock right"
    if error.verify_code == _NOT_YET:
        return "the server's TLS certificate is not valid yet", "set this machine's clock right"
    return (
        "the server's TLS certificate is not from an authority that is trusted here",
        f"if it is a private one, name its certificate file in {CA_VARIABLES[0]} (or {CA_VARIABLES[2]})",
    )


def _proxy_says(found: list[BaseException]) -> str:
    """Quote the proxy's status line, masked, or the system; nothing else: the rest may hold its address."""
    refusals = [str(each) for each in found if isinstance(each, OSError) and "Tunnel connection failed: " in str(each)]
    if refusals:
        return f" ({redact(refusals[-1].partition('Tunnel connection failed: ')[2])[:80].strip()})"
    return _system_says(found)


def _unconnected(error: Exception, found: list[BaseException]) -> str:
    in_time = isinstance(error, requests.exceptions.Timeout)
    return "no connection in time" if in_time else f"no connection{_system_says(found)}"


def _reason(found: list[BaseException]) -> str:
    if any(isinstance(each, (requests.exceptions.Timeout, ReadTimeoutError, TimeoutError)) for each in found):
        return "no answer in time"
    if any(isinstance(each, DecodeError) for each in found):
        return "the answer could not be unpacked, or was cut off"
    if any(isinstance(each, IncompleteRead) for each in found):
        return CUT_OFF
    if any(map(_is_no_http, found)):
        return "the head of the answer is not HTTP, or beyond its limits (100 headers, 64 KiB a line)"
    return f"the connection was lost{_system_says(found)}"


def _is_no_http(error: BaseException) -> bool:
    return isinstance(error, (HTTPException, InvalidHeader)) and not isinstance(
        error, (RemoteDisconnected, IncompleteRead)
    )


def _system_says(found: list[BaseException]) -> str:
    words = [each.strerror for each in found if isinstance(each, OSError) and each.strerror]
    return f" ({words[-1]})" if words else ""
