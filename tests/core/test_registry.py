"""Plugins as they really come: installed distributions and files, some of them broken."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from anybacklog.backend import BackendSpec
from anybacklog.connection import connect
from anybacklog.errors import ConfigurationError
from anybacklog.registry import Registry, SkippedPlugin, load_registry

OFFERS = """
from __future__ import annotations
from anybacklog.plugin import BackendSpec, hookimpl

@hookimpl
def anybacklog_backends():
    yield BackendSpec("{scheme}", open=lambda connection: None)
"""

MARKED = "from anybacklog.plugin import hookimpl\n@hookimpl\n"


class Install(Protocol):
    def __call__(self, name: str, source: str) -> None: ...


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a distribution `anybacklog-NAME 1.0` whose entry point NAME is a module with this source."""
    modules = set(sys.modules)
    monkeypatch.delenv("ANYBACKLOG_DISABLE_PLUGINS", raising=False)

    def install(name: str, source: str) -> None:
        site = tmp_path / "site"
        folder = site / f"anybacklog_{name}-1.0.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: anybacklog-{name}\nVersion: 1.0\n")
        (folder / "entry_points.txt").write_text(f"[anybacklog]\n{name} = throwaway_{name}\n")
        (site / f"throwaway_{name}.py").write_text(source)
        monkeypatch.syspath_prepend(site)

    load_registry.cache_clear()
    yield install
    load_registry.cache_clear()
    for name in set(sys.modules) - modules:
        if name.startswith(("throwaway_", "anybacklog_local_")):
            del sys.modules[name]


def skipped(registry: Registry, name: str) -> SkippedPlugin:
    [plugin] = [plugin for plugin in registry.skipped if plugin.name == name]
    return plugin


def loaded(registry: Registry) -> list[str]:
    return [plugin.name for plugin in registry.loaded]


def test_an_installed_plugin_is_found_and_named_with_its_origin(install: Install) -> None:
    install("acme", OFFERS.format(scheme="acme"))
    registry = load_registry()
    assert registry.spec("acme").scheme == "acme"
    [plugin] = [plugin for plugin in registry.loaded if plugin.name == "acme"]
    assert (plugin.origin, plugin.hooks, plugin.schemes) == ("anybacklog-acme 1.0", ("anybacklog_backends",), ("acme",))


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import no_such_library_here", "ModuleNotFoundError: No module named 'no_such_library_here'"),
        ("def broken(:", "SyntaxError: "),
        ("raise SystemExit('bye')", "SystemExit: bye"),
        ("answer = 42", "it implements no hook; mark its functions with anybacklog.plugin.hookimpl"),
        (
            MARKED + "def anybacklog_backends():\n    raise OSError('no disk')",
            "anybacklog_backends failed: OSError: no disk",
        ),
        (
            MARKED + "def anybacklog_backends():\n    return ['acme']",
            "anybacklog_backends failed: TypeError: it must yield BackendSpec, not str",
        ),
        (
            MARKED + "def anybacklog_backends(color):\n    return []",
            "{'color'}",
        ),
        (
            MARKED + "def anybacklog_dream():\n    return []",
            "it implements anybacklog_dream, which this version does not know; update anybacklog",
        ),
    ],
)
def test_a_plugin_that_cannot_be_used_is_named_and_the_others_load(install: Install, source: str, reason: str) -> None:
    install("broken", source)
    install("zebra", OFFERS.format(scheme="zebra"))
    registry = load_registry()
    assert reason in skipped(registry, "broken").reason
    assert skipped(registry, "broken").origin == "anybacklog-broken 1.0"
    assert registry.spec("zebra").scheme == "zebra"
    assert "broken" not in loaded(registry)
    assert not registry.manager.has_plugin("broken")


def test_asking_for_the_scheme_of_a_skipped_plugin_says_why_it_was_skipped(install: Install) -> None:
    install("broken", "import no_such_library_here")
    with pytest.raises(ConfigurationError, match="plugin broken was skipped: ModuleNotFoundError"):
        load_registry().spec("broken")


def test_a_hook_unknown_to_this_version_may_be_marked_optional(install: Install) -> None:
    optional = "@hookimpl(optionalhook=True)\ndef anybacklog_dream():\n    return []\n"
    install("acme", OFFERS.format(scheme="acme") + optional)
    assert load_registry().spec("acme").scheme == "acme"


def test_a_hook_may_stand_under_another_name(install: Install) -> None:
    renamed = OFFERS.replace("@hookimpl", '@hookimpl(specname="anybacklog_backends")').replace("def any", "def our_any")
    install("acme", renamed.format(scheme="acme"))
    assert load_registry().spec("acme").scheme == "acme"


def test_a_scheme_two_plugins_claim_is_refused_naming_both(install: Install) -> None:
    install("first", OFFERS.format(scheme="acme"))
    install("second", OFFERS.format(scheme="acme"))
    registry = load_registry()
    with pytest.raises(ConfigurationError, match="plugins first and second both claim acme://; leave one of them"):
        registry.spec("acme")
    assert "acme" not in registry.specs


def test_a_scheme_three_plugins_claim_names_all_three(install: Install) -> None:
    for name in ("first", "second", "third"):
        install(name, OFFERS.format(scheme="acme"))
    with pytest.raises(ConfigurationError, match="plugins first, second and third all claim acme://"):
        load_registry().spec("acme")


