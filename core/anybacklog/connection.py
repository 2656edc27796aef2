"""connect(): a URL or a connection's name -> a Tracker."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from anybacklog.backend import BackendSpec, Connection, Option
from anybacklog.config import Config, Settings, find_key, is_vendors_own, load_config, refuse_missing
from anybacklog.errors import ConfigurationError
from anybacklog.location import Location, is_loopback, parse
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


def connect(
    url: str,
    *,
    api_key: str | None = None,
    key_env: str | None = None,
    plugins: tuple[str, ...] = (),
    **options: Any,
) -> Tracker:
    """Open a tracker by URL, or by the name of a connection in the configuration file; nothing is sent yet.

    `api_key` is the secret itself, `key_env` names an environment variable that holds it; without either it is looked
    up as the documentation's order says. `plugins` are local plugin files; every other keyword is an option of the
    URL.
    """
    refuse_missing(os.environ)
    registry = load_registry(plugins)
    settings = _settings(url, registry)
    location = parse(settings.url if settings else url)
    spec = registry.spec(location.scheme, location.host)
    _refuse_no_host(spec, location)
    given = _options(spec, location, settings, options)
    _refuse_plain_http(spec, location, given)
    found = None
    if not spec.local:
        found = find_key(
            location, keyword=api_key, key_env=key_env, connection=settings, vendor_hosts=spec.hosts,
            default_host=spec.default_host, environ=os.environ,
        )  # fmt: skip
    if spec.needs_key and found is None:
        raise ConfigurationError(_no_key(spec, location))
    opened = Connection(
        location=location,
        api_key=found.secret if found else None,
        options=given,
        traffic=traffic_of({} if spec.local else given),
    )
    return Tracker(spec.open(opened), location)


def _settings(url: str, registry: Registry) -> Settings | None:
    if "://" in url:
        return None
    config: Config = load_config(schemes=frozenset(registry.specs))
    settings = config.connections.get(url)
    if settings is None:
        known = ", ".join(sorted(config.connections)) or "none"
        raise ConfigurationError(f"{url!r} is neither a URL nor a connection in the configuration file; it has {known}")
    return settings


def _options(
    spec: BackendSpec, location: Location, settings: Settings | None, keywords: Mapping[str, Any]
) -> dict[str, str]:
    given = (
        dict(settings.options if settings else {})
        | dict(location.options)
        | {name: _text(value) for name, value in keywords.items()}
    )
    known = {option.name for option in options_of(spec)}
    for name in given:
        if name not in known:
            listed = ", ".join(sorted(known)) or "none"
            raise ConfigurationError(f"{spec.scheme}:// has no option {name!r}; it has {listed}")
    return given


def options_of(spec: BackendSpec) -> tuple[Option, ...]:
    """Give every option a URL of this backend takes."""
    return (*spec.options, *(() if spec.local else COMMON_OPTIONS))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _refuse_no_host(spec: BackendSpec, location: Location) -> None:
    if not spec.local and not location.host and not spec.default_host:
        example = spec.example or f"{spec.scheme}://HOST/PROJECT"
        raise ConfigurationError(f"the URL names no host after {spec.scheme}://; write it like {example}")


def _refuse_plain_http(spec: BackendSpec, location: Location, options: Mapping[str, str]) -> None:
    if not location.plain_http:
        return
    if spec.local:
        raise ConfigurationError(f"{spec.scheme}:// does not use the network; write it without +http")
    host = location.host or spec.default_host
    if not is_loopback(host) and options.get("allow_plain_http") != "true":
        raise ConfigurationError(
            f"plain http would send the key to {host} unencrypted; use {spec.scheme}://, or add ?allow_plain_http=true"
        )


def _no_key(spec: BackendSpec, location: Location) -> str:
    variable = f"ANYBACKLOG_{spec.scheme.upper()}_API_KEY"
    host = location.host or spec.default_host
    own = is_vendors_own(host, spec.hosts)
    way = f"set {variable}" if own else f"{host} is not one of the vendor's own hosts, so name its key"
    place = f"{spec.scheme}://{location.authority() or spec.default_host}"
    return f"no credentials for {place}; {way}, give --key-env NAME, or add it to config.toml"
