"""Takes out of recorded traffic whatever names somebody, before it is written. Pure, and nothing is left to do twice.

Within one cassette the same person, project or host gets the same pseudonym everywhere: in the fields a service is
known to have (`Thing`), then wherever those values stand in other texts of an answer. So what was recorded still fits
together. What a scenario sends is its own and stays as it was sent, but for the host and the project; numbers that a
service counts up stay, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, quote_plus

from anybacklog.redact import MASK, holds, is_secret_name, redact_url

SENT = frozenset({"accept", "content-type"})
TOLD = frozenset(
    {
        "content-disposition", "content-type", "date", "location", "retry-after", "www-authenticate",
        "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset",
    }
)  # fmt: skip
"""Headers of requests and answers that are kept; beside them only that a key was shown, and in which header."""
TYPED = ("application/x-www-form-urlencoded", "application/json")
BOUNDARY = "boundary"
SHORT = 3
"""A name of fewer bytes is replaced only where it is the whole text: else somebody called `a` would spoil every one."""
_MAIL = re.compile(r"[\w.+-]+@(?P<domain>[\w-]+(?:\.[\w-]+)+)")
_OURS = re.compile(r"(?:.*\.)?example(?:\.\w+)?", re.IGNORECASE)
_MULTIPART = re.compile(r"multipart/form-data; boundary=(\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer; header names as they came, bodies unpacked."""

    method: str
    url: str
    sent_headers: Mapping[str, str]
    sent: bytes
    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """A kind of JSON object that names somebody: it has one of the keys `told_by`, in answers to paths with `at`.

    `fields` says what stands in place of which field, `{n}` being the number that `number_by` got by order of
    appearance.
    """

    told_by: frozenset[str]
    fields: Mapping[str, str]
    number_by: str = "id"
    at: str = ""


def scrubbed(exchanges: Sequence[Exchange], things: Sequence[Thing], known: Mapping[str, str]) -> list[Exchange]:
    """Replace what is known to name the account (`known`: host, project), what `things` tell, and mail addresses."""
    naming, sweep = _Naming(things, known), _Sweep(_as_sent(known))
    for exchange in exchanges:
        naming.learn(_json(exchange), exchange.url)
    return [_scrubbed(each, naming, sweep) for each in exchanges]


def canonical(content_type: str, body: bytes) -> tuple[str, bytes]:
    """Give what was sent with a boundary that does not change from one time to the next."""
    found = _MULTIPART.fullmatch(content_type)
    if found is None:
        return content_type, body
    return content_type.replace(found[1], BOUNDARY), body.replace(found[1].encode(), BOUNDARY.encode())


def header(headers: Mapping[str, str], name: str) -> str:
    """Give a header's value, "" if it is not there."""
    return next((value for key, value in headers.items() if key.lower() == name), "")


