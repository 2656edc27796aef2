"""The one place that knows what a secret looks like: whatever we print, log or raise has gone through `redact`.

Two nets: the secrets we know, in every spelling a message may carry them in, and whatever is shaped like a secret.
Known are those a caller names and those of every connection this process has opened (`remember`). What a ticket says
is not ours to change: texts of tickets are printed and copied as they are, even where somebody wrote a key into one.
"""

from __future__ import annotations

import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus

MASK = "***"
SHORT = 4
"""A secret of fewer characters is masked only where it is a word by itself: else a key `a` would mask every `a`."""
_remembered: set[str] = set()

_NAMES = (
    r"api[_-]?key|access[_-]?token|refresh[_-]?token|id[_-]?token|auth[_-]?token|token|client[_-]?secret|secret"
    r"|password|passwd|session[_-]?id"
)
_SECRET_NAME = re.compile(rf"[\w-]*(?:{_NAMES})|(?:proxy-)?authorization|(?:set-)?cookie2?", re.IGNORECASE)
_IN_URL = re.compile(r"(://)[^\s/?#\"'<>]*@")
_USER_AND_PASSWORD = re.compile(r"(?<![^\s/?#@\"'<>=&,;])[^\s/?#@:\"'<>=&,;]+:[^\s/?#@\"'<>]{1,1000}@(?=[\w\[])")
_QUOTED = r"\"(?:[^\"\\]|\\.)*\"?|'(?:[^'\\]|\\.)*'?"
_HEADER = re.compile(
    rf"(?P<name>\b(?:(?:proxy-)?authorization|(?:set-)?cookie2?)(?P<quote>\\?[\"']?)\s*[:=]\s*(?:b(?=[\"']))?)(?P<value>{_QUOTED}|[^\r\n\"']+)",
    re.IGNORECASE,
)
_PAIR = re.compile(
    rf"(?P<name>(?:{_NAMES})(?P<quote>\\?[\"']?)(?:\s*[:=]\s*|(?:%20)*%3[aAdD](?:%20)*)(?:b(?=[\"']))?)(?P<value>\\\"(?:[^\"\\])*(?:\\\")?|{_QUOTED}|[^\s&;,\"'<>)}}\]]+)",
    re.IGNORECASE,
)
_BEARER = re.compile(
    r"\b(?P<name>Bearer|Basic)(?P<gap>\s+|%20|\+)(?P<value>(?!error=|realm=)[^\s\"',;<>]+)", re.IGNORECASE
)


class Secrets(frozenset[str]):
    """Secrets that do not show themselves where somebody prints the variables of a traceback; none is empty."""

    __slots__ = ()

    def __new__(cls, *several: Iterable[str]) -> Secrets:
        """Join several collections."""
        return super().__new__(cls, (each for secrets in several for each in secrets if each))

    def __repr__(self) -> str:
        return f"<{len(self)} secrets>"


def remember(*secrets: str) -> None:
    """Mask these secrets from now on in whatever this process prints, logs or raises."""
    _remembered.update(each for each in secrets if each)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Mask the known secrets, however they are escaped or encoded, and everything that is shaped like a secret."""
    known = {each for each in secrets if each} | _remembered
    for secret in sorted(known, key=len, reverse=True):
        text = _spellings(secret).sub(MASK, text)
    text = _IN_URL.sub(rf"\1{MASK}@", text)
    text = _USER_AND_PASSWORD.sub(f"{MASK}@", text)
    text = _BEARER.sub(rf"\g<name>\g<gap>{MASK}", text)
    text = _HEADER.sub(_mask_value, text)
    return _PAIR.sub(_mask_value, text)


def holds(text: str, secrets: Iterable[str]) -> bool:
    """Tell whether one of these secrets stands in the text, however it is escaped or encoded."""
    return any(_spellings(each).search(text) for each in secrets if each)


def redact_url(url: str, secrets: Iterable[str] = ()) -> str:
    """Mask a URL's user name and password, and the values of its secret parameters, however their names are escaped."""
    head, mark, query = url.partition("?")
    pairs = "&".join(_mask_parameter(pair) for pair in query.split("&"))
    return redact(head + mark + pairs, secrets)