def test_of_two_plugins_with_one_scheme_one_can_be_disabled(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("first", OFFERS.format(scheme="acme"))
    install("second", OFFERS.format(scheme="acme"))
    monkeypatch.setenv("ANYBACKLOG_DISABLE_PLUGINS", "other, first")
    registry = load_registry()
    assert registry.owners["acme"] == "second"
    assert registry.spec("acme").scheme == "acme"
    assert skipped(registry, "first").reason == "disabled by ANYBACKLOG_DISABLE_PLUGINS"


def test_a_disabled_plugin_is_not_even_imported(install: Install) -> None:
    install("acme", OFFERS.format(scheme="acme"))
    load_registry(disabled="acme")
    assert "throwaway_acme" not in sys.modules


def test_plugins_are_loaded_once(install: Install) -> None:
    install("acme", OFFERS.format(scheme="acme"))
    assert load_registry() is load_registry()


def test_an_unknown_scheme_names_the_nearest_and_what_to_install(install: Install) -> None:
    install("acme", OFFERS.format(scheme="acme"))
    with pytest.raises(ConfigurationError) as caught:
        load_registry().spec("acmee")
    assert str(caught.value) == (
        "no backend for acmee://; did you mean acme://? Otherwise install its plugin, by convention called so: "
        "pip install anybacklog-acmee"
    )


def test_a_scheme_near_to_none_names_what_to_install(install: Install) -> None:
    install("acme", OFFERS.format(scheme="acme"))
    with pytest.raises(
        ConfigurationError, match=r"^no backend for qqqq://; install its plugin, .*: pip install anybacklog-qqqq$"
    ):
        load_registry().spec("qqqq")


@pytest.mark.parametrize("scheme", ["redmine", "publicbacklog"])
@pytest.mark.usefixtures("install")
def test_what_anybacklog_itself_will_bring_is_not_looked_for_in_another_package(scheme: str) -> None:
    registry = load_registry()
    registry.specs.pop(scheme, None)
    with pytest.raises(ConfigurationError) as caught:
        registry.spec(scheme)
    assert "update anybacklog" in str(caught.value)
    assert "pip install" not in str(caught.value)


@pytest.mark.usefixtures("install")
def test_a_scheme_that_is_not_there_names_the_plugins_that_were_skipped() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_registry(disabled="embedded").spec("sqlite")
    assert "skipped may bring it: embedded (disabled by ANYBACKLOG_DISABLE_PLUGINS)" in str(caught.value)


@pytest.mark.parametrize(
    ("host", "hint"),
    [
        ("example.tracker.example", "; this one may be meant as acme://example.tracker.example/PROJECT"),
        ("elsewhere.example", ""),
        ("127.0.0.1", ""),
    ],
)
def test_a_web_pages_address_is_told_from_a_trackers(install: Install, host: str, hint: str) -> None:
    known = OFFERS.replace("connection: None", 'connection: None, hosts=("tracker.example",)')
    install("acme", known.format(scheme="acme"))
    with pytest.raises(ConfigurationError) as caught:
        load_registry().spec("https", host)
    assert str(caught.value) == (
        f"a tracker's URL begins with its kind, not with https://; `anybacklog backends` lists the kinds{hint}"
    )


@pytest.mark.parametrize("url", ["acme://", "acme:///P", "acme+http:///P"])
def test_a_url_without_a_host_says_so_before_any_key_is_looked_for(install: Install, url: str) -> None:
    install("acme", OFFERS.format(scheme="acme"))
    with pytest.raises(ConfigurationError, match="names no host after acme://; write it like acme://HOST/PROJECT"):
        connect(url)


# --- local files ------------------------------------------------------------------------------------------------------


def local(folder: Path, source: str, name: str = "house.py") -> str:
    path = folder / name
    path.write_text(source, encoding="utf-8")
    return str(path)


@pytest.mark.usefixtures("install")
def test_a_local_file_is_a_plugin_too(tmp_path: Path) -> None:
    path = local(tmp_path, OFFERS.format(scheme="house"))
    registry = load_registry((path,))
    assert isinstance(registry.spec("house"), BackendSpec)
    assert ("house", path) in [(plugin.name, plugin.origin) for plugin in registry.loaded]


@pytest.mark.usefixtures("install")
def test_a_local_file_may_hold_dataclasses(tmp_path: Path) -> None:
    held = "\nfrom dataclasses import dataclass\n@dataclass\nclass House:\n    rooms: int\n"
    path = local(tmp_path, OFFERS.format(scheme="house") + held)
    assert load_registry((path,)).spec("house").scheme == "house"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("1 / 0", "house.py cannot be loaded: ZeroDivisionError: division by zero"),
        ("raise SystemExit(3)", "house.py cannot be loaded: SystemExit: 3"),
        ("answer = 42", "house.py cannot be used: it implements no hook"),
    ],
)
@pytest.mark.usefixtures("install")
def test_a_local_file_that_cannot_be_used_stops_the_command(tmp_path: Path, source: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_registry((local(tmp_path, source),))
    assert told in str(caught.value)


@pytest.mark.parametrize("name", ["absent.py", "house.txt", ""])
@pytest.mark.usefixtures("install")
def test_a_local_file_that_is_none_is_told(tmp_path: Path, name: str) -> None:
    local(tmp_path, "answer = 42", "house.txt")
    with pytest.raises(ConfigurationError, match="is not a readable Python file"):
        load_registry((str(tmp_path / name),))


@pytest.mark.usefixtures("install")
def test_two_local_files_of_one_name_are_told(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    paths = (local(tmp_path, OFFERS.format(scheme="one")), local(tmp_path / "other", OFFERS.format(scheme="two")))
    with pytest.raises(ConfigurationError, match="another plugin called house is already loaded"):
        load_registry(paths)
