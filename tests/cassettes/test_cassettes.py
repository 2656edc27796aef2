"""Every cassette there is, live ones of your own included: nothing in it that should not be, and each one told of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.cassettes.conftest import CASSETTES
from tests.cassettes.index import kept, table, written_table
from tests.cassettes.modes import LIVE, SIMULATOR
from tests.cassettes.nulab.service import NULAB
from tests.cassettes.publicbacklog.service import PUBLICBACKLOG
from tests.cassettes.recording import read
from tests.cassettes.scrub import SENT, TOLD, Exchange, header, scrubbed, texts
from tests.cassettes.service import Service
from tests.cassettes.test_scrub import KEY, exchange
from tests.e2e.test_no_secrets_in_the_project import PLANTED, SHAPES

from anybacklog.redact import MASK, is_secret_name, redact, redact_url

SERVICES: dict[str, Service] = {"nulab": NULAB, "publicbacklog": PUBLICBACKLOG}
LARGEST = {"nulab": 3_100_000, "publicbacklog": 2_000_000}
"""Bytes of all cassettes of a service."""
MAIL = re.compile(r"[\w.+-]+@(?!example\.)[\w-]+\.[A-Za-z]{2,}")


def of(folder: Path) -> list[tuple[Path, Service]]:
    return [
        (path, SERVICES[service]) for service in SERVICES for path in sorted(folder.glob(f"**/{service}/**/*.yaml"))
    ]


def wrong(exchange: Exchange, service: Service) -> Iterator[str]:
    """Name what should not be in an exchange."""
    yield from (name for name, shape in SHAPES.items() if any(shape.search(part) for part in texts(exchange)))
    yield from (f"the mail address {found[0]}" for part in texts(exchange) for found in MAIL.finditer(part))
    if urlsplit(exchange.url).netloc != service.host or redact_url(exchange.url) != exchange.url:
        yield "an address that is not masked"
    for name, value in exchange.sent_headers.items():
        if value != MASK if is_secret_name(name) else name.lower() not in SENT:
            yield f"the header {name}"
    yield from (f"the header {name}" for name in exchange.headers if name.lower() not in {*TOLD, "content-length"})
    if header(exchange.headers, "content-type").startswith("application/json"):
        told = exchange.body.decode()
        yield from ["something shaped like a secret"] * (redact(told) != told)


def test_no_cassette_holds_what_is_shaped_like_a_secret_or_names_an_account() -> None:
    found = {
        f"{path.relative_to(CASSETTES)}: {each}"
        for path, service in of(CASSETTES)
        for exchange in read(path)[0]
        for each in wrong(exchange, service)
    }
    assert found == set()


@pytest.mark.parametrize("shape", SHAPES)
def test_a_secret_in_a_cassette_would_be_found(shape: str) -> None:
    (clean,) = scrubbed([exchange([])], NULAB.things, {"canary-space.backlog.com": NULAB.host})
    assert list(wrong(clean, NULAB)) == []
    (spoilt,) = scrubbed([exchange([PLANTED[shape]])], NULAB.things, {"canary-space.backlog.com": NULAB.host})
    assert list(wrong(spoilt, NULAB)) != []


def test_an_account_in_a_cassette_would_be_found() -> None:
    raw = exchange(["canary@service.co.jp"])
    assert {"an address that is not masked", "the header Backlog-API-Key", "the header Cookie", "the header Server"} < {
        *wrong(raw, NULAB)
    }
    assert KEY in raw.sent_headers.values()


def test_scrubbing_a_cassette_again_changes_nothing() -> None:
    changed = [
        str(path.relative_to(CASSETTES))
        for path, service in of(CASSETTES)
        if scrubbed(read(path)[0], service.things, {service.project: service.project}) != read(path)[0]
    ]
    assert changed == []


def test_every_cassette_belongs_to_a_service_that_is_known_and_says_where_it_is_from() -> None:
    known = [path for path, _ in of(CASSETTES)]
    assert [path for path in CASSETTES.rglob("*.yaml") if path not in known] == []
    assert {read(path)[1]["from"].split(" of ")[0] for path in known} <= {LIVE, SIMULATOR}


def test_the_readme_has_a_line_for_each_of_them() -> None:
    assert written_table(CASSETTES) == table(CASSETTES), "bring it up to date: pytest --record"


@pytest.mark.parametrize("service", SERVICES)
def test_those_of_a_service_together_are_no_burden(service: str) -> None:
    assert sum(path.stat().st_size for path in kept(CASSETTES / service)) < LARGEST[service]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("a_key_that_nobody_has_is_refused", 401),
        ("an_older_host_takes_the_key_in_the_address", 401),
        ("who_may_only_look_writes_nothing", 403),
        ("a_project_that_one_is_not_of_is_not_there", 404),
        ("a_change_to_the_same_value_is_no_error", 400),
        ("a_parameter_that_is_not_known_is_named", 400),
        ("who_asks_too_often_waits_until_the_window_ends", 429),
    ],
)
def test_a_refusal_is_there_with_its_status(name: str, status: int) -> None:
    assert status in {each.status for each in read(CASSETTES / "nulab" / f"{name}.yaml")[0]}


def test_a_download_names_its_file_only_in_the_extended_form() -> None:
    exchanges, _ = read(CASSETTES / "nulab" / "a_file_comes_back_to_the_last_byte_and_keeps_its_name.yaml")
    named = [header(each.headers, "content-disposition") for each in exchanges if "/attachments/" in each.url]
    assert len(named) == 3
    assert all(each.startswith("attachment; filename*=UTF-8''") for each in named)
