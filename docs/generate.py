"""Writes what the documentation repeats of the source: `python docs/generate.py`; `--check` only says what is stale.

A part between `<!-- generated: NAME -->` and `<!-- end -->` belongs to this script; all else is written by hand.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from anybacklog import abilities, backend, hookspecs
from anybacklog.backend import OPERATIONS, BackendSpec, Connection
from anybacklog.location import parse
from anybacklog.registry import load_registry
from anybacklog_nulab import Nulab
from anybacklog_nulab.backend import NulabBackend
from anybacklog_nulab.client import bucket
from anybacklog_nulab.endpoints import endpoint, said_by
from anybacklog_simulators import publicbacklog
from anybacklog_simulators.nulab.routes import TABLE
from anybacklog_simulators.publicbacklog.routes import TABLE as PUBLICBACKLOG_TABLE

DOCS = Path(__file__).parent
PACKAGE = DOCS / "examples" / "anybacklog-acme"
HOOKS = tuple(each for name, each in vars(hookspecs).items() if name.startswith("anybacklog_"))
PROTOCOLS = (*dict.fromkeys(OPERATIONS.values()), backend.TellsLimits)
ABILITIES = (
    abilities.Abilities, abilities.Answer, abilities.Listing, abilities.Limits, abilities.Settle, abilities.References,
)  # fmt: skip
VALUES = (
    backend.TicketFields,
    backend.CommentDraft,
    backend.AttachmentDraft,
    backend.Marked,
    backend.RateState,
    backend.TrafficState,
    backend.Permissions,
    BackendSpec,
    backend.Option,
    Connection,
    backend.ListingProgress,
    backend.OAuthSpec,
    backend.TokenSource,
)
_PART = re.compile(r"(?<=<!-- generated: )(\w+)( -->\n)(.*?)(?=<!-- end -->)", re.DOTALL)
_ORDER = ("pyproject.toml", "src", "tests", "tickets")
_AS_TRACKER = {"ticket_by_key": "ticket"}
"""What has another name in front of the boundary."""
_LANGUAGES = {".py": "python"}


def source_of(things: Iterable[object]) -> str:
    """Print classes or functions as they stand in the source."""
    return _fenced("python", "\n\n".join(inspect.getsource(each) for each in things))  # type: ignore[arg-type]


def package() -> str:
    """Print every file of the example package under its path."""
    blocks = []
    for file in package_files():
        name = file.relative_to(PACKAGE).as_posix()
        language = _LANGUAGES.get(file.suffix, file.suffix[1:])
        blocks.append(_fenced(f'{language} title="{name}"', file.read_text(encoding="utf-8")))
    return "\n".join(blocks)


def package_files() -> list[Path]:
    """List the files of the example package, in the order to read them."""
    held = [path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    kept = [path for path in held if not any(part.startswith(".") for part in path.relative_to(PACKAGE).parts)]
    return sorted(kept, key=lambda path: (_ORDER.index(path.relative_to(PACKAGE).parts[0]), _rank(path), path))


def operations_table() -> str:
    """Tell which of Tracker's operations each installed backend has."""
    opened = dict(_opened())
    rows = (
        [f"`{name}`", *(_tick(isinstance(each, OPERATIONS[name])) for each in opened.values())] for name in OPERATIONS
    )
    return _table(["operation", *(f"`{scheme}`" for scheme in opened)], rows)


def fields_table() -> str:
    """Tell which fields each installed backend holds as given."""
    native = {scheme: each.abilities.native for scheme, each in _opened()}
    rows = (
        [f"`{name}`", *(_tick(bool(said.get(name))) for said in native.values())] for name in abilities.NATIVE_FIELDS
    )
    return _table(["field", *(f"`{scheme}`" for scheme in native)], rows)


def nulab_routes() -> str:
    """List what the fake of Nulab Backlog answers."""
    rows = (
        [
            row.method,
            f"`{row.path.replace('int:', '').replace('path:', '')}`",
            row.limit,
            "refused" if row.strict else "ignored",
            row.who.name.lower().replace("_", " "),
            " ".join(f"`{each.sent_as}`{'*' * each.required}" for each in row.parameters),
        ]
        for row in TABLE
    )
    return _table(["method", "path", "limit", "others", "who", "parameters"], rows)


def publicbacklog_routes() -> str:
    """List what the fake of PublicBacklog answers where everything is chosen to be there."""
    choices = publicbacklog.Choices(backlog_by="either")
    rows = (
        [
            row.method,
            f"`{row.path}`",
            "body" if row.in_body else "query",
            " ".join(f"`{each.name}`{'*' * each.required}" for each in row.parameters(choices)),
        ]
        for row in PUBLICBACKLOG_TABLE
    )
    return _table(["method", "path", "in", "parameters"], rows)


