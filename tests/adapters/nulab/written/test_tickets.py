"""Issues made and changed on a strict fake space: what arrives there, what is cleared, what is noticed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest

from anybacklog import NotFound, ProtocolError, TicketDraft, TransportError, ValidationError
from anybacklog_simulators.nulab import Fault, Harm

if TYPE_CHECKING:
    from tests.adapters.nulab.written.conftest import Written

NASTY = "𠮷野家 🎉 ﾊﾝｶｸ か\u3099\r\nline 2  "
VALUES: dict[str, Any] = {
    "text": "𠮷", "sentence": NASTY, "number": 0.0001, "date": date(2026, 2, 28), "single": "b, c",
    "multiple": ("a", "b, c"), "checkbox": ("a", "of my own"), "radio": "a",
}  # fmt: skip


def full(here: Written) -> TicketDraft:
    (version,) = here.tracker.versions()
    return TicketDraft(
        title="𠮷" * 255, description=NASTY, type="バグ", priority="高", assignees=["taro"], parent="DEMO-1",
        start_date=date(2026, 1, 1), due_date=date(2024, 2, 29), estimated_hours=1.25, actual_hours=0.0,
        categories=["画面"], affected_versions=[version.name], milestones=[version.name], custom_fields=VALUES,
    )  # fmt: skip


def test_every_field_arrives_and_comes_back(here: Written) -> None:
    draft = full(here)
    made = here.tracker.create_ticket(draft)
    assert here.tracker.ticket(made.key) == made
    assert (made.title, made.description and made.description.source) == (draft.title, NASTY)
    assert (made.start_date, made.due_date) == (draft.start_date, draft.due_date)
    assert (made.estimated_hours, made.actual_hours) == (1.25, 0)
    assert made.parent == here.tracker.ticket("DEMO-1").id
    assert {value.name: value.value for value in made.custom_fields if value.value} == VALUES
    assert len(here.sent()) == 1


def test_every_field_but_what_an_issue_must_have_can_be_cleared(here: Written) -> None:
    made = here.tracker.create_ticket(full(here))
    empty: dict[str, Any] = dict.fromkeys(
        ("description", "parent", "start_date", "due_date", "estimated_hours", "actual_hours")
    )
    empty |= {name: [] for name in ("assignees", "categories", "affected_versions", "milestones")}
    cleared = here.tracker.update_ticket(made, empty | {"custom_fields": dict.fromkeys(VALUES)})
    assert not any(getattr(cleared, name) for name in empty if name != "description")
    assert cleared.description is None or cleared.description.source == ""
    assert [value for value in cleared.custom_fields if value.value] == []


@pytest.mark.parametrize("field", ["type", "status", "priority"])
def test_what_an_issue_must_have_is_not_cleared_and_nothing_is_sent(here: Written, field: str) -> None:
    with pytest.raises(ValidationError, match=f"{field} cannot be cleared, every ticket here has one") as caught:
        here.tracker.update_ticket("DEMO-1", {field: None})
    assert (caught.value.field, here.sent()) == (field, [])


@pytest.mark.parametrize("number", [1e300, 10**300, 0.0001, 0.3, 2**53 + 1])
def test_a_number_arrives_however_large_or_small(here: Written, number: float) -> None:
    made = here.tracker.create_ticket(TicketDraft(title="t", custom_fields={"number": number}))
    (held,) = [value.value for value in made.custom_fields if value.name == "number"]
    assert Decimal(str(held)) == Decimal(str(number))


def test_status_and_resolution_follow_the_creation_and_a_resolution_of_id_0_is_one(here: Written) -> None:
    made = here.tracker.create_ticket(TicketDraft(title="t", status="完了", resolution="対応済み"))
    assert (made.status and made.status.id, made.resolution and made.resolution.id) == ("4", "0")
    assert [ask for ask, _ in here.sent()] == ["POST issues", f"PATCH issues/{made.id}"]
    reopened = here.tracker.update_ticket(made, {"status": "未対応", "resolution": None})
    assert (reopened.status and reopened.status.id, reopened.resolution) == ("1", None)


def test_an_issue_that_could_not_be_given_its_status_is_named(here: Written) -> None:
    here.fake.faults.add(Fault(harm=Harm.ERROR_BEFORE, method="PATCH", path="/issues/"))
    with pytest.raises(TransportError, match=r"issue DEMO-4 was made, but without its status") as caught:
        here.tracker.create_ticket(TicketDraft(title="t", status="完了"))
    assert caught.value.maybe_applied


def test_a_change_to_what_is_there_already_is_done(here: Written) -> None:
    before = here.tracker.ticket("DEMO-1")
    same = here.tracker.update_ticket(before, {"title": before.title, "status": before.status})
    assert (same.title, same.status) == (before.title, before.status)


def test_an_answer_that_holds_something_else_than_was_sent_is_noticed(here: Written) -> None:
    """A type that was deleted meanwhile is replaced in silence by the project's first (recorded)."""
    here.tracker.ticket_types()
    (project,) = here.fake.service.space.projects.values()
    del project.issue_types[3]
    with pytest.raises(ProtocolError, match=r"DEMO-4 was written, but the space holds something else .* in type"):
        here.tracker.create_ticket(TicketDraft(title="t", type="その他"))


