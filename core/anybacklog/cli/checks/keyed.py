"""Which key a target is opened with: every place in its order, and what a look into it gave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from anybacklog.cli.checks.check import Check, fine, of_error, passed_over
from anybacklog.cli.checks.configured import open_files, open_login
from anybacklog.config import FoundKey, Look, find_key
from anybacklog.connection import Target
from anybacklog.errors import ConfigurationError

_KINDS = {"api_key": "an API key", "access_token": "an access token", "login": "an access token"}


@dataclass(slots=True)
class Search:
    """The look-up of a target's key: its checks, then what was `found`; `failed` where a place stopped it."""

    target: Target
    key_env: str | None
    found: FoundKey | None = None
    failed: bool = False

    def checks(self) -> Iterator[Check]:
        """Look, and tell of every place in its order."""
        spec, looks, told = self.target.spec, list[Look](), list[Check]()
        if spec.local:
            yield passed_over("key", f"{spec.scheme}:// needs no key")
            return
        try:
            self.found = find_key(self.target.places(key_env=self.key_env), looks.append)
        except ConfigurationError as error:
            self.failed = True
            told = [of_error("key", error)]
        yield from (*map(_place, looks), *told, *open_files(self.target.settings), *open_login(self.target))
        if self.found:
            yield fine("key", f"{_KINDS[self.found.kind]} from {self.found.origin}", origin=self.found.origin)
        elif not (self.failed or spec.needs_key):
            yield passed_over("key", "none was found, and none is needed")


def _place(look: Look) -> Check:
    why = {"not asked": f" because {look.why}", "failed": f": {look.why}"}.get(look.outcome, "")
    told, facts = f"{look.place} - {look.outcome}{why}", {"place": look.place, "outcome": look.outcome}
    return fine("place", told, **facts) if look.outcome == "used" else passed_over("place", told, **facts)
