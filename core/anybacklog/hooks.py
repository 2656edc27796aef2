"""The marker of a hook implementation, and nothing else: importing it costs a plugin nothing."""

from pluggy import HookimplMarker

PROJECT = "anybacklog"
hookimpl = HookimplMarker(PROJECT)
