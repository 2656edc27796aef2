"""The configuration file: what it says, and everything that is wrong in it at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from anybacklog.config import Settings, config_path, load_config
from anybacklog.config.settings import SecretSource
from anybacklog.connection import connect
from anybacklog.errors import ConfigurationError
from anybacklog.redact import redact

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
