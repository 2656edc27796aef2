"""A project's words, with all that Nulab keeps of them: listed, made, changed, deleted.

`Tracker.add_metadata` makes them as any backend does; here they are made and changed with what only Nulab has, so that
a project can be prepared for a migration. Writing is for the project's administrators: PermissionDenied for others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Unpack

from anybacklog.plugin import NotFound, ProtocolError, UnsupportedOperation
from anybacklog_nulab.extra_schemas import read
from anybacklog_nulab.metadata import STATUS_COLORS, TYPE_COLORS
from anybacklog_nulab.reach import Reach, Ref, id_of, to_changes, to_form
from anybacklog_nulab.words import (
    Category,
    CustomField,
    CustomFieldChanges,
    CustomFieldParts,
    IssueType,
    IssueTypeChanges,
    IssueTypeParts,
    Status,
    StatusChanges,
    Version,
    VersionChanges,
    VersionParts,
)


class WordEdits(Reach):
    """Issue types, statuses, categories, versions, custom fields and their choices.

    Making, changing and deleting: PermissionDenied unless an administrator of the project, NotFound for an id that is
    not there, ValidationError for a name that is taken, for a part or value that is none, and for nothing to change.
    """

    def issue_types(self) -> Sequence[IssueType]:
        """List the types: `GET /projects/{p}/issueTypes` (get-issue-type-list), read; all in one answer."""
        return self._all(IssueType, f"{self._path}/issueTypes")

    def create_issue_type(self, name: str, **parts: Unpack[IssueTypeParts]) -> IssueType:
        """Make a type: `POST /projects/{p}/issueTypes` (add-issue-type), update. ValidationError for a taken name."""
        form = {"name": name, "color": TYPE_COLORS[0]} | to_form("new issue type", parts, IssueTypeParts)
        return self._written(IssueType, "POST", f"{self._path}/issueTypes", form)

    def update_issue_type(self, type_id: Ref, **changes: Unpack[IssueTypeChanges]) -> IssueType:
        """Change a type: `PATCH /projects/{p}/issueTypes/{id}` (update-issue-type), update."""
        form = to_changes("issue type", changes, IssueTypeChanges)
        return self._written(IssueType, "PATCH", f"{self._path}/issueTypes/{id_of('issue type', type_id)}", form)

    def delete_issue_type(self, type_id: Ref, *, substitute: Ref) -> IssueType:
        """Delete a type for good: `DELETE /projects/{p}/issueTypes/{id}` (delete-issue-type), update.

        Its issues get the type `substitute`.
        """
        path = f"{self._path}/issueTypes/{id_of('issue type', type_id)}"
        return self._deleted(IssueType, path, {"substituteIssueTypeId": id_of("issue type", substitute)})

    def statuses(self) -> Sequence[Status]:
        """List the statuses in their order: `GET /projects/{p}/statuses` (get-status-list-of-project), read."""
        return self._all(Status, f"{self._path}/statuses")

    def create_status(self, name: str, *, color: str = STATUS_COLORS[0]) -> Status:
        """Make a status: `POST /projects/{p}/statuses` (add-status), update; 8 beside Nulab's own four.

        ValidationError for one too many and a taken name. Tickets in it count as in progress.
        """
        return self._written(Status, "POST", f"{self._path}/statuses", {"name": name, "color": color})

    def update_status(self, status_id: Ref, **changes: Unpack[StatusChanges]) -> Status:
        """Change a status of the project's own: `PATCH /projects/{p}/statuses/{id}` (update-status), update.

        ValidationError for one of Nulab's four.
        """
        form = to_changes("status", changes, StatusChanges)
        return self._written(Status, "PATCH", f"{self._path}/statuses/{id_of('status', status_id)}", form)

    def delete_status(self, status_id: Ref, *, substitute: Ref) -> Status:
        """Delete a status of the project's own for good: `DELETE /projects/{p}/statuses/{id}` (delete-status), update.

        Its issues get the status `substitute`.
        """
        path = f"{self._path}/statuses/{id_of('status', status_id)}"
        return self._deleted(Status, path, {"substituteStatusId": id_of("status", substitute)})

    def order_statuses(self, status_ids: Iterable[Ref]) -> Sequence[Status]:
        """Put the statuses, all of them, in a new order: `PATCH /projects/{p}/statuses/updateDisplayOrder`, update.

        Page: update-order-of-status. ValidationError unless open is first, closed last, in progress before resolved.
        """
        ids = [id_of("status", each) for each in status_ids]
        self._forget()
        path = f"{self._path}/statuses/updateDisplayOrder"
        rows = self._client.session.request("PATCH", path, data={"statusId[]": ids})
        if not isinstance(rows, list):
            raise ProtocolError(f"PATCH {path} was not answered with the statuses; look at their order, and report it")
        return [read(Status, row) for row in rows]

    def categories(self) -> Sequence[Category]:
        """List the categories: `GET /projects/{p}/categories` (get-category-list), read; all in one answer."""
        return self._all(Category, f"{self._path}/categories")

    def create_category(self, name: str) -> Category:
        """Make a category: `POST /projects/{p}/categories` (add-category), update. ValidationError for a taken name."""
        return self._written(Category, "POST", f"{self._path}/categories", {"name": name})

    def update_category(self, category_id: Ref, *, name: str) -> Category:
        """Rename a category: `PATCH /projects/{p}/categories/{id}` (update-category), update."""
        path = f"{self._path}/categories/{id_of('category', category_id)}"
        return self._written(Category, "PATCH", path, {"name": name})

    def delete_category(self, category_id: Ref) -> Category:
        """Delete a category for good: `DELETE /projects/{p}/categories/{id}` (delete-category), update.

        Its issues lose it.
        """
        return self._deleted(Category, f"{self._path}/categories/{id_of('category', category_id)}")

    def versions(self) -> Sequence[Version]:
        """List versions, which are milestones: `GET /projects/{p}/versions` (get-version-milestone-list), read."""
        return self._all(Version, f"{self._path}/versions")

    def create_version(self, name: str, **parts: Unpack[VersionParts]) -> Version:
        """Make a version: `POST /projects/{p}/versions` (add-version-milestone), update.

        ValidationError for a taken name. It cannot begin archived.
        """
        form = {"name": name} | to_form("new version", parts, VersionParts)
        return self._written(Version, "POST", f"{self._path}/versions", form)

    def update_version(self, version_id: Ref, **changes: Unpack[VersionChanges]) -> Version:
        """Change a version: `PATCH /projects/{p}/versions/{id}` (update-version-milestone), update.

        The page wants the name with every change, so where it stays it is looked up: `GET /projects/{p}/versions`,
        read. NotFound where there is no such version.
        """
        form = to_changes("version", changes, VersionChanges)
        number = id_of("version", version_id)
        if "name" not in form:
            form["name"] = self._name_of_version(number)
        return self._written(Version, "PATCH", f"{self._path}/versions/{number}", form)

    def delete_version(self, version_id: Ref) -> Version:
        """Delete a version for good: `DELETE /projects/{p}/versions/{id}` (delete-version), update. Issues lose it."""
        return self._deleted(Version, f"{self._path}/versions/{id_of('version', version_id)}")

    def custom_fields(self) -> Sequence[CustomField]:
        """List the custom fields: `GET /projects/{p}/customFields` (get-custom-field-list), read.

        None where the space's plan has no custom fields, which the service says with error 7 or 2 (observed).
        """
        try:
            return self._all(CustomField, f"{self._path}/customFields")
        except UnsupportedOperation:
            return []

    def create_custom_field(self, name: str, type_id: int, **parts: Unpack[CustomFieldParts]) -> CustomField:
        """Make a field: `POST /projects/{p}/customFields` (add-custom-field), update.

        ValidationError for a taken name and for a part that its type does not have; UnsupportedOperation where the plan
        has none.
        """
        form = {"name": name, "typeId": type_id} | to_form("new custom field", parts, CustomFieldParts)
        return self._written(CustomField, "POST", f"{self._path}/customFields", form)

    def update_custom_field(self, field_id: Ref, **changes: Unpack[CustomFieldChanges]) -> CustomField:
        """Change a field: `PATCH /projects/{p}/customFields/{id}` (update-custom-field), update. Its type stays."""
        form = to_changes("custom field", changes, CustomFieldChanges)
        return self._written(CustomField, "PATCH", self._field(field_id), form)

    def delete_custom_field(self, field_id: Ref) -> CustomField:
        """Delete a field and what issues have in it, for good: `DELETE /projects/{p}/customFields/{id}`, update.

        Page: delete-custom-field.
        """
        return self._deleted(CustomField, self._field(field_id))

    def create_item(self, field_id: Ref, name: str) -> CustomField:
        """Add a choice to a list, and give the field: `POST /projects/{p}/customFields/{id}/items`, update.

        Page: add-list-item-for-list-type-custom-field. Everybody may where the field says `allow_add_item`.
        """
        return self._written(CustomField, "POST", f"{self._field(field_id)}/items", {"name": name})

    def update_item(self, field_id: Ref, item_id: Ref, *, name: str) -> CustomField:
        """Rename a choice, and give the field: `PATCH /projects/{p}/customFields/{id}/items/{id}`, update.

        Page: update-list-item-for-list-type-custom-field.
        """
        return self._written(
            CustomField, "PATCH", f"{self._field(field_id)}/items/{id_of('item', item_id)}", {"name": name}
        )

    def delete_item(self, field_id: Ref, item_id: Ref) -> CustomField:
        """Delete a choice for good, and give the field: `DELETE /projects/{p}/customFields/{id}/items/{id}`, update.

        Page: delete-list-item-for-list-type-custom-field. Issues lose it; copying one that has nothing else in a field
        that must be filled then fails (observed).
        """
        return self._deleted(CustomField, f"{self._field(field_id)}/items/{id_of('item', item_id)}")

    def _field(self, field_id: Ref) -> str:
        return f"{self._path}/customFields/{id_of('custom field', field_id)}"

    def _name_of_version(self, number: str) -> str:
        found = next((each.name for each in self.versions() if each.id == number), None)
        if found is None:
            raise NotFound("version", number)
        return found
