"""What a project has beside its tickets, one protocol per kind: people, types, statuses and other words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from anybacklog.backend.drafts import Metadata
from anybacklog.model import (
    Category,
    CustomField,
    Milestone,
    Priority,
    Project,
    Resolution,
    Status,
    TicketType,
    User,
    Version,
)


@runtime_checkable
class ListsProjects(Protocol):
    """Can say which projects the credentials see."""

    def projects(self) -> Iterable[Project]:
        """List them; works without a project in the URL."""
        ...


@runtime_checkable
class KnowsMyself(Protocol):
    """Knows whose credentials are in use."""

    def myself(self) -> User:
        """Read that user; works without a project in the URL."""
        ...


@runtime_checkable
class ListsUsers(Protocol):
    """Can list the people of the project."""

    def users(self) -> Iterable[User]:
        """List the members, those that can be assigned."""
        ...


@runtime_checkable
class ListsTicketTypes(Protocol):
    """Tickets have a type."""

    def ticket_types(self) -> Iterable[TicketType]:
        """List the project's types in display order."""
        ...


@runtime_checkable
class ListsStatuses(Protocol):
    """Tickets have a status."""

    def statuses(self) -> Iterable[Status]:
        """List the project's statuses in workflow order."""
        ...


@runtime_checkable
class ListsPriorities(Protocol):
    """Tickets have a priority."""

    def priorities(self) -> Iterable[Priority]:
        """List them, most urgent first."""
        ...


@runtime_checkable
class ListsResolutions(Protocol):
    """Tickets end with a resolution."""

    def resolutions(self) -> Iterable[Resolution]:
        """List them in display order."""
        ...


@runtime_checkable
class ListsCategories(Protocol):
    """Tickets are sorted into categories."""

    def categories(self) -> Iterable[Category]:
        """List them in display order."""
        ...


@runtime_checkable
class ListsMilestones(Protocol):
    """Tickets are planned for milestones."""

    def milestones(self) -> Iterable[Milestone]:
        """List them in display order, archived ones included."""
        ...


@runtime_checkable
class ListsVersions(Protocol):
    """Tickets say which versions they affect."""

    def versions(self) -> Iterable[Version]:
        """List them in display order, archived ones included."""
        ...


@runtime_checkable
class ListsCustomFields(Protocol):
    """The project defines fields of its own."""

    def custom_fields(self) -> Iterable[CustomField]:
        """List the definitions in display order."""
        ...


@runtime_checkable
class AddsMetadata(Protocol):
    """A project can be given new users, types, statuses and the like; `abilities.creatable` says which."""

    def add_metadata(self, noun: Metadata) -> Metadata:
        """Create what `noun` describes (its `id` is ignored) and give it back as it is there; Conflict on a taken name.

        An option is added to an existing custom field by giving the field, under its own id, with more `options`.
        """
        ...
