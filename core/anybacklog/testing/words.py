"""Contracts of what a project defines, who is in it, and what can be added to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from anybacklog.abilities import METADATA_KINDS
from anybacklog.backend import (
    AddsMetadata,
    Backend,
    CreatesTickets,
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
from anybacklog.errors import Conflict
from anybacklog.model import (
    FIELD_TYPES,
    STATUS_CATEGORIES,
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
from anybacklog.testing.common import Contract, assert_distinct, assert_well_formed, make_ticket
from anybacklog.testing.drafts import custom_value


class ListsProjectsContract(Contract):
    """For backends that list projects. Override `backend`."""

    def test_the_project_is_among_the_projects(self, backend: ListsProjects) -> None:
        projects = list(backend.projects())
        assert_well_formed(*projects)
        assert_distinct(project.id for project in projects)
        assert isinstance(backend, Backend)
        assert backend.project() in projects


class KnowsMyselfContract(Contract):
    """For backends that know whose credentials are in use. Override `backend`."""

    def test_i_am_somebody_and_stay_so(self, backend: KnowsMyself) -> None:
        myself = backend.myself()
        assert_well_formed(myself)
        assert myself.name
        assert backend.myself() == myself


class ListsUsersContract(Contract):
    """For backends that list people. Override `backend`."""

    def test_people_are_listed_once_each(self, backend: ListsUsers) -> None:
        people = list(backend.users())
        assert_well_formed(*people)
        assert_distinct(user.id for user in people)
        assert all(user.name for user in people)

    def test_everyone_can_be_given_a_ticket(self, backend: ListsUsers) -> None:
        if isinstance(backend, Backend) and backend.abilities.native.get("assignees"):
            for user in list(backend.users())[:3]:
                assert make_ticket(backend, assignees=[user.id]).assignees == (user,)


class ListsTicketTypesContract(Contract):
    """For backends whose tickets have a type. Override `backend`."""

    def test_types_are_listed_once_each_in_an_order_that_stays(self, backend: ListsTicketTypes) -> None:
        words = list(backend.ticket_types())
        _assert_words(words)
        assert list(backend.ticket_types()) == words

    def test_a_ticket_can_have_any_type(self, backend: ListsTicketTypes) -> None:
        _assert_usable(backend, "type", list(backend.ticket_types()))


class ListsStatusesContract(Contract):
    """For backends whose tickets have a status. Override `backend`."""

    def test_statuses_are_listed_once_each_in_an_order_that_stays(self, backend: ListsStatuses) -> None:
        words = list(backend.statuses())
        _assert_words(words)
        assert list(backend.statuses()) == words

    def test_a_ticket_can_have_any_status(self, backend: ListsStatuses) -> None:
        _assert_usable(backend, "status", list(backend.statuses()))

    def test_every_status_counts_as_one_of_three_categories(self, backend: ListsStatuses) -> None:
        categories = {status.category for status in backend.statuses()}
        assert categories <= set(STATUS_CATEGORIES)
        assert "open" in categories


class ListsPrioritiesContract(Contract):
    """For backends whose tickets have a priority. Override `backend`."""

    def test_priorities_are_listed_once_each_in_an_order_that_stays(self, backend: ListsPriorities) -> None:
        words = list(backend.priorities())
        _assert_words(words)
        assert list(backend.priorities()) == words

    def test_a_ticket_can_have_any_priority(self, backend: ListsPriorities) -> None:
        _assert_usable(backend, "priority", list(backend.priorities()))


class ListsResolutionsContract(Contract):
    """For backends whose tickets end with a resolution. Override `backend`."""

    def test_resolutions_are_listed_once_each_in_an_order_that_stays(self, backend: ListsResolutions) -> None:
        words = list(backend.resolutions())
        _assert_words(words)
        assert list(backend.resolutions()) == words

    def test_a_ticket_can_have_any_resolution(self, backend: ListsResolutions) -> None:
        _assert_usable(backend, "resolution", list(backend.resolutions()))


class ListsCategoriesContract(Contract):
    """For backends that sort tickets into categories. Override `backend`."""

    def test_categories_are_listed_once_each_in_an_order_that_stays(self, backend: ListsCategories) -> None:
        words = list(backend.categories())
        _assert_words(words)
        assert list(backend.categories()) == words

    def test_a_ticket_can_have_any_category(self, backend: ListsCategories) -> None:
        _assert_usable(backend, "categories", list(backend.categories()))


class ListsMilestonesContract(Contract):
    """For backends that plan tickets for milestones. Override `backend`."""

    def test_milestones_are_listed_once_each_in_an_order_that_stays(self, backend: ListsMilestones) -> None:
        words = list(backend.milestones())
        _assert_words(words)
        assert list(backend.milestones()) == words

    def test_a_ticket_can_have_any_milestone(self, backend: ListsMilestones) -> None:
        _assert_usable(backend, "milestones", list(backend.milestones()))


class ListsVersionsContract(Contract):
    """For backends whose tickets say which versions they affect. Override `backend`."""

    def test_versions_are_listed_once_each_in_an_order_that_stays(self, backend: ListsVersions) -> None:
        words = list(backend.versions())
        _assert_words(words)
        assert list(backend.versions()) == words

    def test_a_ticket_can_have_any_version(self, backend: ListsVersions) -> None:
        _assert_usable(backend, "affected_versions", list(backend.versions()))


class ListsCustomFieldsContract(Contract):
    """For backends with fields of the project's own. Override `backend`."""

    def test_fields_are_listed_once_each_with_their_options(self, backend: ListsCustomFields) -> None:
        definitions = list(backend.custom_fields())
        assert_well_formed(*definitions)
        assert_distinct(definition.id for definition in definitions)
        for definition in definitions:
            assert definition.type in FIELD_TYPES
            assert_distinct(option.id for option in definition.options)

    def test_a_value_reads_back_as_its_field_says(self, backend: ListsCustomFields) -> None:
        if isinstance(backend, Backend) and backend.abilities.native.get("custom_fields"):
            for definition in backend.custom_fields():
                for other in (False, True):
                    given = custom_value(definition, other=other)
                    made = make_ticket(backend, custom_fields={definition.id: given})
                    found = {value.id: value for value in made.custom_fields}[definition.id]
                    assert (found.name, found.type) == (definition.name, definition.type)
                    assert found.value == _read_as(definition, given)


