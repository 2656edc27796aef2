"""The plugin author's door: all that an adapter imports, and nothing that is not promised to stay."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from anybacklog.abilities import (
    ALL_TEXT_FORMATS,
    DEFAULT_SETTLE,
    NATIVE_FIELDS,
    Abilities,
    Answer,
    Limits,
    Listing,
    MetadataKind,
    References,
    Settle,
    everything_native,
    natively,
)  # fmt: skip
from anybacklog.backend import (
    AddsAttachments,
    AddsComments,
    AddsLinks,
    AddsMetadata,
    AttachmentDraft,
    Backend,
    BackendSpec,
    ChangesWithComment,
    CommentDraft,
    Connection,
    CountsRequests,
    CountsTickets,
    CreatesTickets,
    CreatesWithFiles,
    DeletesAttachments,
    DeletesComments,
    DeletesMetadata,
    DeletesTickets,
    Extends,
    FollowsKeys,
    KeepsExternalIds,
    KnowsMyself,
    KnowsPermissions,
    ListingProgress,
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
    Marked,
    Metadata,
    OAuthSpec,
    Option,
    Permissions,
    RateState,
    ReadsAttachments,
    ReadsComments,
    ReadsLinks,
    ShowsTraffic,
    SpeaksRaw,
    TellsLimits,
    TicketFields,
    TokenSource,
    Traffic,
    TrafficState,
    UpdatesComments,
    UpdatesTickets,
)  # fmt: skip
from anybacklog.errors import (
    AnyBacklogError,
    AuthenticationError,
    ConfigurationError,
    Conflict,
    IncompleteListing,
    MigrationError,
    NotFound,
    PermissionDenied,
    ProtocolError,
    RateLimited,
    TransportError,
    UnsupportedOperation,
    ValidationError,
)  # fmt: skip
from anybacklog.hooks import hookimpl
from anybacklog.hookspecs import CommandSpec
from anybacklog.location import Location
from anybacklog.markup import Converter
from anybacklog.model import (
    Activity,
    Attachment,
    Category,
    Change,
    Comment,
    CustomField,
    CustomFieldValue,
    FieldType,
    FieldValue,
    Link,
    Milestone,
    Named,
    Priority,
    Project,
    Resolution,
    Status,
    StatusCategory,
    Text,
    TextFormat,
    Ticket,
    TicketDraft,
    TicketType,
    User,
    Version,
)  # fmt: skip
from anybacklog.query import FILTERS, ORDERS, TicketQuery, matches, sort_key
from anybacklog.steps import Step, StepState

if TYPE_CHECKING:
    from anybacklog.http import Credentials, HttpSession, Rate, Refusal
    from anybacklog.wire import WireSchema, maker

__all__ = [
    "ALL_TEXT_FORMATS", "DEFAULT_SETTLE", "FILTERS", "NATIVE_FIELDS", "ORDERS", "Abilities", "Activity",
    "AddsAttachments", "AddsComments", "AddsLinks", "AddsMetadata", "Answer", "AnyBacklogError", "Attachment",
    "AttachmentDraft", "AuthenticationError", "Backend", "BackendSpec", "Category", "Change",
    "ChangesWithComment", "CommandSpec",
    "Comment", "CommentDraft", "ConfigurationError", "Conflict", "Connection", "Converter", "CountsRequests",
    "CountsTickets", "CreatesTickets", "CreatesWithFiles", "Credentials", "CustomField", "CustomFieldValue",
    "DeletesAttachments",
    "DeletesComments", "DeletesMetadata", "DeletesTickets", "Extends", "FieldType", "FieldValue", "FollowsKeys",
    "HttpSession", "IncompleteListing",
    "KeepsExternalIds", "KnowsMyself", "KnowsPermissions", "Limits", "Link", "Listing", "ListingProgress",
    "ListsActivities",
    "ListsCategories", "ListsCustomFields", "ListsMilestones", "ListsPriorities", "ListsProjects",
    "ListsResolutions", "ListsStatuses", "ListsTicketTypes", "ListsUsers", "ListsVersions", "Location", "Marked",
    "Metadata", "MetadataKind", "MigrationError", "Milestone", "Named", "NotFound", "OAuthSpec", "Option",
    "PermissionDenied", "Permissions", "Priority", "Project", "ProtocolError", "Rate", "RateLimited", "RateState",
    "ReadsAttachments",
    "ReadsComments", "ReadsLinks", "References", "Refusal", "Resolution", "Settle", "ShowsTraffic", "SpeaksRaw",
    "Status", "StatusCategory", "Step", "StepState", "TellsLimits", "Text", "TextFormat", "Ticket", "TicketDraft",
    "TicketFields",
    "TicketQuery", "TicketType", "TokenSource", "Traffic", "TrafficState", "TransportError", "UnsupportedOperation",
    "UpdatesComments", "UpdatesTickets", "User", "ValidationError", "Version", "WireSchema", "everything_native",
    "hookimpl", "maker", "matches", "natively", "sort_key",
]  # fmt: skip


_HEAVY = {
    "Credentials": "http", "HttpSession": "http", "Rate": "http", "Refusal": "http", "WireSchema": "wire",
    "maker": "wire",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import what is heavy (requests, marshmallow) only when an adapter asks for it."""
    if name not in _HEAVY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"anybacklog.{_HEAVY[name]}"), name)
