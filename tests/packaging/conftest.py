"""A wheel of this checkout, and an environment that has it installed, with a stranger's plugins beside it."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ACME = ROOT / "docs" / "examples" / "anybacklog-acme"
PIP = [
    "-m",
    "pip",
    "--disable-pip-version-check",
    "install",
    "--quiet",
    "--no-index",
    "--no-deps",
    "--no-build-isolation",
]

BROKEN = "import a_module_that_is_not_there\n"
TOO_NEW = """
from anybacklog.plugin import hookimpl

@hookimpl
def anybacklog_dreams():
    return []
"""
DOUBLED = """
from anybacklog.plugin import BackendSpec, hookimpl

@hookimpl
def anybacklog_backends():
    return [BackendSpec("acme", lambda connection: None)]
"""


@dataclass(frozen=True, slots=True)
class Environment:
    """A Python that sees the wheel and what was installed beside it, our libraries, and nothing of this checkout."""

    python: Path
    packages: Path
    home: Path

    def install(self, *what: Path, into: Path | None = None) -> Path:
        """Install wheels or source folders as pip does; `into` keeps them apart, to be added by PYTHONPATH."""
        target = into or self.packages
        run([sys.executable, *PIP, "--target", str(target), *map(str, what)], cwd=self.home)
        return target

    def __call__(self, *arguments: str, cwd: Path | None = None, beside: Path | None = None) -> Ran:
        """Run `python -m ARGUMENTS`; `beside` is a folder with more packages."""
        more = {"PYTHONPATH": str(beside)} if beside else {}
        return run([str(self.python), "-m", *arguments], cwd=cwd or self.home, check=False, home=self.home, **more)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command answered."""

    code: int
    out: str
    err: str


def run(command: list[str], *, cwd: Path, check: bool = True, home: Path | None = None, **more: str) -> Ran:
    """Run a command away from this checkout's settings; with `check`, it must succeed."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT") if name in os.environ}
    settings = {"HOME": str(home or cwd), "PYTHONUTF8": "1", "COLUMNS": "400"}
    found = subprocess.run(
        command, cwd=cwd, env=kept | settings | more, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert not check or found.returncode == 0, found.stdout + found.stderr
    return Ran(found.returncode, found.stdout, found.stderr)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel of this checkout."""
    out = tmp_path_factory.mktemp("dist")
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)], cwd=out)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """Install the wheel, acme, and two plugins that cannot be used, side by side."""
    home = tmp_path_factory.mktemp("home")
    run([sys.executable, "-m", "venv", "--without-pip", str(home / "venv")], cwd=home)
    python = home / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    scheme = {"base": str(home / "venv"), "platbase": str(home / "venv")}
    packages = Path(sysconfig.get_path("purelib", "venv", scheme))
    # A folder named by a .pth file is searched, but its own .pth files (the editable install of this checkout)
    # are not read.
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    environment = Environment(python, packages, home)
    environment.install(wheel, ACME, *plugins(home / "strangers", {"broken": BROKEN, "toonew": TOO_NEW}))
    return environment


@pytest.fixture(scope="session")
def doubled(installed: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install a second plugin for acme:// into a folder of its own."""
    folder = tmp_path_factory.mktemp("doubled")
    return installed.install(*plugins(folder / "source", {"rival": DOUBLED}), into=folder / "packages")


def plugins(folder: Path, sources: dict[str, str]) -> Iterable[Path]:
    """Write a distribution `stranger-NAME` with one module for each plugin's source."""
    for name, source in sources.items():
        project = folder / name
        project.mkdir(parents=True)
        (project / f"stranger_{name}.py").write_text(source, encoding="utf-8")
        (project / "pyproject.toml").write_text(
            f"""
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "stranger-{name}"
version = "9.9"
[project.entry-points.anybacklog]
{name} = "stranger_{name}"
[tool.hatch.build.targets.wheel]
only-include = ["stranger_{name}.py"]
""",
            encoding="utf-8",
        )
        yield project


@pytest.fixture
def anybacklog(installed: Environment) -> Callable[..., Ran]:
    """Run `anybacklog ARGUMENTS` in that environment."""
    return lambda *arguments, **where: installed("anybacklog", *arguments, **where)
