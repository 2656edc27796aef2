"""What one login gave, and what it is for."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from anybacklog.location import Location

_SHAPE = {
    "address": str, "client_id": str, "client_secret": str, "access_token": str, "refresh_token": str | None,
    "expires_at": float | int | None,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What a login gave. `expires_at` is epoch seconds on this machine's clock, None if the service did not say.

    The client's own secret is kept with it, since no token can be renewed without it.
    """

    address: str
    client_id: str
    client_secret: str = field(repr=False)
    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_at: float | None = None

    def secrets(self) -> tuple[str, ...]:
        """Give what must never be printed."""
        return (self.client_secret, self.access_token, self.refresh_token or "")

    def is_due(self, now: float) -> bool:
        """Tell whether its token is to be renewed at this moment."""
        return self.expires_at is not None and self.expires_at <= now


def read_login(document: object, address: str) -> Login | None:
    """Read what was kept as JSON; None where that is no login at this address."""
    if not isinstance(document, dict):
        return None
    known: dict[str, Any] = {each.name: document.get(each.name) for each in fields(Login)}
    fits = all(isinstance(known[name], shape) for name, shape in _SHAPE.items())
    return Login(**known) if fits and known["address"] == address and known["access_token"] else None


def address_of(location: Location, default_host: str = "") -> str:
    """Name what one login is for: a service by scheme, host, port and sub-path, encrypted or not."""
    plain = "+http" if location.plain_http else ""
    return f"{location.scheme}{plain}://{location.authority() or default_host}{location.base_path}"
