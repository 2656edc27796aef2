"""The configuration file and its connections: what each means, and where its key would come from. Nothing is run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from anybacklog.cli.checks.check import Check, fine, of_error, passed_over, problem
from anybacklog.cli.outcome import USAGE
from anybacklog.config import CONFIG, Config, Logins, Settings, expected_place, is_open_to_others, read_config
from anybacklog.connection import Target, problems_of, target_of
from anybacklog.errors import ConfigurationError
from anybacklog.location import parse
from anybacklog.redact import MASK, is_secret_name, redact_url
from anybacklog.registry import Registry

NO_KEY_NEEDED = "no key needed"
MEND = "mend the configuration file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One connection as `anybacklog connections` shows it: nothing secret, and every problem in a sentence."""

    name: str
    url: str
    scheme: str | None = None
    key: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """What the configuration file gives: `there` or not, its connections, and all that is wrong in it."""

    path: Path
    there: bool
    entries: tuple[Entry, ...] = ()
    problems: tuple[str, ...] = ()

    def every_problem(self) -> tuple[str, ...]:
        """Give the file's problems, then the connections', each named."""
        return (*self.problems, *(f"connections.{each.name} {told}" for each in self.entries for told in each.problems))


def configured(registry: Registry) -> Configured:
    """Read the configuration file and look at each connection; ConfigurationError where nothing of it can be read."""
    config: Config = read_config(schemes=frozenset(registry.specs))
    entries = tuple(_entry(each, registry) for each in config.connections.values())
    return Configured(path=config.path, there=config.path.exists(), entries=entries, problems=config.problems)


def configuration(registry: Registry) -> Iterator[Check]:
    """Look at the file and each of its connections."""
    try:
        found = configured(registry)
    except ConfigurationError as error:
        yield of_error("configuration", error)
        return
    if found.there:
        yield fine("configuration", f"{found.path}", path=str(found.path))
    else:
        way = f"create it to name connections, or name another file in {CONFIG}"
        yield passed_over("configuration", f"{found.path} does not exist", way, path=str(found.path))
    yield from (problem("configuration", told, MEND, USAGE, path=str(found.path)) for told in found.problems)
    for entry in found.entries:
        key = entry.key or "no key found"
        yield fine(
            "connection", f"{entry.name} is {entry.url} ({key})", connection=entry.name, url=entry.url, place=entry.key
        )
        yield from (
            problem("connection", f"{entry.name} {told}", MEND, USAGE, connection=entry.name) for told in entry.problems
        )


def open_files(settings: Settings | None) -> Iterator[Check]:
    """Warn of a key's file that other users of this machine may read."""
    source = settings.api_key if settings else None
    if source and source.kind == "file" and is_open_to_others(source.words[0]):
        told = f"other users of this machine may read the key's file {source.words[0]}"
        yield problem("key file", told, "let only yourself read it (chmod 600)", USAGE, path=source.words[0])


def open_login(target: Target) -> Iterator[Check]:
    """Warn of a login's file that other users of this machine may read."""
    path = str(Logins().path(target.address))
    if target.spec.oauth and is_open_to_others(path):
        told = f"other users of this machine may read the login's file {path}"
        yield problem("key file", told, "let only yourself read it (chmod 600)", USAGE, path=path)


def _entry(settings: Settings, registry: Registry) -> Entry:
    shown = Entry(
        name=settings.name,
        url=redact_url(settings.url),
        options={name: MASK if is_secret_name(name) else value for name, value in settings.options.items()},
    )
    try:
        parse(settings.url)
    except ConfigurationError:
        return shown  # the file's own problems tell it
    try:
        target = target_of(registry, settings)
    except ConfigurationError as error:
        return replace(shown, problems=(f"cannot be used, {error}",))
    problems = tuple(f"cannot be used, {told}" for told in problems_of(target))
    key = NO_KEY_NEEDED if target.spec.local else expected_place(target.places())
    return replace(shown, scheme=target.spec.scheme, key=key, problems=problems)
