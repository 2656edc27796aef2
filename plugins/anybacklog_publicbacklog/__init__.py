"""PublicBacklog (publicbacklog.com) for anybacklog; `PublicBacklog` is what it has around tickets."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anybacklog_publicbacklog.publicbacklog import PublicBacklog
    from anybacklog_publicbacklog.scan import Scan

__all__ = ["PublicBacklog", "Scan"]
_HOMES = {"PublicBacklog": "publicbacklog", "Scan": "scan"}


def __getattr__(name: str) -> Any:
    """Import what is asked for, so that the plugin loads nothing heavy."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
