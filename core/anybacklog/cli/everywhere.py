"""The options that every command takes, before or after its name, and what they say about a call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from anybacklog.backend import ListingProgress
    from anybacklog.registry import Registry
    from anybacklog.tracker import Tracker


class ReaderLeft(Exception):
    """Nobody reads our output any more. Click would make exit code 1 of a BrokenPipeError that reached it."""


@dataclass(slots=True)
class Invocation:
    """What was said about one call as a whole; `resumable` once it does what running again would go on with.

    `settled` is the exit code once only the telling is left: a reader that leaves then changes nothing. `unless_done`
    is said behind whatever stops it before. `ends` is what is undone when the call is over. `on_listing` hears how far
    a long listing is, `heard` is what it was told last.
    """

    verbose: int = 0
    debug: bool = False
    plugins: list[str] = field(default_factory=list)
    key_env: str | None = None
    source_key_env: str | None = None
    target_key_env: str | None = None
    share: str | None = None
    pace: str | None = None
    resumable: bool = False
    settled: int | None = None
    unless_done: str = ""
    ends: ExitStack = field(default_factory=ExitStack)
    on_listing: Callable[[ListingProgress], None] = lambda _: None
    heard: ListingProgress | None = None

    def registry(self) -> Registry:
        """Load the installed plugins and the files named by --plugin."""
        from anybacklog.registry import load_registry

        return load_registry(self.files())

    def open(self, url: str) -> Tracker:
        """Open the one tracker of a command."""
        return self._open(url, self.key_env)

    def open_target(self, url: str) -> Tracker:
        """Open the target of a command that has a source, too, and does not ask it."""
        return self._open(url, self.key_env if self.target_key_env is None else self.target_key_env)

    @contextmanager
    def open_both(self, source: str, target: str) -> Iterator[tuple[Tracker, Tracker]]:
        """Open two ends. One --key-env for both is refused where it would show one service the other's key."""
        ends = tuple(self.key_env if each is None else each for each in (self.source_key_env, self.target_key_env))
        with self._open(source, ends[0]) as one, self._open(target, ends[1]) as other:
            if self.key_env is not None and ends == (self.key_env,) * 2 and self._far_apart(one, other):
                raise click.UsageError(
                    "--key-env would give one key to two services; use --source-key-env and --target-key-env"
                )
            yield one, other

    def _far_apart(self, *trackers: Tracker) -> bool:
        specs = self.registry().specs
        places = {
            (tracker.location.scheme, tracker.location.authority())
            for tracker in trackers
            if not specs[tracker.location.scheme].local
        }
        return len(places) > 1

    def _open(self, url: str, key_env: str | None) -> Tracker:
        from anybacklog.config import find_key
        from anybacklog.connection import find_target, open_target

        target = find_target(url, plugins=self.files(), traffic=self.traffic())
        return open_target(target, find_key(target.places(key_env=key_env)), self._hear)

    def _hear(self, told: ListingProgress) -> None:
        self.heard = told
        self.on_listing(told)

    def traffic(self) -> dict[str, str]:
        """Give what was said of the traffic of every networked tracker, as options of a URL."""
        said = {"share": self.share, "pace": self.pace}
        return {name: value for name, value in said.items() if value is not None}

    def open_to_keep(self, url: str) -> Tracker:
        """Open a tracker to put something into; one that ends with this process is warned about."""
        tracker = self.open(url)
        warn_of_memory(tracker)
        return tracker

    def said_again(self) -> tuple[str, ...]:
        """Give the options of this call that another command between the same ends needs, too."""
        keys = ("key_env", "source_key_env", "target_key_env", "share", "pace")
        given = [(f"--{name.replace('_', '-')}", getattr(self, name)) for name in keys]
        every = [*(("--plugin", file) for file in self.files()), *given]
        return tuple(word for name, value in every if value is not None for word in (name, value))

    def files(self) -> tuple[str, ...]:
        """Name the plugin files, each once."""
        return tuple(dict.fromkeys(self.plugins))


