"""Contracts of what a service tells of itself: rate budgets, the clock, permissions, limits."""

from __future__ import annotations

from typing import Protocol

from anybacklog.backend import OPERATIONS, Backend, KnowsPermissions, ShowsTraffic, TellsLimits
from anybacklog.testing.common import Contract, assert_distinct, assert_well_formed


class Telling(Backend, TellsLimits, Protocol):
    """A backend whose service tells limits."""


class ShowsTrafficContract(Contract):
    """For backends that tell how their rate budgets stand. Override `backend`."""

    def test_every_budget_is_told_once_and_is_not_overdrawn(self, backend: ShowsTraffic) -> None:
        rates = backend.traffic().rates
        assert_distinct(rate.bucket for rate in rates)
        assert_well_formed(*rates)
        for rate in rates:
            assert rate.bucket
            assert rate.limit is None or rate.limit > 0
            assert rate.remaining is None or rate.remaining >= 0
            assert rate.limit is None or rate.remaining is None or rate.remaining <= rate.limit


class KnowsPermissionsContract(Contract):
    """For backends that know what their credentials may do. Override `backend`."""

    def test_a_role_has_a_name_and_each_denial_an_operation_and_a_reason(self, backend: KnowsPermissions) -> None:
        permissions = backend.permissions()
        assert permissions.role
        assert permissions.denied.keys() <= OPERATIONS.keys()
        assert all(permissions.denied.values())
        assert backend.permissions() == permissions


class TellsLimitsContract(Contract):
    """For backends whose service tells limits. Override `backend`."""

    def test_what_is_told_has_a_reason_and_leaves_the_rest_as_it_was(self, backend: Telling) -> None:
        told, known = backend.limits(), backend.abilities.limits
        assert told.known().items() >= known.known().items()
        assert all(limit > 0 for limit in told.known().values())
        assert [name for name in told.known() if not told.reasons.get(name)] == []
        assert backend.limits() == told
