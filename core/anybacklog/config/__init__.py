"""config.toml, the environment and the places secrets are kept -> what a connection is opened with."""

from __future__ import annotations

from anybacklog.config.keys import FoundKey, find_key, is_vendors_own, keyring_entry
from anybacklog.config.settings import (
    Config,
    SecretSource,
    Settings,
    config_path,
    load_config,
    refuse_missing,
    variable,
)

__all__ = [
    "Config",
    "FoundKey",
    "SecretSource",
    "Settings",
    "config_path",
    "find_key",
    "is_vendors_own",
    "keyring_entry",
    "load_config",
    "refuse_missing",
    "variable",
]
