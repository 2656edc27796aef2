"""How a kind of backlog introduces itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from anybacklog.backend.required import Backend
from anybacklog.location import Location


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a backend's URL: what it means, for `anybacklog backends`."""

    name: str
    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """How requests may be sent: `share` of every rate budget (0 to 1), `polite` pauses, timeouts in seconds.

    `allow_plain_http`: unencrypted to other hosts than this machine, too.
    """

    share: float = 1.0
    polite: bool = False
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    allow_plain_http: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What a backend is opened with. A secret is in `api_key` or in `access_token`, not in both; `repr` shows neither.

    `options` are those of the backend's own; what every networked backend takes is already read into `traffic`, to be
    handed to HttpSession.
    """

    location: Location
    api_key: str | None = field(default=None, repr=False)
    access_token: str | None = field(default=None, repr=False)
    options: Mapping[str, str] = field(default_factory=dict)
    traffic: Traffic = Traffic()


@dataclass(frozen=True, slots=True)
class BackendSpec:
    """One kind of backlog: the URL's scheme, how to open it, the options its URL takes.

    `open` stores and does not connect; heavy imports belong inside it. `hosts` are the vendor's own host suffixes:
    the only ones, loopback aside, that a key meant for the whole scheme is sent to. `needs_key`: refuse to open
    without one. `takes_token`: an access token will do; elsewhere one is refused, never shown as a key. `local`: no
    network at all, so neither host nor key nor plain http mean anything.
    """

    scheme: str
    open: Callable[[Connection], Backend]
    options: Collection[Option] = ()
    summary: str = field(default="", kw_only=True)
    example: str = field(default="", kw_only=True)
    hosts: tuple[str, ...] = field(default=(), kw_only=True)
    needs_key: bool = field(default=False, kw_only=True)
    takes_token: bool = field(default=False, kw_only=True)
    default_host: str = field(default="", kw_only=True)
    local: bool = field(default=False, kw_only=True)
