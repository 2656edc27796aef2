"""One request to be sent, as data."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from anybacklog.http.retry import is_write
from anybacklog.http.spelling import Pairs
from anybacklog.http.upload import Form
from anybacklog.redact import redact, redact_url


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Call:
    """A request without its credentials. `foreign` is the host that a redirect led to, if it is not the service's.

    `only_reads`: it changes nothing, whatever its method.
    """

    method: str
    path: str
    url: str
    bucket: str
    secrets: Collection[str] = ()
    params: Pairs = field(default_factory=list)
    data: Pairs | None = None
    json: Any = None
    form: Form | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: bool = False
    redirects: int = 0
    foreign: str = ""
    only_reads: bool = False

    @property
    def write(self) -> bool:
        """Tell whether it may change something."""
        return is_write(self.method) and not self.only_reads

    @property
    def where(self) -> str:
        """Name it in messages, secrets masked. Of an address that another host gave out only the host is shown."""
        if self.foreign:
            return f"{self.method} {redact(self.path.partition('?')[0], self.secrets)}, sent on to {self.foreign},"
        return f"{self.method} {redact_url(self.url, self.secrets)}"

    def line(self) -> str:
        """Name it for a log, its parameters too."""
        query = f"?{urlencode(self.params)}" if self.params and not self.foreign else ""
        return redact_url(f"{self.where}{query}", self.secrets)
