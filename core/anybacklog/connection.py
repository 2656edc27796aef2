"""connect(): a URL or a connection's name -> a Tracker."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from anybacklog.backend import BackendSpec, Connection, ListingProgress, Option, unheard
from anybacklog.config import (
    ClientSearch,
    FoundKey,
    Logins,
    Place,
    Settings,
    address_of,
    find_key,
    is_vendors_own,
    load_config,
    places,
    refuse_missing,
    variable,
)
from anybacklog.errors import ConfigurationError
from anybacklog.location import Location, is_loopback, parse
from anybacklog.oauth.endpoints import Endpoints, endpoints_of
from anybacklog.oauth.tokens import LoginTokens
from anybacklog.registry import Registry, load_registry
from anybacklog.tracker import Tracker
from anybacklog.traffic import TRAFFIC_OPTIONS, traffic_of

COMMON_OPTIONS = (
    Option(
        name="allow_plain_http", help="true: let SCHEME+http:// send the key unencrypted to other hosts than this one"
    ),
    *TRAFFIC_OPTIONS,
)
"""What every backend takes that uses the network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a URL or a connection's name stands for, before any key is looked up or anything sent."""

    spec: BackendSpec
    location: Location
    options: Mapping[str, str]
    settings: Settings | None = None

    @property
    def host(self) -> str:
        """The host that will be asked, "" for a backend without a network."""
        return "" if self.spec.local else self.location.host or self.spec.default_host

    def places(self, *, keyword: str | None = None, key_env: str | None = None) -> Iterator[Place]:
        """Yield where the key is looked up, in order; nowhere for a backend without a network."""
        if self.spec.local:
            return iter(())
        return places(
            self.location, keyword=keyword, key_env=key_env, connection=self.settings, vendor_hosts=self.spec.hosts,
            default_host=self.spec.default_host, environ=os.environ, logins=Logins() if self.spec.oauth else None,
        )  # fmt: skip

    @property
    def address(self) -> str:
        """What a login is for, and is named by."""
        return address_of(self.location, self.spec.default_host)

    def client_search(self) -> ClientSearch:
        """Say where the application's id and secret are looked up for a login."""
        return ClientSearch(
            location=self.location, connection=self.settings, vendor_hosts=self.spec.hosts,
            default_host=self.spec.default_host, environ=os.environ,
            register=self.spec.oauth.register if self.spec.oauth else "",
        )  # fmt: skip

    def endpoints(self) -> Endpoints:
        """Say where people log in; ConfigurationError where the backend knows no login."""
        if self.spec.oauth is None:
            way_out = "it needs no key" if self.spec.local else f"put an API key into {variable(self.spec.scheme)}"
            raise ConfigurationError(f"{self.spec.scheme}:// has no login; {way_out}")
        traffic = traffic_of(self.options)
        return endpoints_of(self.spec.oauth, self.location, self.spec.default_host, traffic)


def connect(
    url: str,
    *,
    api_key: str | None = None,
    key_env: str | None = None,
    plugins: tuple[str, ...] = (),
    on_listing: Callable[[ListingProgress], None] = unheard,
    **options: Any,
) -> Tracker:
    """Open a tracker by URL, or by the name of a connection in the configuration file; nothing is sent yet.

    `api_key` is the secret itself, `key_env` names an environment variable that holds it; without either it is looked
    up as the documentation's order says. `plugins` are local plugin files. `on_listing` hears how far a listing is, at
    every id that one tries which can find nothing for long. Every other keyword is an option of the URL.
    """
    target = find_target(url, plugins=plugins, options=options)
    return open_target(target, find_key(target.places(keyword=api_key, key_env=key_env)), on_listing)


def find_target(
    url: str,
    *,
    plugins: tuple[str, ...] = (),
    options: Mapping[str, Any] | None = None,
    traffic: Mapping[str, str] | None = None,
) -> Target:
    """Read a URL or a connection's name; ConfigurationError names all that is wrong with it at once.

    `options` go before those of the URL, which go before the configuration file's; `traffic` before all of them, and
    is ignored by a backend without a network.
    """
    target = aimed_at(url, load_registry(plugins), options=options, traffic=traffic)
    if problems := tuple(problems_of(target)):
        raise ConfigurationError("; ".join(problems))
    return target


def aimed_at(
    url: str,
    registry: Registry,
    *,
    options: Mapping[str, Any] | None = None,
    traffic: Mapping[str, str] | None = None,
) -> Target:
    """Find what a URL or a connection's name means, unchecked; ConfigurationError where it means nothing."""
    refuse_missing(os.environ)
    return target_of(registry, url if "://" in url else _settings(url, registry), options or {}, traffic or {})


