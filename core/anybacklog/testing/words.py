"""Contracts of what a project defines, and who is in it."""

from __future__ import annotations

from collections.abc import Sequence

from anybacklog.backend import (
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
from anybacklog.model import (
    FIELD_TYPES,
    STATUS_CATEGORIES,
    Named,
)
from anybacklog.testing.common import Contract, assert_distinct, assert_well_formed, make_ticket
from anybacklog.testing.drafts import custom_value, read_value


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
                    assert found.value == read_value(definition, given)


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
