"""The organization that owns the key, its backlogs and its people."""

from __future__ import annotations

import pytest
from tests.cassettes.publicbacklog.preparing import chosen
from tests.cassettes.service import End

from anybacklog import Conflict, NotFound, Tracker, ValidationError
from anybacklog_publicbacklog import PublicBacklog


def test_the_organization_that_owns_the_key_is_read(tracker: Tracker) -> None:
    organization = tracker.extension(PublicBacklog).organization()
    assert organization.id
    assert organization.name


def test_a_backlog_is_known_by_the_organization_and_its_own_id(tracker: Tracker) -> None:
    organization, backlog = tracker.extension(PublicBacklog).organization(), tracker.project()
    assert tracker.identity().endswith(f"/{organization.id}/{backlog.id}")


def test_a_backlog_is_found_by_name(end: End, tracker: Tracker) -> None:
    found = tracker.extension(PublicBacklog).backlog(name=end.project)
    assert (found.name, found) == (end.project, tracker.project())


@chosen(backlog_by="either")
def test_a_backlog_is_found_by_id_as_older_pages_have_it(end: End, tracker: Tracker) -> None:
    found = tracker.project()
    assert tracker.extension(PublicBacklog).backlog(id=int(found.id)) == found
    with end.tracker(project=found.id) as by_id:
        assert by_id.project() == found


@chosen()
def test_a_service_that_knows_backlogs_by_name_only_finds_none_by_id(end: End, tracker: Tracker) -> None:
    with end.tracker(project=tracker.project().id) as by_id, pytest.raises(NotFound):
        by_id.project()


@pytest.mark.parametrize("name", ["no such backlog", "999999999"])
def test_a_backlog_that_is_not_there_is_not_found(end: End, name: str) -> None:
    with end.tracker(project=name) as tracker, pytest.raises(NotFound):
        tracker.project()


@chosen()
def test_a_user_is_added_once(tracker: Tracker) -> None:
    service = tracker.extension(PublicBacklog)
    assert service.add_organization_user("user1@example.com", "First 1", "Last 1")["firstName"] == "First 1"
    assert service.add_organization_user("user2@example.com", "First 2")["email"] == "user2@example.com"
    with pytest.raises(Conflict):
        service.add_organization_user("user1@example.com", "First 1")


@chosen()
def test_a_user_without_an_address_is_refused(tracker: Tracker) -> None:
    with pytest.raises(ValidationError) as caught:
        tracker.extension(PublicBacklog).add_organization_user("no address", "First")
    assert caught.value.field == "email"
