"""Refusals. No page shows one: statuses, shape and words are guesses, and no client may tell errors apart by text."""

from __future__ import annotations


class Refused(Exception):
    """The service says no."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Missing(Refused):
    """What was asked for is not there, by a route that is."""

    def __init__(self, kind: str) -> None:
        super().__init__(404, f"{kind} not found")


class Undefined(Exception):
    """No such route, as chosen. `verbs` are those the path has."""

    def __init__(self, status: int, verbs: list[str]) -> None:
        super().__init__(status)
        self.status = status
        self.verbs = verbs
