"""The configuration file: named connections. Every problem in it is told at once, and no secret stands in it."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import platformdirs

from anybacklog.errors import ConfigurationError
from anybacklog.location import parse

CONFIG = "ANYBACKLOG_CONFIG"
LARGEST_FILE = 1024 * 1024
"""Bytes beyond which a file is not read as configuration."""
SourceKind: TypeAlias = Literal["env", "file", "keyring", "command"]
_SECRETS, _TEXTS = ("api_key", "client_secret"), ("client_id", "redirect_uri")
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_WAY_OUT = (
    'name its place: {env = "NAME"}, {file = "..."}, {keyring = "service/user"} or {command = ["program", "..."]}'
)


@dataclass(frozen=True, slots=True)
class SecretSource:
    """Where a secret is kept: one word (a variable, a path, `service/user`), or a command and its arguments."""

    kind: SourceKind
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One named connection of the configuration file; the client's id, secret and redirect URI are for `login`."""

    name: str
    url: str
    api_key: SecretSource | None = None
    client_id: str | None = None
    client_secret: SecretSource | None = None
    redirect_uri: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)

    def for_login(self) -> tuple[str, ...]:
        """Name what is given and only `login` makes use of."""
        return tuple(name for name in ("client_id", "client_secret", "redirect_uri") if getattr(self, name) is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the configuration file says, where it is or would be, and all that is wrong in it."""

    path: Path
    connections: Mapping[str, Settings] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def config_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Say where the configuration file is looked for: $ANYBACKLOG_CONFIG, else the user's configuration folder."""
    named = environ.get(CONFIG)
    return Path(named) if named else Path(platformdirs.user_config_dir("anybacklog", appauthor=False), "config.toml")


def load_config(
    *, schemes: Collection[str] = (), environ: Mapping[str, str] = os.environ, path: Path | None = None
) -> Config:
    """Read the configuration file; ConfigurationError names all that is wrong in it. Without a file there is nothing.

    `schemes` are the words no connection may be called by. A file named by `path` or $ANYBACKLOG_CONFIG must be there.
    """
    config = read_config(schemes=schemes, environ=environ, path=path)
    if config.problems:
        raise ConfigurationError(f"configuration file {config.path} cannot be used: {'; '.join(config.problems)}")
    return config


def read_config(
    *, schemes: Collection[str] = (), environ: Mapping[str, str] = os.environ, path: Path | None = None
) -> Config:
    """Read what can be read of it, the problems beside; ConfigurationError where it is no TOML file at all."""
    chosen = path or config_path(environ)
    content = _content(chosen)
    if content is None:
        if path is not None or environ.get(CONFIG):
            raise ConfigurationError(_missing(chosen))
        return Config(path=chosen)
    reading = _Reading(chosen.parent, schemes)
    connections = reading.connections(_parsed(chosen, content))
    return Config(path=chosen, connections=connections, problems=tuple(reading.problems))


def refuse_missing(environ: Mapping[str, str] = os.environ) -> None:
    """Refuse a $ANYBACKLOG_CONFIG that names no file, whether or not anything in it is needed."""
    if environ.get(CONFIG):
        try:
            config_path(environ).stat()
        except (FileNotFoundError, NotADirectoryError):
            raise ConfigurationError(_missing(config_path(environ))) from None
        except OSError as error:
            raise ConfigurationError(_unreadable(config_path(environ), error)) from None


def variable(name: str, what: str = "API_KEY") -> str:
    """Name the environment variable of a connection or a scheme: `my-work` -> ANYBACKLOG_MY_WORK_API_KEY."""
    return f"ANYBACKLOG_{re.sub(r'[^A-Z0-9]', '_', name.upper())}_{what}"


def _content(path: Path) -> bytes | None:
    """Read the file, None if there is none; never more than a configuration file can have, whatever `path` is."""
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ConfigurationError(_unreadable(path, error)) from None
    if len(content) > LARGEST_FILE:
        raise ConfigurationError(f"configuration file {path} is over {LARGEST_FILE} bytes; name the right file")
    return content


def _parsed(path: Path, content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ConfigurationError(f"configuration file {path} is not UTF-8; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"configuration file {path} is not TOML: {error}") from None
    except RecursionError:
        raise ConfigurationError(f"configuration file {path} is not TOML: it is nested too deep") from None


def _unreadable(path: Path, error: OSError) -> str:
    return f"configuration file {path} cannot be read: {error.strerror}"


def _missing(path: Path) -> str:
    return f"configuration file {path} does not exist; create it, or unset {CONFIG}"


class _Reading:
    """One pass over a parsed file, gathering problems; a value that may be a secret is never repeated."""

    def __init__(self, folder: Path, schemes: Collection[str]) -> None:
        self.folder = folder
        self.taken = {variable(scheme): scheme for scheme in schemes}
        self.problems: list[str] = []

    def connections(self, content: Mapping[str, Any]) -> dict[str, Settings]:
        for name in sorted(content.keys() - {"connections"}):
            self._problem(name, "is not known; a connection is written as [connections.NAME]")
        entries = content.get("connections", {})
        if not isinstance(entries, dict):
            self._problem("connections", "must hold tables; write [connections.NAME]")
            return {}
        self._same_variable(entries)
        return {name: settings for name, entry in entries.items() for settings in self._connection(name, entry)}

    def _same_variable(self, names: Iterable[str]) -> None:
        """Refuse two names with one variable: the key of one connection would be shown to the other's host."""
        seen: dict[str, str] = {}
        for name in names:
            first = seen.setdefault(variable(name), name)
            if first != name:
                self._problem(f"connections.{name}", f"reads the same variable as connections.{first}; rename one")

    def _connection(self, name: str, entry: object) -> Iterator[Settings]:
        path = f"connections.{name}"
        if not _NAME.fullmatch(name):
            self._problem(path, "has a name that is not only letters, digits, - and _")
        elif variable(name) in self.taken:
            self._problem(
                path, f"has a name that belongs to the scheme {self.taken[variable(name)]}://; choose another"
            )
        if not isinstance(entry, dict):
            self._problem(path, f"must be a table; write [{path}]")
            return
        url = self._url(f"{path}.url", entry.get("url"))
        sources = {word: self._source(f"{path}.{word}", entry[word]) for word in _SECRETS if word in entry}
        texts = {word: text for word in _TEXTS if word in entry for text in self._option(f"{path}.{word}", entry[word])}
        options = {
            option: text
            for option, value in entry.items()
            if option not in {"url", *_SECRETS, *_TEXTS}
            for text in self._option(f"{path}.{option}", value)
        }
        yield Settings(
            name=name, url=url, api_key=sources.get("api_key"), client_id=texts.get("client_id"),
            client_secret=sources.get("client_secret"), redirect_uri=texts.get("redirect_uri"), options=options,
        )  # fmt: skip

    def _url(self, path: str, url: object) -> str:
        if not isinstance(url, str):
            self._problem(path, "is missing; give the tracker's URL" if url is None else "must be a text")
            return ""
        try:
            parse(url)
        except ConfigurationError as error:
            self._problem(path, f"cannot be used, {error}")
        return url

    def _option(self, path: str, value: object) -> Iterator[str]:
        if isinstance(value, str | int | float):
            yield str(value).lower() if isinstance(value, bool) else str(value)
        else:
            self._problem(path, "must be a text, a number, true or false")

    def _source(self, path: str, value: object) -> SecretSource | None:
        what = "key" if path.endswith("api_key") else "secret"
        if isinstance(value, str):
            self._problem(path, f"is the {what} itself, which must not stand in the file; {_WAY_OUT}")
        elif not isinstance(value, dict) or len(value) != 1 or not value.keys() <= set(get_args(SourceKind)):
            self._problem(path, f"must name one place to find the {what}; {_WAY_OUT}")
        else:
            [(kind, words)] = value.items()
            return self._known_source(path, kind, words)
        return None

    def _known_source(self, path: str, kind: SourceKind, value: object) -> SecretSource | None:
        words = tuple(value) if kind == "command" and isinstance(value, list) else (value,)
        if (kind == "command") != isinstance(value, list) or not words or not all(_is_word(word) for word in words):
            shape = "a list of texts, the program first" if kind == "command" else "a text"
            self._problem(f"{path}.{kind}", f"must be {shape}, not empty")
            return None
        if kind == "keyring" and not all(str(value).rpartition("/")[::2]):
            self._problem(f"{path}.keyring", "must be written as service/user")
        if kind == "file":
            words = (self._file(f"{path}.file", str(value)),)
        return SecretSource(kind, tuple(str(word) for word in words))

    def _file(self, path: str, name: str) -> str:
        """Read a relative path from the configuration file's folder."""
        try:
            return str(self.folder / Path(name).expanduser())
        except RuntimeError:
            self._problem(path, "starts from a home folder that is not known")
            return name

    def _problem(self, path: str, what: str) -> None:
        """Note a problem; without a colon, since what follows `api_key:` is masked wherever it is printed."""
        self.problems.append(f"{path} {what}")


def _is_word(word: object) -> bool:
    return isinstance(word, str) and word != "" and "\0" not in word
