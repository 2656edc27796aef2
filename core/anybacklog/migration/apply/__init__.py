"""The one room that writes to a target: every write with its intent in the ledger before, its outcome after."""

from anybacklog.migration.apply.applier import Applier
from anybacklog.migration.apply.counting import Counting, count_done
from anybacklog.migration.apply.finishing import finish
from anybacklog.migration.apply.metadata import prepare, recognised
from anybacklog.migration.apply.removing import Remover, forget, settle_removals, until_settled
from anybacklog.migration.apply.tickets import write_tickets
from anybacklog.migration.apply.ties import write_ties
from anybacklog.migration.apply.writer import Writer

__all__ = [
    "Applier",
    "Counting",
    "Remover",
    "Writer",
    "count_done",
    "finish",
    "forget",
    "prepare",
    "recognised",
    "settle_removals",
    "until_settled",
    "write_tickets",
    "write_ties",
]  # fmt: skip
