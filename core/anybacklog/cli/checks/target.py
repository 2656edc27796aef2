"""A tracker looked at from its URL to its clock. It goes on after a problem as far as there is something to look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from anybacklog.cli.checks.check import Check, fine, of_error, passed_over, problem
from anybacklog.cli.checks.keyed import Search
from anybacklog.cli.checks.reached import reached
from anybacklog.cli.outcome import USAGE
from anybacklog.config import FoundKey
from anybacklog.connection import Target, aimed_at, open_target, problems_of
from anybacklog.errors import AnyBacklogError, ConfigurationError
from anybacklog.http.origin import origin_of
from anybacklog.http.surroundings import route_to
from anybacklog.registry import Registry


def looked_at(url: str, registry: Registry, *, key_env: str | None, traffic: Mapping[str, str]) -> Iterator[Check]:
    """Look at the tracker a URL or a connection's name stands for."""
    try:
        target = aimed_at(url, registry, traffic=traffic)
    except AnyBacklogError as error:
        yield of_error("url", error)
        return
    scheme = target.spec.scheme
    owner = registry.owners[scheme]
    yield fine("backend", f"{scheme}:// of plugin {owner}", scheme=scheme, plugin=owner)
    problems = [problem("url", told, "mend the URL or the configuration file", USAGE) for told in problems_of(target)]
    yield from problems
    if not (problems or target.spec.local):
        yield from _route(target)
    search = Search(target, key_env)
    yield from search.checks()
    if problems or search.failed:
        yield passed_over("host", f"{target.host or 'the tracker'} is not asked before that is mended")
    else:
        yield from _opened(target, search.found)


def _route(target: Target) -> Iterator[Check]:
    origin = origin_of(target.location.base_url(target.spec.default_host))
    with suppress(ConfigurationError):  # told among the variables of the environment
        route = route_to(origin)
        if route.proxies:
            yield fine(
                "proxy", f"{origin} is reached through the proxy of {route.proxy_named}", variable=route.proxy_named
            )


def _opened(target: Target, key: FoundKey | None) -> Iterator[Check]:
    try:
        tracker = open_target(target, key)
    except (AnyBacklogError, OSError) as error:
        yield of_error("key" if target.spec.needs_key and not key else "backend", error)
        return
    with tracker:
        yield from reached(tracker, target.host)
