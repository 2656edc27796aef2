"""The configuration file, and the one order in which a key is looked up."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from anybacklog.config import FoundKey, Settings, config_path, find_key, keyring_entry, load_config, places
from anybacklog.config.settings import SecretSource
from anybacklog.connection import connect
from anybacklog.errors import ConfigurationError
from anybacklog.location import parse
from anybacklog.redact import redact

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


def problems(folder: Path, text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load_config(path=config(folder, text), schemes={"nulab", "sqlite"})
    return str(caught.value)


# --- the file ---------------------------------------------------------------------------------------------------------


def test_a_connection_is_its_url_its_keys_place_and_its_options(tmp_path: Path) -> None:
    written = 'api_key = {env = "WORK_KEY"}\nscan_gap = 50\nany_backlog = true\nnote = "ﾒﾓ"'
    assert settings(tmp_path, written) == Settings(
        name="work",
        url=SPACE,
        api_key=SecretSource("env", ("WORK_KEY",)),
        options={"scan_gap": "50", "any_backlog": "true", "note": "ﾒﾓ"},
    )


def test_without_a_file_there_are_no_connections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load_config(environ={}).connections == {}
    assert config_path({}).is_relative_to(tmp_path)


def test_the_environment_names_the_file(tmp_path: Path) -> None:
    path = config(tmp_path, f'[connections.work]\nurl = "{SPACE}"')
    assert load_config(environ={"ANYBACKLOG_CONFIG": str(path)}).connections["work"].url == SPACE


def test_a_named_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"absent\.toml does not exist"):
        load_config(environ={"ANYBACKLOG_CONFIG": str(tmp_path / "absent.toml")})


def test_a_named_file_that_is_missing_is_told_even_where_nothing_in_it_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANYBACKLOG_CONFIG", str(tmp_path / "absent.toml"))
    with pytest.raises(ConfigurationError, match=r"absent\.toml does not exist"):
        connect("memory://x/PROJ")


@pytest.mark.parametrize("name", ["work", "my-token", "api_key"])
def test_what_is_wrong_with_a_key_can_still_be_read_once_secrets_are_masked(tmp_path: Path, name: str) -> None:
    told = problems(tmp_path, f'[connections.{name}]\nurl = 5\napi_key = "{SECRET}"')
    assert redact(told) == told


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf" + f'[connections.work]\nurl = "{SPACE}"'.encode())
    assert list(load_config(path=path).connections) == ["work"]


def test_a_folder_or_another_encoding_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_config(path=tmp_path)
    path = tmp_path / "config.toml"
    path.write_bytes("# ｶﾅ".encode("cp932"))
    with pytest.raises(ConfigurationError, match="save it as UTF-8"):
        load_config(path=path)


def test_broken_toml_is_told_with_its_line(tmp_path: Path) -> None:
    assert "line 2" in problems(tmp_path, "[connections.work]\nurl = \n")


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    told = problems(
        tmp_path,
        f"""
        conections = 1
        [connections.work]
        api_key = "{SECRET}"
        [connections.nulab]
        url = "{SPACE}"
        [connections."a.b"]
        url = "nulab://me:{SECRET}@example.backlog.com/PROJ"
        api_key = {{env = "A", file = "B"}}
        [connections.c]
        url = 5
        api_key = {{command = "pass show x"}}
        labels = ["x"]
        """,
    )
    for expected in (
        "conections is not known",
        "connections.work.url is missing",
        "connections.work.api_key is the key itself, which must not stand in the file; name its place: {env",
        "connections.nulab has a name that belongs to the scheme nulab://",
        "connections.a.b has a name that is not only letters, digits, - and _",
        "connections.a.b.url cannot be used, a URL must not hold a user name or a password",
        "connections.a.b.api_key must name one place",
        "connections.c.url must be a text",
        "connections.c.api_key.command must be a list of texts",
        "connections.c.labels must be a text",
    ):
        assert expected in told
    assert SECRET not in told


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ('{env = ""}', "api_key.env must be a text, not empty"),
        ("{command = []}", "api_key.command must be a list of texts"),
        ('{command = ["pass", 5]}', "api_key.command must be a list of texts"),
        ('{keyring = "no-user"}', "api_key.keyring must be written as service/user"),
        ('{vault = "x"}', "api_key must name one place"),
        ("5", "api_key must name one place"),
        ('{file = "~no-such-user-here/key"}', "api_key.file starts from a home folder"),
        ('{file = "nul\\u0000"}', "api_key.file must be a text"),
    ],
)
def test_a_keys_place_that_cannot_be_one_is_told(tmp_path: Path, source: str, told: str) -> None:
    assert told in problems(tmp_path, f'[connections.work]\nurl = "{SPACE}"\napi_key = {source}')


@pytest.mark.parametrize("name", ["nulab", "NULAB", "SQLite"])
def test_a_connection_cannot_take_over_a_schemes_variable(tmp_path: Path, name: str) -> None:
    assert "belongs to the scheme" in problems(tmp_path, f'[connections.{name}]\nurl = "{SPACE}"')


def test_connections_that_are_no_tables_are_told(tmp_path: Path) -> None:
    assert "connections must hold tables" in problems(tmp_path, "connections = 5")
    assert "connections.work must be a table" in problems(tmp_path, '[connections]\nwork = "x"')


# --- where a key is found ---------------------------------------------------------------------------------------------


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
