"""URL <-> Location. A Location never holds a secret: there is no place in it for one."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from anybacklog.errors import ConfigurationError

_SCHEME = re.compile(r"([a-z][a-z0-9_.-]*)(\+http)?://", re.IGNORECASE)
_HOST_NAME = re.compile(r"[\w.~-]*")
_NO_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SHAPE = "SCHEME://[HOST[:PORT]][/PATH...][/PROJECT][?option=value]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where a tracker is: a parsed URL, percent-decoded, without anything secret."""

    scheme: str
    plain_http: bool = False
    host: str = ""
    port: int | None = None
    segments: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def project(self) -> str | None:
        """The last segment of the path: which project is meant."""
        return (self.segments[-1] or None) if self.segments else None

    @property
    def base_path(self) -> str:
        """The path before the project, for services that live below a sub-path: `/redmine` or ``."""
        return "".join(f"/{quote(segment, safe='')}" for segment in self.segments[:-1])

    @property
    def file_path(self) -> str:
        """The path read as a file's: relative after three slashes, absolute after four."""
        return "/".join(self.segments)

    def authority(self) -> str:
        """Give host and port as a URL writes them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    def base_url(self, default_host: str = "") -> str:
        """Give the http(s) address of the service, sub-path included, project excluded."""
        return f"{'http' if self.plain_http else 'https'}://{self.authority() or default_host}{self.base_path}"

    def __str__(self) -> str:
        path = "".join(f"/{quote(segment, safe='')}" for segment in self.segments)
        query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in self.options.items())
        return f"{self.scheme}{'+http' if self.plain_http else ''}://{self.authority()}{path}{'?' * bool(query)}{query}"


def parse(url: str) -> Location:
    """Read a URL, or say in one sentence what is wrong with it; what it holds is never repeated in full."""
    shape = _SCHEME.match(url)
    if shape is None:
        raise ConfigurationError(f"not a tracker's URL: it must look like {_SHAPE}")
    _refuse_what_would_be_dropped(url)
    try:
        parts = urlsplit("//" + _escape_hash(url[shape.end() :]))
        port = parts.port
    except ValueError as error:
        raise ConfigurationError(
            f"the {shape[1].lower()} URL cannot be read ({_reason(error)}); it must look like {_SHAPE}"
        ) from None
    if "@" in parts.netloc:
        raise ConfigurationError(
            "a URL must not hold a user name or a password; give the key by environment or configuration"
        )
    host = _checked_host(parts.hostname or "")
    location = Location(
        scheme=shape[1].lower(),
        plain_http=bool(shape[2]),
        host=host,
        port=port,
        segments=tuple(_decode(segment) for segment in parts.path.split("/")[1:]) if parts.path else (),
        options=_options(parts.query),
    )
    if location.segments and location.segments[-1] == "":
        location = _without_last_slash(location)
    return location


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address can only be this machine."""
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def _refuse_what_would_be_dropped(url: str) -> None:
    """Refuse what a URL's grammar throws away in silence, so that `C#` is never read as `C`."""
    try:
        url.encode()
    except UnicodeEncodeError:
        raise ConfigurationError("the URL holds half a character that no encoding has; write it again") from None
    if "#" in url.partition("?")[0]:
        raise ConfigurationError("a tracker's URL has no part after '#'; write %23 where the project's name has one")
    if any(character < " " or character == "\x7f" for character in url):
        raise ConfigurationError("a URL holds no control characters; write a tab in a name as %09, a line break as %0A")
    if _NO_ESCAPE.search(url):
        raise ConfigurationError("the URL has a % without two hexadecimal digits after it; write % itself as %25")


def _checked_host(host: str) -> str:
    """Let no host through that another parser would read as a different one, and so send a key elsewhere."""
    if _HOST_NAME.fullmatch(host) or (_is_address(host) and "%" not in host):
        return host
    raise ConfigurationError("the URL's host has a character no host name has; give a host name or an address")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _escape_hash(url: str) -> str:
    head, separator, query = url.partition("?")
    return head + separator + query.replace("#", "%23") if separator else head


def _reason(error: ValueError) -> str:
    text = str(error)
    return "the port is not a number from 0 to 65535" if "ort" in text else "the host is malformed"


def _decode(segment: str) -> str:
    try:
        return unquote(segment, errors="strict")
    except UnicodeDecodeError:
        raise ConfigurationError(
            "the URL's percent-escapes are not UTF-8; escape the project's name as UTF-8"
        ) from None


def _options(query: str) -> dict[str, str]:
    options: dict[str, str] = {}
    try:
        pairs = parse_qsl(
            query.replace("+", "%2B"), keep_blank_values=True, strict_parsing=bool(query), errors="strict"
        )
    except ValueError:
        raise ConfigurationError("the URL's options cannot be read; write them as ?name=value&name=value") from None
    for name, value in pairs:
        if name in options:
            raise ConfigurationError(f"the URL gives the option {name!r} twice; give it once")
        options[name] = value
    return options


def _without_last_slash(location: Location) -> Location:
    return Location(
        scheme=location.scheme, plain_http=location.plain_http, host=location.host, port=location.port,
        segments=location.segments[:-1], options=location.options,
    )  # fmt: skip