@pytest.mark.parametrize(
    ("draft", "field", "limit"),
    [
        (TicketDraft(title="t" * 256), "title", 255),
        (TicketDraft(title="t", description="𠮷" * 100_001), "description", 100_000),
    ],
)
def test_what_is_too_long_is_refused_before_it_is_sent(
    here: Written, draft: TicketDraft, field: str, limit: int
) -> None:
    with pytest.raises(ValidationError) as caught:
        here.tracker.create_ticket(draft)
    assert (caught.value.field, caught.value.limit, here.sent()) == (field, limit, [])


def test_a_description_may_be_twice_as_long_as_a_comment(here: Written) -> None:
    long = "🎉" * 100_000
    made = here.tracker.create_ticket(TicketDraft(title="t", description=long))
    assert made.description is not None
    assert made.description.source == long
    with pytest.raises(ValidationError, match="50001 characters, at most 50000"):
        here.tracker.add_comment(made, long[:50_001])
    assert here.tracker.add_comment(made, long[:50_000]).body.source == long[:50_000]


def test_a_deleted_issue_is_gone_and_an_issue_one_may_not_see_reads_the_same(here: Written) -> None:
    here.tracker.delete_ticket("DEMO-3")
    with pytest.raises(NotFound, match="does not exist, or this key may not see it"):
        here.tracker.ticket("DEMO-3")


def test_people_are_notified_and_files_are_there_from_the_beginning(here: Written) -> None:
    (taro,) = [user for user in here.tracker.users() if user.login == "taro"]
    with here.nulab.alongside(notify=[taro], files=[("ログ 🎉.txt", BytesIO(b"one")), ("b", BytesIO(b""))]):
        made = here.tracker.create_ticket(TicketDraft(title="t"))
        commented = here.tracker.add_comment(made, "look")
        here.tracker.update_ticket(made, {"title": "u"})
    here.tracker.add_comment(made, "quietly")
    assert [(file.name, file.size) for file in made.attachments] == [("ログ 🎉.txt", 3), ("b", 0)]
    assert [told["user_id"] for told in here.fake.dump()["notifications"]] == [1002] * 3
    assert [user.login for user in here.nulab.notified(made, commented)] == ["taro"]
    assert commented.attachments == ()


def test_more_people_are_notified_of_a_comment_afterwards(here: Written) -> None:
    comment = here.tracker.add_comment("DEMO-1", "look")
    ticket = here.tracker.ticket("DEMO-1")
    here.nulab.notify(ticket, comment, [])
    assert here.nulab.notified(ticket, comment) == []
    here.nulab.notify(ticket, comment, [1002])
    assert [user.id for user in here.nulab.notified(ticket, comment)] == ["1002"]
