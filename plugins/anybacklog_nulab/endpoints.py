"""Which endpoints a class asks, as the docstrings of its methods say; the docs print it, tests hold it to be true."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping

Endpoint = str
"""A method and a path below `/api/v2`, what it names left open: `GET /issues/{}/comments`."""
_SAID = re.compile(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^`\s]*)`")
_NAMED = re.compile(r"<[^>]*>|{[^}]*}")


def endpoint(text: str) -> Endpoint:
    """Leave open what a path names, however that is written: `{id}` and `<issue>` are the same."""
    opened = _NAMED.sub("{}", text)
    return f"{opened}{{}}" if opened.endswith("/") else opened


def said_by(kind: type) -> Mapping[str, tuple[Endpoint, ...]]:
    """Give what each public method of a class says it asks."""
    said = {name: inspect.getdoc(getattr(kind, name)) or "" for name in dir(kind) if not name.startswith("_")}
    found = {name: tuple(map(endpoint, _SAID.findall(text))) for name, text in said.items()}
    return {name: each for name, each in found.items() if each}


def asked_at(target: str, known: Iterable[Endpoint]) -> Endpoint | None:
    """Tell which endpoint a request such as `GET /issues/7` asks; of two that fit, the one that names more itself."""
    fitting = [each for each in known if _pattern(each).fullmatch(target)]
    return min(fitting, key=lambda each: each.count("{}"), default=None)


def _pattern(each: Endpoint) -> re.Pattern[str]:
    spelt = "[^/]+".join(map(re.escape, each.split("{}")))
    return re.compile(spelt.replace("metadata/[^/]+", "metadata/.*"))  # the path of a folder, of none for the topmost
