"""What a role may not do, and what the service says of its budgets: Nulab's words in ours."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from anybacklog.plugin import ProtocolError
from anybacklog_nulab.health import to_permissions, to_rates


@pytest.mark.parametrize(
    ("role_type", "denied"),
    [
        (1, set()),
        (2, set()),
        (3, {"update_ticket", "delete_ticket"}),
        (4, {"create_ticket", "add_link", "update_ticket", "delete_ticket"}),
        (5, {"update_ticket", "delete_ticket"}),
        (6, {"create_ticket", "add_link", "update_ticket", "delete_ticket"}),
        (94, set()),
    ],
)
def test_a_role_is_denied_what_the_vendors_pages_allow_to_others_only(role_type: int, denied: set[str]) -> None:
    permissions = to_permissions(role_type)
    assert permissions.denied.keys() == denied
    assert all("says Nulab's page" in reason for reason in permissions.denied.values())
    assert f"roleType {role_type}" in permissions.role


def test_budgets_are_told_by_name_with_their_reset_as_an_instant() -> None:
    answer = {"rateLimit": {"read": {"limit": 600, "remaining": 598, "reset": 1603881873}}}
    [rate] = to_rates(answer)
    assert (rate.bucket, rate.limit, rate.remaining) == ("read", 600, 598)
    assert rate.resets_at == datetime(2020, 10, 28, 10, 44, 33, tzinfo=UTC)


@pytest.mark.parametrize("reset", [-1, 10**18])
def test_a_reset_beyond_the_calendar_breaks_nothing(reset: int) -> None:
    [rate] = to_rates({"rateLimit": {"icon": {"limit": 60, "remaining": 60, "reset": reset}}})
    assert rate.resets_at is not None


def test_an_answer_that_is_no_budget_is_the_services_fault() -> None:
    with pytest.raises(ProtocolError):
        list(to_rates({"rateLimit": {"read": {"limit": "many"}}}))
