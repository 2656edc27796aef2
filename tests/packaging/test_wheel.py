"""The wheel holds what a user needs, and nothing else."""

from __future__ import annotations

import tomllib
import zipfile
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "anybacklog": "core",
    "anybacklog_nulab": "plugins",
    "anybacklog_publicbacklog": "plugins",
    "anybacklog_simulators": "contrib",
}
FILES = {
    "anybacklog/cli/demo_project.toml",
    "anybacklog/migration/layout.html.j2",
    "anybacklog/migration/page.css",
    "anybacklog/migration/plan.html.j2",
    "anybacklog/migration/report.html.j2",
    "anybacklog/migration/stopped.html.j2",
}


@pytest.fixture
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


@pytest.fixture
def project() -> dict[str, Any]:
    held: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return held


def test_it_holds_the_import_packages_and_nothing_else_at_the_top(names: set[str]) -> None:
    assert {name.split("/")[0] for name in names} == set(PACKAGES)


def test_every_package_is_typed(names: set[str]) -> None:
    assert {f"{package}/py.typed" for package in PACKAGES} <= names


def test_the_pages_templates_and_the_demo_travel_along(names: set[str]) -> None:
    assert names >= FILES


def test_every_module_of_the_checkout_is_there(names: set[str]) -> None:
    there = {
        path.relative_to(ROOT / root).as_posix()
        for package, root in PACKAGES.items()
        for path in (ROOT / root / package).rglob("*.py")
    }
    assert {name for name in names if name.endswith(".py")} == there


def test_no_tests_caches_or_pages_travel_along(names: set[str]) -> None:
    known = (".py", "/py.typed", *FILES)
    assert [name for name in names if not name.endswith(known)] == []
    assert [name for name in names if name.rpartition("/")[2].startswith(("test_", "conftest"))] == []


def test_its_entry_points_are_those_of_pyproject(wheel: Path, project: dict[str, Any]) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/entry_points.txt"))
        text = archive.read(name).decode()
    found = ConfigParser()
    found.read_string(text)
    assert dict(found["console_scripts"]) == project["scripts"]
    assert dict(found["anybacklog"]) == project["entry-points"]["anybacklog"]


def test_every_entry_point_names_a_module_in_the_wheel(names: set[str], project: dict[str, Any]) -> None:
    modules = [*project["entry-points"]["anybacklog"].values(), *project["scripts"].values()]
    assert [module for module in modules if f"{module.partition(':')[0].replace('.', '/')}.py" not in names] == []
