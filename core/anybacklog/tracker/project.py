"""The project and its words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from anybacklog.backend import (
    AddsMetadata,
    DeletesMetadata,
    KnowsMyself,
    ListsActivities,
    ListsProjects,
    Metadata,
)  # fmt: skip
from anybacklog.errors import UnsupportedOperation
from anybacklog.model import (
    Activity,
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
)  # fmt: skip
from anybacklog.tracker.opened import Opened


class ProjectOperations(Opened):
    """Who and what there is in a project."""

    def project(self) -> Project:
        """Read the project the URL names."""
        with self._during("project"):
            return self._backend.project()

    def projects(self) -> Sequence[Project]:
        """List the projects these credentials see; works without a project in the URL."""
        with self._during("projects"):
            return tuple(self._able(ListsProjects, "projects").projects())

    def myself(self) -> User:
        """Read whose credentials these are; works without a project in the URL."""
        with self._during("myself"):
            return self._able(KnowsMyself, "myself").myself()

    def users(self) -> Sequence[User]:
        """List the people of the project."""
        return self._vocabulary("users")

    def ticket_types(self) -> Sequence[TicketType]:
        """List the types a ticket can have."""
        return self._vocabulary("ticket_types")

    def statuses(self) -> Sequence[Status]:
        """List the statuses a ticket can have, in workflow order."""
        return self._vocabulary("statuses")

    def priorities(self) -> Sequence[Priority]:
        """List the priorities a ticket can have."""
        return self._vocabulary("priorities")

    def resolutions(self) -> Sequence[Resolution]:
        """List the resolutions a ticket can end with."""
        return self._vocabulary("resolutions")

    def categories(self) -> Sequence[Category]:
        """List the categories of the project."""
        return self._vocabulary("categories")

    def milestones(self) -> Sequence[Milestone]:
        """List the milestones of the project."""
        return self._vocabulary("milestones")

    def versions(self) -> Sequence[Version]:
        """List the versions a ticket can affect."""
        return self._vocabulary("versions")

    def custom_fields(self) -> Sequence[CustomField]:
        """List the definitions of the project's own fields."""
        return self._vocabulary("custom_fields")

    def add_metadata(self, kind: str, noun: Metadata) -> Metadata:
        """Create a type, status, user and the like in the project; `kind` is the method that lists it."""
        with self._during("add_metadata"):
            if kind not in self.capabilities.creatable:
                reason = f"the {self.location.scheme} backend cannot create {kind.replace('_', ' ')}"
                raise UnsupportedOperation("add_metadata", reason)
            self._words.forget(kind)
            return self._able(AddsMetadata, "add_metadata").add_metadata(noun)

    def delete_metadata(self, kind: str, noun: Metadata) -> None:
        """Delete a type, status, user and the like for good; Conflict while anything uses it."""
        with self._during("delete_metadata"):
            backend = self._able(DeletesMetadata, "delete_metadata")
            self._words.forget(kind)
            backend.delete_metadata(noun)

    def activities(self) -> Iterator[Activity]:
        """Yield what happened in the project, newest first."""
        with self._during("activities"):
            return self._able(ListsActivities, "activities").activities()

    def _vocabulary(self, kind: str) -> tuple[Any, ...]:
        with self._during(kind):
            self._able(object, kind)
            return tuple(self._words.all(kind))
