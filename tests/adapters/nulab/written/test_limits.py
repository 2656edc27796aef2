"""What the plan allows of files is told by the space, asked for once, and known before a file is sent."""

from __future__ import annotations

from functools import partial
from io import BytesIO

import pytest
from tests.adapters.nulab.written.conftest import Written

from anybacklog import TicketDraft, ValidationError
from anybacklog_simulators.nulab import Fault, Harm
from anybacklog_simulators.nulab.space import Licence, free_licence

LICENCE = "/api/v2/space/licence"


def asked(here: Written) -> int:
    return sum(path == LICENCE for _, path, _ in here.fake.log)


def plan(here: Written, licence: Licence) -> None:
    here.fake.service.space.licence = licence


def test_the_limits_of_files_are_those_of_the_plan_and_asked_for_once(here: Written) -> None:
    plan(here, free_licence())
    limits = here.tracker.capabilities.limits
    assert here.tracker.capabilities.limits == limits
    assert (limits.attachment_size, limits.attachments_per_ticket, limits.title_length) == (5_242_880, 1, 255)
    assert "get-licence" in limits.reasons["attachment_size"]
    assert asked(here) == 1


def test_nobody_asks_for_the_plan_who_writes_no_file(here: Written) -> None:
    here.tracker.update_ticket("DEMO-1", {"title": "new"})
    here.tracker.add_comment("DEMO-1", "new")
    assert asked(here) == 0


def test_a_file_that_the_plan_does_not_allow_is_refused_before_it_is_sent(here: Written) -> None:
    plan(here, Licence(attachment_limit_per_file=3))
    with pytest.raises(ValidationError, match="larger than the 3 bytes"):
        here.tracker.add_attachment("DEMO-1", "four.bin", BytesIO(b"1234"))
    assert here.sent() == []


def test_more_files_than_the_plan_allows_a_ticket_are_refused_before_one_is_sent(here: Written) -> None:
    files = [(f"{number}.txt", BytesIO(b"x")) for number in range(51)]
    for write in (
        partial(here.tracker.add_comment, "DEMO-1", "51 files"),
        partial(here.tracker.create_with_files, TicketDraft(title="51 files")),
        partial(here.tracker.change_with_comment, "DEMO-1", {"title": "new"}, "51 files"),
    ):
        with pytest.raises(ValidationError, match="51 attachments were given, at most 50") as caught:
            write(attachments=files)
        assert (caught.value.field, caught.value.limit, caught.value.value) == ("attachments", 50, 51)
    assert here.sent() == []


def test_a_limit_of_nought_is_no_limit(here: Written) -> None:
    plan(here, Licence(attachment_limit_per_file=0, attachment_limit=0))
    limits = here.tracker.capabilities.limits
    assert (limits.attachment_size, limits.attachments_per_ticket) == (None, None)


@pytest.mark.parametrize("status", [403, 404])
def test_where_the_plan_is_not_told_no_limit_is_supposed_and_that_is_said(here: Written, status: int) -> None:
    here.fake.faults.add(Fault(harm=Harm.ERROR_BEFORE, path="/space/licence$", status=status))
    limits = here.tracker.capabilities.limits
    assert (limits.attachment_size, limits.attachments_per_ticket) == (None, None)
    assert "does not say what its plan allows" in limits.reasons["attachment_size"]
    assert here.tracker.capabilities.limits == limits
    assert asked(here) == 1


def test_what_there_is_too_much_of_is_named(here: Written) -> None:
    for number in range(12 - len(here.nulab.statuses())):
        here.nulab.create_status(f"status {number}")
    with pytest.raises(ValidationError, match="make room") as caught:
        here.nulab.create_status("one more")
    assert caught.value.field == "statuses"
