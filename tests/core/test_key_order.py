"""The one order in which a key is looked up, and what each place gives."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from anybacklog.config import FoundKey, Settings, find_key, keyring_entry, load_config, places
from anybacklog.config.settings import SecretSource
from anybacklog.errors import ConfigurationError
from anybacklog.location import parse

HOSTS = ("backlog.com", "backlog.jp")
SPACE = "nulab://example.backlog.com/PROJ"
SECRET = "s3cr3t-𠮷"


def config(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def settings(folder: Path, text: str) -> Settings:
    url_and_text = f'[connections.work]\nurl = "{SPACE}"\n{text}\n'
    return load_config(path=config(folder, url_and_text)).connections["work"]


def found(url: str = SPACE, **given: Any) -> tuple[str, str] | None:
    """Look a key up with nothing but what is given: its secret and its origin."""
    defaults: dict[str, Any] = {
        "keyword": None,
        "key_env": None,
        "connection": None,
        "vendor_hosts": HOSTS,
        "default_host": "",
        "environ": {},
    }
    key = find_key(places(parse(url), **(defaults | given)))
    return (key.secret, key.origin) if key else None


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], str]:
    """A keyring package that is not ours, holding what the test puts in."""
    held: dict[tuple[str, str], str] = {}
    module: Any = ModuleType("keyring")
    module.errors = ModuleType("keyring.errors")
    module.errors.KeyringError = type("KeyringError", (Exception,), {})
    module.errors.NoKeyringError = type("NoKeyringError", (module.errors.KeyringError,), {})
    module.get_password = lambda service, user: held.get((service, user))
    monkeypatch.setitem(sys.modules, "keyring", module)
    return held


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)


def test_the_order_is_that_of_the_contract(keyring: dict[tuple[str, str], str]) -> None:
    keyring["anybacklog", "nulab://example.backlog.com"] = "7"
    environ = {
        "GIVEN": "2",
        "CONFIGURED": "3",
        "ANYBACKLOG_MY_WORK_API_KEY": "4",
        "ANYBACKLOG_NULAB_API_KEY": "5",
        "ANYBACKLOG_NULAB_ACCESS_TOKEN": "6",
    }
    given: dict[str, Any] = {
        "keyword": "1",
        "key_env": "GIVEN",
        "connection": Settings(name="my-work", url=SPACE, api_key=SecretSource("env", ("CONFIGURED",))),
    }
    order = [found(environ=environ, **given)]
    for option in ("keyword", "key_env"):
        given[option] = None
        order.append(found(environ=environ, **given))
    for name in list(environ)[1:]:
        environ[name] = ""  # what is empty is absent
        order.append(found(environ=environ, **given))
    keyring.clear()
    order.append(found(environ=environ, **given))
    assert order == [
        ("1", "the api_key keyword"),
        ("2", "environment variable GIVEN"),
        ("3", "environment variable CONFIGURED"),
        ("4", "environment variable ANYBACKLOG_MY_WORK_API_KEY"),
        ("5", "environment variable ANYBACKLOG_NULAB_API_KEY"),
        ("6", "environment variable ANYBACKLOG_NULAB_ACCESS_TOKEN"),
        ("7", "system keyring entry anybacklog/nulab://example.backlog.com"),
        None,
    ]


@pytest.mark.usefixtures("no_keyring")
@pytest.mark.parametrize(
    ("url", "goes"),
    [
        ("nulab://example.backlog.com/P", True),
        ("nulab://example.backlog.jp/P", True),
        ("nulab://EXAMPLE.BACKLOG.COM/P", True),
        ("nulab://backlog.com/P", True),
        ("nulab+http://127.0.0.1:8087/P", True),
        ("nulab+http://[::1]:8087/P", True),
        ("nulab+http://localhost:8087/P", True),
        ("nulab://evilbacklog.com/P", False),
        ("nulab://backlog.com.evil.example/P", False),
        ("nulab://example.backlog.com.evil/P", False),
        ("nulab://127.0.0.1.evil.example/P", False),
        ("nulab://localhost.evil.example/P", False),
        ("nulab://example.com/backlog.com/P", False),
        ("nulab:///P", False),
    ],
)
def test_a_foreign_host_never_receives_a_key_meant_for_the_scheme(url: str, goes: bool) -> None:
    for name in ("ANYBACKLOG_NULAB_API_KEY", "ANYBACKLOG_NULAB_ACCESS_TOKEN"):
        assert (found(url, environ={name: SECRET}) is not None) is goes


@pytest.mark.usefixtures("no_keyring")
def test_a_scheme_without_hosts_of_its_own_sends_its_key_to_this_machine_only() -> None:
    environ = {"ANYBACKLOG_REDMINE_API_KEY": SECRET}
    assert found("redmine://redmine.example.com/p", vendor_hosts=(), environ=environ) is None
    assert found("redmine+http://127.0.0.1/p", vendor_hosts=(), environ=environ) is not None


@pytest.mark.usefixtures("no_keyring")
def test_a_url_without_a_host_stands_for_the_default_host() -> None:
    environ = {"ANYBACKLOG_PUBLICBACKLOG_API_KEY": SECRET}
    given: dict[str, Any] = {"vendor_hosts": ("publicbacklog.com",), "default_host": "api.publicbacklog.com"}
    assert found("publicbacklog:///Website", environ=environ, **given) is not None


@pytest.mark.usefixtures("no_keyring")
def test_a_key_meant_for_one_host_goes_there_wherever_that_is() -> None:
    work = Settings(name="work", url="nulab://own.example.org/P")
    environ = {"ANYBACKLOG_WORK_API_KEY": SECRET, "ANYBACKLOG_NULAB_API_KEY": "not this"}
    assert found("nulab://own.example.org/P", connection=work, environ=environ) == (
        SECRET,
        "environment variable ANYBACKLOG_WORK_API_KEY",
    )


def test_the_keyrings_entry_is_bound_to_scheme_and_host() -> None:
    assert keyring_entry(parse("nulab+http://127.0.0.1:8087/P")) == ("anybacklog", "nulab://127.0.0.1:8087")
    assert keyring_entry(parse("publicbacklog:///W"), "api.publicbacklog.com")[1] == (
        "publicbacklog://api.publicbacklog.com"
    )


@pytest.mark.parametrize("name", ["UNSET", "EMPTY"])
def test_a_variable_named_on_the_command_line_must_hold_a_key(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name} is not set or empty"):
        found(key_env=name, environ={"EMPTY": "", "ANYBACKLOG_NULAB_API_KEY": SECRET})


def test_a_key_given_where_a_variables_name_belongs_is_not_printed() -> None:
    with pytest.raises(ConfigurationError) as caught:
        found(key_env=SECRET)
    assert SECRET not in str(caught.value)


def configured(folder: Path, source: str, environ: Mapping[str, str] | None = None) -> tuple[str, str] | None:
    return found(connection=settings(folder, f"api_key = {source}"), environ=environ or {})


@pytest.mark.parametrize("newline", ["", "\n", "\r\n"])
def test_a_file_holds_the_key_and_may_end_its_line(tmp_path: Path, newline: str) -> None:
    (tmp_path / "key").write_bytes((SECRET + newline).encode())
    assert configured(tmp_path, '{file = "key"}') == (SECRET, f"file {tmp_path / 'key'}")


def test_a_file_may_be_named_from_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "key").write_text(SECRET, encoding="utf-8")
    assert configured(tmp_path, '{file = "~/key"}') == (SECRET, f"file {tmp_path / 'key'}")


def test_a_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="absent cannot be read: No such file"):
        configured(tmp_path, '{file = "absent"}', {"ANYBACKLOG_NULAB_API_KEY": "another"})


def python(code: str) -> str:
    return f"{{command = ['{sys.executable}', '-c', '{code}']}}"


def test_a_command_prints_the_key(tmp_path: Path) -> None:
    assert configured(tmp_path, python('print("abc")')) == ("abc", f"command {sys.executable}")


def test_a_command_runs_without_a_shell(tmp_path: Path) -> None:
    source = f"{{command = ['{sys.executable}', '-c', 'import sys; print(sys.argv[1])', '$HOME; echo *']}}"
    assert configured(tmp_path, source) == ("$HOME; echo *", f"command {sys.executable}")


def test_a_command_that_fails_is_named_with_its_code_and_without_its_output(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code = 'import sys; print("leaked"); print("leaked", file=sys.stderr); sys.exit(3)'
    with pytest.raises(ConfigurationError, match="failed with exit code 3") as caught:
        configured(tmp_path, python(code))
    assert sys.executable in str(caught.value)
    assert "leaked" not in str(caught.value) + "".join(capfd.readouterr())


def test_a_command_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no-such-program cannot be started: No such file"):
        configured(tmp_path, '{command = ["no-such-program"]}')


def test_a_key_of_two_lines_is_refused_and_not_printed(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="line break") as caught:
        configured(tmp_path, python('print("abc"); print("def")'))
    assert "abc" not in str(caught.value)


def test_a_key_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="is not UTF-8"):
        configured(tmp_path, '{file = "key"}')


def test_a_keyring_holds_the_key(tmp_path: Path, keyring: dict[tuple[str, str], str]) -> None:
    keyring["https://example.backlog.com", "ann"] = SECRET
    source = '{keyring = "https://example.backlog.com/ann"}'
    assert configured(tmp_path, source) == (SECRET, "keyring entry https://example.backlog.com/ann")


@pytest.mark.usefixtures("no_keyring")
def test_a_configured_keyring_without_the_extra_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"pip install 'anybacklog\[keyring\]'"):
        configured(tmp_path, '{keyring = "backlog/ann"}')


def failing(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def get_password(_service: str, _user: str) -> str:
        raise getattr(sys.modules["keyring"].errors, name)

    monkeypatch.setattr(sys.modules["keyring"], "get_password", get_password)


@pytest.mark.usefixtures("keyring")
def test_a_locked_keyring_is_told_and_a_machine_without_one_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, "NoKeyringError")
    assert found() is None
    failing(monkeypatch, "KeyringError")
    with pytest.raises(ConfigurationError, match="system keyring cannot be read"):
        found()
    with pytest.raises(ConfigurationError, match="keyring entry backlog/ann cannot be read"):
        configured(tmp_path, '{keyring = "backlog/ann"}')


def test_a_found_key_is_not_in_its_repr() -> None:
    key = FoundKey(SECRET, "file key")
    assert SECRET not in repr(key)
