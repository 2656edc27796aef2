"""The Nulab adapter keeps every contract of what it can do, on a strict fake space that knows nothing of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from typing import Any

import pytest

from anybacklog.location import parse
from anybacklog.plugin import Backend, Connection
from anybacklog.testing import (
    AddsAttachmentsContract,
    AddsCommentsContract,
    AddsLinksContract,
    AddsMetadataContract,
    ChangesWithCommentContract,
    CountsTicketsContract,
    CreatesTicketsContract,
    CreatesWithFilesContract,
    DeletesAttachmentsContract,
    DeletesCommentsContract,
    DeletesMetadataContract,
    DeletesTicketsContract,
    FollowsKeysContract,
    KnowsMyselfContract,
    KnowsPermissionsContract,
    ListsActivitiesContract,
    ListsCategoriesContract,
    ListsCustomFieldsContract,
    ListsMilestonesContract,
    ListsPrioritiesContract,
    ListsProjectsContract,
    ListsResolutionsContract,
    ListsStatusesContract,
    ListsTicketTypesContract,
    ListsUsersContract,
    ListsVersionsContract,
    ReadsAttachmentsContract,
    ReadsCommentsContract,
    ReadsLinksContract,
    ShowsTrafficContract,
    TellsLimitsContract,
    TicketContract,
    UpdatesCommentsContract,
    UpdatesTicketsContract,
    furnish,
)
from anybacklog_nulab.plugin import anybacklog_backends
from anybacklog_simulators.nulab import DEMO_KEY, Nulab, Rates, Simulator, Space, empty_space, simulator, space_from

UNHURRIED = {"read": 100_000, "update": 100_000, "search": 100_000, "icon": 100_000}


class TestNulab(
    TicketContract,
    ListsProjectsContract,
    KnowsMyselfContract,
    ListsUsersContract,
    ListsTicketTypesContract,
    ListsStatusesContract,
    ListsPrioritiesContract,
    ListsResolutionsContract,
    ListsCategoriesContract,
    ListsMilestonesContract,
    ListsVersionsContract,
    ListsCustomFieldsContract,
    AddsMetadataContract,
    CreatesWithFilesContract,
    ChangesWithCommentContract,
    DeletesMetadataContract,
    CountsTicketsContract,
    FollowsKeysContract,
    CreatesTicketsContract,
    UpdatesTicketsContract,
    DeletesTicketsContract,
    ReadsCommentsContract,
    AddsCommentsContract,
    UpdatesCommentsContract,
    DeletesCommentsContract,
    ReadsAttachmentsContract,
    AddsAttachmentsContract,
    DeletesAttachmentsContract,
    ReadsLinksContract,
    AddsLinksContract,
    ListsActivitiesContract,
    ShowsTrafficContract,
    KnowsPermissionsContract,
    TellsLimitsContract,
):
    @pytest.fixture
    def backend(self, furnished: dict[str, Any]) -> Iterator[Backend]:
        with opened(space_from(furnished)) as (backend, _):
            yield backend


@pytest.fixture(scope="module", params=[date(2019, 3, 1), date(2026, 3, 1)], ids=["as recorded", "as documented"])
def furnished(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Furnish an empty project by the adapter, once for each era of the service's answers; give all it then holds."""
    space = empty_space()
    space.choices.as_of = request.param
    with opened(space) as (backend, fake):
        furnish(backend)
        return fake.dump()


@contextmanager
def opened(space: Space) -> Iterator[tuple[Backend, Simulator[Nulab]]]:
    """Serve a space on loopback, and open its project."""
    fake = simulator(space, rates=Rates(dict(UNHURRIED)))
    (spec,) = anybacklog_backends()
    with fake.served() as server:
        connection = Connection(location=parse(f"nulab+{server.url}/DEMO"), api_key=DEMO_KEY)
        with closing(spec.open(connection)) as backend:
            yield backend, fake
