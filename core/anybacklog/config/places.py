"""The one order in which a key is looked up: a list of places, none of which is asked before its turn."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from anybacklog.config.providers import Ask, asking, has_keyring, name_of, system_keyring
from anybacklog.config.settings import Settings, SourceKind, variable
from anybacklog.errors import ConfigurationError
from anybacklog.location import Location, is_loopback

KeyKind: TypeAlias = Literal["api_key", "access_token"]
_SERVICE = "anybacklog"
_UNTOUCHED: Mapping[SourceKind, str] = {"file": "not read", "keyring": "not asked", "command": "not run"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place a key may be in. `closed` says why it is not asked at all.

    `untouched` is what to say of a place that only a connection asks: reading it may run a program or unlock a keyring.
    """

    name: str
    ask: Ask = field(default=lambda: None, repr=False)
    kind: KeyKind = "api_key"
    closed: str = ""
    untouched: str = ""


def places(
    location: Location,
    *,
    keyword: str | None,
    key_env: str | None,
    connection: Settings | None,
    vendor_hosts: Collection[str],
    default_host: str,
    environ: Mapping[str, str],
) -> Iterator[Place]:
    """Yield the places in their order; the names hold no secret.

    The keyword, the variable named by `key_env`, the connection's own place, the connection's variable, the scheme's
    variables (only for the vendor's own hosts and loopback), the system keyring.
    """
    yield Place(name="the api_key keyword", ask=lambda: keyword, closed="" if keyword else "none was given")
    yield _named(key_env, environ)
    yield from _of_connection(connection, environ)
    yield from _of_scheme(location.scheme, location.host or default_host, vendor_hosts, environ)
    yield _of_system(location, default_host)


def keyring_entry(location: Location, default_host: str = "") -> tuple[str, str]:
    """Name the system keyring's service and user for a location: one entry for each scheme and host (and port)."""
    return _SERVICE, f"{location.scheme}://{location.authority() or default_host}"


def is_vendors_own(host: str, vendor_hosts: Collection[str]) -> bool:
    """Tell whether a key meant for a whole scheme may go to this host: the vendor's, one below it, or this machine."""
    name = host.lower()
    return is_loopback(name) or any(name == own or name.endswith(f".{own}") for own in vendor_hosts)


def _named(key_env: str | None, environ: Mapping[str, str]) -> Place:
    if key_env is None:
        return Place(name="--key-env", closed="it was not given")

    def ask() -> str:
        secret = environ.get(key_env)
        if secret:
            return secret
        told = key_env if _is_variable(key_env) else "named by key_env (what was given may be the key itself)"
        raise ConfigurationError(f"the environment variable {told} is not set or empty; put the key there")

    return Place(name=f"environment variable {key_env}" if _is_variable(key_env) else "--key-env", ask=ask)


def _of_connection(connection: Settings | None, environ: Mapping[str, str]) -> Iterator[Place]:
    if connection is None:
        unnamed = "a URL was given, not a connection's name"
        yield Place(name="the connection's entry in the configuration file", closed=unnamed)
        yield Place(name="environment variable of the connection", closed=unnamed)
        return
    source, entry = connection.api_key, f"connections.{connection.name}.api_key"
    if source is None:
        yield Place(name=entry, closed="the configuration file names no place there")
    else:
        yield Place(name=name_of(source), ask=asking(source, environ), untouched=_UNTOUCHED.get(source.kind, ""))
    yield _of_variable(variable(connection.name), environ)


def _of_scheme(scheme: str, host: str, vendor_hosts: Collection[str], environ: Mapping[str, str]) -> Iterator[Place]:
    own = is_vendors_own(host, vendor_hosts)
    closed = "" if own else f"{host} is neither one of the vendor's own hosts nor this machine"
    yield replace(_of_variable(variable(scheme), environ), closed=closed)
    yield replace(_of_variable(variable(scheme, "ACCESS_TOKEN"), environ), closed=closed, kind="access_token")


def _of_variable(name: str, environ: Mapping[str, str]) -> Place:
    return Place(name=f"environment variable {name}", ask=lambda: environ.get(name))


def _of_system(location: Location, default_host: str) -> Place:
    service, user = keyring_entry(location, default_host)
    return Place(
        name=f"system keyring entry {service}/{user}",
        ask=lambda: system_keyring(service, user),
        closed="" if has_keyring() else "the keyring extra is not installed",
        untouched="not asked",
    )


def _is_variable(name: str) -> bool:
    return name.isascii() and name.isidentifier() and name == name.upper()
