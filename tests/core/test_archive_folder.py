"""An archive as a folder: made on the first write, plain files at rest, one process at work."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.core.archives import FORK, archive, as_nobody, attach, contents, filled

import anybacklog
from anybacklog.backend import CommentDraft, Connection
from anybacklog.errors import ConfigurationError, Conflict, NotFound, TransportError
from anybacklog.location import parse
from anybacklog.model import Category, Text
from anybacklog.query import TicketQuery
from anybacklog.store.archive import ArchiveBackend, open_archive
from anybacklog.store.archive.layout import FILES


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("archive:///backup", "backup"),
        ("archive:///a/b?project=X", "a/b"),
        ("archive:////var/backup", "/var/backup"),
        ("archive:///a%20%F0%A0%AE%B7", "a 𠮷"),
    ],
)
def test_three_slashes_are_relative_and_four_absolute(url: str, folder: str) -> None:
    assert open_archive(Connection(location=parse(url)))._file.path == Path(folder)


@pytest.mark.parametrize("url", ["archive://backup", "archive:///", "archive:///a%00b"])
def test_a_url_without_a_folder_says_how_to_write_one(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"archive:///backup"):
        open_archive(Connection(location=parse(url)))


def test_nothing_is_made_before_the_first_write(path: Path) -> None:
    with closing(archive(path)) as backend:
        assert (backend.project().key, [each.name for each in backend.statuses()][:1]) == ("DEFAULT", ["Open"])
        with pytest.raises(NotFound, match="archive"):
            list(backend.tickets(TicketQuery()))
    assert not path.exists()


@pytest.mark.parametrize("there", [False, True])
def test_a_first_write_makes_an_archive_in_a_new_or_an_empty_folder(path: Path, *, there: bool) -> None:
    if there:
        path.mkdir()
    with closing(archive(path)) as backend:
        assert backend.create_ticket({"title": "First"}).key == "DEFAULT-1"
    assert set(contents(path)) == {"manifest.json", *(lines.name for lines in FILES)}
    with closing(archive(path)) as backend:
        assert [ticket.title for ticket in backend.tickets(TicketQuery())] == ["First"]


def test_the_folder_above_is_not_made(tmp_path: Path) -> None:
    with closing(archive(tmp_path / "none" / "archive")) as backend, pytest.raises(ConfigurationError, match="none"):
        backend.create_ticket({"title": "No"})


def test_the_project_may_be_left_out_when_there_is_one_and_must_be_given_when_there_are_several(path: Path) -> None:
    filled(path)
    with closing(archive(path)) as backend:
        assert backend.project().key == "PROJ"
    with closing(archive(path, "OTHER")) as backend:
        backend.create_ticket({"title": "Another's"})
    with (
        closing(archive(path)) as backend,
        pytest.raises(ConfigurationError, match=r"\?project=PROJ or \?project=OTHER"),
    ):
        backend.project()
    with closing(archive(path, "PROJ")) as backend:
        assert backend.count_tickets(TicketQuery()) == 2


def test_a_copied_folder_is_the_same_archive(path: Path, tmp_path: Path) -> None:
    filled(path)
    shutil.copytree(path, tmp_path / "copy")
    with closing(archive(path)) as one, closing(archive(tmp_path / "copy")) as other:
        assert one.identity() == other.identity()
        assert one.identity().startswith("archive:")


def test_the_lines_are_the_published_json_and_the_hashes_are_those_of_ordinary_tools(path: Path) -> None:
    filled(path)
    lines = [json.loads(line) for line in (path / "tickets.jsonl").read_text("utf-8").splitlines()]
    assert [(line["status"]["name"], line["title"], line["project"]) for line in lines] == [
        ("Open", "𠮷 first", "1"),
        ("Open", "second", "1"),
    ]
    manifest = json.loads((path / "manifest.json").read_bytes())
    for name, told in manifest["files"].items():
        content = (path / name).read_bytes()
        found = {"lines": content.count(b"\n"), "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        assert told == found
    seal = manifest.pop("sha256")
    sorted_and_compact = json.dumps(manifest, sort_keys=True, separators=(",", ":"))
    assert seal == hashlib.sha256(sorted_and_compact.encode()).hexdigest()
    digest = hashlib.sha256(b"content").hexdigest()
    assert (path / "blobs" / digest[:2] / digest).read_bytes() == b"content"


def test_opened_for_a_write_and_closed_it_is_the_same_byte_for_byte(path: Path) -> None:
    before = contents(filled(path))
    with closing(archive(path)) as backend:
        backend.update_ticket("1", {})
    assert contents(path) == before


def test_one_comment_more_is_one_line_more(path: Path, tmp_path: Path) -> None:
    shutil.copytree(filled(path), tmp_path / "before")
    with closing(archive(path)) as backend:
        backend.add_comment("2", CommentDraft(body=Text("Seen again")))
    told = subprocess.run(
        ["diff", "-r", "--exclude=working.lock", tmp_path / "before", path],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    changed = [line for line in told.stdout.splitlines() if line.startswith(("<", ">"))]
    assert [line for line in changed if '"Seen again"' in line] == [
        line for line in changed if "{" in line and "source" in line
    ]
    assert {line.split("/")[-1] for line in told.stdout.splitlines() if line.startswith("diff")} == {
        "comments.jsonl",
        "manifest.json",
    }


def test_an_id_is_never_given_twice_not_even_after_a_rest(path: Path) -> None:
    filled(path)
    with closing(archive(path)) as backend:
        comment = backend.add_comment("1", CommentDraft(body=Text("Gone")))
        backend.delete_comment("1", comment.id)
        gone = backend.create_ticket({"title": "Gone"})
        backend.delete_ticket(gone.id)
    with closing(archive(path)) as backend:
        assert int(backend.add_comment("1", CommentDraft(body=Text("New"))).id) > int(comment.id)
        made = backend.create_ticket({"title": "New"})
        assert (int(made.id) > int(gone.id), made.key) == (True, "PROJ-4")


def test_equal_files_are_one_blob_that_stays_while_anything_refers_to_it(path: Path) -> None:
    filled(path)
    with closing(archive(path)) as backend:
        other = attach(backend, "2", b"content")
        backend.delete_attachment("1", backend.attachments("1")[0].id)
    blobs = [each for each in contents(path) if each.startswith("blobs/")]
    assert len(blobs) == 1
    with closing(archive(path)) as backend:
        with backend.open_attachment("2", other) as stream:
            assert stream.read() == b"content"
        backend.delete_attachment("2", other.id)
    assert [each for each in contents(path) if each.startswith("blobs/")] == []


def test_what_is_no_blob_is_left_alone(path: Path) -> None:
    filled(path)
    note = next((path / "blobs").iterdir()) / "note.txt"
    note.write_text("mine")
    with closing(archive(path)) as backend:
        backend.delete_attachment("1", backend.attachments("1")[0].id)
    assert note.read_text() == "mine"
    assert len(list(note.parent.iterdir())) == 1


def test_reading_leaves_no_trace(path: Path) -> None:
    before = contents(filled(path))
    (path / "working.lock").unlink()
    with closing(archive(path)) as backend:
        list(backend.tickets(TicketQuery()))
        copy = backend._file._found().path
        assert copy.is_file()
    assert not copy.parent.exists()
    assert (contents(path), (path / "working.lock").exists()) == (before, False)


def test_a_listing_goes_on_while_the_archive_is_written_to(path: Path) -> None:
    filled(path)
    with closing(archive(path)) as backend:
        titles = []
        for ticket in backend.tickets(TicketQuery()):
            titles.append(ticket.title)
            backend.create_ticket({"title": "more"})
        assert titles == ["𠮷 first", "second"]
        assert backend.count_tickets(TicketQuery()) == 4


def test_metadata_added_between_reading_and_writing_is_seen(path: Path) -> None:
    filled(path)
    with closing(archive(path)) as reader:
        assert reader.categories() == []
        with closing(archive(path)) as writer:
            made = writer.add_metadata(Category(id="", name="UI"))
        assert reader.create_ticket({"title": "x", "categories": [made.id]}).categories == (made,)


def test_another_archive_in_its_place_is_not_written_to(path: Path, tmp_path: Path) -> None:
    filled(path)
    with closing(archive(path)) as backend:
        backend.count_tickets(TicketQuery())
        shutil.rmtree(path)
        filled(tmp_path / "other").rename(path)
        before = contents(path)
        with pytest.raises(Conflict, match="is not the archive any more that was opened"):
            backend.create_ticket({"title": "Lost"})
    with closing(archive(path)) as backend:
        assert backend.count_tickets(TicketQuery()) == 2
    assert contents(path) == before


def _with(folder: Path, name: str, text: str) -> None:
    folder.mkdir()
    (folder / name).write_text(text)


FOREIGN: dict[str, Callable[[Path], object]] = {
    "a folder of others": lambda path: _with(path, "letter.txt", "Dear"),
    "a file": lambda path: path.write_text("mine"),
    "JSON of others": lambda path: _with(path, "manifest.json", '{"name": "web app"}'),
}


@pytest.mark.parametrize("foreign", FOREIGN)
def test_what_is_no_archive_is_refused_and_not_touched(path: Path, foreign: str) -> None:
    FOREIGN[foreign](path)
    before = contents(path) if path.is_dir() else path.read_bytes()
    uses: tuple[Callable[[ArchiveBackend], object], ...] = (
        ArchiveBackend.project,
        ArchiveBackend.identity,
        lambda each: each.create_ticket({"title": "No"}),
    )
    for use in uses:
        with closing(archive(path)) as backend, pytest.raises(ConfigurationError, match="archive"):
            use(backend)
    assert (contents(path) if path.is_dir() else path.read_bytes()) == before


@pytest.mark.parametrize("name", ["blobs", "working", "working/tickets.db", "tickets.jsonl", "manifest.json", "a blob"])
def test_a_link_that_leads_out_of_an_archive_is_not_followed(path: Path, tmp_path: Path, name: str) -> None:
    filled(path)
    (path / "working").mkdir()
    (path / "working" / "tickets.db").touch()
    blob = next((path / "blobs").rglob("?" * 64))
    linked = blob if name == "a blob" else path / name
    moved = tmp_path / "elsewhere"
    linked.rename(moved)
    if not name.startswith("working"):
        shutil.rmtree(path / "working")
    linked.symlink_to(moved)
    with closing(archive(path)) as backend, pytest.raises(ConfigurationError, match=r"link|not a plain file"):
        list(backend.tickets(TicketQuery()))


def test_a_second_process_is_refused_while_one_is_at_work(path: Path) -> None:
    filled(path)
    with closing(archive(path)) as backend:
        backend.create_ticket({"title": "At work"})
        with FORK.Pool(1) as pool:
            told = [pool.apply(outcome, (path, use)) for use in ("read", "write")]
    assert {each.partition(": ")[0] for each in told} == {"TransportError"}
    assert all("is in use by another process or tracker; wait" in each for each in told)
    assert outcome(path, "read") == "3"


def test_a_folder_that_may_not_be_looked_into_is_named(read_only: Path) -> None:
    read_only.chmod(0o000)
    assert "archive cannot be read: " in as_nobody(outcome, read_only, "read")


def outcome(path: Path, use: str) -> str:
    try:
        with closing(archive(path)) as backend:
            return (
                str(backend.count_tickets(TicketQuery())) if use == "read" else backend.create_ticket({"title": "x"}).id
            )
    except (TransportError, ConfigurationError) as error:
        return f"{type(error).__name__}: {error}"


@pytest.fixture
def read_only() -> Iterator[Path]:
    """Give an archive at rest that nobody may write."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = filled(Path(folder) / "archive")
        path.chmod(0o555)
        yield path
        path.chmod(0o755)


