"""A live account to record from: found as any connection is, asked about first, used only for an empty project."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import pytest
from tests.cassettes.service import End

from anybacklog import AnyBacklogError, ConfigurationError
from anybacklog.config import find_key
from anybacklog.connection import find_target
from anybacklog.location import parse

PREFIX = "anybacklog cassettes: "
"""What the names of all tickets and words begin with that scenarios make; those of the kit have its own names."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """Where to record, and its web address without a path."""

    end: End
    address: str


def refuse_unless_agreed(url: str, *, agreed: bool) -> None:
    """Say what a live recording does; a UsageError without a project in the URL, and without `--yes`."""
    try:
        location = parse(url)
    except ConfigurationError as error:
        raise pytest.UsageError(str(error)) from error
    if not location.project:
        raise pytest.UsageError(f"--record-live writes to one project: name it, {url.rstrip('/')}/PROJECT")
    print(
        f"Recording live: {location.authority() or location.scheme}, project {location.project}.\n"
        "It must have no tickets. Tickets, comments, files, categories, versions, types, statuses and custom fields,\n"
        f"as far as there are such, are made in it, named '{PREFIX}...' (by the conformance kit: 'Made by\n"
        "the kit' and the like), and deleted after each scenario. What is recorded shows everything in the project,\n"
        "and under pseudonyms who is in it and which projects the key's owner sees. Use a project made for this.",
        file=sys.stderr,
    )
    if not agreed:
        raise pytest.UsageError("nothing was sent; add --yes to do it")


def account_at(url: str) -> Account:
    """Find the key as any command does, and look at the project; a UsageError unless it can be used and is empty."""
    target = find_target(url)
    found = find_key(target.places())
    if found is None:
        raise pytest.UsageError(f"no key for {target.host}: set ANYBACKLOG_{target.spec.scheme.upper()}_API_KEY")
    project = target.location.project or ""
    end = End(
        url=url.partition("?")[0].rstrip("/").rpartition("/")[0],
        project=project,
        key=found.secret,
        token=found.kind == "access_token",
        options=target.location.options,
    )
    _refuse_unless_empty(end)
    return Account(end=end, address=target.location.base_url(target.spec.default_host))


def _refuse_unless_empty(end: End) -> None:
    with end.tracker() as tracker:
        try:
            found = next(tracker.tickets(), None)
        except AnyBacklogError as error:
            raise pytest.UsageError(f"nothing was written: {error}") from error
    if found is not None:
        raise pytest.UsageError(
            f"project {end.project} holds tickets, {found.key} among them; name an empty one, made for this"
        )
