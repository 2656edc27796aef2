"""How faithfully each field will arrive, counted over the real data before anything is written. Pure."""

from anybacklog.migration.fidelity.weighing import Weighing, lost

__all__ = ["Weighing", "lost"]
