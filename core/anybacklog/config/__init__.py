"""config.toml, the environment and the places secrets are kept -> what a connection is opened with."""

from __future__ import annotations

from anybacklog.config.client import Client, ClientSearch
from anybacklog.config.keys import FoundKey, Look, expected_place, find_key
from anybacklog.config.login import Login, address_of
from anybacklog.config.logins import Logins
from anybacklog.config.place import Place, is_vendors_own
from anybacklog.config.places import keyring_entry, places
from anybacklog.config.providers import is_open_to_others
from anybacklog.config.settings import (
    CONFIG,
    Config,
    SecretSource,
    Settings,
    config_path,
    load_config,
    read_config,
    refuse_missing,
    variable,
)

__all__ = [
    "CONFIG",
    "Client",
    "ClientSearch",
    "Config",
    "FoundKey",
    "Login",
    "Logins",
    "Look",
    "Place",
    "SecretSource",
    "Settings",
    "address_of",
    "config_path",
    "expected_place",
    "find_key",
    "is_open_to_others",
    "is_vendors_own",
    "keyring_entry",
    "load_config",
    "places",
    "read_config",
    "refuse_missing",
    "variable",
]
