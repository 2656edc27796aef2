"""Where a URL leads: who may be given credentials there, and whether plain http may be spoken."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from anybacklog.errors import ConfigurationError
from anybacklog.location import is_loopback

_PORTS = {"https": 443, "http": 80}


class Origin(NamedTuple):
    """Scheme, host and port: two URLs of one origin may share credentials."""

    scheme: str
    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Tell whether it can only be this machine."""
        return is_loopback(self.host)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS.get(self.scheme) else f"{host}:{self.port}"


def origin_of(url: str) -> Origin:
    """Read the origin; ValueError for what is no address of the web, or names a user besides the host."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
        raise ValueError("no address of the web")
    return Origin(parts.scheme, parts.hostname, _PORTS[parts.scheme] if parts.port is None else parts.port)


def base_origin(base_url: str, *, allow_plain_http: bool) -> Origin:
    """Read the origin of a service; ConfigurationError where its URL is odd, or a key would travel unencrypted."""
    try:
        origin = origin_of(base_url)
    except ValueError:
        origin = None
    if origin is None:  # raised out here, so that no exception carries the URL
        raise ConfigurationError("the service's address is not an http(s) URL with a host; mend it")
    if origin.scheme == "http" and not (origin.is_loopback or allow_plain_http):
        raise ConfigurationError(
            f"plain http would send the key to {origin} unencrypted; use https, or add ?allow_plain_http=true"
        )
    return origin
