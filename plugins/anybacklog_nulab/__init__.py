"""Nulab Backlog (backlog.com, backlog.jp, backlogtool.com) for anybacklog; `Nulab` is what it has around tickets."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anybacklog_nulab.kinds import EventType, Reason
    from anybacklog_nulab.nulab import Nulab

__all__ = ["EventType", "Nulab", "Reason"]
_HOMES = {"EventType": "kinds", "Nulab": "nulab", "Reason": "kinds"}


def __getattr__(name: str) -> Any:
    """Import what is asked for, so that the plugin loads nothing heavy."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
