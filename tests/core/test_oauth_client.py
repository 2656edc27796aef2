"""An application's id and secret: looked up like keys, in their order and for their hosts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from anybacklog.config import Client, ClientSearch, Settings, load_config
from anybacklog.connection import find_target
from anybacklog.errors import ConfigurationError
from anybacklog.location import parse

SPACE = "nulab://example.backlog.com/PROJ"
SCHEME = {"ANYBACKLOG_NULAB_CLIENT_ID": "scheme", "ANYBACKLOG_NULAB_CLIENT_SECRET": "scheme-secret"}
NAMED = {"ANYBACKLOG_WORK_CLIENT_ID": "named", "ANYBACKLOG_WORK_CLIENT_SECRET": "named-secret"}


def found(url: str = SPACE, *, connection: Settings | None = None, **given: Any) -> Client:
    search = ClientSearch(
        location=parse(url), connection=connection, vendor_hosts=("backlog.com",), default_host="",
        environ=given.pop("environ", {}), register="https://register.example",
    )  # fmt: skip
    return search.find(client_id=given.get("client_id"), secret_env=given.get("secret_env"))


def work(folder: Path, text: str = "") -> Settings:
    path = folder / "config.toml"
    path.write_text(f'[connections.work]\nurl = "{SPACE}"\n{text}\n', encoding="utf-8")
    return load_config(path=path).connections["work"]


def test_the_schemes_variables_serve_the_vendors_own_hosts() -> None:
    assert found(environ=SCHEME) == Client("scheme", "scheme-secret")


def test_they_never_go_to_a_strangers_host() -> None:
    with pytest.raises(
        ConfigurationError, match=r"backlog\.example, which is not the vendor's own; name the connection"
    ):
        found("nulab://backlog.example/P", environ=SCHEME)


def test_a_connections_variables_go_before_the_schemes(tmp_path: Path) -> None:
    assert found(connection=work(tmp_path), environ=SCHEME | NAMED) == Client("named", "named-secret")


def test_the_configuration_file_goes_before_the_variables(tmp_path: Path) -> None:
    settings = work(
        tmp_path, 'client_id = "filed"\nclient_secret = {file = "secret"}\nredirect_uri = "http://127.0.0.1:9/"'
    )
    (tmp_path / "secret").write_text("filed-secret\n", encoding="utf-8")
    assert found(connection=settings, environ=SCHEME | NAMED) == Client("filed", "filed-secret")
    assert (settings.redirect_uri, settings.options) == ("http://127.0.0.1:9/", {})


def test_the_options_go_before_all(tmp_path: Path) -> None:
    environ = SCHEME | NAMED | {"MINE": "my-secret"}
    given = found(connection=work(tmp_path), environ=environ, client_id="mine", secret_env="MINE")
    assert given == Client("mine", "my-secret")


def test_a_secret_never_stands_in_the_configuration_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="client_secret is the secret itself, which must not stand") as refused:
        work(tmp_path, 'client_secret = "s3cret-value"')
    assert "s3cret-value" not in str(refused.value)


def test_what_only_a_login_needs_is_refused_where_nobody_can_log_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[connections.work]\nurl = "sqlite:///x.db"\nclient_id = "a"\nredirect_uri = "b"', encoding="utf-8")
    monkeypatch.setenv("ANYBACKLOG_CONFIG", str(path))
    with pytest.raises(ConfigurationError, match="sqlite:// has no login, so client_id, redirect_uri cannot be used"):
        find_target("work")


@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        ({}, "client id"),
        ({"ANYBACKLOG_NULAB_CLIENT_ID": "a"}, "client secret"),
        ({**SCHEME, "ANYBACKLOG_NULAB_CLIENT_ID": ""}, "client id"),
    ],
)
def test_what_is_missing_is_named_with_where_it_is_got_and_put(environ: dict[str, str], missing: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        found(environ=environ)
    assert str(refused.value) == (
        f"there is no {missing}; register an application at https://register.example, then set"
        " ANYBACKLOG_NULAB_CLIENT_ID and ANYBACKLOG_NULAB_CLIENT_SECRET, or give both in config.toml"
    )


def test_a_variable_named_for_the_secret_that_is_not_set_stops_the_look_up() -> None:
    with pytest.raises(ConfigurationError, match="the environment variable MINE is not set or empty"):
        found(environ=SCHEME, secret_env="MINE")


def test_the_secret_is_never_shown() -> None:
    assert "scheme-secret" not in repr(found(environ=SCHEME))
