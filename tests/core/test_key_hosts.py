"""A key meant for a whole scheme goes to the vendor's own hosts and to this machine: however a URL is written."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st

from anybacklog.config import find_key, places
from anybacklog.errors import ConfigurationError
from anybacklog.location import Location, parse

HOSTS = ("backlog.com", "backlog.jp", "backlogtool.com")
VARIABLES = {"ANYBACKLOG_NULAB_API_KEY": "key", "ANYBACKLOG_NULAB_ACCESS_TOKEN": "token"}

LABELS = st.sampled_from(
    ["backlog", "com", "jp", "example", "evil", "localhost", "127", "0", "1", "backlog.com", "bacKlog", "ｂacklog",
     "bаcklog", "xn--bcklog-2fg", "⒈", "ª", "ß", "", " ", "𠮷", "ı", "ﬁ"]
)  # fmt: skip
JOINTS = st.sampled_from(
    [".", ".", "-", "@", ":", "/", "\\", "%2e", "%00", "。", "．", "?", "#", "\t", "[", "]", "::", "%"]
)


@st.composite
def authorities(draw: st.DrawFn) -> str:
    """Make up what may stand between `://` and the path, from pieces that have fooled parsers before."""
    first = draw(LABELS)
    return first + "".join(draw(JOINTS) + draw(LABELS) for _ in range(draw(st.integers(0, 5))))


def goes_to(location: Location) -> str | None:
    """Say which host the HTTP library would really connect to, None if to none."""
    try:
        sent = requests.Request("GET", f"{location.base_url()}/api/v2/users/myself").prepare().url
        return urlsplit(sent or "").hostname
    except (requests.RequestException, ValueError):
        return None


def may_have_it(host: str) -> bool:
    """Decide by another way than the code does: label by label, from the right."""
    labels = host.split(".")
    if host == "localhost" or any(labels[-len(own) :] == own for own in (each.split(".") for each in HOSTS)):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def key_for(location: Location) -> str | None:
    looked = places(
        location, keyword=None, key_env=None, connection=None, vendor_hosts=HOSTS, default_host="", environ=VARIABLES
    )
    found = find_key(place for place in looked if place.name.startswith("environment"))
    return found.secret if found else None


def assert_stays_at_home(authority: str) -> None:
    try:
        location = parse(f"nulab://{authority}/PROJ")
    except ConfigurationError:
        return  # refused as a whole: nothing goes anywhere
    if key_for(location) is not None:
        host = goes_to(location)
        assert host is None or may_have_it(host)


@given(authorities())
@example("backlog.com.evil.example")
@example("evilbacklog.com")
@example("backlog.com@evil.example")
@example("evil.example\\.backlog.com")
@example("evil.example%2f.backlog.com")
@example("[2001:db8::1%x.backlog.com]")
@example("127.0.0.1.evil.example")
@example("0x7f.1")
@example("localhost.evil.example")
def test_a_schemes_key_never_goes_to_a_host_that_is_not_the_vendors_or_this_machine(authority: str) -> None:
    assert_stays_at_home(authority)


@given(st.text(max_size=30))
def test_nor_does_it_follow_any_text_below_the_vendors_name(text: str) -> None:
    assert_stays_at_home(f"{text}.backlog.com")
    assert_stays_at_home(f"backlog.com{text}")


@pytest.mark.parametrize(
    "host",
    [
        "evilbacklog.com", "backlog.com.evil.example", "backlog.com.", "example.backlog.com.", "backlog", "com",
        "bаcklog.com", "ｂacklog.com", "xn--bcklog-2fg.com", "backlog.co", "backlog-com.example", "localhost.",
        "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "0.0.0.0", "[2001:db8::1]",
    ],
)  # fmt: skip
def test_a_host_that_only_looks_like_one_gets_neither_key_nor_token(host: str) -> None:
    assert key_for(parse(f"nulab://{host}/PROJ")) is None


@pytest.mark.parametrize(
    "host", ["backlog.com", "EXAMPLE.BACKLOG.COM", "a.b.backlog.jp", "x.backlogtool.com", "127.0.0.1:80", "127.9.9.9",
             "LOCALHOST", "[::1]:8087"]
)  # fmt: skip
def test_the_vendors_hosts_those_below_them_and_this_machine_get_it(host: str) -> None:
    assert key_for(parse(f"nulab://{host}/PROJ")) == "key"


@pytest.mark.parametrize(
    "authority", ["me:pw@example.backlog.com", "example.backlog.com@evil.example", "evil.example\\@example.backlog.com",
                  "evil.example\\.backlog.com", "evil.example%2f.backlog.com", "evil。backlog.com", "ev il.backlog.com"]
)  # fmt: skip
def test_a_url_that_two_parsers_could_read_differently_is_refused(authority: str) -> None:
    with pytest.raises(ConfigurationError):
        parse(f"nulab://{authority}/PROJ")
