"""What the environment says about the way to a host: the proxy, and the certificates to trust.

The usual variables, as pip, git and curl read them. `~/.netrc` is never read, and nothing on this machine is reached
through a proxy.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from requests.utils import get_environ_proxies, select_proxy

from anybacklog.errors import ConfigurationError
from anybacklog.http.origin import Origin
from anybacklog.redact import remember

CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
PROXY_VARIABLES = ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")
_HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]+")
_SOCKS = frozenset({"socks4", "socks4a", "socks5", "socks5h"})


@dataclass(frozen=True, slots=True, repr=False)
class Route:
    """How a host is reached. `proxies` may hold a password; `proxy_named` says where the proxy was named."""

    proxies: Mapping[str, str] = field(default_factory=dict)
    verify: str | bool = True
    proxy_named: str = "the system's settings"


def route_to(origin: Origin) -> Route:
    """Read the environment; ConfigurationError names the variable that cannot be followed, never a password in it.

    The password is remembered as a secret, since a proxy may repeat it in what it answers.
    """
    verify = _trusted(os.environ) if origin.scheme == "https" else True
    url = f"{origin.scheme}://{origin}/"
    proxies = {} if origin.is_loopback else get_environ_proxies(url)
    proxy = select_proxy(url, proxies)
    if not proxy:
        return Route(verify=verify)
    named = next((name for name in PROXY_VARIABLES if os.environ.get(name) == proxy), Route().proxy_named)
    remember(_password(proxy, named))
    return Route({origin.scheme: proxy}, verify, named)


def _trusted(environ: Mapping[str, str]) -> str | bool:
    """Give the file or folder of certificates that the first variable names; True: those that come with requests."""
    for name in CA_VARIABLES:
        if given := environ.get(name):
            if trouble := _trouble_with(Path(given)):
                raise ConfigurationError(f"{name} names {given}, {trouble}; mend or unset {name}")
            return given
    return True


def _trouble_with(path: Path) -> str:
    try:
        if path.is_dir():
            hashed = any(_HASHED.fullmatch(each.name) for each in path.iterdir())
            return "" if hashed else "which holds no certificate named by its hash (openssl rehash names them so)"
        return "" if b"-----BEGIN " in path.read_bytes() else "which holds no certificate in PEM form"
    except FileNotFoundError:
        return "which does not exist"
    except OSError as error:
        return f"which cannot be read ({error.strerror})"


def _password(proxy: str, named: str) -> str:
    """Give the password in a proxy's address, "" if it has none; ConfigurationError for what is no such address."""
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        fit = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        parts, fit = urlsplit(""), False
    if not fit or parts.scheme not in _SOCKS | {"http", "https"}:
        raise ConfigurationError(f"{named} does not name a proxy; write it like http://proxy.example:3128")
    if parts.scheme in _SOCKS and find_spec("socks") is None:
        raise ConfigurationError(f"{named} names a SOCKS proxy, which needs one more package: pip install PySocks")
    return unquote(parts.password or "")
