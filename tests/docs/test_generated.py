"""What the documentation repeats of the source is what stands there: run `python docs/generate.py` when this fails."""

from __future__ import annotations

import importlib.util
import inspect
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from anybacklog import backend, hookspecs

DOCS = Path(__file__).parents[2] / "docs"
WRITE_A_BACKEND = (DOCS / "write-a-backend.md").read_text(encoding="utf-8")
PROTOCOLS = [backend.Backend, *dict.fromkeys(backend.OPERATIONS.values()), backend.TellsLimits]
HOOKS = ["backends", "commands", "formats", "transform_draft", "map_user", "observe_step"]
_FILE = re.compile(r"^```\w+ title=\"([^\"]+)\"\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_docs", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_no_page_is_stale(generate: ModuleType, page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert generate.filled(text) == text


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda protocol: protocol.__name__)
def test_every_protocol_is_printed_verbatim(protocol: type) -> None:
    assert inspect.getsource(protocol) in WRITE_A_BACKEND


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_is_printed_verbatim(name: str) -> None:
    assert inspect.getsource(getattr(hookspecs, f"anybacklog_{name}")) in WRITE_A_BACKEND


def test_no_hook_is_left_out() -> None:
    assert {name for name in vars(hookspecs) if name.startswith("anybacklog_")} == {
        f"anybacklog_{name}" for name in HOOKS
    }


def test_the_package_in_the_page_is_the_package_in_the_folder() -> None:
    package = DOCS / "examples" / "anybacklog-acme"
    caches = ("__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis")
    files = [path for path in package.rglob("*") if path.is_file() and not set(path.parts) & set(caches)]
    there = {path.relative_to(package).as_posix(): path.read_text(encoding="utf-8") for path in files}
    assert dict(_FILE.findall(WRITE_A_BACKEND)) == there
