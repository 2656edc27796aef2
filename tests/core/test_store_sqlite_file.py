"""The life of a ticket file: when it is made, whose it is, what is refused, what a crash leaves."""

from __future__ import annotations

import io
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from anybacklog.backend import AttachmentDraft, Connection
from anybacklog.errors import AnyBacklogError, ConfigurationError, NotFound, TransportError, ValidationError
from anybacklog.location import parse
from anybacklog.model import Category, Text
from anybacklog.query import TicketQuery
from anybacklog.store.sqlite import SqliteBackend, open_sqlite


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tickets.db"


@pytest.fixture
def backend(path: Path) -> Iterator[SqliteBackend]:
    with closing(SqliteBackend(path)) as backend:
        yield backend


def test_the_first_write_makes_the_file(backend: SqliteBackend, path: Path) -> None:
    assert not path.exists()
    made = backend.create_ticket({"title": "First"})
    assert path.exists()
    assert made.key == "DEFAULT-1"


def test_a_file_to_be_is_described_without_being_made(path: Path) -> None:
    with closing(SqliteBackend(path, "PROJ")) as backend:
        described = (backend.project(), backend.myself(), backend.users(), backend.statuses(), backend.ticket_types())
        assert not path.exists()
        backend.create_ticket({"title": "First", "status": backend.statuses()[-1].id})
        assert (
            backend.project(), backend.myself(), backend.users(), backend.statuses(), backend.ticket_types(),
        ) == described  # fmt: skip


def test_a_project_to_be_is_described_without_being_made(path: Path) -> None:
    with closing(SqliteBackend(path, "ONE")) as one:
        one.identity()
        before = path.read_bytes()
        with closing(SqliteBackend(path, "TWO")) as two:
            described = (two.project(), two.statuses())
            assert [project.key for project in one.projects()] == ["ONE"]
            two.identity()
            assert (two.project(), two.statuses()) == described
        assert before


def test_reading_a_file_that_is_not_there_names_it(backend: SqliteBackend, path: Path) -> None:
    for read in (lambda: list(backend.tickets(TicketQuery())), lambda: backend.ticket("1"), backend.projects):
        with pytest.raises(NotFound, match=r"tickets\.db"):
            read()
    assert not path.exists()


def test_reading_a_project_that_is_not_there_names_both(backend: SqliteBackend, path: Path) -> None:
    backend.identity()
    with closing(SqliteBackend(path, "OTHER")) as other, pytest.raises(NotFound, match=r"OTHER in .*tickets\.db"):
        list(other.tickets(TicketQuery()))


def test_asking_for_the_identity_makes_the_file(backend: SqliteBackend, path: Path) -> None:
    backend.identity()
    assert path.exists()
    assert list(backend.tickets(TicketQuery())) == []


def test_an_empty_file_counts_as_not_made_yet(backend: SqliteBackend, path: Path) -> None:
    path.touch()
    with pytest.raises(NotFound):
        list(backend.tickets(TicketQuery()))
    assert backend.create_ticket({"title": "First"}).key == "DEFAULT-1"


def test_a_file_belongs_to_itself_wherever_it_is_moved(backend: SqliteBackend, path: Path, tmp_path: Path) -> None:
    identity = backend.identity()
    backend.close()
    with closing(SqliteBackend(path.rename(tmp_path / "moved.db"))) as moved:
        assert moved.identity() == identity


def test_every_file_and_every_project_has_its_own_identity(path: Path, tmp_path: Path) -> None:
    identities = set()
    for file, project in ((path, "ONE"), (path, "TWO"), (tmp_path / "other.db", "ONE")):
        with closing(SqliteBackend(file, project)) as backend:
            identities.add(backend.identity())
    assert len(identities) == 3


def test_one_file_holds_several_projects_apart(path: Path) -> None:
    with closing(SqliteBackend(path, "ONE")) as one, closing(SqliteBackend(path, "TWO")) as two:
        tickets = [
            one.create_ticket({"title": "1"}),
            two.create_ticket({"title": "2"}),
            one.create_ticket({"title": "3"}),
        ]
        assert [ticket.key for ticket in tickets] == ["ONE-1", "TWO-1", "ONE-2"]
        assert [ticket.title for ticket in two.tickets(TicketQuery())] == ["2"]
        for ref in (tickets[0].id, tickets[0].key):
            with pytest.raises(NotFound):
                two.ticket(ref)
        with pytest.raises(ValidationError, match="status"):
            two.create_ticket({"title": "With the other's status", "status": one.statuses()[0].id})


