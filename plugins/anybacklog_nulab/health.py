"""Roles and rate budgets: Nulab's words -> ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from marshmallow import fields

from anybacklog.plugin import Permissions, RateState, WireSchema
from anybacklog_nulab.schemas import OPTIONAL

ROLES: Mapping[int, str] = {
    1: "administrator",
    2: "normal user (on new plans: member or guest)",
    3: "reporter (on new plans: may only add issues)",
    4: "viewer",
    5: "guest reporter",
    6: "guest viewer",
}
_ALLOWED: Mapping[str, tuple[str, str, frozenset[int]]] = {
    "create_ticket": (
        "add-issue",
        "administrators, normal users, reporters and guest reporters",
        frozenset({1, 2, 3, 5}),
    ),
    "add_link": (
        "add-related-issue",
        "administrators, normal users, reporters and guest reporters",
        frozenset({1, 2, 3, 5}),
    ),
    "update_ticket": ("update-issue", "administrators and normal users", frozenset({1, 2})),
    "delete_ticket": ("delete-issue", "administrators, of the space or the project", frozenset({1, 2})),
}
"""Who may do what, by the vendor's pages of that name; what is not here is not known."""


class OwnSchema(WireSchema):
    """`GET /users/myself`. A role may be one nobody documented: 94 was seen in a webhook."""

    role_type = fields.Integer(required=True)


class RateSchema(WireSchema):
    """One budget of `GET /rateLimit`; `reset` in epoch seconds."""

    limit = fields.Integer(required=True)
    remaining = fields.Integer(required=True)
    reset = fields.Integer(required=True)


class BucketsSchema(WireSchema):
    """The budgets there are."""

    read = fields.Nested(RateSchema, **OPTIONAL)
    update = fields.Nested(RateSchema, **OPTIONAL)
    search = fields.Nested(RateSchema, **OPTIONAL)
    icon = fields.Nested(RateSchema, **OPTIONAL)


class RatesSchema(WireSchema):
    """`GET /rateLimit`."""

    rate_limit = fields.Nested(BucketsSchema, required=True)


OWN, RATES = OwnSchema(), RatesSchema()
BUCKETS = frozenset({"read", "update", "search", "icon"})
_LAST = datetime.max.replace(tzinfo=UTC).timestamp() - 1


def to_permissions(role_type: int) -> Permissions:
    """Say what a role may not do. Of a role that is not documented only its number is known."""
    role = ROLES.get(role_type, "not documented")
    denied = {
        operation: f"only {who} may, says Nulab's page {page}"
        for operation, (page, who, allowed) in _ALLOWED.items()
        if role_type in ROLES and role_type not in allowed
    }
    return Permissions(role=f"{role} (roleType {role_type})", denied=denied)


def to_rates(answer: Mapping[str, Any]) -> Iterator[RateState]:
    """Read the budgets."""
    for bucket, rate in RATES.load(answer)["rate_limit"].items():
        if rate is not None:
            resets_at = datetime.fromtimestamp(min(max(rate["reset"], 0), _LAST), UTC)
            yield RateState(bucket=bucket, limit=rate["limit"], remaining=rate["remaining"], resets_at=resets_at)
