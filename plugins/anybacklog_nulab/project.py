"""The project's people and words: listed, and made where the service lets one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from anybacklog.plugin import (
    Category,
    Conflict,
    CustomField,
    Metadata,
    Milestone,
    NotFound,
    Priority,
    Project,
    Resolution,
    Status,
    TicketType,
    UnsupportedOperation,
    User,
    Version,
)  # fmt: skip
from anybacklog_nulab import convert, metadata
from anybacklog_nulab.custom_fields import to_field
from anybacklog_nulab.listing import Json
from anybacklog_nulab.nouns import N
from anybacklog_nulab.opened import Opened
from anybacklog_nulab.schemas import FIELD, PROJECT, STATUS, USER, WORDS

W = TypeVar("W", TicketType, Category, Milestone, Version)


class ProjectOperations(Opened):
    """Who and what there is in a project."""

    def projects(self) -> Sequence[Project]:
        """List the projects the key's owner has joined, archived ones too: `GET /projects` (get-project-list), read."""
        rows = self._client.rows("projects")
        return [convert.to_project(PROJECT.load(row), row, self._web) for row in rows]

    def myself(self) -> User:
        """Read the key's owner: `GET /users/myself` (get-own-user), read."""
        owner: User = USER.load(self._client.get("users/myself"))
        return owner

    def users(self) -> Sequence[User]:
        """List the members: `GET /projects/{p}/users` (get-project-user-list), read; `/users` is for administrators."""
        members: Sequence[User] = USER.load(self._client.rows(f"{self._path}/users"), many=True)
        return members

    def ticket_types(self) -> Sequence[TicketType]:
        """List the types: `GET /projects/{p}/issueTypes` (get-issue-type-list), read."""
        return self._words_of(TicketType, f"{self._path}/issueTypes")

    def statuses(self) -> Sequence[Status]:
        """List the statuses: `GET /projects/{p}/statuses` (get-status-list-of-project), read.

        A space that has no such route (observed: error 6) has only Nulab's own four, listed by `GET /statuses`.
        """
        try:
            rows = self._client.rows(f"{self._path}/statuses")
        except NotFound:
            rows = self._client.rows("statuses")
        return [replace(STATUS.load(row), raw=row) for row in rows]

    def priorities(self) -> Sequence[Priority]:
        """List the priorities: `GET /priorities` (get-priority-list), read."""
        return self._named(Priority, "priorities")

    def resolutions(self) -> Sequence[Resolution]:
        """List the resolutions: `GET /resolutions` (get-resolution-list), read. Id 0 is one of them."""
        return self._named(Resolution, "resolutions")

    def categories(self) -> Sequence[Category]:
        """List the categories: `GET /projects/{p}/categories` (get-category-list), read."""
        return self._words_of(Category, f"{self._path}/categories")

    def milestones(self) -> Sequence[Milestone]:
        """List the milestones: `GET /projects/{p}/versions` (get-version-milestone-list), read."""
        return self._words_of(Milestone, f"{self._path}/versions")

    def versions(self) -> Sequence[Version]:
        """List the versions: `GET /projects/{p}/versions` (get-version-milestone-list), read.

        They are the same objects as the milestones; an issue refers to them twice.
        """
        return self._words_of(Version, f"{self._path}/versions")

    def custom_fields(self) -> Sequence[CustomField]:
        """List the project's own fields: `GET /projects/{p}/customFields` (get-custom-field-list), read.

        None where the space's plan has no custom fields, which the service says with error 7 or 2 (observed).
        """
        try:
            rows = self._client.rows(f"{self._path}/customFields")
        except UnsupportedOperation as error:
            self._fieldless = error.reason
            return []
        return [to_field(FIELD.load(row), row) for row in rows]

    def add_metadata(self, noun: Metadata) -> Metadata:
        """Make a type, status, category, milestone, version or custom field, or more choices of a field; update.

        By kind: `POST /projects/{p}/issueTypes` (add-issue-type), `POST /projects/{p}/statuses` (add-status: 8 beside
        Nulab's four), `POST /projects/{p}/categories` (add-category), `POST /projects/{p}/versions`
        (add-version-milestone), `POST /projects/{p}/customFields` (add-custom-field),
        `POST /projects/{p}/customFields/{id}/items` (add-list-item-for-list-type-custom-field); for administrators of
        the project. Conflict on a taken name, for which the list is read first; a milestone and a version of one name
        are one object.
        """
        self._words.clear()
        path = f"{self._path}/{metadata.path_of(noun)}"
        rows = self._client.rows(path)
        same = next((row for row in rows if row.get("name") == noun.name), None)
        if same is None:
            return _as(noun, self._client.write("POST", path, metadata.to_form(noun, len(rows))))
        if isinstance(noun, CustomField) and str(same["id"]) == noun.id:
            return self._with_more_options(noun, same, f"{path}/{noun.id}/items")
        raise Conflict(
            f"there is a {type(noun).__name__} {noun.name!r} already, with the id {same['id']}; use that one"
        )

    def delete_metadata(self, noun: Metadata) -> None:
        """Delete a type, status, category, milestone, version or custom field that no issue has; update.

        By kind: `DELETE /projects/{p}/issueTypes/{id}` (delete-issue-type), `DELETE /projects/{p}/statuses/{id}`
        (delete-status), `DELETE /projects/{p}/categories/{id}` (delete-category), `DELETE /projects/{p}/versions/{id}`
        (delete-version), `DELETE /projects/{p}/customFields/{id}` (delete-custom-field). The service would take a word
        in use from its issues, so they are counted first (count-issue); for a custom field they are all listed.
        """
        self._words.clear()
        path = f"{self._path}/{metadata.path_of(noun)}"
        ids = [str(row["id"]) for row in self._client.rows(path)]
        if noun.id not in ids:
            raise NotFound(type(noun).__name__, noun.id)
        if self._is_used(noun):
            raise Conflict(f"{type(noun).__name__} {noun.name!r} is in use, so it stays; change its issues first")
        self._client.session.request("DELETE", f"{path}/{noun.id}", params=metadata.to_delete(noun, ids))

    def _is_used(self, noun: Metadata) -> bool:
        of_project = {"projectId[]": str(self._project["id"])}
        if isinstance(noun, CustomField):
            issues = self._client.issues(of_project, sort="created", descending=False)
            return any(metadata.has_value(issue, noun.id) for issue in issues)
        return any(self._client.count_issues({**of_project, name: [noun.id]}) for name in metadata.filters_for(noun))

    def _with_more_options(self, field: CustomField, row: Json, path: str) -> CustomField:
        known = {option.name for option in to_field(FIELD.load(row), row).options}
        for option in field.options:
            if option.name not in known:
                row = self._client.write("POST", path, {"name": option.name})
        return to_field(FIELD.load(row), row)

    def _definitions(self) -> dict[str, CustomField]:
        """Give the custom fields by id, read once."""
        return {field.id: field for field in self._once("custom fields", self.custom_fields)}

    def _first_type(self) -> str:
        return str(self._once("types", self.ticket_types)[0].id)

    def _once(self, what: str, read: Any) -> Any:
        if what not in self._words:
            self._words[what] = read()
        return self._words[what]

    def _words_of(self, noun: type[W], path: str) -> Sequence[W]:
        """List a project's own words, with all that the space says of them."""
        rows = self._client.rows(path)
        words: Sequence[W] = WORDS[noun].load(rows, many=True)
        return [replace(word, raw=row) for word, row in zip(words, rows, strict=True)]

    def _named(self, noun: type[N], path: str) -> Sequence[N]:
        words: Sequence[N] = WORDS[noun].load(self._client.rows(path), many=True)
        return words


def _as(noun: Metadata, row: Json) -> Metadata:
    """Give what was made, as it is there."""
    if isinstance(noun, CustomField):
        return to_field(FIELD.load(row), row)
    made: Metadata = (STATUS if isinstance(noun, Status) else WORDS[type(noun)]).load(row)
    return made
