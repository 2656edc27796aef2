"""How a key is shown to a service, and which of the ways it accepts."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from anybacklog.backend import TokenSource
from anybacklog.errors import ConfigurationError
from anybacklog.http.origin import Origin

_log = logging.getLogger("anybacklog.http")
_accepted: dict[Origin, str] = {}


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """One way to show a key: in headers or in query parameters. Never printed."""

    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)

    def secrets(self) -> frozenset[str]:
        """Give every value, and the last word of each: `Bearer abc` holds the secret `abc`."""
        values = [*self.headers.values(), *self.params.values()]
        return frozenset(values) | {value.rpartition(" ")[2] for value in values}

    def __str__(self) -> str:
        """Name the way without the key."""
        places = [f"header {name}" for name in self.headers] + [f"parameter {name}" for name in self.params]
        return " and ".join(places) or "nothing"


class Ways:
    """The ways to show one key at a host, tried in turn while it is refused; the first one accepted is kept.

    Which of its ways a host accepted is remembered in the process, and tried first by whoever comes next.

    ConfigurationError for a key that no header or query can carry, before the library puts it into an exception.
    """

    user = ""

    def __init__(self, ways: Iterable[Credentials], home: Origin) -> None:
        self._ways, self._home = tuple(ways) or (Credentials(),), home
        self._first = self._at = self._remembered()
        self._accepted = False
        for each in self._ways:
            _refuse_unsendable(each)

    @property
    def shown(self) -> Credentials:
        """The way that is taken now."""
        return self._ways[self._at]

    def secrets(self) -> frozenset[str]:
        """Give the secrets of all ways."""
        return frozenset[str]().union(*(each.secrets() for each in self._ways)) - {""}

    def params(self) -> frozenset[str]:
        """Give the names of all parameters that a key may stand in."""
        return frozenset(name for each in self._ways for name in each.params)

    def accept(self) -> None:
        """Keep to the way that is taken now."""
        if not self._accepted and len(self._ways) > 1:
            _log.info("the key is shown in the %s", self.shown)
            _accepted[self._home] = str(self.shown)
        self._accepted = True

    def turn_to_another(self) -> bool:
        """Turn to the next way, unless one was accepted before or none is left."""
        if self._accepted:
            return False
        self._at = (self._at + 1) % len(self._ways)
        return self._at != self._first

    def _remembered(self) -> int:
        names = [str(each) for each in self._ways]
        accepted = _accepted.get(self._home)
        return names.index(accepted) if accepted in names else 0


class Bearer:
    """The one way to show a login's token (RFC 6750). One that is refused is renewed, once until one is accepted."""

    def __init__(self, login: TokenSource) -> None:
        self.user = login.name
        self._login = login
        self._token = ""
        self._renewed = False

    @property
    def shown(self) -> Credentials:
        """Give the token of now; asking may renew it."""
        self._token = self._login.token()
        return Credentials(headers={"Authorization": f"Bearer {self._token}"})

    def secrets(self) -> frozenset[str]:
        """Give the token that was shown last."""
        return frozenset({self._token}) - {""}

    def params(self) -> frozenset[str]:
        """Give none: it never stands in a parameter."""
        return frozenset()

    def accept(self) -> None:
        """Let a refusal that comes later be answered with another renewal."""
        self._renewed = False

    def turn_to_another(self) -> bool:
        """Get another token, unless the one that was refused has only just been got."""
        if self._renewed:
            return False
        self._renewed = True
        return self._login.renew(self._token)


def _refuse_unsendable(way: Credentials) -> None:
    headers_fit = all(value.isascii() and _is_one_line(value) for value in way.headers.values())
    if not (headers_fit and all(map(_is_one_line, way.params.values()))):
        raise ConfigurationError(
            "the key holds characters that a key cannot have (a line break, a space at an end, or beyond ASCII); "
            "copy it again"
        )


def _is_one_line(value: str) -> bool:
    return value.isprintable() and value == value.strip()
