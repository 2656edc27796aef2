"""A dump shows everything, tells two states apart, and is where a fake can start from."""

from __future__ import annotations

import json
from typing import Any

import pytest

from anybacklog_simulators.clock import Clock
from anybacklog_simulators.nulab import demo_space, simulator, space_from


def test_a_dump_is_json_and_makes_the_same_space_again() -> None:
    fake = simulator(demo_space())
    again = space_from(json.loads(json.dumps(fake.dump())))
    assert again == fake.service.space
    assert simulator(again).dump() == fake.dump()


def test_equal_requests_at_equal_times_make_equal_dumps(api: Any, fake: Any, clock: Clock) -> None:
    begun = space_from(fake.dump())
    other = type(api)(simulator(begun, clock=clock))
    for each in (api, other):
        issue = each.issue("𠮷 🎉\r\n", ("attachmentId[]", each.upload()))
        each.json("POST", f"/issues/{issue['id']}/comments", ("content", "x"), ("notifiedUserId[]", 1002))
        each("POST", "/stars", ("issueId", issue["id"]))
    assert other.fake.dump() == fake.dump()
    other.issue()
    assert other.fake.dump() != fake.dump()


def test_a_fake_goes_on_where_the_dump_was_made(api: Any, fake: Any) -> None:
    api.json("DELETE", f"/issues/{api.issue()['id']}")
    again = type(api)(simulator(space_from(fake.dump())))
    assert again.issue()["issueKey"] == "DEMO-2"


def test_a_dump_of_something_else_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="Space has no tickets"):
        space_from({"tickets": []})
