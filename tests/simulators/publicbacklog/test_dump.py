"""A dump shows everything, and is where a fake can start from."""

from __future__ import annotations

import json
from typing import Any

import pytest

from anybacklog_simulators.clock import Clock
from anybacklog_simulators.publicbacklog import Choices, Webhook, demo_organization, organization_from, simulator


def test_a_dump_is_json_and_makes_the_same_organization_again() -> None:
    fake = simulator(demo_organization(Choices(read_verb="post", shown=["id"])))
    fake.service.organization.webhook = Webhook(url="http://127.0.0.1:9/")
    again = organization_from(json.loads(json.dumps(fake.dump())))
    assert again == fake.service.organization
    assert simulator(again).dump() == fake.dump()


def test_equal_requests_at_equal_times_make_equal_dumps(api: Any, clock: Clock) -> None:
    other = type(api)(simulator(organization_from(api.fake.dump()), clock=clock))
    for each in (api, other):
        each.create(title="𠮷 🎉\r\n", comment="first")
        each.update(1, comment="second", statusId=2)
    assert other.fake.dump() == api.fake.dump()
    other.update(1, comment="third")
    assert other.fake.dump() != api.fake.dump()


def test_a_fake_goes_on_counting_where_the_dump_was_made(api: Any) -> None:
    api.create()
    api.json("DELETE", "/tickets/delete-ticket", id=1)
    again = type(api)(simulator(organization_from(api.fake.dump())))
    assert again.create()["id"] == 2


def test_the_demo_has_gaps_tickets_of_another_backlog_and_a_deleted_last_one() -> None:
    demo = demo_organization()
    here = {id: demo.backlogs[ticket.backlog_id].name for id, ticket in demo.tickets.items()}
    assert here == {1: "Website", 2: "App", 4: "Website", 5: "App", 7: "Website"}
    assert demo.last_ids["ticket"] == 8


@pytest.mark.parametrize("type_ids", ["definitions", "reference"])
def test_the_demo_means_the_same_whatever_the_numbers_mean(type_ids: str) -> None:
    demo = demo_organization(Choices(type_ids=type_ids))
    assert [demo.type_name(each) for each in demo.tickets.values()] == ["Bug", "Request", "Request", "Bug", "Bug"]


@pytest.mark.parametrize(
    ("dump", "told"),
    [({"spaces": []}, "Organization has no spaces"), ({"choices": {"read_verb": "put"}}, "read_verb has no 'put'")],
)
def test_a_dump_of_something_else_is_refused_by_name(dump: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        organization_from(dump)
