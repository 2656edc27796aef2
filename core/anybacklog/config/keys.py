"""The key of a connection: looked up in one fixed order, told only by where it came from, never by what it is."""

from __future__ import annotations

import importlib
import re
import subprocess
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anybacklog.config.settings import SecretSource, Settings, SourceKind, variable
from anybacklog.errors import ConfigurationError
from anybacklog.location import Location, is_loopback

COMMAND_SECONDS = 120
_SERVICE = "anybacklog"
_IS_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*").fullmatch
_Candidate = tuple[str | None, str]


@dataclass(frozen=True, slots=True)
class FoundKey:
    """A secret, and where it was found."""

    secret: str = field(repr=False)
    origin: str


def find_key(
    location: Location,
    *,
    keyword: str | None,
    key_env: str | None,
    connection: Settings | None,
    vendor_hosts: Collection[str],
    default_host: str,
    environ: Mapping[str, str],
) -> FoundKey | None:
    """Find the key for a location, or None; what is empty is absent, and a place that fails is a ConfigurationError.

    The order: the keyword, the variable named by `key_env`, the connection's own place, the connection's variable, the
    scheme's variables (only for the vendor's own hosts and loopback), the system keyring.
    """
    host = location.host or default_host
    if keyword:
        return _usable(keyword, "the api_key keyword")
    if key_env:
        return _usable(_named(key_env, environ), f"environment variable {key_env}")
    for secret, origin in (
        *_of_connection(connection, environ),
        *_of_scheme(location.scheme, host, vendor_hosts, environ),
    ):
        if secret:
            return _usable(secret, origin)
    service, user = keyring_entry(location, default_host)
    secret = _from_system_keyring(service, user)
    return _usable(secret, f"system keyring entry {service}/{user}") if secret else None


def keyring_entry(location: Location, default_host: str = "") -> tuple[str, str]:
    """Name the system keyring's service and user for a location: one entry for each scheme and host (and port)."""
    return _SERVICE, f"{location.scheme}://{location.authority() or default_host}"


def is_vendors_own(host: str, vendor_hosts: Collection[str]) -> bool:
    """Tell whether a key meant for a whole scheme may go to this host: the vendor's, one below it, or this machine."""
    name = host.lower()
    return is_loopback(name) or any(name == own or name.endswith(f".{own}") for own in vendor_hosts)


def _named(key_env: str, environ: Mapping[str, str]) -> str:
    secret = environ.get(key_env)
    if not secret:
        told = key_env if _IS_VARIABLE(key_env) else "named by key_env (what was given may be the key itself)"
        raise ConfigurationError(f"the environment variable {told} is not set or empty; put the key there")
    return secret


def _of_connection(connection: Settings | None, environ: Mapping[str, str]) -> Iterator[_Candidate]:
    if connection is None:
        return
    if connection.api_key:
        yield _SOURCES[connection.api_key.kind](connection.api_key, environ)
    yield _of_variable(variable(connection.name), environ)


def _of_scheme(
    scheme: str, host: str, vendor_hosts: Collection[str], environ: Mapping[str, str]
) -> Iterator[_Candidate]:
    if is_vendors_own(host, vendor_hosts):
        yield _of_variable(variable(scheme), environ)
        yield _of_variable(variable(scheme, "ACCESS_TOKEN"), environ)


def _of_variable(name: str, environ: Mapping[str, str]) -> _Candidate:
    return environ.get(name), f"environment variable {name}"


def _from_file(source: SecretSource, _environ: Mapping[str, str]) -> _Candidate:
    [name] = source.words
    try:
        return _without_last_newline(Path(name).read_bytes(), f"file {name}")
    except OSError as error:
        raise ConfigurationError(f"the key's file {name} cannot be read: {error.strerror}") from None


def _from_command(source: SecretSource, _environ: Mapping[str, str]) -> _Candidate:
    program = source.words[0]
    try:
        ran = subprocess.run(  # noqa: S603  # the user's own command, without a shell
            source.words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=COMMAND_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ConfigurationError(f"the key's command {program} took over {COMMAND_SECONDS} s; run it by hand") from None
    except OSError as error:
        raise ConfigurationError(f"the key's command {program} cannot be started: {error.strerror}") from None
    if ran.returncode:
        raise ConfigurationError(f"the key's command {program} failed with exit code {ran.returncode}; run it by hand")
    return _without_last_newline(ran.stdout, f"command {program}")


def _without_last_newline(content: bytes, origin: str) -> _Candidate:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigurationError(f"the key from {origin} is not UTF-8") from None
    return text.removesuffix("\n").removesuffix("\r"), origin


def _from_keyring(source: SecretSource, _environ: Mapping[str, str]) -> _Candidate:
    [entry] = source.words
    service, _, user = entry.rpartition("/")
    keyring = _keyring()
    if keyring is None:
        raise ConfigurationError(f"keyring entry {entry} needs the keyring extra; pip install 'anybacklog[keyring]'")
    try:
        return keyring.get_password(service, user), f"keyring entry {entry}"
    except keyring.errors.KeyringError as error:
        raise ConfigurationError(
            f"keyring entry {entry} cannot be read: {type(error).__name__}; unlock the keyring"
        ) from None


def _from_system_keyring(service: str, user: str) -> str | None:
    """Ask the keyring nobody configured: one that is not installed, or that has no keyring behind it, has no key."""
    keyring = _keyring()
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


def _keyring() -> Any:
    try:
        return importlib.import_module("keyring")
    except ModuleNotFoundError:
        return None


_SOURCES: Mapping[SourceKind, Callable[[SecretSource, Mapping[str, str]], _Candidate]] = {
    "env": lambda source, environ: _of_variable(source.words[0], environ),
    "file": _from_file,
    "keyring": _from_keyring,
    "command": _from_command,
}


def _usable(secret: str, origin: str) -> FoundKey:
    if not secret.isprintable():
        raise ConfigurationError(f"the key from {origin} has a line break or a control character; give the key alone")
    return FoundKey(secret, origin)
