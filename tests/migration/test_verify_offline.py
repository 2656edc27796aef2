"""verify --offline compares the target with what was read of the source, and asks the source nothing."""

from __future__ import annotations

import io
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.migration.spaces import Serve

import anybacklog
from anybacklog import ConfigurationError, Tracker
from anybacklog.migration import migrate, verify
from anybacklog.model import TicketDraft
from anybacklog_simulators.nulab import demo_space

Make = Callable[[], Tracker]
Fill = Callable[[Tracker], Tracker]


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep ledgers out of the developer's home."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def gone(filled: Fill, tmp_path: Path, sqlite: Make, ledger: Path) -> tuple[str, Tracker]:
    """Give the URL of a source that was copied and then deleted, and its copy."""
    url, target = f"sqlite:///{tmp_path}/gone.db?project=PROJ", sqlite()
    with anybacklog.connect(url) as source:
        assert migrate(filled(source), target, ledger=ledger).clean
    for each in tmp_path.glob("gone.db*"):
        each.unlink()
    return url, target


def test_a_source_that_is_gone_is_compared_whole_by_what_was_read_of_it(
    gone: tuple[str, Tracker], ledger: Path
) -> None:
    found = verify(*gone, ledger=ledger, offline=True)
    assert (found.differences, found.unverified) == ([], {})
    assert (found.tickets, found.comments, found.attachments) == (3, 4, 4)
    assert found.to_json()["source_read_at"].endswith("Z")


def test_what_somebody_altered_removed_or_added_is_named(gone: tuple[str, Tracker], ledger: Path) -> None:
    _, target = gone
    ticket = target.ticket("PROJ-1")
    target.delete_attachment(ticket, ticket.attachments[0])
    target.add_attachment(ticket, "new.txt", io.BytesIO(b"new"))
    target.update_comment(ticket, next(target.comments(ticket)), "edited")
    target.update_ticket(ticket, {"title": "changed", "updated_at": ticket.updated_at})
    named = {(each.kind, each.field) for each in verify(*gone, ledger=ledger, offline=True).differences}
    assert named >= {("attachment", "missing"), ("attachment", "extra"), ("comment", "body"), ("ticket", "title")}


def test_the_source_is_asked_nothing_and_the_ledger_knows_the_hash_that_it_never_told(
    serve: Serve, sqlite: Make, ledger: Path
) -> None:
    (source, fake), target = serve(demo_space()), sqlite()
    migrate(source, target, ledger=ledger)
    asked = len(fake.log)
    found = verify(source, target, ledger=ledger, offline=True)
    assert (found.differences, found.unverified, len(fake.log)) == ([], {}, asked)


def test_a_hash_that_nobody_knows_is_said(serve: Serve, sqlite: Make, ledger: Path) -> None:
    (source, _), target = serve(demo_space()), sqlite()
    migrate(source, target, ledger=ledger)
    with closing(sqlite3.connect(ledger, isolation_level=None)) as connection:
        connection.execute("UPDATE item SET sha256 = NULL")  # as in a ledger of the first version
    found = verify(source, target, ledger=ledger, offline=True)
    assert "1 of 1 files" in found.unverified["attachments.sha256"]


def test_a_file_of_another_size_is_named_where_nobody_knows_its_hash(serve: Serve, sqlite: Make, ledger: Path) -> None:
    (source, fake), target = serve(demo_space()), sqlite()
    (file,) = (file for issue in fake.service.space.issues.values() for file in issue.attachments)
    migrate(source, target, ledger=ledger)
    file.content += b"!"
    file.size += 1
    migrate(source, target, ledger=ledger)  # and so reads the source again
    (found,) = verify(source, target, ledger=ledger, offline=True).differences
    assert (found.kind, found.field) == ("attachment", "size")


def test_of_several_sources_in_one_ledger_the_one_that_is_named_is_compared(
    gone: tuple[str, Tracker], sqlite: Make, ledger: Path
) -> None:
    url, target = gone
    other = sqlite()
    other.create_ticket(TicketDraft(title="of another source"))
    migrate(other, target, ledger=ledger)
    assert verify(other, target, ledger=ledger, offline=True).tickets == 1
    assert verify(other.identity(), target, ledger=ledger, offline=True).tickets == 1
    assert verify(url, target, ledger=ledger, offline=True).tickets == 3


def test_without_a_ledger_the_state_folder_is_looked_through(filled: Fill, sqlite: Make) -> None:
    sources, target = (sqlite(), filled(sqlite())), sqlite()
    sources[0].create_ticket(TicketDraft(title="alone"))
    for source in sources:
        migrate(source, target)
    assert [verify(str(each.location), target, offline=True).tickets for each in sources] == [1, 3]


def test_a_source_that_no_snapshot_is_of_is_refused_with_those_that_are(
    gone: tuple[str, Tracker], ledger: Path
) -> None:
    url, target = gone
    with pytest.raises(ConfigurationError, match=r"copied from sqlite:.*gone\.db\?project=PROJ: write it like that"):
        verify(url.replace("gone", "elsewhere"), target, ledger=ledger, offline=True)


def test_without_a_snapshot_it_refuses(gone: tuple[str, Tracker], ledger: Path) -> None:
    url, target = gone
    shutil.rmtree(f"{ledger}.snapshot")
    with pytest.raises(ConfigurationError, match="no snapshot of the source is left"):
        verify(url, target, ledger=ledger, offline=True)
    with pytest.raises(ConfigurationError, match="no finished snapshot"):
        verify(_identity(ledger), target, ledger=ledger, offline=True)


def test_an_unknown_target_or_ledger_is_refused(gone: tuple[str, Tracker], memory: Make, ledger: Path) -> None:
    url, target = gone
    with pytest.raises(ConfigurationError, match="there is no ledger"):
        verify(url, target, ledger=ledger.with_name("nowhere.db"), offline=True)
    with pytest.raises(ConfigurationError, match="does not know this target"):
        verify(url, memory(), ledger=ledger, offline=True)
    with pytest.raises(ConfigurationError, match="knows this target"):
        verify(url, target, offline=True)


def test_a_url_alone_is_enough_offline_only(gone: tuple[str, Tracker], ledger: Path) -> None:
    with pytest.raises(ConfigurationError, match="offline only"):
        verify(*gone, ledger=ledger)


def _identity(ledger: Path) -> str:
    from anybacklog.migration.ledger import Ledger

    with Ledger(ledger) as book:
        return book.pairs()[0][0]
