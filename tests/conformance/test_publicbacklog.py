"""The PublicBacklog adapter keeps every contract of what it can do, on a fake organization that knows nothing of it.

The vendor's pages leave open what answers show. Where they carry comments, every contract is kept; where they show no
more than the documented fields, all but those that read comments.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from anybacklog.location import parse
from anybacklog.plugin import Backend, Connection
from anybacklog.testing import (
    AddsCommentsContract,
    ChangesWithCommentContract,
    CreatesTicketsContract,
    DeletesTicketsContract,
    FollowsKeysContract,
    ListsStatusesContract,
    ListsTicketTypesContract,
    ReadsCommentsContract,
    ShowsTrafficContract,
    TicketContract,
    UpdatesTicketsContract,
)
from anybacklog_publicbacklog.plugin import anybacklog_backends
from anybacklog_simulators.publicbacklog import DEMO_KEY, FIELDS, Choices, empty_organization, simulator


class TestPublicBacklog(
    TicketContract,
    ListsTicketTypesContract,
    ListsStatusesContract,
    FollowsKeysContract,
    CreatesTicketsContract,
    UpdatesTicketsContract,
    DeletesTicketsContract,
    ReadsCommentsContract,
    AddsCommentsContract,
    ChangesWithCommentContract,
    ShowsTrafficContract,
):
    @pytest.fixture
    def backend(self) -> Iterator[Backend]:
        with opened(Choices(shown=list(FIELDS), echoed=list(FIELDS))) as backend:
            yield backend


class TestAsDocumented(
    ListsTicketTypesContract,
    ListsStatusesContract,
    FollowsKeysContract,
    CreatesTicketsContract,
    UpdatesTicketsContract,
    DeletesTicketsContract,
    ChangesWithCommentContract,
):
    @pytest.fixture
    def backend(self) -> Iterator[Backend]:
        with opened(Choices()) as backend:
            yield backend


class TestAsInTheExamples(FollowsKeysContract, CreatesTicketsContract, UpdatesTicketsContract, DeletesTicketsContract):
    """Another path, another verb, answers under a key, and writes that tell an id and nothing else."""

    @pytest.fixture
    def backend(self) -> Iterator[Backend]:
        choices = Choices(create_path="create-ticket", read_verb="post", wrapping="kind", created="201", echoed=["id"])
        with opened(choices) as backend:
            yield backend


class TestWhereTextsAreMadeHtml(
    CreatesTicketsContract,
    UpdatesTicketsContract,
    ReadsCommentsContract,
    AddsCommentsContract,
    ChangesWithCommentContract,
):
    """A service that makes HTML of plain text: every word is there."""

    @pytest.fixture
    def backend(self) -> Iterator[Backend]:
        with opened(Choices(texts="html", shown=list(FIELDS), echoed=list(FIELDS))) as backend:
            yield backend


@contextmanager
def opened(choices: Choices) -> Iterator[Backend]:
    """Serve an organization on loopback, and open a backlog of it."""
    (spec,) = anybacklog_backends()
    with simulator(empty_organization(choices)).served() as server:
        location = parse(f"publicbacklog+{server.url}/Website")
        with closing(spec.open(Connection(location=location, api_key=DEMO_KEY, options={"scan_gap": "5"}))) as backend:
            yield backend
