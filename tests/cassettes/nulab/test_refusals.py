"""What the service refuses, each with the status and code it has for that; and how it tells its limits."""

from __future__ import annotations

import io
from typing import Any

import pytest
from tests.cassettes.drafts import make
from tests.cassettes.live import PREFIX
from tests.cassettes.service import End

from anybacklog import (
    AuthenticationError,
    CustomField,
    NotFound,
    PermissionDenied,
    Tracker,
    UnsupportedOperation,
    ValidationError,
)

OWNER = 1001
VIEWER = 4


def test_a_key_that_nobody_has_is_refused(end: End) -> None:
    with end.tracker(key="a key that nobody has") as tracker, pytest.raises(AuthenticationError):
        tracker.myself()


def _older(fake: Any) -> None:
    fake.service.space.choices.header_keys = False


@pytest.mark.staged(prepare=_older)
def test_an_older_host_takes_the_key_in_the_address(tracker: Tracker) -> None:
    assert tracker.myself() == tracker.myself()


def test_a_project_that_one_is_not_of_is_not_there(end: End) -> None:
    with end.tracker(project="NO_SUCH_PROJECT") as tracker, pytest.raises(NotFound):
        tracker.project()


def test_a_ticket_that_is_not_there_is_not_found(tracker: Tracker) -> None:
    with pytest.raises(NotFound):
        tracker.ticket(999_999_999)
    with pytest.raises(NotFound):
        tracker.ticket(f"{tracker.project().key}-999999")


def _viewer(fake: Any) -> None:
    fake.service.space.users[OWNER].role_type = VIEWER


@pytest.mark.staged(prepare=_viewer)
def test_who_may_only_look_writes_nothing(tracker: Tracker) -> None:
    with pytest.raises(PermissionDenied):
        make(tracker, "by a viewer")


def test_a_parameter_that_is_not_known_is_named(tracker: Tracker) -> None:
    with pytest.raises(ValidationError) as caught:
        tracker.raw("GET", "issues", params={"colour": "red"})
    assert caught.value.field == "colour"


def test_a_value_of_another_kind_is_refused(tracker: Tracker) -> None:
    made = make(tracker, "due some day")
    with pytest.raises(ValidationError):
        tracker.raw("PATCH", f"issues/{made.id}", data={"dueDate": "some day"})


def _without_fields(fake: Any) -> None:
    fake.service.space.licence.attribute = False


@pytest.mark.staged(prepare=_without_fields)
def test_a_plan_without_custom_fields_says_so(tracker: Tracker) -> None:
    with pytest.raises(UnsupportedOperation):
        tracker.add_metadata("custom_fields", CustomField(id="", name=f"{PREFIX}field", type="text"))


def _small_files(fake: Any) -> None:
    fake.service.space.licence.attachment_limit_per_file = 10


@pytest.mark.staged(prepare=_small_files)
def test_a_file_that_is_too_large_is_refused(tracker: Tracker) -> None:
    made = make(tracker, "with a large file")
    with pytest.raises(ValidationError) as caught:
        tracker.add_attachment(made, "large.txt", io.BytesIO(b"eleven byte"))
    assert caught.value.field == "attachments.size"


def test_every_answer_tells_what_is_left(tracker: Tracker) -> None:
    tracker.project()
    (read,) = (rate for rate in tracker.traffic().rates if rate.bucket == "read")
    assert read.limit is not None
    assert read.remaining is not None
    assert 0 < read.remaining < read.limit


def _spent(fake: Any) -> None:
    fake.rates.rival(OWNER, "read", fake.rates.limits["read"], fake.clock.seconds())


@pytest.mark.staged(prepare=_spent)
def test_who_asks_too_often_waits_until_the_window_ends(end: End, tracker: Tracker) -> None:
    assert end.clock is not None
    begun = end.clock.now()
    assert tracker.project().key == end.project
    assert 50 < end.clock.now() - begun < 70
