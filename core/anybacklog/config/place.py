"""One place a secret may be in, and the kinds of place there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from anybacklog.config.providers import Ask, asking, name_of
from anybacklog.config.settings import SecretSource, SourceKind
from anybacklog.errors import ConfigurationError
from anybacklog.location import is_loopback

KeyKind: TypeAlias = Literal["api_key", "access_token", "login"]
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


def given(name: str, value: str | None) -> Place:
    """Make a place of what the caller gave."""
    return Place(name=name, ask=lambda: value, closed="" if value else "none was given")


def named(option: str, name: str | None, environ: Mapping[str, str]) -> Place:
    """Make a place of the variable that an option names; one that is not set fails."""
    if name is None:
        return Place(name=option, closed="it was not given")

    def ask() -> str:
        secret = environ.get(name)
        if secret:
            return secret
        told = name if _is_variable(name) else f"named by {option} (what was given may be the secret itself)"
        raise ConfigurationError(f"the environment variable {told} is not set or empty; put the secret there")

    return Place(name=f"environment variable {name}" if _is_variable(name) else option, ask=ask)


def configured(entry: str, source: SecretSource | None, environ: Mapping[str, str]) -> Place:
    """Make a place of what the configuration file names under `entry`."""
    if source is None:
        return Place(name=entry, closed="the configuration file names no place there")
    return Place(name=name_of(source), ask=asking(source, environ), untouched=_UNTOUCHED.get(source.kind, ""))


def of_variable(name: str, environ: Mapping[str, str]) -> Place:
    """Make a place of an environment variable."""
    return Place(name=f"environment variable {name}", ask=lambda: environ.get(name))


def for_vendor_alone(place: Place, host: str, vendor_hosts: Collection[str]) -> Place:
    """Close a place that is meant for a whole scheme to hosts that are neither the vendor's nor this machine."""
    own = is_vendors_own(host, vendor_hosts)
    return replace(place, closed="" if own else f"{host} is neither one of the vendor's own hosts nor this machine")


def is_vendors_own(host: str, vendor_hosts: Collection[str]) -> bool:
    """Tell whether a key meant for a whole scheme may go to this host: the vendor's, one below it, or this machine."""
    name = host.lower()
    return is_loopback(name) or any(name == own or name.endswith(f".{own}") for own in vendor_hosts)


def _is_variable(name: str) -> bool:
    return name.isascii() and name.isidentifier() and name == name.upper()
