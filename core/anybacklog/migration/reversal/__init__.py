"""Taking a migration back: what it made is deleted, what people made since is not."""

from anybacklog.migration.reversal.rollback_report import Kept, Reversal
from anybacklog.migration.reversal.run import rollback

__all__ = ["Kept", "Reversal", "rollback"]
