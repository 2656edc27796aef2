"""Tracker: what users hold. Every operation there is, around any backend; it knows no plugin."""

from anybacklog.tracker.capabilities import Capabilities
from anybacklog.tracker.tracker import Tracker

__all__ = ["Capabilities", "Tracker"]
