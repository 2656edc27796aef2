"""The conformance kit: contracts to subclass, each with one fixture, `backend`. Needs the extra `anybacklog[testing]`.

    from anybacklog.testing import AddsCommentsContract, ReadsCommentsContract, TicketContract

    class TestAcme(TicketContract, ReadsCommentsContract, AddsCommentsContract):
        @pytest.fixture
        def backend(self) -> AcmeBackend:
            return AcmeBackend("acme", recorded_client())

`TicketContract` is required of every backend, and names the contracts that are missing for what the backend can do.
"""

# ruff: noqa: E402  # rewriting has to be asked for before the contracts are imported, or an assert says nothing

from __future__ import annotations

from collections.abc import Mapping

try:
    import pytest
except ModuleNotFoundError as error:
    raise ImportError("anybacklog.testing needs pytest: pip install 'anybacklog[testing]'") from error


pytest.register_assert_rewrite(
    *(
        f"{__name__}.{module}"
        for module in (
            "common",
            "drafts",
            "files",
            "health",
            "journal",
            "links",
            "marks",
            "metadata",
            "metadata_deletion",
            "reading",
            "tickets",
            "unlisted",
            "words",
        )
    )
)

from anybacklog.backend import (
    AddsAttachments,
    AddsComments,
    AddsLinks,
    AddsMetadata,
    ChangesWithComment,
    CountsTickets,
    CreatesTickets,
    CreatesWithFiles,
    DeletesAttachments,
    DeletesComments,
    DeletesMetadata,
    DeletesTickets,
    FollowsKeys,
    KeepsExternalIds,
    KnowsMyself,
    KnowsPermissions,
    ListsActivities,
    ListsCategories,
    ListsCustomFields,
    ListsMilestones,
    ListsPriorities,
    ListsProjects,
    ListsResolutions,
    ListsStatuses,
    ListsTicketTypes,
    ListsUsers,
    ListsVersions,
    ReadsAttachments,
    ReadsComments,
    ReadsLinks,
    ShowsTraffic,
    TellsLimits,
    UpdatesComments,
    UpdatesTickets,
)
from anybacklog.testing.files import (
    AddsAttachmentsContract,
    CreatesWithFilesContract,
    DeletesAttachmentsContract,
    ReadsAttachmentsContract,
)
from anybacklog.testing.health import KnowsPermissionsContract, ShowsTrafficContract, TellsLimitsContract
from anybacklog.testing.journal import (
    AddsCommentsContract,
    DeletesCommentsContract,
    ReadsCommentsContract,
    UpdatesCommentsContract,
)
from anybacklog.testing.links import AddsLinksContract, ReadsLinksContract
from anybacklog.testing.marks import KeepsExternalIdsContract
from anybacklog.testing.metadata import AddsMetadataContract, furnish
from anybacklog.testing.metadata_deletion import DeletesMetadataContract
from anybacklog.testing.reading import (
    CountsTicketsContract,
    FollowsKeysContract,
    ListsActivitiesContract,
    TicketContract,
)
from anybacklog.testing.tickets import CreatesTicketsContract, DeletesTicketsContract, UpdatesTicketsContract
from anybacklog.testing.unlisted import ChangesWithCommentContract
from anybacklog.testing.words import (
    KnowsMyselfContract,
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
)

CONTRACTS: Mapping[type, type] = {
    ListsProjects: ListsProjectsContract,
    KnowsMyself: KnowsMyselfContract,
    ListsUsers: ListsUsersContract,
    ListsTicketTypes: ListsTicketTypesContract,
    ListsStatuses: ListsStatusesContract,
    ListsPriorities: ListsPrioritiesContract,
    ListsResolutions: ListsResolutionsContract,
    ListsCategories: ListsCategoriesContract,
    ListsMilestones: ListsMilestonesContract,
    ListsVersions: ListsVersionsContract,
    ListsCustomFields: ListsCustomFieldsContract,
    AddsMetadata: AddsMetadataContract,
    DeletesMetadata: DeletesMetadataContract,
    CountsTickets: CountsTicketsContract,
    FollowsKeys: FollowsKeysContract,
    ListsActivities: ListsActivitiesContract,
    CreatesTickets: CreatesTicketsContract,
    CreatesWithFiles: CreatesWithFilesContract,
    UpdatesTickets: UpdatesTicketsContract,
    DeletesTickets: DeletesTicketsContract,
    ReadsComments: ReadsCommentsContract,
    AddsComments: AddsCommentsContract,
    ChangesWithComment: ChangesWithCommentContract,
    UpdatesComments: UpdatesCommentsContract,
    DeletesComments: DeletesCommentsContract,
    ReadsAttachments: ReadsAttachmentsContract,
    AddsAttachments: AddsAttachmentsContract,
    DeletesAttachments: DeletesAttachmentsContract,
    ReadsLinks: ReadsLinksContract,
    AddsLinks: AddsLinksContract,
    KeepsExternalIds: KeepsExternalIdsContract,
    ShowsTraffic: ShowsTrafficContract,
    KnowsPermissions: KnowsPermissionsContract,
    TellsLimits: TellsLimitsContract,
}
"""Ability -> the contract that an implementation of it is held to."""


class StoreContract(
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
    DeletesMetadataContract,
    CountsTicketsContract,
    ListsActivitiesContract,
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
    KeepsExternalIdsContract,
):
    """Every contract that needs no network, for a store that can do everything. Override `backend`."""


__all__ = [
    "CONTRACTS",
    "AddsAttachmentsContract",
    "AddsCommentsContract",
    "AddsLinksContract",
    "AddsMetadataContract",
    "ChangesWithCommentContract",
    "CountsTicketsContract",
    "CreatesTicketsContract",
    "CreatesWithFilesContract",
    "DeletesAttachmentsContract",
    "DeletesCommentsContract",
    "DeletesMetadataContract",
    "DeletesTicketsContract",
    "FollowsKeysContract",
    "KeepsExternalIdsContract",
    "KnowsMyselfContract",
    "KnowsPermissionsContract",
    "ListsActivitiesContract",
    "ListsCategoriesContract",
    "ListsCustomFieldsContract",
    "ListsMilestonesContract",
    "ListsPrioritiesContract",
    "ListsProjectsContract",
    "ListsResolutionsContract",
    "ListsStatusesContract",
    "ListsTicketTypesContract",
    "ListsUsersContract",
    "ListsVersionsContract",
    "ReadsAttachmentsContract",
    "ReadsCommentsContract",
    "ReadsLinksContract",
    "ShowsTrafficContract",
    "StoreContract",
    "TellsLimitsContract",
    "TicketContract",
    "UpdatesCommentsContract",
    "UpdatesTicketsContract",
    "furnish",
]
