"""A plan as one self-contained page: no scripts, nothing fetched, light and dark."""

from __future__ import annotations

from anybacklog.migration.page import environment
from anybacklog.migration.plans.findings import duration
from anybacklog.migration.plans.limits import becomes
from anybacklog.migration.plans.plan import Plan


def render_plan(plan: Plan) -> str:
    """Give the page's HTML, in UTF-8 once encoded; every value is escaped, and no secret is in it."""
    eta = None if plan.eta_seconds is None else duration(plan.eta_seconds)
    return environment().get_template("plan.html.j2").render(plan=plan, eta=eta, becomes=becomes)
