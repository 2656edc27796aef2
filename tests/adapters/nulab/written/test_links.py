"""Related issues: seen from both ends, asked for apart, and not there in a space of before July 2026."""

from __future__ import annotations

import pytest
from tests.adapters.nulab.written.conftest import Written

from anybacklog import Link, NotFound, TicketDraft, UnsupportedOperation, ValidationError
from anybacklog_nulab.links import to_link
from anybacklog_simulators.nulab.things import Project

LOW, HIGH = "1001", "1002"


def test_two_related_issues_show_one_link_each_from_its_end(here: Written) -> None:
    made = here.tracker.add_link("DEMO-2", "relates", "DEMO-1")
    assert made == Link(id=f"{LOW}-{HIGH}", kind="relates", target=LOW)
    assert here.tracker.links("DEMO-1") == (Link(id=made.id, kind="relates", target=HIGH),)
    assert here.issue("DEMO-1")["related"] == [int(HIGH)]


def test_a_ticket_comes_without_its_links_until_it_is_made_whole(here: Written) -> None:
    made = here.tracker.add_link("DEMO-1", "relates", "DEMO-2")
    ticket = here.tracker.ticket("DEMO-1")
    assert "links" in here.tracker.capabilities.apart
    assert ticket.links == ()
    assert here.tracker.whole(ticket).links == (made,)


def test_the_same_tie_again_is_sent_once(here: Written) -> None:
    for one, other in (("DEMO-1", "DEMO-2"), ("DEMO-1", "DEMO-2"), ("DEMO-2", "DEMO-1")):
        here.tracker.add_link(one, "relates", other)
    assert here.sent() == [(f"POST issues/{LOW}/relatedIssues", 200)]


@pytest.mark.parametrize("kind", ["blocks", "duplicates", "RELATES", "clones"])
def test_a_kind_that_issues_cannot_have_is_refused_before_anything_is_sent(here: Written, kind: str) -> None:
    assert here.tracker.capabilities.link_kinds == frozenset({"relates"})
    with pytest.raises(ValidationError, match=f"no link says {kind}; give relates"):
        here.tracker.add_link("DEMO-1", kind, "DEMO-2")
    assert here.sent() == []


def test_the_fifty_first_is_refused_and_named_a_link(here: Written) -> None:
    here.fake.service.space.issues[int(LOW)].related = list(range(9000, 9050))
    with here.other() as tracker, pytest.raises(ValidationError, match="50") as caught:
        tracker.raw("POST", f"issues/{LOW}/relatedIssues", data={"targetIssueId": HIGH})
    assert caught.value.field == "links"


def test_an_issue_of_another_project_is_seen_and_not_tied_to(here: Written) -> None:
    space = here.fake.service.space
    other = Project(id=space.new_id("project"), key="OTHER", name="other", members=[1001])
    space.projects[other.id] = other
    issue = space.issues[int(HIGH)]
    issue.project_id, space.issues[int(LOW)].related = other.id, [issue.id]
    issue.related = [int(LOW)]
    assert [link.target for link in here.tracker.links("DEMO-1")] == [HIGH]
    with pytest.raises(NotFound):
        here.tracker.add_link("DEMO-3", "relates", int(HIGH))
    assert here.sent() == []


def test_a_type_that_nobody_documented_keeps_its_word() -> None:
    assert to_link("10", {"id": 9, "type": "BLOCKS"}) == Link(id="9-10", kind="BLOCKS", target="9")


def test_a_space_without_the_route_has_no_related_issues_and_is_asked_once(here: Written) -> None:
    here.fake.service.space.choices.related_issues = False
    assert [here.tracker.links(key) for key in ("DEMO-1", "DEMO-2", "DEMO-1")] == [(), (), ()]
    assert sum("relatedIssues" in path for _, path, _ in here.fake.log) == 1
    with pytest.raises(UnsupportedOperation, match="July 2026"):
        here.tracker.add_link("DEMO-1", "relates", "DEMO-2")
    with pytest.raises(NotFound):
        here.tracker.links(4711)
    assert here.sent() == []


def test_an_issue_that_is_gone_is_no_sign_of_a_missing_route(here: Written) -> None:
    made = here.tracker.create_ticket(TicketDraft(title="soon gone"))
    here.fake.service.space.remove_issue(here.fake.service.space.issues[int(made.id)])
    with pytest.raises(NotFound):
        here.tracker.links(made)
    assert here.tracker.add_link("DEMO-1", "relates", "DEMO-2").target == HIGH