def test_an_archive_that_nobody_may_write_is_read_and_a_write_says_why_not(read_only: Path) -> None:
    (read_only / "working.lock").unlink()
    assert as_nobody(outcome, read_only, "read") == "2"
    assert "archive: Permission denied; nothing was written" in as_nobody(outcome, read_only, "write")


def _closing_where_nothing_can_be_written(path: Path) -> str:
    backend = archive(path)
    backend.create_ticket({"title": "Kept"})
    path.chmod(0o555)
    try:
        backend.close()
    except TransportError as error:
        return str(error)
    finally:
        path.chmod(0o755)
    return "published"


def test_what_cannot_be_brought_to_rest_is_not_lost_and_the_error_says_where_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        path = Path(folder) / "archive"
        told = as_nobody(_closing_where_nothing_can_be_written, path)
        assert f"nothing is lost, everything is in {path}/working: mend it, make room, and open it again" in told
        with closing(archive(path)) as backend:
            assert [ticket.title for ticket in backend.tickets(TicketQuery())] == ["Kept"]
        assert not (path / "working").exists()
        assert (path / "manifest.json").exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount 1 MiB, where the system lets us."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", disk], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("no small disk can be mounted here")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_full_disk_loses_nothing_that_was_acknowledged(small_disk: Path) -> None:
    path = small_disk / "archive"
    backend = archive(path)
    made = [backend.create_ticket({"title": "0"}).title]
    with pytest.raises(TransportError, match="nothing of this was written"):
        made.extend(iter(lambda: backend.create_ticket({"title": "x", "description": Text("x" * 20000)}).title, ""))
    with pytest.raises(TransportError, match=r"nothing is lost, everything is in .*working"):
        backend.close()
    subprocess.run(["mount", "-o", "remount,size=20m", small_disk], check=True)
    for _ in range(2):
        with closing(archive(path)) as again:
            assert [ticket.title for ticket in again.tickets(TicketQuery())] == made[
                : again.count_tickets(TicketQuery())
            ]
            assert again.count_tickets(TicketQuery()) == len(made)


def test_connect_opens_it_by_url(path: Path) -> None:
    with anybacklog.connect(f"archive:///{path}?project=SHOP") as tracker:
        tracker.create_ticket(anybacklog.TicketDraft(title="Through the front door"))
    with anybacklog.connect(f"archive:///{path}") as tracker:
        assert [ticket.key for ticket in tracker.tickets()] == ["SHOP-1"]
