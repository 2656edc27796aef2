"""One interface to every issue tracker, and a migration between any two of them that loses and doubles nothing."""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # as every type checker reads it; importing `typing` would double what the package costs
if TYPE_CHECKING:
    from typing import Any

    from anybacklog.connection import connect
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
    from anybacklog.migration import Plan, migrate, plan, repair, rollback, verify
    from anybacklog.model import (
        Activity,
        Attachment,
        Category,
        Change,
        Comment,
        CustomField,
        CustomFieldValue,
        Link,
        Milestone,
        Priority,
        Project,
        Resolution,
        Status,
        Text,
        Ticket,
        TicketDraft,
        TicketType,
        User,
        Version,
    )  # fmt: skip
    from anybacklog.tracker import Capabilities, Tracker

__version__ = "0.1.0"
_ROOMS = {
    "connection": "connect",
    "errors": "AnyBacklogError AuthenticationError ConfigurationError Conflict IncompleteListing MigrationError "
    "NotFound PermissionDenied ProtocolError RateLimited TransportError UnsupportedOperation ValidationError",
    "migration": "Plan migrate plan repair rollback verify",
    "model": "Activity Attachment Category Change Comment CustomField CustomFieldValue Link Milestone Priority Project "
    "Resolution Status Text Ticket TicketDraft TicketType User Version",
    "tracker": "Capabilities Tracker",
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names.split()}

__all__ = [
    "Activity", "AnyBacklogError", "Attachment", "AuthenticationError", "Capabilities", "Category", "Change", "Comment",
    "ConfigurationError", "Conflict", "CustomField", "CustomFieldValue", "IncompleteListing", "Link", "MigrationError",
    "Milestone", "NotFound", "PermissionDenied", "Plan", "Priority", "Project", "ProtocolError", "RateLimited",
    "Resolution", "Status",
    "Text", "Ticket", "TicketDraft", "TicketType", "Tracker", "TransportError", "UnsupportedOperation", "User",
    "ValidationError", "Version", "__version__", "connect", "migrate", "plan",
    "repair", "rollback", "verify",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a public name from its room on first use, so that importing the package costs next to nothing."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"anybacklog.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
