"""What the service would refuse is refused before anything is sent: these cassettes hold no exchange at all."""

from __future__ import annotations

from typing import Any

import pytest
from tests.cassettes.live import PREFIX

from anybacklog import TicketDraft, Tracker, UnsupportedOperation, ValidationError

REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "a title too short": ("title", {"title": "ab"}),
    "a title too long": ("title", {"title": "x" * 251}),
    "a description too short": ("description", {"description": "ab"}),
    "a description too long": ("description", {"description": "x" * 3_000_001}),
    "a status of the other type": ("status", {"type": "Bug", "status": "Development"}),
    "a type that is not there": ("type", {"type": "Question"}),
}


@pytest.mark.parametrize("what", REFUSED)
def test_nothing_is_sent_of(tracker: Tracker, what: str) -> None:
    field, given = REFUSED[what]
    with pytest.raises(ValidationError) as caught:
        tracker.create_ticket(TicketDraft(**{"title": f"{PREFIX}{what}", **given}))
    assert caught.value.field == field
    assert sum(tracker.requests().values()) == 0


def test_nothing_is_sent_of_what_would_need_a_call_that_is_not_there(tracker: Tracker) -> None:
    with pytest.raises(UnsupportedOperation):
        tracker.count_tickets()
    with pytest.raises(UnsupportedOperation):
        tracker.users()
    with pytest.raises(UnsupportedOperation):
        tracker.create_ticket(TicketDraft(title=f"{PREFIX}for somebody", assignees=["somebody"]))
    assert sum(tracker.requests().values()) == 0
