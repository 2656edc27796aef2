"""Mending a copy: what verify named is written again, and what is held is settled by a person's word."""

from anybacklog.migration.mending.repair_report import Mending
from anybacklog.migration.mending.run import repair

__all__ = ["Mending", "repair"]
