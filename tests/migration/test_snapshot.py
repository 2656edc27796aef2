"""What is kept of a source: everything that was read, in order, or one sentence that says it is damaged."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anybacklog import Tracker
from anybacklog.errors import ConfigurationError, NotFound, TransportError
from anybacklog.location import parse
from anybacklog.migration.order import natural_key
from anybacklog.migration.snapshot import Header, Snapshot, read_bundles, take
from anybacklog.migration.sorting import HELD, in_source_order
from anybacklog.model import Comment, Ticket, TicketDraft, User
from anybacklog.store.memory import MemoryBackend

Edit = Callable[[Path], object]
IMPORTED = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def snapshot(memory: Callable[[], Tracker], filled: Callable[[Tracker], Tracker], tmp_path: Path) -> Snapshot:
    """Read a source of three tickets."""
    return take(filled(memory()), tmp_path / "snapshot", lambda _: None)


def header_of(snapshot: Snapshot) -> Header:
    header = snapshot.header()
    assert header is not None
    return header


def test_what_was_read_is_given_back(
    memory: Callable[[], Tracker], filled: Callable[[Tracker], Tracker], tmp_path: Path
) -> None:
    source = filled(memory())
    snapshot = take(source, tmp_path / "snapshot", lambda _: None)
    assert list(snapshot.bundles()) == list(read_bundles(source, []))
    assert (header_of(snapshot).identity, header_of(snapshot).tickets) == (source.identity(), 3)


def test_a_project_of_many_people_is_kept(memory: Callable[[], Tracker], tmp_path: Path) -> None:
    source = memory()
    for each in range(1_000):  # as long as it takes many thousands by ordinary names
        source.add_metadata("users", User(id="", name=f"佐藤 花子 {each}", login=f"{each}{'x' * 1_100}"))
    snapshot = take(source, tmp_path / "snapshot", lambda _: None)
    assert header_of(snapshot).words["users"] == list(source.users())


def without_last_line(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def with_line_doubled(path: Path) -> None:
    path.write_bytes(path.read_bytes() + path.read_bytes().splitlines(keepends=True)[-1])


LINES: dict[str, Edit] = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "cut at a line's end": without_last_line,
    "cut within a line": lambda path: path.write_bytes(path.read_bytes()[:-9]),
    "a line doubled": with_line_doubled,
    "a letter changed": lambda path: path.write_bytes(path.read_bytes().replace(b"third", b"thirD")),
    "not UTF-8": lambda path: path.write_bytes(path.read_bytes().replace(b"third", b"\xff\xfe\xfdrd")),
    "not JSON": lambda path: path.write_bytes(b"tickets!\n"),
    "other JSON": lambda path: path.write_bytes(b"[]\n"),
    "nested too deep": lambda path: path.write_bytes(b"[" * 100_000),
}


@pytest.mark.parametrize("damage", LINES)
def test_damaged_lines_are_refused_in_one_sentence(snapshot: Snapshot, damage: str) -> None:
    LINES[damage](snapshot.folder / "bundles.jsonl")
    with pytest.raises(ConfigurationError, match=r"the snapshot .* is damaged .*; run with --refresh"):
        list(snapshot.bundles())


HEADERS: dict[str, object] = {
    "a number that is a word": {"tickets": "many"},
    "another number": {"tickets": 2},
    "words that are a list": {"words": []},
    "no words": {"words": {}},
    "an instant that is a number": {"read_at": 5},
    "another identity": {"identity": "memory:other/1"},
}


@pytest.mark.parametrize("damage", HEADERS)
def test_a_changed_header_is_refused_in_one_sentence(snapshot: Snapshot, damage: str) -> None:
    path = snapshot.folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | HEADERS[damage]), "utf-8")
    with pytest.raises(ConfigurationError, match=r"the snapshot .* is damaged .*; run with --refresh"):
        snapshot.header()


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"null", b"\xff", b"[" * 100_000, b'{"anybacklog": 1}'])
def test_a_header_that_is_none_is_refused_in_one_sentence(snapshot: Snapshot, content: bytes) -> None:
    (snapshot.folder / "manifest.json").write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"the snapshot .* is damaged .*; run with --refresh"):
        snapshot.header()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    place=st.floats(0, 1, exclude_max=True),
    byte=st.integers(1, 255),
    file=st.sampled_from(["manifest.json", "bundles.jsonl"]),
)
def test_no_changed_byte_goes_unnoticed(snapshot: Snapshot, place: float, byte: int, file: str) -> None:
    told = (snapshot.header(), list(snapshot.bundles()))
    path = snapshot.folder / file
    whole = path.read_bytes()
    changed = bytearray(whole)
    changed[int(place * len(whole))] ^= byte
    path.write_bytes(changed)
    try:
        assert (snapshot.header(), list(snapshot.bundles())) == told  # white space between the words of a header
    except ConfigurationError as error:
        assert "--refresh" in str(error)  # noqa: PT017  # either is right, and nothing else
    finally:
        path.write_bytes(whole)


def test_a_snapshot_that_was_interrupted_is_none(snapshot: Snapshot) -> None:
    (snapshot.folder / "manifest.json").unlink()
    assert snapshot.header() is None
    with pytest.raises(ConfigurationError, match="--refresh"):
        list(snapshot.bundles())


def test_a_folder_that_cannot_be_written_is_named(memory: Callable[[], Tracker], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TransportError, match=r"the snapshot .*file.* cannot be written \(.+\)"):
        take(memory(), tmp_path / "file" / "snapshot", lambda _: None)


class Losing(MemoryBackend):
    """Loses its second ticket, or only its journal, when somebody asks for the journal."""

    whole = True

    def comments(self, ticket_id: str) -> Iterator[Comment]:
        if self._project.tickets[ticket_id].ticket.title == "1":
            if self.whole:
                self.delete_ticket(ticket_id)
            raise NotFound("ticket", ticket_id)
        return super().comments(ticket_id)


@pytest.fixture
def losing() -> tuple[Losing, Tracker]:
    backend = Losing()
    tracker = Tracker(backend, parse("memory://source/PROJ"))
    for number in range(3):
        tracker.create_ticket(TicketDraft(title=str(number)))
    return backend, tracker


def test_a_ticket_deleted_while_the_source_is_read_is_left_out_and_remembered(
    losing: tuple[Losing, Tracker], tmp_path: Path
) -> None:
    snapshot = take(losing[1], tmp_path / "snapshot", lambda _: None)
    assert [bundle.ticket.title for bundle in snapshot.bundles()] == ["0", "2"]
    assert (header_of(snapshot).tickets, header_of(snapshot).skipped) == (2, ["PROJ-2"])


def test_a_journal_that_is_gone_while_its_ticket_is_there_is_an_error(
    losing: tuple[Losing, Tracker], tmp_path: Path
) -> None:
    losing[0].whole = False
    with pytest.raises(NotFound):
        take(losing[1], tmp_path / "snapshot", lambda _: None)
    assert Snapshot(tmp_path / "snapshot").header() is None


def ticket(key: str) -> Ticket:
    return Ticket(id=key, key=key, title="")


def test_tickets_of_one_instant_are_ordered_by_the_number_in_their_key() -> None:
    keys = ["PROJ-10", "PROJ-9", f"PROJ-{'9' * 5000}", "PROJ-x", "PROJ-2", "PROJ-010", "OTHER-3", f"PROJ-1{'0' * 5000}"]
    ordered = sorted(map(ticket, keys), key=natural_key)
    expected = [
        "OTHER-3",
        "PROJ-x",
        "PROJ-2",
        "PROJ-9",
        "PROJ-10",
        "PROJ-010",
        f"PROJ-{'9' * 5000}",
        f"PROJ-1{'0' * 5000}",
    ]
    assert [each.key for each in ordered] == expected


@given(st.lists(st.integers(0, 10**30)))
def test_numbers_are_ordered_as_numbers(numbers: list[int]) -> None:
    ordered = sorted((ticket(f"K-{number}") for number in numbers), key=natural_key)
    assert [each.key for each in ordered] == [f"K-{number}" for number in sorted(numbers)]


def test_tickets_without_an_instant_stay_as_they_come() -> None:
    assert [each.key for each in in_source_order(map(ticket, ("K-2", "K-1")))] == ["K-2", "K-1"]


def together(number: int) -> Iterator[Ticket]:
    """Make up tickets of one instant, the last first, every second one of another project, with all that is raw."""
    for each in reversed(range(number)):
        key = f"{('PROJ', '𠮷')[each % 2]}-{each}"
        yield Ticket(id=str(each), key=key, title="ｶﾅ\r\n\ud83c", created_at=IMPORTED, raw={"at": each})


def test_any_number_of_tickets_of_one_instant_come_in_order_as_they_are() -> None:
    every = list(together(2 * HELD + 1))
    assert list(in_source_order(every)) == sorted(every, key=natural_key)


def test_tickets_of_one_instant_do_not_fill_the_memory() -> None:
    few, many = (most_held(in_source_order(together(number * HELD))) for number in (2, 6))
    assert many < 1.1 * few


def most_held(tickets: Iterator[Ticket]) -> int:
    """Give the bytes that Python holds at most while these are gone through."""
    tracemalloc.start()
    try:
        for _ in tickets:
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
