"""Which protocol stands behind which operation."""

from __future__ import annotations

from collections.abc import Mapping

from anybacklog.backend.health import KnowsPermissions, ShowsTraffic
from anybacklog.backend.optional import (
    AddsAttachments,
    AddsComments,
    AddsLinks,
    CountsRequests,
    CountsTickets,
    CreatesTickets,
    DeletesAttachments,
    DeletesComments,
    DeletesTickets,
    Extends,
    FollowsKeys,
    KeepsExternalIds,
    ListsActivities,
    ReadsAttachments,
    ReadsComments,
    ReadsLinks,
    SpeaksRaw,
    UpdatesComments,
    UpdatesTickets,
)
from anybacklog.backend.taking_back import DeletesMetadata
from anybacklog.backend.unlisted import ChangesWithComment, CreatesWithFiles
from anybacklog.backend.words import (
    AddsMetadata,
    KnowsMyself,
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
)

OPERATIONS: Mapping[str, type] = {
    "projects": ListsProjects, "myself": KnowsMyself, "users": ListsUsers, "ticket_types": ListsTicketTypes,
    "statuses": ListsStatuses, "priorities": ListsPriorities, "resolutions": ListsResolutions,
    "categories": ListsCategories, "milestones": ListsMilestones, "versions": ListsVersions,
    "custom_fields": ListsCustomFields, "add_metadata": AddsMetadata,
    "delete_metadata": DeletesMetadata, "count_tickets": CountsTickets,
    "tickets_after": FollowsKeys,
    "create_ticket": CreatesTickets, "create_with_files": CreatesWithFiles,
    "update_ticket": UpdatesTickets, "delete_ticket": DeletesTickets,
    "comments": ReadsComments, "add_comment": AddsComments, "change_with_comment": ChangesWithComment,
    "update_comment": UpdatesComments,
    "delete_comment": DeletesComments, "attachments": ReadsAttachments, "open_attachment": ReadsAttachments,
    "add_attachment": AddsAttachments, "delete_attachment": DeletesAttachments, "links": ReadsLinks,
    "add_link": AddsLinks,
    "activities": ListsActivities, "find_external": KeepsExternalIds, "externals": KeepsExternalIds,
    "extension": Extends, "raw": SpeaksRaw,
    "requests": CountsRequests, "traffic": ShowsTraffic, "permissions": KnowsPermissions,
}  # fmt: skip
"""Tracker's method names -> the protocol that stands behind each."""
