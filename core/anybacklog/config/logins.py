"""Logins, one file each in the user's data folder: the tokens, or that the system keyring has them.

There is a file in both cases, so that nobody has to unlock a keyring to learn that there is no login.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import platformdirs

from anybacklog.config import keyrings
from anybacklog.config.login import Login, read_login
from anybacklog.errors import ConfigurationError, TransportError
from anybacklog.redact import remember

SERVICE = "anybacklog-login"
"""The service in the keyring; the user is the login's address."""
KEYRING = "the system keyring"
LARGEST_FILE = 65536
LOCK_SECONDS = 180.0
"""How long another process may take to renew a login before we give up waiting for it."""
_log = logging.getLogger("anybacklog.login")


class Logins:
    """The logins of one user of this machine, in `folder`: below the platform's data folder unless one is given."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path(platformdirs.user_data_dir("anybacklog", appauthor=False), "logins")

    def path(self, address: str) -> Path:
        """Say where the file of a login is or would be."""
        return self.folder / f"{sha256(address.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}.json"

    def has(self, address: str) -> bool:
        """Tell whether there is a login; neither its file nor a keyring is read."""
        try:
            self.path(address).stat()
        except OSError:
            return False
        return True

    def load(self, address: str) -> Login | None:
        """Read a login, None if there is none; ConfigurationError where it is damaged, or its keyring locked."""
        if not self.has(address):
            return None
        document = self._document(address)
        login = read_login(self._in_keyring(address) if _is_elsewhere(document) else document, address)
        if login is None:
            told = "is not in the system keyring" if _is_elsewhere(document) else f"is damaged ({self.path(address)})"
            raise ConfigurationError(f"the login at {address} {told}; log in again: anybacklog login {address}")
        remember(*login.secrets())
        return login

    def keep(self, login: Login) -> str:
        """Keep a login in the keyring, or where none takes it in a file that its owner alone may read.

        Gives where it is kept, and why in a file. On disk when this returns; until then the one before stays whole.
        To be called, as `forget`, inside `locked`.
        """
        remember(*login.secrets())
        path, text = self.path(login.address), json.dumps(asdict(login))
        reason = keyrings.put(SERVICE, login.address, text)
        if reason is None:
            self._write(path, json.dumps({"address": login.address, "kept": "keyring"}))
            return KEYRING
        if self.has(login.address) and _is_elsewhere(self._document(login.address)):
            _log.warning("the login at %s leaves the system keyring for the file %s: %s", login.address, path, reason)
        self._write(path, text)
        return f"the file {path}, since {reason}"

    def forget(self, address: str) -> bool:
        """Forget a login, a damaged one too; False if there was none. It stays where its keyring does not let it go."""
        if not self.has(address):
            return False
        needed = _is_elsewhere(self._document(address))
        try:
            keyrings.drop(SERVICE, address)
        except ConfigurationError:
            if needed:  # else what is in there, if anything, is older than the file
                raise
        with _usable(self.path(address)):
            for suffix in (".new", ".json"):
                self.path(address).with_suffix(suffix).unlink(missing_ok=True)
        return True

    @contextmanager
    def locked(self, address: str) -> Iterator[None]:
        """Keep all other threads and processes from renewing, replacing or forgetting this login meanwhile."""
        from filelock import FileLock, Timeout

        path = self.path(address).with_suffix(".lock")
        lock = FileLock(path, timeout=LOCK_SECONDS)
        try:
            with _usable(path):
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                lock.acquire(poll_interval=0.02)
        except Timeout:
            told = f"the login at {address} is being renewed by another process for more than {LOCK_SECONDS:.0f} s"
            raise TransportError(f"{told}; end that process, and run this again", maybe_applied=False) from None
        except NotImplementedError:
            raise ConfigurationError(
                f"the file system of {path} has no locks; move the data folder elsewhere"
            ) from None
        try:
            yield
        finally:
            lock.release()

    def _document(self, address: str) -> Any:
        """Decode the file; None where it is no JSON."""
        with _usable(self.path(address)), self.path(address).open("rb") as file:
            content = file.read(LARGEST_FILE)
        return _decoded(content)

    def _in_keyring(self, address: str) -> Any:
        return _decoded(keyrings.get(SERVICE, address) or "")

    def _write(self, path: Path, text: str) -> None:
        """Put a file in the old one's place in one step; nobody but its owner may read it, from its first byte on."""
        fresh = path.with_suffix(".new")
        with _usable(path):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh.unlink(missing_ok=True)  # left by one who was killed
            handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)


def _decoded(content: bytes | str) -> Any:
    with suppress(ValueError, RecursionError):
        return json.loads(content)
    return None


def _is_elsewhere(document: object) -> bool:
    return isinstance(document, dict) and document.get("kept") == "keyring"


@contextmanager
def _usable(path: Path) -> Iterator[None]:
    """Tell of a file that cannot be used; a lock that is not free in time is told by who wanted it."""
    try:
        yield
    except TimeoutError:
        raise
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be used: {error.strerror or error}; mend that and log in again"
        ) from None
