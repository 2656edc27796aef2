"""The whole table, and finding a row in what is chosen to be there."""

from __future__ import annotations

from anybacklog_simulators.publicbacklog import organizations, tickets
from anybacklog_simulators.publicbacklog.call import Route
from anybacklog_simulators.publicbacklog.choices import Choices
from anybacklog_simulators.publicbacklog.errors import Undefined

TABLE: tuple[Route, ...] = (*tickets.ROUTES, *organizations.ROUTES)


def found(method: str, path: str, choices: Choices) -> Route:
    """Give the row for a method and exact path; Undefined, with the status that is chosen, when there is none."""
    here = {row.method: row for row in TABLE if row.path == path and row.there(choices)}
    if method in here:
        return here[method]
    usual = 405 if here else 404
    raise Undefined(usual if choices.undefined == "http" else int(choices.undefined), sorted(here))
