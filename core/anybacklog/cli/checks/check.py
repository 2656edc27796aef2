"""One thing that was looked at: what it is, how it is, and for a problem the way out and the exit code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from anybacklog.cli.outcome import FAILED, exit_code, sentence
from anybacklog.errors import (
    AuthenticationError,
    ConfigurationError,
    NotFound,
    PermissionDenied,
    ProtocolError,
    RateLimited,
    TransportError,
)
from anybacklog.redact import redact

WAYS: Mapping[type[Exception], str] = {
    ConfigurationError: "mend that and ask again",
    AuthenticationError: "give another key",
    PermissionDenied: "ask the administrator of the service for permission",
    NotFound: "check the URL, and that this key's owner is a member of the project",
    RateLimited: "wait, then ask again",
    TransportError: "check the network, the proxy and the host in the URL",
    ProtocolError: "report it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A look and what it showed. `code` is 0 unless it is a problem; `facts` are for scripts: texts, numbers, None."""

    name: str
    state: Literal["ok", "problem", "skipped"]
    told: str
    way_out: str | None = None
    code: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)

    def sentence(self) -> str:
        """Say it in one sentence, the way out included."""
        return f"{self.told}; {self.way_out}" if self.way_out else self.told

    def to_json(self) -> dict[str, Any]:
        """Give it as the published schema says, secrets masked."""
        return {
            "name": self.name,
            "state": self.state,
            "told": redact(self.told),
            "way_out": self.way_out and redact(self.way_out),
            "facts": {name: redact(value) if isinstance(value, str) else value for name, value in self.facts.items()},
        }


def fine(name: str, told: str, **facts: Any) -> Check:
    """Say what is there and well."""
    return Check(name=name, state="ok", told=told, facts=facts)


def passed_over(name: str, told: str, way_out: str | None = None, **facts: Any) -> Check:
    """Say what is not there or was not looked at, which is no problem in itself."""
    return Check(name=name, state="skipped", told=told, way_out=way_out, facts=facts)


def problem(name: str, told: str, way_out: str, code: int = FAILED, **facts: Any) -> Check:
    """Say what is to be mended, and how."""
    return Check(name=name, state="problem", told=told, way_out=way_out, code=code, facts=facts)


def of_error(name: str, error: Exception) -> Check:
    """Make a problem of what was raised: our own sentences end with the way out, after a semicolon."""
    code = exit_code(error, resumable=False)
    told, _, way_out = sentence(error).removeprefix("Error: ").rpartition("; ")
    usual = next((way for kind, way in WAYS.items() if isinstance(error, kind)), "run it again with --debug")
    if told and not isinstance(error, TransportError):
        return problem(name, told, way_out, code)
    return problem(name, told or way_out, usual, code)  # a lost read's own advice is to try again, as was done


def code_of(checks: Iterable[Check]) -> int:
    """Give the exit code of the worst problem: 3 refused credentials, 2 configuration, 1 anything else; else 0."""
    return max((check.code for check in checks), default=0)
