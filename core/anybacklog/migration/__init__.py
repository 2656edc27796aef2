"""Moving tickets between any two trackers: read, map, plan, apply, verify, report."""

from anybacklog.migration.ends import default_ledger
from anybacklog.migration.engine import migrate
from anybacklog.migration.mending import Mending, repair
from anybacklog.migration.plans.making import plan
from anybacklog.migration.plans.plan import Plan
from anybacklog.migration.report import Difference, Failure, Fidelity, Progress, Report, Verification
from anybacklog.migration.reversal import Kept, Reversal, rollback
from anybacklog.migration.verification import verify

__all__ = [
    "Difference",
    "Failure",
    "Fidelity",
    "Kept",
    "Mending",
    "Plan",
    "Progress",
    "Report",
    "Reversal",
    "Verification",
    "default_ledger",
    "migrate",
    "plan",
    "repair",
    "rollback",
    "verify",
]
