"""URL <-> Location: what a URL means, and what must not stand in one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anybacklog.errors import ConfigurationError
from anybacklog.location import Location, is_loopback, parse
from anybacklog.testing.strategies import strings

SECRET = "s3cr3t"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("nulab://example.backlog.com/PROJ", Location(scheme="nulab", host="example.backlog.com", segments=("PROJ",))),
        (
            "nulab+http://127.0.0.1:8087/PROJ",
            Location(scheme="nulab", plain_http=True, host="127.0.0.1", port=8087, segments=("PROJ",)),
        ),
        ("publicbacklog:///Website", Location(scheme="publicbacklog", segments=("Website",))),
        (
            "publicbacklog+http://127.0.0.1:8088/Website",
            Location(scheme="publicbacklog", plain_http=True, host="127.0.0.1", port=8088, segments=("Website",)),
        ),
        (
            "sqlite:///tickets.db?project=PROJ",
            Location(scheme="sqlite", segments=("tickets.db",), options={"project": "PROJ"}),
        ),
        ("sqlite:////var/tickets.db", Location(scheme="sqlite", segments=("", "var", "tickets.db"))),
        (
            "archive:///backup-folder?project=PROJ",
            Location(scheme="archive", segments=("backup-folder",), options={"project": "PROJ"}),
        ),
        ("memory://NAME/PROJ", Location(scheme="memory", host="name", segments=("PROJ",))),
        (
            "redmine://redmine.example.com/identifier",
            Location(scheme="redmine", host="redmine.example.com", segments=("identifier",)),
        ),
        (
            "redmine://example.com/sub/path/identifier",
            Location(scheme="redmine", host="example.com", segments=("sub", "path", "identifier")),
        ),
        ("nulab://example.backlog.com", Location(scheme="nulab", host="example.backlog.com")),
        ("nulab://example.backlog.com/", Location(scheme="nulab", host="example.backlog.com")),
        ("NULAB+HTTP://[::1]:80/P", Location(scheme="nulab", plain_http=True, host="::1", port=80, segments=("P",))),
    ],
)
def test_a_url_means_what_the_contract_says(url: str, expected: Location) -> None:
    assert parse(url) == expected


@pytest.mark.parametrize(
    ("url", "project"),
    [
        ("publicbacklog:///a%2Fb", "a/b"),
        ("publicbacklog:///日本 語", "日本 語"),
        ("publicbacklog:///%E6%97%A5%E6%9C%AC", "日本"),
        ("publicbacklog:///𠮷🎉", "𠮷🎉"),
        ("publicbacklog:///C%23", "C#"),
        ("publicbacklog:///a+b", "a+b"),
        ("publicbacklog:///what%3F", "what?"),
        ("publicbacklog:///か\u3099", "か\u3099"),
        ("publicbacklog:///", None),
    ],
)
def test_the_last_segment_is_the_project_to_the_last_code_point(url: str, project: str | None) -> None:
    assert parse(url).project == project


def test_a_files_path_is_relative_after_three_slashes_and_absolute_after_four() -> None:
    assert parse("sqlite:///folder/tickets.db").file_path == "folder/tickets.db"
    assert parse("sqlite:////folder/tickets.db").file_path == "/folder/tickets.db"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redmine://example.com/sub path/identifier", "https://example.com/sub%20path"),
        ("redmine+http://[::1]:3000/identifier", "http://[::1]:3000"),
        ("publicbacklog:///Website", "https://api.publicbacklog.com"),
    ],
)
def test_the_address_of_the_service_leaves_the_project_out(url: str, address: str) -> None:
    assert parse(url).base_url("api.publicbacklog.com") == address


def test_options_are_decoded_and_a_plus_is_a_plus() -> None:
    assert parse("sqlite:///t.db?project=a+b%20c%26d&empty=&note=#1").options == {
        "project": "a+b c&d",
        "empty": "",
        "note": "#1",
    }


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("PROJ", "not a tracker's URL"),
        ("nulab:/example.backlog.com/P", "not a tracker's URL"),
        (f"nulab://me:{SECRET}@example.backlog.com/P", "must not hold a user name or a password"),
        (f"nulab://{SECRET}@example.backlog.com/P", "must not hold a user name or a password"),
        (f"nulab://me:{SECRET}/x@example.backlog.com/P", "the port is not a number"),
        (f"nulab://me:{SECRET}#x@example.backlog.com/P", "no part after '#'"),
        ("nulab://example.backlog.com:99999/P", "the port is not a number from 0 to 65535"),
        ("nulab://example.backlog.com:x/P", "the port is not a number"),
        ("nulab://[::1/P", "the host is malformed"),
        ("publicbacklog:///C#", "no part after '#'"),
        ("nulab://example.backlog.com/P#part", "no part after '#'"),
        ("publicbacklog:///%FF", "not UTF-8"),
        ("publicbacklog:///a\tb", "no control characters"),
        ("publicbacklog:///a\nb", "no control characters"),
        (f"sqlite:///t.db?{SECRET}", "the URL's options cannot be read"),
        ("sqlite:///t.db?project=%FF", "the URL's options cannot be read"),
        (f"sqlite:///t.db?project=a&project={SECRET}", "gives the option 'project' twice"),
    ],
)
def test_what_no_url_can_be_is_told_without_repeating_what_may_be_secret(url: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(url)
    assert told in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "host",
    [
        r"evil.example\.backlog.com",
        "evil.example%2f.backlog.com",
        "evil.example .backlog.com",
        "evil.example;.backlog.com",
        "[2001:db8::1%25.backlog.com]",
        "evil.example／.backlog.com",
    ],
)
def test_a_host_that_two_parsers_would_read_differently_is_refused(host: str) -> None:
    with pytest.raises(ConfigurationError, match="host"):
        parse(f"nulab://{host}/P")


_labels = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=8)
_hosts = st.one_of(
    st.just(""),
    st.lists(_labels, min_size=1, max_size=3).map(".".join),
    st.ip_addresses().map(str),
    st.just("日本"),
)
_locations = st.builds(
    Location,
    scheme=st.from_regex(r"\A[a-z][a-z0-9_.-]{0,8}\Z"),
    plain_http=st.booleans(),
    host=_hosts,
    segments=st.lists(strings, max_size=3).map(tuple).filter(lambda those: not those or those[-1] != ""),
    options=st.dictionaries(strings, strings, max_size=3),
)
_ports = st.none() | st.integers(0, 65535)


@given(location=_locations)
def test_a_location_written_and_read_is_the_same(location: Location) -> None:
    assert parse(str(location)) == location


@given(location=_locations.filter(lambda location: location.host != ""), port=_ports)
def test_a_port_is_written_and_read_too(location: Location, port: int | None) -> None:
    parts: dict[str, Any] = {name: getattr(location, name) for name in ("scheme", "plain_http", "host", "segments")}
    assert parse(str(Location(port=port, **parts))) == Location(port=port, **parts)


@given(url=st.text() | st.text().map("nulab://".__add__) | strings.map("nulab://example.backlog.com/".__add__))
def test_any_text_is_read_or_refused_and_what_is_read_can_be_written(url: str) -> None:
    try:
        location = parse(url)
    except ConfigurationError:
        return
    assert parse(str(location)).project == location.project


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1"])
def test_this_machine_is_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "localhost.example.com", "127.0.0.1.example.com", "10.0.0.1", "0.0.0.0"])
def test_nothing_else_is_loopback(host: str) -> None:
    assert not is_loopback(host)


def test_half_a_character_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="half a character"):
        parse("nulab://example.backlog.com/\udcff")


@pytest.mark.parametrize("url", ["nulab://h.example/100%", "nulab://h.example/%zz", "sqlite:///t.db?project=%2"])
def test_an_escape_that_is_none_is_refused_since_nobody_knows_what_was_meant(url: str) -> None:
    with pytest.raises(ConfigurationError, match="write % itself as %25"):
        parse(url)
