"""The ledger: what was intended, what was done, what nobody knows yet. The cache of the marks.

SQLite in WAL mode with `synchronous=FULL`: what it says happened survives a power cut. One process holds it at a
time, by an OS file lock. It holds any number of (source, target) pairs. A step without a row is planned.
"""

from anybacklog.migration.ledger.book import Ledger
from anybacklog.migration.ledger.pair import Pair

__all__ = ["Ledger", "Pair"]
