"""What is installed here, what is skipped, and what of the environment has a say. Nothing is sent."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
from collections.abc import Iterator, Mapping

from anybacklog import __version__
from anybacklog.cli.checks.check import Check, fine, of_error, passed_over, problem
from anybacklog.cli.outcome import USAGE
from anybacklog.errors import ConfigurationError
from anybacklog.http.origin import Origin
from anybacklog.http.surroundings import CA_VARIABLES, PROXY_VARIABLES, route_to
from anybacklog.redact import redact_url
from anybacklog.registry import DISABLE, Registry

EXTRAS: Mapping[str, str] = {
    "keyring": "keys from the system's keyring",
    "oauth": "`anybacklog login`",
    "dlt": "`anybacklog export`",
    "simulators": "fake services for tests",
    "testing": "the conformance kit for authors of backends",
}
"""What each extra brings. `dev` is for those who work on anybacklog itself."""
_ANYWHERE = Origin("https", "anywhere.example", 443)
_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+).*;.*\bextra\s*==\s*['\"]([\w-]+)['\"]")


def installed(registry: Registry) -> Iterator[Check]:
    """Look at versions, plugins and extras."""
    yield fine("version", f"anybacklog {__version__}", version=__version__)
    yield fine("python", f"Python {platform.python_version()}", version=platform.python_version())
    yield fine("platform", platform.platform(), platform=platform.platform())
    yield from _plugins(registry)
    yield from _extras()


def environment(environ: Mapping[str, str] = os.environ) -> Iterator[Check]:
    """Look at the variables that send traffic through a proxy or trust other certificates; passwords are masked."""
    for name in (*PROXY_VARIABLES, "no_proxy", "NO_PROXY"):
        if environ.get(name):
            shown = environ[name] if name.lower() == "no_proxy" else _proxy(environ[name])
            yield fine("proxy", f"{name} is {shown}", variable=name, value=shown)
    for name in CA_VARIABLES:
        if environ.get(name):
            yield fine("certificates", f"{name} is {environ[name]}", variable=name, value=environ[name])
    try:
        route_to(_ANYWHERE)
    except ConfigurationError as error:
        yield of_error("certificates" if str(error).startswith(CA_VARIABLES) else "proxy", error)


def _plugins(registry: Registry) -> Iterator[Check]:
    for each in registry.loaded:
        offers = ", ".join(f"{scheme}://" for scheme in each.schemes) or "no scheme of its own"
        yield fine("plugin", f"{each.name} ({each.origin}): {offers}", plugin=each.name, origin=each.origin)
    for other in registry.skipped:
        told = f"{other.name} ({other.origin}) is skipped: {other.reason}"
        facts = {"plugin": other.name, "origin": other.origin}
        if other.reason == f"disabled by {DISABLE}":
            yield passed_over("plugin", told, **facts)
        else:
            way = f"mend or update it, uninstall it, or name it in {DISABLE}"
            yield problem("plugin", told, way, USAGE, **facts)


def _extras() -> Iterator[Check]:
    for extra, packages in _packages_of_extras().items():
        missing = [package for package in packages if not _is_installed(package)]
        brings = EXTRAS.get(extra, "more")
        if missing:
            told = f"{extra} is not installed; it brings {brings}"
            yield passed_over(
                "extra", told, f"pip install 'anybacklog[{extra}]'", extra=extra, missing=", ".join(missing)
            )
        else:
            yield fine("extra", f"{extra} is installed; it brings {brings}", extra=extra, missing=None)


def _packages_of_extras() -> dict[str, list[str]]:
    packages: dict[str, list[str]] = {}
    for requirement in importlib.metadata.requires("anybacklog") or ():
        found = _REQUIREMENT.match(requirement)
        if found and found[2] != "dev":
            packages.setdefault(found[2], []).append(found[1])
    return dict(sorted(packages.items()))


def _is_installed(package: str) -> bool:
    try:
        importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _proxy(value: str) -> str:
    """Write a proxy as the HTTP library reads it, so that a login in it is seen as one and masked."""
    return redact_url(value if "://" in value else f"http://{value}")
