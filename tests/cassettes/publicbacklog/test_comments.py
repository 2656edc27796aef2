"""Comments: written by calls that change a ticket, read where answers happen to carry them."""

from __future__ import annotations

import pytest
from tests.cassettes.drafts import HARD_TEXT, make
from tests.cassettes.live import PREFIX
from tests.cassettes.publicbacklog.preparing import ALL, answered, chosen, variants

from anybacklog import Tracker, TransportError, UnsupportedOperation

UPDATE = "update-ticket"
HALVES = {
    "atomic": (f"{PREFIX}after", ["a comment"]),
    "fields-first": (f"{PREFIX}after", []),
    "comment-first": (f"{PREFIX}before", ["a comment"]),
}


def test_a_comment_is_written(tracker: Tracker) -> None:
    made = make(tracker, "commented")
    assert tracker.add_comment(made, HARD_TEXT).body.source == HARD_TEXT


def test_a_change_and_a_comment_go_in_one_call(tracker: Tracker) -> None:
    made = make(tracker, "before")
    changed = tracker.change_with_comment(made, {"title": f"{PREFIX}after"}, "why it is called otherwise")
    assert changed.title == f"{PREFIX}after"


@chosen()
def test_where_answers_carry_no_comments_they_are_written_only(tracker: Tracker) -> None:
    made = make(tracker, "commented")
    one, other = (tracker.add_comment(made, text) for text in ("first", "second"))
    assert one.id != other.id
    with pytest.raises(UnsupportedOperation):
        list(tracker.comments(made))
    assert {"comments", "created_at", "updated_at"} <= tracker.capabilities.unreadable.keys()


@variants({"shown": ALL}, {"shown": ALL, "echoed": ALL}, {"shown": ALL, "echoed": ["id"]})
def test_where_answers_carry_comments_they_are_read(tracker: Tracker, choices: object) -> None:
    made = make(tracker, "commented")
    written = [tracker.add_comment(made, text) for text in ("first", HARD_TEXT)]
    assert list(tracker.comments(made)) == written
    assert [each.body.source for each in written] == ["first", HARD_TEXT]


@pytest.mark.parametrize(
    "writes",
    [pytest.param(each, marks=chosen(answered(500, UPDATE, after=True), shown=ALL, writes=each)) for each in HALVES],
)
def test_a_change_with_a_comment_that_ends_in_an_error_may_be_done_by_half(tracker: Tracker, writes: str) -> None:
    made = make(tracker, "before")
    with pytest.raises(TransportError) as caught:
        tracker.change_with_comment(made, {"title": f"{PREFIX}after"}, "a comment")
    assert caught.value.maybe_applied
    found = tracker.ticket(made)
    assert (found.title, [each.body.source for each in tracker.comments(found)]) == HALVES[writes]