def warn_of_memory(tracker: Tracker) -> None:
    """Say that what is written to memory:// is gone when the command is."""
    if tracker.location.scheme == "memory":
        from anybacklog.cli import console

        console.note("memory:// is gone when this command ends; sqlite:///FILE.db keeps what is written")


class EverywhereOption(click.Option):
    """An option of the whole call: kept in the Invocation, never passed to the command."""

    def __init__(self, *names: str, **how: Any) -> None:
        super().__init__(names, expose_value=False, is_eager=True, callback=how.pop("callback", _keep), **how)


@cache
def everywhere() -> tuple[click.Option, ...]:
    """Give the options, the same ones every time: click compares them by identity."""
    return (
        EverywhereOption("-v", "verbose", count=True, help="Say more on stderr; -vv: every request."),
        EverywhereOption("--debug", is_flag=True, help="Show where an error came from."),
        EverywhereOption("--plugin", multiple=True, metavar="FILE", help="Load a plugin from a Python file."),
        EverywhereOption(
            "--share", metavar="PERCENT", callback=_keep_traffic, help="Use at most this share of every rate limit."
        ),
        EverywhereOption(
            "--pace",
            metavar="full|polite",
            callback=_keep_traffic,
            help="polite: pause as the vendor asks; full: do not.",
        ),
        EverywhereOption("--key-env", metavar="NAME", help="Environment variable that holds the API key."),
        EverywhereOption("--source-key-env", metavar="NAME", help="The same, for the source alone."),
        EverywhereOption("--target-key-env", metavar="NAME", help="The same, for the target alone."),
        EverywhereOption("--version", is_flag=True, callback=_version, help="Show the version and exit."),
    )


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    invocation = ctx.ensure_object(Invocation)
    if param.name == "verbose":
        invocation.verbose += value
    elif param.name == "plugin":
        invocation.plugins += value
    elif value is not None and value is not False:
        setattr(invocation, str(param.name), value)
    if not ctx.resilient_parsing and (invocation.verbose or invocation.debug):
        from anybacklog.cli.log import logged_to_stderr

        invocation.ends.enter_context(logged_to_stderr(every=invocation.debug or invocation.verbose > 1))


def _keep_traffic(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    if value is not None and not ctx.resilient_parsing:
        from anybacklog.traffic import traffic_of

        traffic_of({str(param.name): value})
    _keep(ctx, param, value)


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:  # noqa: ARG001, FBT001  # click's shape
    if not value or ctx.resilient_parsing:
        return
    from anybacklog import __version__
    from anybacklog.cli import console

    console.say(f"anybacklog {__version__}")
    ctx.exit()


class Command(click.Command):
    """A command that takes the options of every command, shown apart from its own."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Give its own parameters, then everybody's."""
        return with_everywhere(super().get_params(ctx))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write its own options, then everybody's."""
        format_options(self.get_params(ctx), ctx, formatter)


def with_everywhere(params: Sequence[click.Parameter]) -> list[click.Parameter]:
    """Add the options of every command, but none whose name a command has taken for itself."""
    taken = {name for param in params for name in param.opts}
    return [*params, *(option for option in everywhere() if not taken & set(option.opts))]


def format_options(params: Sequence[click.Parameter], ctx: click.Context, formatter: click.HelpFormatter) -> None:
    """Write two sections of help: the command's own options, and those of every command."""
    options = [param for param in params if isinstance(param, click.Option)]
    common = [isinstance(option, EverywhereOption) or "--help" in option.opts for option in options]
    for title, wanted in (("Options", False), ("Everywhere", True)):
        records = [param.get_help_record(ctx) for param, each in zip(options, common, strict=True) if each is wanted]
        if shown := [record for record in records if record is not None]:
            with formatter.section(title):
                formatter.write_dl(shown)