def target_of(
    registry: Registry,
    given: str | Settings,
    options: Mapping[str, Any] | None = None,
    traffic: Mapping[str, str] | None = None,
) -> Target:
    """Find what a URL or a configured connection means, unchecked; ConfigurationError for an unknown scheme."""
    settings = given if isinstance(given, Settings) else None
    location = parse(settings.url if settings else str(given))
    spec = registry.spec(location.scheme, location.host)
    chosen = (
        dict(settings.options if settings else {})
        | dict(location.options)
        | {name: _text(value) for name, value in (options or {}).items()}
        | dict({} if spec.local else traffic or {})
    )
    return Target(spec=spec, location=location, options=chosen, settings=settings)


def problems_of(target: Target) -> Iterator[str]:
    """Yield what keeps a target from being opened, whatever its key."""
    spec = target.spec
    if not spec.local and not target.host:
        example = spec.example or f"{spec.scheme}://HOST/PROJECT"
        yield f"the URL names no host after {spec.scheme}://; write it like {example}"
    known = {option.name for option in options_of(spec)}
    if unknown := [name for name in target.options if name not in known]:
        named = f"option{'s' * (len(unknown) > 1)} {', '.join(map(repr, unknown))}"
        yield f"{spec.scheme}:// has no {named}; it has {', '.join(sorted(known)) or 'none'}"
    if target.settings and spec.oauth is None and (useless := target.settings.for_login()):
        yield f"{spec.scheme}:// has no login, so {', '.join(useless)} cannot be used; leave them out"
    yield from _plain_http(target)
    if not spec.local:
        try:
            traffic_of(target.options)
        except ConfigurationError as error:
            yield str(error)


def open_target(
    target: Target, key: FoundKey | None, on_listing: Callable[[ListingProgress], None] = unheard
) -> Tracker:
    """Open a target with the key that was found for it."""
    spec = target.spec
    if spec.needs_key and key is None:
        raise ConfigurationError(_no_key(target))
    kind = key.kind if key else "api_key"
    if kind == "access_token" and not spec.takes_token:
        raise ConfigurationError(
            f"{spec.scheme}:// takes no access token; put an API key into {variable(spec.scheme)}, "
            f"or unset {variable(spec.scheme, 'ACCESS_TOKEN')}"
        )
    secret = key.secret if key else None
    opened = Connection(
        location=target.location,
        api_key=secret if kind == "api_key" else None,
        access_token=secret if kind == "access_token" else None,
        login=LoginTokens(target.endpoints(), Logins()) if kind == "login" else None,
        options=target.options,
        traffic=traffic_of({} if spec.local else target.options),
        on_listing=on_listing,
    )
    return Tracker(spec.open(opened), target.location, opened.traffic.waits)


def _settings(name: str, registry: Registry) -> Settings:
    config = load_config(schemes=frozenset(registry.specs))
    settings = config.connections.get(name)
    if settings is None:
        known = ", ".join(sorted(config.connections)) or "none"
        raise ConfigurationError(
            f"{name!r} is neither a URL nor a connection in the configuration file; it has {known}"
        )
    return settings


def options_of(spec: BackendSpec) -> tuple[Option, ...]:
    """Give every option a URL of this backend takes."""
    return (*spec.options, *(() if spec.local else COMMON_OPTIONS))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _plain_http(target: Target) -> Iterator[str]:
    if not target.location.plain_http:
        return
    scheme = target.spec.scheme
    if target.spec.local:
        yield f"{scheme}:// does not use the network; write it without +http"
    elif target.host and not is_loopback(target.host) and target.options.get("allow_plain_http") != "true":
        way_out = f"use {scheme}://, or add ?allow_plain_http=true"
        yield f"plain http would send the key to {target.host} unencrypted; {way_out}"


def _no_key(target: Target) -> str:
    """Say that no key was found, and where to put one."""
    spec, location = target.spec, target.location
    own = is_vendors_own(target.host, spec.hosts)
    way = (
        f"set {variable(spec.scheme)}"
        if own
        else f"{target.host} is not one of the vendor's own hosts, so name its key"
    )
    place = f"{spec.scheme}://{location.authority() or spec.default_host}"
    login = f", or log in with anybacklog login {target.address}" * (spec.oauth is not None)
    return f"no credentials for {place}; {way}, give --key-env NAME, or add it to config.toml{login}"