def publicbacklog_choices() -> str:
    """List the switches of the fake of PublicBacklog."""
    rows = (
        [f"`{name}`", " ".join(f"`{word}`" for word in switch.words), switch.about]
        for name, switch in publicbacklog.SWITCHES.items()
    )
    return _table(["choice", "words", "what"], rows)


def publicbacklog_fields() -> str:
    """List the fields a ticket of the fake of PublicBacklog may have."""
    return "\n" + " ".join(f"`{name}`" for name in publicbacklog.FIELDS) + "\n\n"


def nulab_coverage() -> str:
    """Tell of every endpoint of Nulab Backlog how it is reached: methods say themselves what they ask."""
    lines = (DOCS / "nulab-endpoints.txt").read_text(encoding="utf-8").splitlines()
    reached = {line: _reached(line) for line in lines if line and not line.startswith("#")}
    ways = Counter(way for way, _ in reached.values())
    counts = ", ".join(
        f"{count} by {way}" if way != "–" else f"{count} not at all" for way, count in ways.most_common()
    )
    parts = [f"\n{len(reached)} endpoints: {counts}.\n"]
    for family in "\n".join(lines).split("\n## ")[1:]:
        title, *held = family.strip().splitlines()
        rows = [[f"`{line.removeprefix('- ')}`", _budget(line), *reached[line]] for line in held]
        parts += [f"\n### {title}\n", _table(["endpoint", "budget", "reached by", "with"], rows).removesuffix("\n")]
    return "".join(parts) + "\n"


def _reached(line: str) -> tuple[str, str]:
    """Say by which of model, extension and `raw` an endpoint is reached, and with which methods."""
    if line.startswith("- "):
        return "–", "it takes a header that only Nulab's own tools have"
    asking = {"model": ("Tracker", NulabBackend), "extension": ("Nulab", Nulab)}
    found = {
        way: [
            f"`{told}.{_AS_TRACKER.get(name, name)}`" for name, said in said_by(kind).items() if endpoint(line) in said
        ]
        for way, (told, kind) in asking.items()
    }
    ways = [way for way, names in found.items() if names]
    names = dict.fromkeys(name for way in ways for name in found[way])
    return (" and ".join(ways), " ".join(names)) if ways else ("raw", "`Tracker.raw`")


def _budget(line: str) -> str:
    method, path = line.removeprefix("- ").split(" /")
    return bucket(method, path)


PARTS: Mapping[str, Callable[[], str]] = {
    "boundary": lambda: source_of([backend.Backend]),
    "abilities": lambda: source_of(ABILITIES),
    "protocols": lambda: source_of(PROTOCOLS),
    "values": lambda: source_of(VALUES),
    "hooks": lambda: source_of([*HOOKS, hookspecs.CommandSpec]),
    "package": package,
    "operations": operations_table,
    "fields": fields_table,
    "nulab_routes": nulab_routes,
    "nulab_coverage": nulab_coverage,
    "publicbacklog_routes": publicbacklog_routes,
    "publicbacklog_choices": publicbacklog_choices,
    "publicbacklog_fields": publicbacklog_fields,
}


def filled(page: str) -> str:
    """Give a page with every generated part as it should be now."""
    return _PART.sub(lambda part: f"{part[1]}{part[2]}{PARTS[part[1]]()}", page)


def main(arguments: list[str]) -> int:
    """Write the stale pages, or only name them."""
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(DOCS.glob("*.md"))}
    stale = {path: new for path, text in pages.items() if (new := filled(text)) != text}
    for path, new in stale.items():
        print(f"{path.name} is stale; run python docs/generate.py" if "--check" in arguments else f"wrote {path.name}")
        if "--check" not in arguments:
            path.write_text(new, encoding="utf-8")
    return int(bool(stale) and "--check" in arguments)


def _opened() -> Iterator[tuple[str, backend.Backend]]:
    """Open every installed backend at its example URL; a service without a project, so that nothing is asked of it."""
    specs = load_registry(disabled="acme").specs
    for scheme in sorted(specs):
        location = parse(specs[scheme].example)
        if not specs[scheme].local:
            location = replace(location, segments=location.segments[:-1])
        yield scheme, specs[scheme].open(Connection(location=location, api_key="none", options=location.options))


def _tick(yes: bool) -> str:  # noqa: FBT001
    return "✓" if yes else "–"


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines) + "\n"


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```\n"


def _rank(path: Path) -> int:
    """Read the plugin before the backend it opens; the project before its tickets."""
    names = ("__init__.py", "plugin.py", "backend.py", "convert.py", "acme.json")
    return names.index(path.name) if path.name in names else len(names)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
