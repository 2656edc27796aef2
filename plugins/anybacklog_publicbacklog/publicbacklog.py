"""What PublicBacklog has around tickets: `tracker.extension(anybacklog_publicbacklog.PublicBacklog)`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from anybacklog.plugin import Project, ValidationError
from anybacklog_publicbacklog import convert
from anybacklog_publicbacklog.answers import Json
from anybacklog_publicbacklog.client import PublicBacklogClient
from anybacklog_publicbacklog.scan import Scan


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """The organization that owns the key; what its answer leaves out is None, all of it is in `raw`."""

    id: str | None
    name: str | None
    raw: Mapping[str, Any] = field(compare=False, repr=False)


class PublicBacklog:
    """The organization of a tracker, its backlogs, and where a listing stands."""

    def __init__(self, client: PublicBacklogClient, scan: Callable[[], Scan]) -> None:
        self._client = client
        self._scan = scan

    @property
    def scan(self) -> Scan:
        """Where the last listing stands, or ended: `resume_from` goes into `options={"scan_from": ...}`."""
        return self._scan()

    def organization(self) -> Organization:
        """Read the organization that owns the key: `GET get-organization`."""
        raw = self._client.organization()
        known, name = convert.id_and_name(raw, "organization")
        return Organization(id=known, name=name, raw=raw)

    def add_organization_user(self, email: str, first_name: str, last_name: str | None = None) -> Mapping[str, Any]:
        """Add a regular user, never an admin: `POST add-organization-user`; gives the service's answer."""
        for name, value in {"email": email, "first_name": first_name}.items():
            if not value:
                raise ValidationError(f"a user needs {name}", field=name, value=value)
        fields = {"email": email, "firstName": first_name}
        return self._client.add_organization_user(fields | ({"lastName": last_name} if last_name else {}))

    def backlog(self, *, name: str | None = None, id: int | None = None) -> Project:
        """Read a backlog of the organization by name, or by id: `GET get-backlog`. Give one of the two.

        NotFound where there is none; ValidationError where the service knows backlogs by name only.
        """
        if (name is None) == (id is None):
            raise ValidationError("a backlog is named by its name or by its id; give one of the two", field="name")
        if name is not None:
            return convert.to_project(self._client.backlog(backlogName=name), name)
        return convert.to_project(self._by_id(int(id or 0)), str(id))

    def _by_id(self, id: int) -> Json:
        try:
            return self._client.backlog(backlogId=id)
        except ValidationError as error:  # it is in older pages only
            raise ValidationError(
                f"the service did not take the id {id} of a backlog; it may know backlogs by name only: give name",
                field="id",
                value=id,
            ) from error