class AddsMetadataContract(Contract):
    """For backends that can be given new words. Override `backend`."""

    @pytest.mark.parametrize("kind", METADATA_KINDS)
    def test_what_is_added_is_listed(self, backend: AddsMetadata, kind: str) -> None:
        if _creatable(backend, kind):
            before = _listed(backend, kind)
            noun = _new(backend, kind)
            added = backend.add_metadata(noun)
            assert_well_formed(added)
            assert replace(added, id="") == replace(noun, id="")
            assert added.id not in {each.id for each in before}
            assert _listed(backend, kind) == [*before, added]

    @pytest.mark.parametrize("kind", METADATA_KINDS)
    def test_a_taken_name_is_a_conflict(self, backend: AddsMetadata, kind: str) -> None:
        if _creatable(backend, kind):
            noun = _new(backend, kind)
            backend.add_metadata(noun)
            with pytest.raises(Conflict):
                backend.add_metadata(noun)

    @pytest.mark.parametrize("type_", FIELD_TYPES)
    def test_a_field_of_every_type_can_be_added_and_used(self, backend: AddsMetadata, type_: FieldType) -> None:
        if _creatable(backend, "custom_fields"):
            added = backend.add_metadata(_new_field(backend, type_))
            assert isinstance(added, CustomField)
            assert [option.name for option in added.options] == (["One", "Two 𠮷"] if "choice" in type_ else [])
            assert isinstance(backend, Backend)
            made = make_ticket(backend, custom_fields={added.id: custom_value(added)})
            assert [value.value for value in made.custom_fields if value.id == added.id] == [
                _read_as(added, custom_value(added))
            ]

    def test_an_option_is_added_to_a_field_given_under_its_own_id(self, backend: AddsMetadata) -> None:
        if _creatable(backend, "custom_fields"):
            field = backend.add_metadata(_new_field(backend, "choice"))
            assert isinstance(field, CustomField)
            more = replace(field, options=(*field.options, Named(id="", name="Three")))
            extended = backend.add_metadata(more)
            assert isinstance(extended, CustomField)
            assert (extended.id, extended.options[:2]) == (field.id, field.options)
            assert [option.name for option in extended.options] == ["One", "Two 𠮷", "Three"]
            assert extended in _listed(backend, "custom_fields")


def furnish(backend: Backend) -> None:
    """Add two of every kind of metadata the backend takes, and a field of every type: an empty list tests little."""
    assert isinstance(backend, AddsMetadata)
    for kind in sorted(backend.abilities.creatable - {"custom_fields"}):
        for _ in range(2):
            backend.add_metadata(_new(backend, kind))
    if "custom_fields" in backend.abilities.creatable:
        for type_ in FIELD_TYPES:
            backend.add_metadata(_new_field(backend, type_))


def _assert_words(words: Sequence[Named]) -> None:
    assert_well_formed(*words)
    assert_distinct(word.id for word in words)
    assert all(word.name for word in words)


def _assert_usable(backend: object, field: str, words: Sequence[Named]) -> None:
    if isinstance(backend, Backend) and isinstance(backend, CreatesTickets) and backend.abilities.native.get(field):
        for word in words[:5]:
            one = field in ("type", "status", "priority", "resolution")
            made = make_ticket(backend, **{field: word.id if one else [word.id]})
            assert getattr(made, field) == (word if one else (word,))


_CLASSES: dict[str, type[Named]] = {
    "ticket_types": TicketType,
    "priorities": Priority,
    "resolutions": Resolution,
    "categories": Category,
    "milestones": Milestone,
    "versions": Version,
}


def _creatable(backend: AddsMetadata, kind: str) -> bool:
    return isinstance(backend, Backend) and kind in backend.abilities.creatable


def _listed(backend: AddsMetadata, kind: str) -> list[Any]:
    return list(getattr(backend, kind)())


def _new(backend: AddsMetadata, kind: str) -> Any:
    name = _unused_name(_listed(backend, kind))
    if kind == "users":
        return User(id="", login=f"{name} login", name=name, email=f"kit{len(_listed(backend, kind))}@example.com")
    if kind == "statuses":
        return Status(id="", name=name, category="in_progress")
    return _new_field(backend, "text") if kind == "custom_fields" else _CLASSES[kind](id="", name=name)


def _new_field(backend: AddsMetadata, type_: FieldType) -> CustomField:
    options = (Named(id="", name="One"), Named(id="", name="Two 𠮷")) if "choice" in type_ else ()
    return CustomField(id="", name=_unused_name(_listed(backend, "custom_fields")), type=type_, options=options)


def _unused_name(taken: Iterable[Named | User]) -> str:
    """Make up a name that is new even in a project the kit has been at before."""
    names = {each.name for each in taken}
    return next(name for name in (f"Kit 𠮷 {number}" for number in range(len(names) + 1)) if name not in names)


def _read_as(definition: CustomField, given: Any) -> Any:
    """Say how a value given by option ids reads."""
    names = {option.id: option.name for option in definition.options}
    if definition.type == "choices":
        return tuple(names[id_] for id_ in given)
    return names[given] if definition.type == "choice" else given
