"""The key of a connection: the first place that has one, told only by where it came from, never by what it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from anybacklog.config.place import KeyKind, Place
from anybacklog.errors import ConfigurationError
from anybacklog.redact import remember


@dataclass(frozen=True, slots=True)
class FoundKey:
    """A secret, where it was found, and whether it is an API key or an access token."""

    secret: str = field(repr=False)
    origin: str
    kind: KeyKind = "api_key"


@dataclass(frozen=True, slots=True)
class Look:
    """What a look into one place gave, for those who want to be told; `why` where it was not asked or failed."""

    place: str
    outcome: Literal["used", "empty", "not asked", "failed"]
    why: str = ""


def find_key(places: Iterable[Place], told: Callable[[Look], object] | None = None) -> FoundKey | None:
    """Find the key, or None; what is empty is absent, and a place that fails is a ConfigurationError.

    `told` hears of every place in its turn, those behind the key or the failure included, which are not asked.
    """
    found: FoundKey | None = None
    failed: ConfigurationError | None = None
    for place in places:
        closed = "the key was found before" if found else "the place before failed" if failed else place.closed
        look = Look(place.name, "not asked", closed)
        if not closed:
            try:
                found = _asked(place)
                look = Look(place.name, "used" if found else "empty")
            except ConfigurationError as error:
                failed = error
                look = Look(place.name, "failed", str(error))
        if told:
            told(look)
        elif found or failed:
            break
    if failed:
        raise failed
    return found


def expected_place(places: Iterable[Place]) -> str | None:
    """Say where the key would come from, looking at the environment alone: no file, no program, no keyring."""
    for place in places:
        if place.closed:
            continue
        if place.untouched:
            return f"{place.name} ({place.untouched})"
        if place.ask():
            return place.name
    return None


def _asked(place: Place) -> FoundKey | None:
    secret = place.ask()
    return _usable(secret, place) if secret else None


def _usable(secret: str, place: Place) -> FoundKey:
    remember(secret)
    if not secret.isprintable():
        raise ConfigurationError(
            f"the key from {place.name} has a line break or a control character; give the key alone"
        )
    return FoundKey(secret, place.name, place.kind)
