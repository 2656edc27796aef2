"""What the cassettes of PublicBacklog show, taken together: nothing documented or contradicted is left out."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit

import pytest
from tests.cassettes.conftest import CASSETTES
from tests.cassettes.index import kept
from tests.cassettes.recording import read

from anybacklog_simulators.publicbacklog import SWITCHES
from anybacklog_simulators.publicbacklog.routes import TABLE

FOLDER = CASSETTES / "publicbacklog"


def sent(name: str) -> list[str]:
    """Tell what was asked for in a cassette: method and the end of the path."""
    return [f"{each.method} {urlsplit(each.url).path.rpartition('/')[2]}" for each in read(FOLDER / f"{name}.yaml")[0]]


def test_every_endpoint_is_asked_for_by_each_of_its_verbs_and_answers() -> None:
    exchanges = [exchange for path in kept(FOLDER) for exchange in read(path)[0]]
    found = {(each.method, urlsplit(each.url).path) for each in exchanges if each.status < 300}
    assert {(row.method, row.path) for row in TABLE} - found == set()


def test_every_way_the_service_may_be_is_met() -> None:
    chosen = {
        (name, word) for path in kept(FOLDER) for name, word in read(path)[1]["choices"].items() if name in SWITCHES
    }
    assert {(name, word) for name, switch in SWITCHES.items() for word in switch.words[1:]} - chosen == set()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 429, 500, 502, 503])
def test_a_refusal_is_met_with_this_status(status: int) -> None:
    assert any(exchange.status == status for path in kept(FOLDER) for exchange in read(path)[0])


def test_of_what_is_refused_here_nothing_was_sent() -> None:
    refused = sorted(FOLDER.glob("nothing_is_sent_of_*.yaml"))
    assert [len(read(path)[0]) for path in refused] == [0] * 7


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("the_path_that_creates_is_learned_once_create_path_both", {"POST save-ticket": 2}),
        *(
            (
                f"the_path_that_creates_is_learned_once_create_path_create_ticket_undefined_{status}_undefined_page_{page}",
                {"POST save-ticket": 1, "POST create-ticket": 2},
            )
            for status in ("http", "404", "405")
            for page in ("html", "json")
        ),
        ("a_creation_that_ends_in_an_error_is_not_sent_again", {"POST save-ticket": 1}),
        ("a_write_that_was_not_let_in_is_sent_again", {"POST save-ticket": 2}),
    ],
)
def test_no_creation_is_sent_twice_unless_it_was_provably_not_done(name: str, wanted: dict[str, int]) -> None:
    assert Counter(line for line in sent(name) if line.startswith("POST")) == wanted
