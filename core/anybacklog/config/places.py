"""The one order in which a key is looked up: a list of places, none of which is asked before its turn."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from anybacklog.config import keyrings
from anybacklog.config.login import address_of
from anybacklog.config.logins import Logins
from anybacklog.config.place import Place, configured, for_vendor_alone, given, named, of_variable
from anybacklog.config.settings import Settings, variable
from anybacklog.location import Location

_SERVICE = "anybacklog"


def places(
    location: Location,
    *,
    keyword: str | None,
    key_env: str | None,
    connection: Settings | None,
    vendor_hosts: Collection[str],
    default_host: str,
    environ: Mapping[str, str],
    logins: Logins | None = None,
) -> Iterator[Place]:
    """Yield the places in their order; the names hold no secret.

    The keyword, the variable named by `key_env`, the connection's own place, the connection's variable, the scheme's
    variables (only for the vendor's own hosts and loopback), the login where people can log in, the system keyring.
    """
    yield given("the api_key keyword", keyword)
    yield named("--key-env", key_env, environ)
    yield from _of_connection(connection, environ)
    yield from _of_scheme(location.scheme, location.host or default_host, vendor_hosts, environ)
    if logins:
        yield _of_login(address_of(location, default_host), logins)
    yield _of_system(location, default_host)


def keyring_entry(location: Location, default_host: str = "") -> tuple[str, str]:
    """Name the system keyring's service and user for a location: one entry for each scheme and host (and port)."""
    return _SERVICE, f"{location.scheme}://{location.authority() or default_host}"


def _of_connection(connection: Settings | None, environ: Mapping[str, str]) -> Iterator[Place]:
    if connection is None:
        unnamed = "a URL was given, not a connection's name"
        yield Place(name="the connection's entry in the configuration file", closed=unnamed)
        yield Place(name="environment variable of the connection", closed=unnamed)
        return
    yield configured(f"connections.{connection.name}.api_key", connection.api_key, environ)
    yield of_variable(variable(connection.name), environ)


def _of_scheme(scheme: str, host: str, vendor_hosts: Collection[str], environ: Mapping[str, str]) -> Iterator[Place]:
    yield for_vendor_alone(of_variable(variable(scheme), environ), host, vendor_hosts)
    token = of_variable(variable(scheme, "ACCESS_TOKEN"), environ)
    yield for_vendor_alone(replace(token, kind="access_token"), host, vendor_hosts)


def _of_login(address: str, logins: Logins) -> Place:
    def ask() -> str | None:
        login = logins.load(address)
        return login.access_token if login else None

    return Place(
        name=f"login at {address}",
        ask=ask,
        kind="login",
        closed="" if logins.has(address) else "nobody logged in there",
        untouched="not read",
    )


def _of_system(location: Location, default_host: str) -> Place:
    service, user = keyring_entry(location, default_host)
    return Place(
        name=f"system keyring entry {service}/{user}",
        ask=lambda: keyrings.get(service, user),
        closed="" if keyrings.installed() else keyrings.EXTRA,
        untouched="not asked",
    )
