"""The contract of deleting users, types, statuses and the like."""

from __future__ import annotations

import pytest

from anybacklog.abilities import METADATA_KINDS
from anybacklog.backend import AddsMetadata, Backend, CreatesTickets, DeletesMetadata
from anybacklog.errors import Conflict, NotFound
from anybacklog.model import CustomField
from anybacklog.testing.common import Contract, make_ticket
from anybacklog.testing.drafts import custom_value
from anybacklog.testing.metadata import creatable, listed, new_noun

_USED_BY = {
    "users": "assignees", "ticket_types": "type", "statuses": "status", "priorities": "priority",
    "resolutions": "resolution", "categories": "categories", "milestones": "milestones",
    "versions": "affected_versions",
}  # fmt: skip


class DeletesMetadataContract(Contract):
    """For backends whose words can be deleted again. Override `backend`."""

    @pytest.mark.parametrize("kind", METADATA_KINDS)
    def test_what_nothing_uses_goes_and_nothing_else(self, backend: DeletesMetadata, kind: str) -> None:
        assert isinstance(backend, AddsMetadata)
        if creatable(backend, kind):
            before = listed(backend, kind)
            added = backend.add_metadata(new_noun(backend, kind))
            backend.delete_metadata(added)
            assert listed(backend, kind) == before
            with pytest.raises(NotFound):
                backend.delete_metadata(added)

    @pytest.mark.parametrize("kind", METADATA_KINDS)
    def test_what_a_ticket_uses_stays(self, backend: DeletesMetadata, kind: str) -> None:
        assert isinstance(backend, AddsMetadata)
        if creatable(backend, kind) and isinstance(backend, Backend) and isinstance(backend, CreatesTickets):
            added = backend.add_metadata(new_noun(backend, kind))
            if isinstance(added, CustomField):
                made = make_ticket(backend, custom_fields={added.id: custom_value(added)})
            else:
                several = _USED_BY[kind] in ("assignees", "categories", "milestones", "affected_versions")
                made = make_ticket(backend, **{_USED_BY[kind]: [added.id] if several else added.id})
            with pytest.raises(Conflict):
                backend.delete_metadata(added)
            assert added.id in {each.id for each in listed(backend, kind)}
            assert backend.ticket(made.id) == made
