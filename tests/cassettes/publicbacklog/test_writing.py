"""What is written: tickets of both types in every status, changed, cleared, changed to nothing new, deleted."""

from __future__ import annotations

import pytest
from tests.cassettes.drafts import make
from tests.cassettes.live import PREFIX

from anybacklog import NotFound, Text, Tracker

STATUSES = {
    "Bug": ["New", "Approved", "Fixing", "Done", "Rejected"],
    "Request": ["New", "Approved", "Development", "Done", "Rejected"],
}


def test_a_title_is_all_a_ticket_needs(tracker: Tracker) -> None:
    made = make(tracker, "a title alone")
    assert (made.type, made.status) == (tracker.ticket_types()[0], tracker.statuses()[0])
    assert made.description is None


def test_a_ticket_is_made_with_every_field(tracker: Tracker) -> None:
    made = make(tracker, "with every field", description="In words.", type="Request", status="Approved")
    assert made.description == Text("In words.", "plain")
    assert (made.type, made.status) == (tracker.ticket_types()[1], tracker.statuses()[1])
    assert tracker.ticket(made.key) == made


@pytest.mark.parametrize("kind", STATUSES)
def test_a_ticket_is_made_in_every_status_of(tracker: Tracker, kind: str) -> None:
    for name in STATUSES[kind]:
        made = make(tracker, f"{kind}, {name}", type=kind, status=name)
        assert made.status is not None
        assert (made.status.name, tracker.ticket(made.key)) == (name, made)


@pytest.mark.parametrize("kind", STATUSES)
def test_a_ticket_goes_through_every_status_of(tracker: Tracker, kind: str) -> None:
    made = make(tracker, f"a {kind}", type=kind)
    for name in (*STATUSES[kind], "New"):
        changed = tracker.update_ticket(made, {"status": name})
        assert changed.status is not None
        assert changed.status.name == name


def test_a_bug_that_is_being_fixed_becomes_a_request_in_development(tracker: Tracker) -> None:
    made = make(tracker, "a bug at first", type="Bug", status="Fixing")
    changed = tracker.update_ticket(made, {"type": "Request", "status": "Development"})
    assert changed.type is not None
    assert changed.status is not None
    assert (changed.type.name, changed.status.name) == ("Request", "Development")


def test_what_a_change_does_not_name_stays(tracker: Tracker) -> None:
    made = make(tracker, "before", description="as it was", type="Request", status="Development")
    changed = tracker.update_ticket(made, {"title": f"{PREFIX}after"})
    assert changed.title == f"{PREFIX}after"
    assert (changed.description, changed.type, changed.status) == (made.description, made.type, made.status)


def test_a_description_is_cleared(tracker: Tracker) -> None:
    made = make(tracker, "to be cleared", description="words")
    assert tracker.update_ticket(made, {"description": None}).description is None
    assert tracker.ticket(made).description is None


def test_a_change_to_the_same_value_is_no_error(tracker: Tracker) -> None:
    made = make(tracker, "as it is")
    changed = tracker.update_ticket(made, {"title": made.title})
    assert (changed.id, changed.title) == (made.id, made.title)


def test_a_deleted_ticket_is_gone_and_its_number_is_not_given_again(tracker: Tracker) -> None:
    made = make(tracker, "to be deleted")
    tracker.delete_ticket(made)
    with pytest.raises(NotFound):
        tracker.ticket(made.key)
    with pytest.raises(NotFound):
        tracker.delete_ticket(made)
    assert int(make(tracker, "the next one").id) > int(made.id)
