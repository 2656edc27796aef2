"""Where the vendor's pages contradict one another or are silent: each way the service may be is met, and learned."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from tests.cassettes.drafts import make
from tests.cassettes.live import PREFIX
from tests.cassettes.publicbacklog.preparing import ALL, chosen, variants
from tests.cassettes.service import End

from anybacklog import NotFound, ProtocolError, Tracker, ValidationError

UNDEFINED = [
    {"undefined": status, "undefined_page": page} for status, page in product(["http", "404", "405"], ["html", "json"])
]
OTHERWISE = {"bug_type_id": "2", "request_type_id": "1"}
"""The ids of types as the endpoint reference has them."""


def use(tracker: Tracker) -> None:
    """Make, read, change and delete a ticket."""
    made = make(tracker, "of every variant", description="In words.")
    assert tracker.ticket(made) == made
    changed = tracker.update_ticket(made, {"title": f"{PREFIX}otherwise"})
    assert (changed.title, changed.description) == (f"{PREFIX}otherwise", made.description)
    tracker.delete_ticket(made)
    with pytest.raises(NotFound):
        tracker.ticket(made)


@variants(*({"create_path": "create-ticket", **each} for each in UNDEFINED), {"create_path": "both"})
def test_the_path_that_creates_is_learned_once(tracker: Tracker, choices: object) -> None:
    assert [make(tracker, f"number {place}").title for place in range(2)] == [
        f"{PREFIX}number {place}" for place in range(2)
    ]
    assert len(list(tracker.tickets())) == 2


@variants(*({"read_verb": "post", **each} for each in UNDEFINED), {"read_verb": "both"})
def test_the_verb_that_reads_is_learned_by_a_ticket_that_is_there(tracker: Tracker, choices: object) -> None:
    made = make(tracker, "read by one verb")
    assert tracker.ticket(made) == tracker.ticket(made) == made


@variants(
    *({"read_verb": verb, "missing": missing} for verb, missing in product(["get", "post"], ["named", "bare"])),
    {"read_verb": "get", "missing": "bare", "undefined": "404", "undefined_page": "json"},
)
def test_the_verb_that_reads_is_learned_by_a_ticket_that_is_not_there(tracker: Tracker, choices: object) -> None:
    for _ in range(2):
        with pytest.raises(NotFound):
            tracker.ticket(1)
    made = make(tracker, "there")
    assert tracker.ticket(made) == made


@variants(
    {},
    {"wrapping": "data"},
    {"wrapping": "kind"},
    {"created": "201"},
    {"deleted": "ticket"},
    {"deleted": "nothing"},
    {"echoed": ["id"]},
    {"shown": ALL, "echoed": ALL},
    {"missing": "bare"},
    {"backlog_name": "optional"},
    {"strangers": "ignored"},
    {"create_path": "create-ticket", "read_verb": "post", "wrapping": "kind", "created": "201", "echoed": ["id"]},
)
def test_a_ticket_is_made_read_changed_and_deleted(tracker: Tracker, choices: object) -> None:
    use(tracker)


@variants({"type_ids": "definitions"}, {"type_ids": "reference"}, {"type_ids": "reference", "shown": ALL})
def test_which_type_is_the_first_is_told_by_options(end: End, choices: dict[str, Any]) -> None:
    with end.tracker(options=OTHERWISE if choices["type_ids"] == "reference" else {}) as tracker:
        made = make(tracker, "a wish", type="Request", status="Development")
        assert made.type is not None
        assert made.status is not None
        assert (made.type.name, made.status.name) == ("Request", "Development")


@chosen(type_ids="reference", shown=ALL)
def test_a_service_that_calls_the_types_otherwise_is_not_misread(tracker: Tracker) -> None:
    with pytest.raises(ProtocolError, match="swap the options"):
        tracker.ticket(make(tracker, "a crash", type="Bug"))


@variants({"default_type": "1"}, {"default_type": "2"})
def test_the_type_is_always_sent_whatever_the_default_is(tracker: Tracker, choices: object) -> None:
    made = make(tracker, "of no type")
    assert made.type is not None
    assert made.type.name == "Bug"


@variants({"bare_status": "taken"}, {"bare_status": "refused"})
def test_a_status_is_changed_together_with_the_type(tracker: Tracker, choices: object) -> None:
    made = make(tracker, "a wish", type="Request")
    changed = tracker.update_ticket(made, {"status": "Development"})
    assert changed.status is not None
    assert changed.status.name == "Development"


@variants({"strangers": "refused"}, {"strangers": "ignored"})
def test_a_parameter_that_no_page_names_is_refused_or_ignored(tracker: Tracker, choices: dict[str, Any]) -> None:
    if choices["strangers"] == "ignored":
        assert tracker.raw("GET", "organizations/get-organization", params={"colour": "red"})
        return
    with pytest.raises(ValidationError):
        tracker.raw("GET", "organizations/get-organization", params={"colour": "red"})
