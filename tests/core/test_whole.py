"""What a report or a map is written to: a file whole or not at all, anything else as it is."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from anybacklog.whole import whole


def test_a_file_holds_the_old_text_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old", encoding="utf-8")
    with whole(path) as file:
        file.write("new\r\n𠮷\n")
        file.flush()
        assert path.read_text(encoding="utf-8") == "old"
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("report.json", "new\r\n𠮷\n".encode())]


def test_nothing_is_left_of_half_a_text(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), whole(tmp_path / "report.json"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_link_stays_and_its_file_is_written(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    link = tmp_path / "report.json"
    link.symlink_to(tmp_path / "kept" / "newest.json")
    for text in ("first", "second"):
        with whole(link) as file:
            file.write(text)
        assert (link.is_symlink(), (tmp_path / "kept" / "newest.json").read_text(encoding="utf-8")) == (True, text)


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe, heard = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: heard.append(pipe.read_text(encoding="utf-8")))
    reader.start()
    with whole(pipe) as file:
        file.write("text")
    reader.join(10)
    assert (heard, pipe.is_fifo(), [each.name for each in tmp_path.iterdir()]) == (["text"], True, ["pipe"])


def test_what_cannot_be_written_is_named(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none" / "report.json"):
        with pytest.raises(OSError) as caught, whole(path) as file:  # noqa: PT011  # the file name tells which
            file.write("text")
        assert caught.value.filename == str(path)
    assert list(tmp_path.iterdir()) == []
