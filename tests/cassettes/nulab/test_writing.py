"""What is written: tickets with every field, changed, cleared, changed to nothing new, deleted; texts kept."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.cassettes.drafts import HARD_LINE, HARD_TEXT, make
from tests.cassettes.live import PREFIX

from anybacklog import Category, Conflict, CustomField, Milestone, NotFound, Text, TicketDraft, Tracker


def full(tracker: Tracker) -> dict[str, Any]:
    """Make a word of every kind, and give every field a value."""
    category = tracker.add_metadata("categories", Category(id="", name=f"{PREFIX}category"))
    version = tracker.add_metadata("milestones", Milestone(id="", name=f"{PREFIX}version"))
    field = tracker.add_metadata("custom_fields", CustomField(id="", name=f"{PREFIX}field", type="number"))
    return {
        "description": HARD_TEXT,
        "type": tracker.ticket_types()[-1],
        "status": tracker.statuses()[2],
        "priority": tracker.priorities()[0],
        "resolution": tracker.resolutions()[0],
        "assignees": [tracker.myself()],
        "start_date": date(2024, 2, 29),
        "due_date": date(2024, 12, 31),
        "estimated_hours": 1.5,
        "actual_hours": 0.25,
        "categories": [category],
        "affected_versions": [version.name],
        "milestones": [version],
        "custom_fields": {field.name: 2.5},
    }


def test_a_title_is_all_a_ticket_needs(tracker: Tracker) -> None:
    made = make(tracker, "a title alone")
    assert made.status == tracker.statuses()[0]
    assert (made.description, made.assignees, made.due_date) == (Text("", tracker.capabilities.text_format), (), None)


def test_a_ticket_is_made_with_every_field(tracker: Tracker) -> None:
    given = full(tracker)
    made = make(tracker, "with every field", **given)
    for name in (
        "type",
        "status",
        "priority",
        "resolution",
        "start_date",
        "due_date",
        "estimated_hours",
        "actual_hours",
    ):
        assert getattr(made, name) == given[name]
    assert made.description == Text(HARD_TEXT, tracker.capabilities.text_format)
    assert [each.name for each in (*made.categories, *made.milestones)] == [f"{PREFIX}category", f"{PREFIX}version"]
    assert [(each.name, each.value) for each in made.custom_fields] == [(f"{PREFIX}field", 2.5)]
    assert tracker.ticket(made.key) == made


def test_what_a_change_does_not_name_stays(tracker: Tracker) -> None:
    made = make(tracker, "before", due_date=date(2026, 3, 31), estimated_hours=8)
    changed = tracker.update_ticket(made, {"title": f"{PREFIX}after", "status": tracker.statuses()[3]})
    assert (changed.title, changed.due_date, changed.estimated_hours) == (f"{PREFIX}after", date(2026, 3, 31), 8)
    assert changed.status == tracker.statuses()[3]


def test_every_field_can_be_cleared(tracker: Tracker) -> None:
    given = full(tracker)
    made = make(tracker, "to be cleared", **given)
    kept = ("type", "status", "priority")
    cleared = tracker.update_ticket(
        made,
        {name: None for name in given if name not in (*kept, "custom_fields")}
        | {"custom_fields": {f"{PREFIX}field": None}},
    )
    assert (cleared.resolution, cleared.due_date, cleared.start_date, cleared.estimated_hours) == (None,) * 4
    assert (cleared.assignees, cleared.categories, cleared.affected_versions, cleared.milestones) == ((),) * 4
    assert cleared.description == Text("", tracker.capabilities.text_format)
    assert [each.value for each in cleared.custom_fields] == [None]
    assert tracker.ticket(made.key) == cleared


def test_a_change_to_the_same_value_is_no_error(tracker: Tracker) -> None:
    made = make(tracker, "as it is")
    assert tracker.update_ticket(made, {"title": made.title}) == made


def test_a_ticket_that_changed_meanwhile_is_not_overwritten(tracker: Tracker) -> None:
    made = make(tracker, "one of two writers")
    tracker.update_ticket(made, {"description": "the other writer's"})
    with pytest.raises(Conflict):
        tracker.update_ticket(made, {"description": "mine"}, if_unchanged_since=made)


def test_a_ticket_gets_a_parent_and_loses_it(tracker: Tracker) -> None:
    parent, child = make(tracker, "the parent"), make(tracker, "the child")
    assert tracker.update_ticket(child, {"parent": parent}).parent == parent.id
    assert tracker.update_ticket(child, {"parent": None}).parent is None


def test_a_deleted_ticket_is_gone(tracker: Tracker) -> None:
    made = make(tracker, "to be deleted")
    tracker.delete_ticket(made)
    with pytest.raises(NotFound):
        tracker.ticket(made.key)
    with pytest.raises(NotFound):
        tracker.delete_ticket(made)


def test_texts_are_kept_to_the_last_code_point(tracker: Tracker) -> None:
    made = tracker.create_ticket(TicketDraft(title=PREFIX + HARD_LINE, description=HARD_TEXT))
    comment = tracker.add_comment(made, HARD_TEXT)
    found = tracker.ticket(made.key)
    assert found.title == PREFIX + HARD_LINE
    assert found.description is not None
    assert [found.description.source, comment.body.source] == [HARD_TEXT] * 2
    assert [each.body.source for each in tracker.comments(made)] == [HARD_TEXT]
