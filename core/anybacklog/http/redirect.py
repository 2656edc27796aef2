"""Where an answer sends a read on to, and what goes along: credentials stay with the origin they are for."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from urllib.parse import unquote_plus, urljoin, urlsplit, urlunsplit

from anybacklog.errors import ProtocolError
from anybacklog.http.answer import Answer
from anybacklog.http.call import Call
from anybacklog.http.origin import Origin, origin_of
from anybacklog.redact import holds

MOST_REDIRECTS = 5
_FOLLOWED = frozenset({301, 302, 303, 307, 308})
_ODD = re.compile(r"[\x00-\x1f\x7f\\]")
_ANYBODYS = frozenset({"user-agent", "accept", "accept-encoding", "range"})


def is_sent_on(answer: Answer) -> bool:
    """Tell whether a read is to be made elsewhere. Writes follow nothing: they might happen where nobody meant them."""
    return answer.status in _FOLLOWED and not answer.call.write


def sent_on(
    answer: Answer, home: Origin, secrets: Collection[str], key_params: Collection[str], *, plain_allowed: bool
) -> Call | ProtocolError:
    """Give the read that a redirect asks for; else the error, to be raised where no variable holds the address.

    Within the service's own origin it bears the credentials. To any other it bears none, neither headers nor
    parameters, and it is not charged to the budget; nor is what follows it, should it lead back.
    """
    call = answer.call
    if call.redirects == MOST_REDIRECTS:
        return _refused(call, f"more than {MOST_REDIRECTS} times, perhaps in a circle; report it to the service")
    found = _target(call.url, answer.headers.get("Location", ""))
    if found is None:
        return _refused(call, "to no address; report it to the service")
    url, target = found
    if target == home and not call.foreign:
        return replace(call, url=_without(url, key_params), params=[], redirects=call.redirects + 1)
    if holds(url, secrets):
        return _refused(call, "to another host with the key in the address; name that host in the URL if it is right")
    if target.scheme == "http" and not _may_be_plain(target, home, allowed=plain_allowed):
        return _refused(call, f"to {target} over plain http, which anybody could read or alter; report it")
    if target.is_loopback and not home.is_loopback:
        return _refused(call, f"to {target}, which is this machine; report it to the service")
    return replace(
        call,
        url=url,
        params=[],
        headers={name: value for name, value in call.headers.items() if name.lower() in _ANYBODYS},
        redirects=call.redirects + 1,
        foreign=str(target),
    )


def _refused(call: Call, how: str) -> ProtocolError:
    return ProtocolError(f"{call.where} was redirected {how}")


def _may_be_plain(target: Origin, home: Origin, *, allowed: bool) -> bool:
    return home.scheme == "http" and (target.is_loopback or allowed)


def _target(url: str, location: str) -> tuple[str, Origin] | None:
    """Read where a redirect leads, without its fragment; None if that is nowhere."""
    if not location or _ODD.search(location):
        return None
    try:
        given = urlsplit(location)
        if (given.scheme or location.startswith("//")) and not given.hostname:
            return None  # the next line would take it for a path
        joined = urlsplit(urljoin(url, _as_utf8(location)))._replace(fragment="")
        return urlunsplit(joined), origin_of(urlunsplit(joined))
    except ValueError:
        return None


def _as_utf8(location: str) -> str:
    """Undo the library's reading of a header as Latin-1."""
    return location.encode("latin-1").decode("utf-8")


def _without(url: str, names: Collection[str]) -> str:
    """Leave out the parameters that are added to every request anyway."""
    head, mark, query = url.partition("?")
    kept = [pair for pair in query.split("&") if unquote_plus(pair.partition("=")[0]) not in names]
    return f"{head}{mark}{'&'.join(kept)}" if mark else head
