"""Entry points -> plugin manager -> {scheme: BackendSpec}. A plugin that cannot be used is named and skipped."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from anybacklog import hookspecs
from anybacklog.backend import BackendSpec
from anybacklog.config import is_vendors_own
from anybacklog.errors import ConfigurationError
from anybacklog.hooks import PROJECT
from anybacklog.location import is_loopback

GROUP = "anybacklog"
DISABLE = "ANYBACKLOG_DISABLE_PLUGINS"
SHIPPED = frozenset({"archive", "publicbacklog", "redmine"})
"""Schemes that some version of anybacklog brings itself: no other package is to be installed for them."""
_WEB = frozenset({"http", "https"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedPlugin:
    """A plugin in use: its name, the distribution (and version) or file it came from, its hooks and schemes."""

    name: str
    origin: str
    hooks: tuple[str, ...]
    schemes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedPlugin:
    """A plugin, or one scheme of it, that is not in use, and why."""

    name: str
    origin: str
    reason: str


@dataclass(slots=True)
class Registry:
    """What the plugins of this process offer."""

    manager: pluggy.PluginManager
    specs: dict[str, BackendSpec] = field(default_factory=dict)
    loaded: list[LoadedPlugin] = field(default_factory=list)
    skipped: list[SkippedPlugin] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)
    claims: dict[str, list[str]] = field(default_factory=dict)

    def spec(self, scheme: str, host: str = "") -> BackendSpec:
        """Find a backend by its scheme; an unknown one is told with the way to the one that may be meant.

        `host` is the URL's, for those who paste a web page's address.
        """
        if len(self.claims.get(scheme, ())) > 1:
            raise ConfigurationError(self.doubled(scheme))
        if scheme not in self.specs:
            raise ConfigurationError(self._web_page(scheme, host) if scheme in _WEB else self._unknown(scheme))
        return self.specs[scheme]

    def doubled(self, scheme: str) -> str:
        """Say which plugins claim one scheme."""
        *others, last = self.claims[scheme]
        both = "both" if len(others) == 1 else "all"
        named = f"{', '.join(others)} and {last}"
        return f"plugins {named} {both} claim {scheme}://; leave one of them and disable the rest with {DISABLE}"

    def _web_page(self, scheme: str, host: str) -> str:
        told = f"a tracker's URL begins with its kind, not with {scheme}://; `anybacklog backends` lists the kinds"
        for spec in self.specs.values():
            if not is_loopback(host) and is_vendors_own(host, spec.hosts):
                return f"{told}; this one may be meant as {spec.scheme}://{host}/PROJECT"
        return told

    def _unknown(self, scheme: str) -> str:
        near = get_close_matches(scheme, self.specs, n=1)
        broken = next((plugin for plugin in self.skipped if plugin.name == scheme), None)
        if broken:
            return f"no backend for {scheme}:// because plugin {broken.name} was skipped: {broken.reason}"
        hints = [f"did you mean {near[0]}://?"] if near else []
        if self.skipped:
            named = "; ".join(f"{plugin.name} ({plugin.reason})" for plugin in self.skipped)
            hints.append(f"a plugin that was skipped may bring it: {named}.")
        install = f"install its plugin, by convention called so: pip install anybacklog-{scheme}"
        hints.append("update anybacklog, which brings it" if scheme in SHIPPED else install)
        return f"no backend for {scheme}://; {' Otherwise '.join(hints)}"


@cache
def load_registry(files: tuple[str, ...] = (), disabled: str | None = None) -> Registry:
    """Load every installed plugin, each in its own `try`, and the named local files; once per process and arguments.

    `disabled` (default: the environment's ANYBACKLOG_DISABLE_PLUGINS) holds plugin names, separated by commas.
    """
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    registry = Registry(manager)
    names = disabled if disabled is not None else os.environ.get(DISABLE, "")
    off = {name.strip() for name in names.split(",") if name.strip()}
    for entry in sorted(importlib.metadata.entry_points(group=GROUP), key=lambda entry: entry.name):
        _load_entry(registry, entry, off)
    for path in files:
        module = _load_file(path)
        reason = _register(registry, Path(path).stem, path, module)
        if reason:
            raise ConfigurationError(f"plugin file {path} cannot be used: {reason}")
    return registry


def _load_entry(registry: Registry, entry: importlib.metadata.EntryPoint, off: Collection[str]) -> None:
    origin = f"{entry.dist.name} {entry.dist.version}" if entry.dist else "unknown distribution"
    reason: str | None
    if entry.name in off:
        reason = f"disabled by {DISABLE}"
    else:
        try:
            plugin = entry.load()
        except (Exception, SystemExit) as error:  # noqa: BLE001  # a stranger's import may do anything; it is skipped
            reason = f"{type(error).__name__}: {error}"
        else:
            reason = _register(registry, entry.name, origin, plugin)
    if reason:
        registry.skipped.append(SkippedPlugin(name=entry.name, origin=origin, reason=reason))


def _load_file(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"anybacklog_local_{Path(path).stem}", path)
    if spec is None or spec.loader is None or not Path(path).is_file():
        raise ConfigurationError(f"plugin file {path} is not a readable Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # a dataclass looks its own module up there
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[spec.name]
        raise ConfigurationError(f"plugin file {path} cannot be loaded: {type(error).__name__}: {error}") from error
    return module


def _register(registry: Registry, name: str, origin: str, plugin: object) -> str | None:
    """Take a plugin in, or give the reason why not."""
    manager = registry.manager
    if manager.has_plugin(name):
        return f"another plugin called {name} is already loaded"
    try:
        manager.register(plugin, name)
    except (pluggy.PluginValidationError, ValueError) as error:
        if manager.has_plugin(name):
            manager.unregister(name=name)
        return " ".join(str(error).split())
    unknown = [hook for hook in _hooks(manager, plugin) if not hasattr(hookspecs, hook)]
    if unknown:
        manager.unregister(name=name)
        return f"it implements {', '.join(unknown)}, which this version does not know; update anybacklog"
    if not manager.get_hookcallers(plugin):
        manager.unregister(name=name)
        return "it implements no hook; mark its functions with anybacklog.plugin.hookimpl"
    try:
        specs = _specs_of(manager, plugin)
    except Exception as error:  # noqa: BLE001  # a stranger's hook may raise anything; it is named and skipped
        manager.unregister(name=name)
        return f"anybacklog_backends failed: {type(error).__name__}: {error}"
    _take_schemes(registry, name, origin, specs)
    hooks = tuple(sorted(_hooks(manager, plugin)))
    schemes = tuple(scheme for scheme in specs if registry.owners.get(scheme) == name)
    registry.loaded.append(LoadedPlugin(name=name, origin=origin, hooks=hooks, schemes=schemes))
    return None


def _hooks(manager: pluggy.PluginManager, plugin: object) -> Iterator[str]:
    for caller in manager.get_hookcallers(plugin) or ():
        if not any(
            impl.plugin is plugin and impl.optionalhook and not caller.has_spec() for impl in caller.get_hookimpls()
        ):
            yield caller.name


def _specs_of(manager: pluggy.PluginManager, plugin: object) -> Mapping[str, BackendSpec]:
    implementations = manager.hook.anybacklog_backends.get_hookimpls()
    answers: list[Any] = [each.function() for each in implementations if each.plugin is plugin]
    specs = [spec for answer in answers for spec in answer]
    for spec in specs:
        if not isinstance(spec, BackendSpec):
            raise TypeError(f"it must yield BackendSpec, not {type(spec).__name__}")
    return {spec.scheme: spec for spec in specs}


def _take_schemes(registry: Registry, name: str, origin: str, specs: Mapping[str, BackendSpec]) -> None:
    for scheme, spec in specs.items():
        registry.claims.setdefault(scheme, []).append(name)
        if scheme not in registry.owners:
            registry.owners[scheme] = name
            registry.specs[scheme] = spec
            continue
        registry.specs.pop(scheme, None)
        registry.skipped.append(SkippedPlugin(name=name, origin=origin, reason=registry.doubled(scheme)))
