"""Recording and replaying: over real HTTP, then without a socket; and what a file of it looks like."""

from __future__ import annotations

import socket
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.cassettes.modes import LIVE, Passed, from_simulator, replayed
from tests.cassettes.nulab.conftest import simulated_by, space_of_today
from tests.cassettes.nulab.service import NULAB
from tests.cassettes.recording import no_sockets, read, write
from tests.cassettes.service import REPLAYED_KEY, End
from tests.cassettes.test_scrub import exchange
from vcr.errors import CannotOverwriteExistingCassetteException

from anybacklog import TicketDraft
from anybacklog_simulators.nulab import DEMO_KEY

TOLD = {"on": "2026-03-01", "from": "nowhere", "choices": {}}


def passed() -> bool:
    return True


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """Record how a ticket is made and listed."""
    record(tmp_path / "made.yaml")
    return tmp_path / "made.yaml"


def record(path: Path, passed: Passed = passed) -> None:
    simulated = simulated_by(space_of_today())
    with simulated.fake.served() as server, from_simulator(path, NULAB, simulated, server.url, passed) as end:
        scenario(end)


def scenario(end: End) -> list[str]:
    with end.tracker() as tracker:
        tracker.create_ticket(TicketDraft(title="𠮷🎉"))
        return [ticket.title for ticket in tracker.tickets()]


def test_what_was_recorded_is_replayed(recorded: Path) -> None:
    with replayed(recorded, NULAB, passed) as end:
        assert scenario(end) == ["𠮷🎉"]


def test_nothing_but_the_cassette_answers(recorded: Path) -> None:
    with replayed(recorded, NULAB, lambda: False) as end, end.tracker() as tracker:
        tracker.project()
        with pytest.raises(CannotOverwriteExistingCassetteException):
            tracker.ticket(1)


def test_no_socket_is_opened_while_a_cassette_is_replayed(recorded: Path) -> None:
    with replayed(recorded, NULAB, lambda: False):
        with pytest.raises(AssertionError, match="network"):
            socket.create_connection(("127.0.0.1", 9))
        with pytest.raises(AssertionError, match="network"):
            socket.socket()
    socket.socket().close()


def test_without_a_cassette_the_same_requests_would_need_a_socket() -> None:
    end = End(url=NULAB.url, project=NULAB.project, key=REPLAYED_KEY)
    with no_sockets(), pytest.raises(AssertionError, match="network"):
        scenario(end)


def test_what_is_not_asked_for_any_more_is_told(recorded: Path) -> None:
    asked = replayed(recorded, NULAB, passed)
    with pytest.raises(AssertionError, match="record again"), asked as end, end.tracker() as tracker:
        tracker.project()


def test_a_missing_cassette_says_how_to_record_it(tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match="pytest --record"), replayed(tmp_path / "x.yaml", NULAB, passed):
        pass


def test_nothing_is_written_of_a_scenario_that_failed(tmp_path: Path) -> None:
    record(tmp_path / "failed.yaml", passed=lambda: False)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_where_the_key_is_still_in(tmp_path: Path) -> None:
    path, simulated = tmp_path / "leaking.yaml", simulated_by(space_of_today())
    refused = pytest.raises(pytest.fail.Exception, match="nothing was written")
    with (
        simulated.fake.served() as server,
        refused,
        from_simulator(path, NULAB, simulated, server.url, passed) as end,
        end.tracker() as tracker,
    ):
        tracker.create_ticket(TicketDraft(title=f"my key is {DEMO_KEY}"))
    assert list(tmp_path.iterdir()) == []


def test_a_recording_of_a_live_account_is_not_replaced_by_one_of_a_simulator(recorded: Path) -> None:
    exchanges, told = read(recorded)
    write(recorded, exchanges[:1], {**told, "from": LIVE})
    record(recorded)
    assert read(recorded)[0] == exchanges[:1]


def test_one_that_says_the_same_keeps_its_day(recorded: Path) -> None:
    exchanges, told = read(recorded)
    write(recorded, exchanges, {**told, "on": "2099-01-01"})
    assert read(recorded) == (exchanges, told)
    write(recorded, exchanges[:1], {**told, "on": "2099-01-01"})
    assert read(recorded) == (exchanges[:1], {**told, "on": "2099-01-01"})


bodies = st.one_of(st.binary(max_size=40), st.text(max_size=40).map(lambda text: text.encode("utf-8", "replace")))


@example(sent="\x85\u2028\ufeff𠮷🎉\r\n".encode(), body=" \x85\r\n \n".encode(), times=1)
@given(bodies, bodies, st.integers(1, 3))
def test_every_byte_of_a_body_survives_the_file(sent: bytes, body: bytes, times: int) -> None:
    given = exchange(body * times, sent=sent)
    with TemporaryDirectory() as folder:
        write(Path(folder, "x.yaml"), [given], TOLD)
        assert read(Path(folder, "x.yaml")) == ([given], TOLD)


def test_a_long_body_is_packed_and_comes_back(tmp_path: Path) -> None:
    given = exchange(bytes(range(256)) * 4096, sent=b"x" * 100_000)
    write(tmp_path / "long.yaml", [given], TOLD)
    assert (tmp_path / "long.yaml").stat().st_size < 20_000
    assert read(tmp_path / "long.yaml")[0] == [given]
