"""The contract of adding users, types, statuses and the like, and a way to furnish an empty project."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from anybacklog.abilities import METADATA_KINDS
from anybacklog.backend import (
    AddsMetadata,
    Backend,
)
from anybacklog.errors import Conflict
from anybacklog.model import (
    FIELD_TYPES,
    Category,
    CustomField,
    FieldType,
    Milestone,
    Named,
    Priority,
    Resolution,
    Status,
    TicketType,
    User,
    Version,
)
from anybacklog.testing.common import Contract, assert_well_formed, make_ticket
from anybacklog.testing.drafts import custom_value, read_value


class AddsMetadataContract(Contract):
    """For backends that can be given new words. Override `backend`."""

    @pytest.mark.parametrize("kind", METADATA_KINDS)
    def test_what_is_added_is_listed(self, backend: AddsMetadata, kind: str) -> None:
        if creatable(backend, kind):
            before = listed(backend, kind)
            noun = new_noun(backend, kind)
            added = backend.add_metadata(noun)
            assert_well_formed(added)
            assert replace(added, id="") == replace(noun, id="")
            assert added.id not in {each.id for each in before}
            after = listed(backend, kind)
            assert added in after
            assert [each for each in after if each.id != added.id] == before  # wherever in the order the new one stands

    @pytest.mark.parametrize("kind", METADATA_KINDS)
    def test_a_taken_name_is_a_conflict(self, backend: AddsMetadata, kind: str) -> None:
        if creatable(backend, kind):
            noun = new_noun(backend, kind)
            backend.add_metadata(noun)
            with pytest.raises(Conflict):
                backend.add_metadata(noun)

    @pytest.mark.parametrize("type_", FIELD_TYPES)
    def test_a_field_of_every_type_can_be_added_and_used(self, backend: AddsMetadata, type_: FieldType) -> None:
        if creatable(backend, "custom_fields"):
            added = backend.add_metadata(_new_field(backend, type_))
            assert isinstance(added, CustomField)
            assert [option.name for option in added.options] == (["One", "Two 𠮷"] if "choice" in type_ else [])
            assert isinstance(backend, Backend)
            made = make_ticket(backend, custom_fields={added.id: custom_value(added)})
            assert [value.value for value in made.custom_fields if value.id == added.id] == [
                read_value(added, custom_value(added))
            ]

    def test_an_option_is_added_to_a_field_given_under_its_own_id(self, backend: AddsMetadata) -> None:
        if creatable(backend, "custom_fields"):
            field = backend.add_metadata(_new_field(backend, "choice"))
            assert isinstance(field, CustomField)
            more = replace(field, options=(*field.options, Named(id="", name="Three")))
            extended = backend.add_metadata(more)
            assert isinstance(extended, CustomField)
            assert (extended.id, extended.options[:2]) == (field.id, field.options)
            assert [option.name for option in extended.options] == ["One", "Two 𠮷", "Three"]
            assert extended in listed(backend, "custom_fields")


def furnish(backend: Backend) -> None:
    """Add two of every kind of metadata the backend takes, and a field of every type: an empty list tests little."""
    assert isinstance(backend, AddsMetadata)
    for kind in sorted(backend.abilities.creatable - {"custom_fields"}):
        for _ in range(2):
            backend.add_metadata(new_noun(backend, kind))
    if "custom_fields" in backend.abilities.creatable:
        for type_ in FIELD_TYPES:
            backend.add_metadata(_new_field(backend, type_))


_CLASSES: dict[str, type[Named]] = {
    "ticket_types": TicketType,
    "priorities": Priority,
    "resolutions": Resolution,
    "categories": Category,
    "milestones": Milestone,
    "versions": Version,
}


def creatable(backend: AddsMetadata, kind: str) -> bool:
    """Tell whether a kind of word can be made there."""
    return isinstance(backend, Backend) and kind in backend.abilities.creatable


def listed(backend: AddsMetadata, kind: str) -> list[Any]:
    """List the words of a kind."""
    return list(getattr(backend, kind)())


def new_noun(backend: AddsMetadata, kind: str) -> Any:
    """Describe a word of a kind that is not there yet."""
    name = _unused_name(listed(backend, kind))
    if kind == "users":
        return User(id="", login=f"{name} login", name=name, email=f"kit{len(listed(backend, kind))}@example.com")
    if kind == "statuses":
        return Status(id="", name=name, category="in_progress")
    return _new_field(backend, "text") if kind == "custom_fields" else _CLASSES[kind](id="", name=name)


def _new_field(backend: AddsMetadata, type_: FieldType) -> CustomField:
    options = (Named(id="", name="One"), Named(id="", name="Two 𠮷")) if "choice" in type_ else ()
    return CustomField(id="", name=_unused_name(listed(backend, "custom_fields")), type=type_, options=options)


def _unused_name(taken: Iterable[Named | User]) -> str:
    """Make up a name that is new even in a project the kit has been at before."""
    names = {each.name for each in taken}
    return next(name for name in (f"Kit 𠮷 {number}" for number in range(len(names) + 1)) if name not in names)
