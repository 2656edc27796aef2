"""The system's keyring, if the extra is installed and a keyring is behind it."""

from __future__ import annotations

import importlib
from typing import Any

from anybacklog.errors import ConfigurationError

EXTRA = "the keyring extra is not installed"


def installed() -> Any:
    """Give the keyring package, None where the extra is not installed; asks no keyring."""
    try:
        return importlib.import_module("keyring")
    except ModuleNotFoundError:
        return None


def get(service: str, user: str) -> str | None:
    """Ask the keyring nobody configured: one that is not installed, or that has no keyring behind it, has nothing."""
    keyring = installed()
    if keyring is None:
        return None
    try:
        secret: str | None = keyring.get_password(service, user)
    except keyring.errors.NoKeyringError:
        return None
    except keyring.errors.KeyringError as error:
        told = "unlock it, or set PYTHON_KEYRING_BACKEND=keyring.backends.null.Keyring to do without"
        raise ConfigurationError(f"the system keyring cannot be read: {type(error).__name__}; {told}") from None
    return secret


def put(service: str, user: str, secret: str) -> str | None:
    """Put a secret in and look whether it is there; gives why that could not be, None where it is there."""
    keyring = installed()
    if keyring is None:
        return EXTRA
    try:
        keyring.set_password(service, user, secret)
        kept = keyring.get_password(service, user) == secret  # the null keyring takes everything and keeps nothing
    except Exception as error:  # noqa: BLE001  # each keyring fails in its own way, and another place is at hand
        return f"no keyring takes it: {type(error).__name__}"
    return None if kept else "no keyring keeps it"


def drop(service: str, user: str) -> None:
    """Take a secret out; ConfigurationError where the keyring does not let it go."""
    if get(service, user) is None:
        return
    keyring = installed()
    try:
        keyring.delete_password(service, user)
    except keyring.errors.KeyringError as error:
        raise ConfigurationError(
            f"the system keyring does not let go of {service}/{user}: {type(error).__name__}; delete it there"
        ) from None