class _Sweep:
    """Replaces names wherever they stand in a text, all at once."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        long = sorted((name for name in names if len(name.encode()) >= SHORT), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_word, long)) or r"(?!)")

    def __call__(self, text: str) -> str:
        if text in self._names:
            return self._names[text]
        return self._pattern.sub(lambda found: self._names[found[0]], text)


class _Naming:
    """Collects what names somebody, then replaces it."""

    def __init__(self, things: Sequence[Thing], known: Mapping[str, str]) -> None:
        self._things = things
        self._known = known
        self._names = dict(known)
        self._numbers: dict[tuple[Thing, str], int] = {}
        self._mail: dict[str, str] = {}

    def learn(self, value: Any, url: str) -> None:
        for part in _objects(value):
            for name, pseudonym in self._pseudonyms(part, url).items():
                self._names.setdefault(part[name], pseudonym)

    def renamed(self, value: Any, url: str) -> Any:
        match value:
            case dict():
                pseudonyms = self._pseudonyms(value, url)
                return {name: pseudonyms.get(name, self.renamed(each, url)) for name, each in value.items()}
            case list():
                return [self.renamed(each, url) for each in value]
            case str():
                return self.swept(value)
        return value

    def swept(self, text: str) -> str:
        return _MAIL.sub(self._address, _Sweep(self._names)(text))

    def _address(self, found: re.Match[str]) -> str:
        if _OURS.fullmatch(found["domain"]):
            return found[0]
        return self._mail.setdefault(found[0], f"mail{len(self._mail) + 1}@example.com")

    def _pseudonyms(self, part: Mapping[str, Any], url: str) -> dict[str, str]:
        thing = next((each for each in self._things if each.told_by & part.keys() and each.at in url), None)
        if thing is None:
            return {}
        number = self._number(thing, str(part.get(thing.number_by)))
        return {
            name: self._known.get(part[name], pseudonym.format(n=number))
            for name, pseudonym in thing.fields.items()
            if isinstance(part.get(name), str) and part[name]
        }

    def _number(self, thing: Thing, value: str) -> int:
        same = sum(1 for other, _ in self._numbers if other is thing)
        return self._numbers.setdefault((thing, value), same + 1)


def _as_sent(names: Mapping[str, str]) -> dict[str, str]:
    """Add how addresses, forms and JSON spell the names."""
    ways: tuple[Callable[[str], str], ...] = (
        str, quote, quote_plus, lambda name: quote(name, safe=""), lambda name: json.dumps(name)[1:-1],
    )  # fmt: skip
    return {way(name): way(pseudonym) for name, pseudonym in names.items() for way in ways}


def _scrubbed(exchange: Exchange, naming: _Naming, known: _Sweep) -> Exchange:
    kept = {
        name: MASK if is_secret_name(name) else value
        for name, value in sorted(exchange.sent_headers.items())
        if name.lower() in SENT or (is_secret_name(name) and "cookie" not in name.lower())
    }
    content_type, sent = canonical(header(kept, "content-type"), exchange.sent)
    if content_type.startswith(TYPED):
        sent = known(sent.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    body = _body(exchange, naming)
    told = {name: naming.swept(value) for name, value in exchange.headers.items() if name.lower() in TOLD}
    told |= {"Content-Length": str(len(body))}
    return replace(
        exchange,
        url=redact_url(known(exchange.url)),
        sent_headers={name: content_type if name.lower() == "content-type" else value for name, value in kept.items()},
        sent=sent,
        headers=dict(sorted(told.items())),
        body=body,
    )


def _body(exchange: Exchange, naming: _Naming) -> bytes:
    """Rewrite an answer where something in it has to go; what is no text is a file that a scenario put there."""
    value = _json(exchange)
    if value is not None:
        renamed = naming.renamed(value, exchange.url)
        return exchange.body if renamed == value else _written(renamed)
    if header(exchange.headers, "content-type").startswith("text/html"):
        return naming.swept(exchange.body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    return exchange.body


def _json(exchange: Exchange) -> Any:
    if not header(exchange.headers, "content-type").startswith("application/json"):
        return None
    try:
        return json.loads(exchange.body)
    except ValueError:
        return None


def _written(value: Any) -> bytes:
    """Write JSON as services do; half a character, which UTF-8 cannot hold, as the escape it came as."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(part)


def _word(name: str) -> str:
    """Match a name that is no part of a longer ASCII word; Japanese has no gaps between words."""
    before = r"(?<![A-Za-z0-9_])" if name[0].isascii() and name[0].isalnum() else ""
    after = r"(?![A-Za-z0-9_])" if name[-1].isascii() and name[-1].isalnum() else ""
    return before + re.escape(name) + after


def leaks(exchanges: Sequence[Exchange], secrets: Collection[str]) -> list[str]:
    """Name the requests in which, or in whose answers, one of these secrets still stands, however it is spelt."""
    return [f"{each.method} {each.url}" for each in exchanges if any(holds(part, secrets) for part in texts(each))]


def texts(exchange: Exchange) -> list[str]:
    """Give everything of an exchange that may hold a text."""
    headers = [*exchange.sent_headers.values(), *exchange.headers.values()]
    return [exchange.url, *headers, exchange.sent.decode("utf-8", "replace"), exchange.body.decode("utf-8", "replace")]
