"""The four places a configuration file may name for a key: a variable, a file, a keyring, a command."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from anybacklog.config import keyrings
from anybacklog.config.settings import SecretSource, SourceKind
from anybacklog.errors import ConfigurationError

COMMAND_SECONDS = 120
LARGEST_FILE = 65536
"""Bytes beyond which a file is not a key's."""

Ask = Callable[[], str | None]


def name_of(source: SecretSource) -> str:
    """Name a place without what stands in it; of a command the program alone, since an argument may be a secret."""
    return f"{_KINDS[source.kind]} {source.words[0]}"


def asking(source: SecretSource, environ: Mapping[str, str]) -> Ask:
    """Give what reads a place: a secret, None where there is none; a place that fails is a ConfigurationError."""
    if source.kind == "env":
        return lambda: environ.get(source.words[0])
    return lambda: _READERS[source.kind](source)


def is_open_to_others(name: str) -> bool:
    """Tell whether other users of this machine may read a key's file; False where that cannot be known."""
    try:
        mode = Path(name).stat().st_mode
    except OSError:
        return False
    return os.name == "posix" and bool(mode & (stat.S_IRGRP | stat.S_IROTH))


def _from_file(source: SecretSource) -> str:
    [name] = source.words
    try:
        with Path(name).open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        raise ConfigurationError(f"the key's file {name} cannot be read: {error.strerror}") from None
    if len(content) > LARGEST_FILE:
        raise ConfigurationError(f"the key's file {name} is over {LARGEST_FILE} bytes; name a file that holds the key")
    return _text(content, name_of(source))


def _from_command(source: SecretSource) -> str:
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
    return _text(ran.stdout, name_of(source))


def _from_keyring(source: SecretSource) -> str | None:
    [entry] = source.words
    service, _, user = entry.rpartition("/")
    keyring = keyrings.installed()
    if keyring is None:
        raise ConfigurationError(f"keyring entry {entry} needs the keyring extra; pip install 'anybacklog[keyring]'")
    try:
        secret: str | None = keyring.get_password(service, user)
    except keyring.errors.KeyringError as error:
        raise ConfigurationError(
            f"keyring entry {entry} cannot be read: {type(error).__name__}; unlock the keyring"
        ) from None
    return secret


def _text(content: bytes, origin: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigurationError(f"the key from {origin} is not UTF-8") from None
    return text.removesuffix("\n").removesuffix("\r")


_KINDS: Mapping[SourceKind, str] = {
    "env": "environment variable", "file": "file", "keyring": "keyring entry", "command": "command",
}  # fmt: skip
_READERS: Mapping[SourceKind, Callable[[SecretSource], str | None]] = {
    "file": _from_file,
    "keyring": _from_keyring,
    "command": _from_command,
}
