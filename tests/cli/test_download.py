"""Files arrive whole, under names that are safe, and nothing that was there is overwritten."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

import anybacklog
from anybacklog.filenames import LONGEST, numbered, safe_name

if TYPE_CHECKING:
    from tests.cli.conftest import Call

NASTY = st.text(alphabet=st.one_of(st.characters(), st.sampled_from('./\\:*?"<>| \x00\n')), max_size=400)


@given(NASTY)
def test_a_safe_name_is_one_segment_anywhere(name: str) -> None:
    safe = safe_name(name)
    assert safe not in ("", ".", "..")
    assert PurePosixPath(safe).name == safe
    assert PureWindowsPath(safe).name == safe
    assert not PureWindowsPath(safe).drive
    assert len(safe.encode()) <= LONGEST + 1
    assert not safe.endswith((".", " "))


@pytest.mark.parametrize(
    "name", ["trace.txt", "計画 2026春.csv", "𠮷🎉.png", "か\u3099.txt", ".config", "a.tar.gz", "ﾒﾓ"]
)
def test_an_ordinary_name_stays(name: str) -> None:
    assert safe_name(name) == name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("", "attachment"),
        ("..", "__"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("a\x00b", "a_b"),
        ("C:\\x.txt", "C__x.txt"),
        ("end. ", "end__"),
    ],
)
def test_a_dangerous_name_is_mended(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_name_too_long_keeps_its_suffix_and_whole_characters() -> None:
    safe = safe_name("長" * 300 + ".txt")
    assert safe.endswith("長.txt")
    assert len(safe.encode()) <= LONGEST


def test_the_second_of_a_name_has_its_number_before_the_suffix() -> None:
    assert [numbered("a.txt", number) for number in (1, 2)] == ["a.txt", "a (2).txt"]


Attach = Callable[..., None]


@pytest.fixture
def attach(url: str) -> Attach:
    def attached(*files: tuple[str, bytes]) -> None:
        with anybacklog.connect(url) as tracker:
            ticket = tracker.create_ticket(anybacklog.TicketDraft(title="t"))
            for name, held in files:
                tracker.add_attachment(ticket, name, io.BytesIO(held))

    return attached


def test_every_attachment_is_written_and_its_path_printed(url: str, attach: Attach, tmp_path: Path, call: Call) -> None:
    attach(("添付.bin", bytes(range(256))), ("log.txt", b"1"), ("log.txt", b"2"))
    folder = tmp_path / "down" / "here"
    answer = call("download", url, "PROJ-1", "-o", folder)
    assert answer.code == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "添付.bin": bytes(range(256)), "log.txt": b"1", "log (2).txt": b"2",
    }  # fmt: skip
    assert answer.out.splitlines() == [str(folder / name) for name in ("添付.bin", "log.txt", "log (2).txt")]


@pytest.mark.parametrize("name", ["../../out.txt", "/tmp/out.txt", "..\\out.txt", "..", "a/b/c.txt"])
def test_nothing_is_ever_written_outside_the_folder(
    name: str, url: str, attach: Attach, tmp_path: Path, call: Call
) -> None:
    attach((name, b"x"))
    before = set(tmp_path.rglob("*"))
    folder = tmp_path / "a" / "b"
    assert call("download", url, "PROJ-1", "-o", folder).code == 0
    new = set(tmp_path.rglob("*")) - before - {folder, folder.parent}
    assert [path.parent for path in new] == [folder]


def test_downloading_again_writes_nothing_twice(url: str, attach: Attach, tmp_path: Path, call: Call) -> None:
    attach(("a.txt", b"same"), ("a.txt", b"same"))
    first = call("download", url, "PROJ-1", "-o", tmp_path / "d")
    assert call("download", url, "PROJ-1", "-o", tmp_path / "d") == first
    assert sorted(path.name for path in (tmp_path / "d").iterdir()) == ["a (2).txt", "a.txt"]


def test_a_file_of_the_persons_own_is_left_alone(url: str, attach: Attach, tmp_path: Path, call: Call) -> None:
    attach(("a.txt", b"theirs"))
    (tmp_path / "a.txt").write_bytes(b"mine")
    answer = call("download", url, "PROJ-1", "-o", tmp_path)
    assert answer.out == f"{tmp_path / 'a (2).txt'}\n"
    assert (tmp_path / "a.txt").read_bytes() == b"mine"
    assert (tmp_path / "a (2).txt").read_bytes() == b"theirs"


def test_a_link_that_leads_elsewhere_is_not_followed(url: str, attach: Attach, tmp_path: Path, call: Call) -> None:
    attach(("a.txt", b"theirs"))
    folder = tmp_path / "d"
    folder.mkdir()
    (folder / "a.txt").symlink_to(tmp_path / "elsewhere.txt")
    call("download", url, "PROJ-1", "-o", folder)
    assert not (tmp_path / "elsewhere.txt").exists()
    assert (folder / "a (2).txt").read_bytes() == b"theirs"


def test_one_can_be_named(url: str, attach: Attach, tmp_path: Path, call: Call) -> None:
    attach(("a.txt", b"a"), ("b.txt", b"b"))
    call("download", url, "PROJ-1", "-o", tmp_path / "d", "--name", "b.txt")
    assert [path.name for path in (tmp_path / "d").iterdir()] == ["b.txt"]
    missing = call("download", url, "PROJ-1", "-o", tmp_path / "d", "--name", "c.txt")
    assert (missing.code, missing.out) == (1, "")
    assert missing.err.endswith("attachment c.txt does not exist\n")
