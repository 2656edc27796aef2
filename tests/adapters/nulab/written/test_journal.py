"""Comments and files on a strict fake space."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest

from anybacklog import NotFound, PermissionDenied, ProtocolError, TicketDraft, ValidationError
from anybacklog.cli.main import run
from anybacklog_simulators.nulab import DEMO_KEY
from anybacklog_simulators.nulab import attachments as faked

if TYPE_CHECKING:
    from tests.adapters.nulab.written.conftest import Written

HOSTILE = ["../../evil.txt", "a/b", "CON", "𠮷 🎉 か\u3099.txt", 'quote".txt', " . "]


def bodies(here: Written) -> list[str]:
    return [comment.body.source for comment in here.tracker.comments("DEMO-1")]


def test_a_comment_is_added_changed_and_deleted(here: Written) -> None:
    made = here.tracker.add_comment("DEMO-1", "𠮷 🎉\r\n ")
    changed = here.tracker.update_comment("DEMO-1", made, "か\u3099")
    assert (changed.id, changed.body.source, changed.body.format) == (made.id, "か\u3099", "markdown")
    assert bodies(here)[-1] == "か\u3099"
    here.tracker.delete_comment("DEMO-1", made)
    assert made.id not in {comment.id for comment in here.tracker.comments("DEMO-1")}


def test_somebody_elses_comment_is_not_ours_to_change(here: Written) -> None:
    theirs = next(here.tracker.comments("DEMO-1"))
    with pytest.raises(PermissionDenied, match="code 5"):
        here.tracker.update_comment("DEMO-1", theirs, "mine now")


def test_a_long_journal_comes_whole_oldest_first_each_entry_once(here: Written) -> None:
    for number in range(205):
        here.tracker.add_comment("DEMO-3", str(number))
    assert [comment.body.source for comment in here.tracker.comments("DEMO-3")] == [str(each) for each in range(205)]


def test_a_comment_carries_its_files_and_tells_of_them_as_changes(here: Written) -> None:
    made = here.tracker.add_comment("DEMO-1", "two", attachments=[("x", BytesIO(b"1")), ("x", BytesIO(b"22"))])
    assert [(file.name, file.size) for file in made.attachments] == [("x", 1), ("x", 2)]
    (read,) = [comment for comment in here.tracker.comments("DEMO-1") if comment.id == made.id]
    assert [change.field for change in read.changes] == ["attachments", "attachments"]
    assert read.attachments == made.attachments


def test_a_file_of_a_taken_name_is_told_from_the_older_one(here: Written) -> None:
    older = here.tracker.add_attachment("DEMO-1", "same", BytesIO(b"older"))
    newer = here.tracker.add_attachment("DEMO-1", "same", BytesIO(b"newer"))
    assert older.id != newer.id
    with here.tracker.open_attachment(newer) as stream:
        assert stream.read() == b"newer"
    here.tracker.delete_attachment("DEMO-1", older)
    assert [file.id for file in here.tracker.attachments("DEMO-1") if file.name == "same"] == [newer.id]


class Napping(BytesIO):
    """A file whose upload lasts until its hour is over: whoever reads it sleeps at its end."""

    def __init__(self, here: Written) -> None:
        super().__init__(b"late")
        self.here = here

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        if not piece:
            self.here.fake.clock.advance(3601)
        return piece


def late(here: Written) -> list[tuple[str, IO[bytes]]]:
    """Give files of which the first is void when the last has been sent."""
    return [("first", BytesIO(b"1")), ("second", Napping(here))]


def test_an_upload_that_is_void_is_refused_and_nothing_is_written(here: Written) -> None:
    before = bodies(here)
    with pytest.raises(ValidationError):
        here.tracker.add_comment("DEMO-1", "with files", attachments=late(here))  # type: ignore[arg-type]
    assert bodies(here) == before


def test_a_service_that_leaves_a_file_out_in_silence_is_not_believed(
    here: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faked, "link", lambda *_: [])
    with pytest.raises(ProtocolError, match="was given 1 files, but shows 0"):
        here.tracker.add_comment("DEMO-1", "with a file", attachments=[("a", BytesIO(b"a"))])
    here.tracker.ticket("DEMO-1")
    with pytest.raises(ProtocolError, match=r"was given the file 'ログ.txt', but does not show it"):
        here.tracker.add_attachment("DEMO-3", "ログ.txt", BytesIO(b"a"))
    left_out = pytest.raises(ProtocolError, match="issue DEMO-4 was given 1 files, but shows 0")
    with left_out, here.nulab.alongside(files=[("a", BytesIO(b"a"))]):
        here.tracker.create_ticket(TicketDraft(title="with a file alongside"))
    left_out = pytest.raises(ProtocolError, match="issue DEMO-4 was given 2 files, but shows 0")
    with left_out, here.nulab.alongside(files=[("a", BytesIO(b"a"))]):
        here.tracker.change_with_comment("DEMO-4", {}, "more files", attachments=[("b", BytesIO(b"b"))])
    left_out = pytest.raises(ProtocolError, match="issue DEMO-4 was given 1 files, but shows 0")
    with left_out, here.nulab.alongside(files=[("a", BytesIO(b"a"))]):
        here.tracker.update_ticket("DEMO-4", {"title": "new"})


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_kept_in_data_and_harmless_on_disk(
    here: Written, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = here.tracker.add_attachment("DEMO-3", name, BytesIO(b"content"))
    assert made.name == name
    monkeypatch.setenv("ANYBACKLOG_NULAB_API_KEY", DEMO_KEY)
    folder = tmp_path / "inner" / "folder"
    folder.mkdir(parents=True)
    assert run(["download", str(here.tracker.location), "DEMO-3", "-o", str(folder)]) == 0
    (file,) = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert (file.parent, file.read_bytes()) == (folder, b"content")


@pytest.mark.parametrize("name", ["line\nbreak", "back\\slash"])
def test_a_name_that_would_arrive_changed_is_refused_and_nothing_is_attached(here: Written, name: str) -> None:
    before = here.tracker.attachments("DEMO-1")
    with pytest.raises(ValidationError, match=r"would call the file .* give it another name"):
        here.tracker.add_attachment("DEMO-1", name, BytesIO(b"content"))
    refused = pytest.raises(ValidationError, match=r"would call the file .* give it another name")
    with refused, here.nulab.alongside(files=[(name, BytesIO(b"content"))]):
        here.tracker.add_comment("DEMO-1", "never written")
    assert here.tracker.attachments("DEMO-1") == before


def test_a_file_that_is_gone_says_so(here: Written) -> None:
    file = here.tracker.attachments("DEMO-1")[0]
    here.tracker.delete_attachment("DEMO-1", file)
    with pytest.raises(NotFound, match=f"attachment {file.id} does not exist"), here.tracker.open_attachment(file):
        pass