def test_the_only_project_need_not_be_named_but_one_of_several_must(path: Path) -> None:
    with closing(SqliteBackend(path, "ONE")) as one:
        one.identity()
    with closing(SqliteBackend(path)) as unnamed:
        assert unnamed.project().key == "ONE"
    with closing(SqliteBackend(path, "TWO")) as two:
        two.identity()
    with closing(SqliteBackend(path)) as unnamed:
        with pytest.raises(ConfigurationError, match=r"project=ONE.*project=TWO"):
            unnamed.project()
        assert [project.key for project in unnamed.projects()] == ["ONE", "TWO"]


def test_two_connections_see_each_others_tickets_and_words(path: Path) -> None:
    with closing(SqliteBackend(path)) as one, closing(SqliteBackend(path)) as other:
        one.identity()
        assert other.categories() == []
        category = one.add_metadata(Category(id="", name="Added by one"))
        made = other.create_ticket({"title": "By the other", "categories": [category.id]})
        assert one.ticket_by_key(made.key) == made


def test_a_listing_shows_what_was_there_while_others_write_to_what_it_is_sorted_by(backend: SqliteBackend) -> None:
    made = [backend.create_ticket({"title": f"Number {number}"}) for number in range(3)]
    listing = backend.tickets(TicketQuery(order="-updated"))
    seen = [next(listing).id]
    backend.update_ticket(made[0].id, {"title": "Moved to the front meanwhile"})
    seen += [ticket.id for ticket in listing]
    assert sorted(seen) == sorted(ticket.id for ticket in made)


@pytest.mark.parametrize("content", [b"just some notes", b"PK\x03\x04" + bytes(200)], ids=["text", "zip"])
def test_a_file_that_is_no_database_is_not_touched(backend: SqliteBackend, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    _assert_refused(backend, path, "not a SQLite database")


def test_a_strangers_database_is_not_touched(backend: SqliteBackend, path: Path) -> None:
    with closing(sqlite3.connect(path)) as stranger:
        stranger.execute("CREATE TABLE tickets (id INTEGER PRIMARY KEY, title TEXT)")
    _assert_refused(backend, path, "not one of anybacklog's")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    lost = SqliteBackend(tmp_path / "nowhere" / "tickets.db")
    with closing(lost), pytest.raises(ConfigurationError, match="nowhere"):
        lost.create_ticket({"title": "No"})


def test_a_damaged_file_is_said_to_be_damaged(backend: SqliteBackend, path: Path) -> None:
    backend.create_ticket({"title": "First", "description": Text("x" * 100_000)})
    backend.close()
    path.write_bytes(path.read_bytes()[:8192] + b"\xa5" * 50_000)
    with closing(SqliteBackend(path)) as damaged, pytest.raises(ConfigurationError, match=r"tickets\.db is damaged"):
        list(damaged.tickets(TicketQuery()))


def test_a_full_disk_is_a_transport_error_and_leaves_nothing(backend: SqliteBackend, path: Path) -> None:
    ticket = backend.create_ticket({"title": "First"})
    connection = backend._file._opened()
    connection.exec_driver_sql("PRAGMA max_page_count = 1")  # SQLite raises it to the size there is: no page more
    with pytest.raises(TransportError, match=r"tickets\.db: .*full") as caught:
        backend.add_attachment(ticket.id, AttachmentDraft(name="big.bin", stream=io.BytesIO(bytes(3 << 20))))
    assert not caught.value.maybe_applied
    connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    assert backend.attachments(ticket.id) == ()
    assert backend.add_attachment(ticket.id, AttachmentDraft(name="small.bin", stream=io.BytesIO(b"x"))).size == 1


def test_a_file_somebody_else_is_writing_is_a_transport_error(backend: SqliteBackend, path: Path) -> None:
    backend.identity()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with closing(SqliteBackend(path, wait_seconds=0)) as late, pytest.raises(TransportError, match="locked"):
            late.create_ticket({"title": "Too late"})


def test_a_refused_write_leaves_nothing(backend: SqliteBackend) -> None:
    backend.create_ticket({"title": "First"})
    with pytest.raises(ValidationError):
        backend.create_ticket({"title": "Second", "watchers": ["no such user"]})
    assert [ticket.key for ticket in backend.tickets(TicketQuery())] == ["DEFAULT-1"]
    assert backend.create_ticket({"title": "Second"}).key == "DEFAULT-2"


def test_a_process_killed_while_it_stores_a_file_leaves_the_ticket_without_it(path: Path) -> None:
    script = """
        import sys
        from pathlib import Path
        from anybacklog.backend import AttachmentDraft
        from anybacklog.store.sqlite import SqliteBackend

        class Endless:
            given = 0
            def read(self, size=-1):
                self.given += 1
                if self.given == 4:
                    print("three chunks are stored", flush=True)
                return bytes(size) if self.given < 4 else sys.stdin.buffer.read()

        backend = SqliteBackend(Path(sys.argv[1]))
        ticket = backend.create_ticket({"title": "Survives"})
        backend.add_attachment(ticket.id, AttachmentDraft(name="lost.bin", stream=Endless()))
    """
    arguments = [sys.executable, "-c", textwrap.dedent(script), str(path)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"three chunks are stored\n"
        child.kill()
        assert child.wait() == -signal.SIGKILL
    with closing(SqliteBackend(path)) as backend:
        (ticket,) = backend.tickets(TicketQuery())
        assert (ticket.title, ticket.attachments) == ("Survives", ())
        backend.add_attachment(ticket.id, AttachmentDraft(name="kept.bin", stream=io.BytesIO(b"kept")))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM attachment_chunks").fetchone() == (1,)


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:///a/b.db", "a/b.db"),
        ("sqlite:////var/b.db", "/var/b.db"),
        ("sqlite:///a%20%F0%A0%AE%B7.db", "a 𠮷.db"),
    ],
)
def test_three_slashes_are_relative_and_four_absolute(url: str, file: str) -> None:
    assert open_sqlite(Connection(location=parse(url)))._file.path == Path(file)