def redact_headers(headers: Mapping[str, str], secrets: Iterable[str] = ()) -> dict[str, str]:
    """Mask the values of headers that carry credentials, and secrets in the others."""
    known = tuple(secrets)
    return {name: MASK if is_secret_name(name) else redact(value, known) for name, value in headers.items()}


def redact_json(value: Any, secrets: Iterable[str] = ()) -> Any:
    """Mask every text in a decoded JSON value, and whatever stands under a secret's name."""
    known = tuple(secrets)
    match value:
        case str():
            return redact(value, known)
        case list():
            return [redact_json(each, known) for each in value]
        case dict():
            return {
                redact(name, known): MASK if is_secret_name(name) else redact_json(each, known)
                for name, each in value.items()
            }
        case _:
            return value


def is_secret_name(name: str) -> bool:
    """Tell whether a parameter or header of this name holds a secret: `apiKey`, `Authorization`, `Cookie` ..."""
    return _SECRET_NAME.fullmatch(name) is not None


def _mask_value(match: re.Match[str]) -> str:
    value = match["value"]
    quote = value[0] if value[0] in "\"'" else ""
    return f"{match['name']}{quote}{MASK}{quote}"


def _mask_parameter(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    return f"{name}={MASK}" if equals and is_secret_name(unquote_plus(name)) else pair


@lru_cache(maxsize=1024)  # more than a process knows: renewed tokens add up, and writing a pattern takes long
def _spellings(secret: str) -> re.Pattern[str]:
    """Match a secret, any of its characters escaped for a URL (even twice), JSON, Python or HTML; or all in base64."""
    spelt = "".join(_character(each) for each in secret)
    if len(secret) < SHORT:
        spelt = rf"(?<!\w){spelt}(?!\w)"
    return re.compile("|".join((spelt, *map(re.escape, _base64_forms(secret)))))


def _character(character: str) -> str:
    encoded = character.encode("utf-8", "surrogatepass")
    percent = "".join(f"%(?:25)*{_any_case(f'{byte:02x}')}" for byte in encoded)
    units = character.encode("utf-16-be", "surrogatepass")
    escaped = "".join(rf"\\{{1,16}}u{_any_case(units[at : at + 2].hex())}" for at in range(0, len(units), 2))
    python = rf"\\{{1,16}}(?:U{_any_case(f'{ord(character):08x}')}|x{_any_case(f'{ord(character):02x}')})"
    entity = rf"|{_ENTITIES[character]}" if character in _ENTITIES else ""
    html = rf"&(?:#0*{ord(character)}|#[xX]0*{_any_case(f'{ord(character):x}')}{entity});"
    space = r"|\+" if character == " " else ""
    special = rf"|\\{{1,16}}{named}" if (named := _NAMED.get(character)) else ""
    return rf"(?:\\{{0,16}}{re.escape(character)}|{percent}|{escaped}|{python}|{html}{space}{special})"


_ENTITIES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
_NAMED = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f"}


def _any_case(hexadecimal: str) -> str:
    return "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in hexadecimal)


def _base64_forms(secret: str) -> list[str]:
    """Give what is sure to stand in the base64 of any text that holds the secret, at each of the three alignments."""
    raw = secret.encode("utf-8", "surrogatepass")
    forms = set()
    for encode in (b64encode, urlsafe_b64encode) if len(raw) >= 4 else ():
        for offset in range(3):
            text = encode(b"\0" * offset + raw).decode()
            start = (offset * 8 + 5) // 6
            end = (offset + len(raw)) * 8 // 6
            forms.add(text[start:end])
        forms.add(encode(raw).decode())
    return sorted(forms, key=len, reverse=True)
