"""How a kind of backlog introduces itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from anybacklog.backend.required import Backend
from anybacklog.backend.waits import Waits
from anybacklog.location import Location


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a backend's URL: what it means, for `anybacklog backends`."""

    name: str
    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """How requests may be sent: `share` of every rate budget (0 to 1), `polite` pauses, timeouts in seconds.

    `allow_plain_http`: unencrypted to other hosts than this machine, too. `waits` is how the connection spends the time
    that a rate budget makes it wait.
    """

    share: float = 1.0
    polite: bool = False
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    allow_plain_http: bool = False
    waits: Waits = field(default_factory=Waits, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthSpec:
    """Where a service gives OAuth 2 tokens by the authorization code grant, with a client secret in the form.

    `authorize` and `token` are paths below the service's address, such as `/oauth/token`. `redirect_uri` is the address
    on this machine that people are told to register; port 0 is a free one, for services that do not compare ports.
    `pkce`: the service knows RFC 7636. `register` names the page on which applications are registered.
    """

    authorize: str
    token: str
    scopes: tuple[str, ...] = ()
    redirect_uri: str = "http://127.0.0.1:0/callback"
    pkce: bool = False
    register: str = ""


class TokenSource(Protocol):
    """The access token of a login, renewed while it is used; many threads and processes may share one login."""

    name: str
    """Tells logins apart; no secret."""

    def token(self) -> str:
        """Give the token to show now. AuthenticationError where the login is over and a person must log in again."""
        ...

    def renew(self, refused: str) -> bool:
        """Get another token than the one that was refused; False if the service gives the same one again."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingProgress:
    """How far a listing is that may be silent for long: all it has tried, what it found and what it passed over.

    `skipped` are tickets of other projects, `at` is the id or key that was tried last. `resume` is the option of the
    URL, such as `scan_from=8`, with which another listing goes on behind what this one has yielded, None where no other
    can.
    """

    tried: int
    found: int
    skipped: int
    at: str
    resume: str | None = None


def unheard(progress: ListingProgress) -> None:
    """Let progress go that nobody listens to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What a backend is opened with: at most one of `api_key`, `access_token` and `login`; `repr` shows no secret.

    `login` comes to those alone who declare `BackendSpec.oauth`; hand it to HttpSession, which shows its token.
    `options` are those of the backend's own; what every networked backend takes is already read into `traffic`, to be
    handed to HttpSession. `on_listing` wants to hear, each time it moves, how far a listing is that finds nothing for
    long; who shows it chooses how often.
    """

    location: Location
    api_key: str | None = field(default=None, repr=False)
    access_token: str | None = field(default=None, repr=False)
    login: TokenSource | None = field(default=None, repr=False)
    options: Mapping[str, str] = field(default_factory=dict)
    traffic: Traffic = field(default_factory=Traffic)
    on_listing: Callable[[ListingProgress], None] = field(default=unheard, repr=False)


@dataclass(frozen=True, slots=True)
class BackendSpec:
    """One kind of backlog: the URL's scheme, how to open it, the options its URL takes.

    `open` stores and does not connect; heavy imports belong inside it. `hosts` are the vendor's own host suffixes:
    the only ones, loopback aside, that a key meant for the whole scheme is sent to. `needs_key`: refuse to open
    without one. `takes_token`: an access token will do; elsewhere one is refused, never shown as a key. `oauth`: people
    may log in, so that `open` has to take `Connection.login`. `local`: no network at all, so neither host nor key nor
    plain http mean anything.
    """

    scheme: str
    open: Callable[[Connection], Backend]
    options: Collection[Option] = ()
    summary: str = field(default="", kw_only=True)
    example: str = field(default="", kw_only=True)
    hosts: tuple[str, ...] = field(default=(), kw_only=True)
    needs_key: bool = field(default=False, kw_only=True)
    takes_token: bool = field(default=False, kw_only=True)
    oauth: OAuthSpec | None = field(default=None, kw_only=True)
    default_host: str = field(default="", kw_only=True)
    local: bool = field(default=False, kw_only=True)