@pytest.mark.parametrize("url", ["sqlite://tickets.db", "sqlite:///", "sqlite:///a%00b.db"])
def test_a_url_without_a_file_says_how_to_write_one(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"sqlite:///tickets\.db"):
        open_sqlite(Connection(location=parse(url)))


def test_a_name_with_a_question_mark_and_spaces_is_a_name_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "what? 100% 𠮷#1.db"
    with closing(SqliteBackend(path)) as backend:
        backend.create_ticket({"title": "First"})
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_an_analyst_finds_plain_columns(backend: SqliteBackend, path: Path) -> None:
    category = backend.add_metadata(Category(id="", name="Backend"))
    backend.create_ticket({"title": "𠮷", "description": Text("*Why?*", "markdown"), "categories": [category.id]})
    with closing(sqlite3.connect(path)) as connection:
        row = connection.execute(
            """
            SELECT tickets.key, tickets.title, tickets.description, statuses.name, categories.name, length(created_at)
            FROM tickets JOIN statuses ON statuses.id = tickets.status_id
            JOIN ticket_categories ON ticket_categories.ticket_id = tickets.id
            JOIN categories ON categories.id = ticket_categories.category_id
            """
        ).fetchone()
    assert row == ("DEFAULT-1", "𠮷", "*Why?*", "Open", "Backend", len("2026-01-01T00:00:00.000000Z"))


def test_finding_a_mark_takes_no_longer_among_many_tickets(backend: SqliteBackend) -> None:
    def steps() -> int:
        counted = [0]
        connection = cast("sqlite3.Connection", backend._file._opened().connection.dbapi_connection)
        connection.set_progress_handler(lambda: counted.__setitem__(0, counted[0] + 1), 1)
        assert backend.find_external("mark 7") is not None
        connection.set_progress_handler(None, 1)
        return counted[0]

    for number in range(10):
        backend.create_ticket({"title": "Few", "external_id": f"mark {number}"})
    among_few = steps()
    for number in range(10, 300):
        backend.create_ticket({"title": "Many", "external_id": f"mark {number}"})
    assert steps() < 2 * among_few


def _assert_refused(backend: SqliteBackend, path: Path, reason: str) -> None:
    before = path.read_bytes()
    for attempt in (backend.project, backend.identity, lambda: backend.create_ticket({"title": "No"})):
        with pytest.raises(ConfigurationError, match=reason) as caught:
            attempt()
        assert isinstance(caught.value, AnyBacklogError)
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_ctrl_c_within_a_statement_leaves_nothing_and_the_file_usable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = SqliteBackend(tmp_path / "t.db", "P")
    backend.create_ticket({"title": "before"})
    execute: Any = SQLiteDialect_pysqlite.do_execute

    def interrupted(dialect: Any, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        if "interrupted" in repr(parameters):
            raise KeyboardInterrupt
        execute(dialect, cursor, statement, parameters, context)

    monkeypatch.setattr(SQLiteDialect_pysqlite, "do_execute", interrupted)
    with pytest.raises(KeyboardInterrupt):
        backend.create_ticket({"title": "interrupted"})
    assert backend.create_ticket({"title": "after"}).title == "after"
    assert [ticket.title for ticket in backend.tickets(TicketQuery())] == ["before", "after"]
