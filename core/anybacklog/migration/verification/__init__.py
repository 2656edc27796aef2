"""Verifying: both ends read, and every thing named that is missing, doubled, altered or extra."""

from anybacklog.migration.verification.run import verify

__all__ = ["verify"]
