"""Which key a target is opened with: every place in its order, and what a look into it gave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from anybacklog.cli.checks.check import Check, fine, of_error, passed_over
from anybacklog.cli.checks.configured import open_files
from anybacklog.config import FoundKey, Look, find_key
from anybacklog.connection import Target
from anybacklog.errors import ConfigurationError

_KINDS = {"api_key": "an API key", "access_token": "an access token"}


@dataclass(slots=True)
class Search:
    """One look-up of a key: the checks as they come, then what was found; `failed` where a place stopped it."""

    found: FoundKey | None = None
    failed: bool = False
    looks: list[Look] = field(default_factory=list)

    def checks(self, target: Target, key_env: str | None) -> Iterator[Check]:
        """Look, and tell of every place in its order."""
        if target.spec.local:
            yield passed_over("key", f"{target.spec.scheme}:// needs no key")
            return
        try:
            self.found = find_key(target.places(key_env=key_env), self.looks.append)
        except ConfigurationError as error:
            self.failed = True
            yield from map(_place, self.looks)
            yield of_error("key", error)
            return
        yield from map(_place, self.looks)
        yield from open_files(target.settings)
        if self.found:
            yield fine("key", f"{_KINDS[self.found.kind]} from {self.found.origin}", origin=self.found.origin)
        elif not target.spec.needs_key:
            yield passed_over("key", "none was found, and none is asked for")


def _place(look: Look) -> Check:
    why = {"not asked": f" because {look.why}", "failed": f": {look.why}"}.get(look.outcome, "")
    told, facts = f"{look.place} - {look.outcome}{why}", {"place": look.place, "outcome": look.outcome}
    return fine("place", told, **facts) if look.outcome == "used" else passed_over("place", told, **facts)
