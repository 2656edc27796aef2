"""The everyday commands, on a tracker in a file."""

from __future__ import annotations

import csv
import io
import os
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Answer, Call

TEXT = "line 1\r\nline 2 𠮷\n\n  が NFD: か\u3099 \n"


def test_create_prints_the_new_key(url: str, call: Call) -> None:
    answer = call("create", url, "--title", "Crash on save")
    assert (answer.code, answer.out, answer.err) == (0, "PROJ-1\n", "")


def test_create_prints_the_ticket_as_json(url: str, call: Call) -> None:
    words = ("--type", "Bug", "--priority", "High", "--due", "2026-01-31", "--format", "json")
    made = call("create", url, "--title", "保存 🎉", "--description", TEXT, *words).json
    assert made["title"] == "保存 🎉"
    assert made["description"]["source"] == TEXT
    assert (made["type"]["name"], made["priority"]["name"], made["due_date"]) == ("Bug", "High", "2026-01-31")
    assert "raw" not in made


@pytest.mark.parametrize("title", ["--not-an-option", "-v", "--", "- a dash"])
def test_a_title_may_look_like_an_option(title: str, url: str, call: Call) -> None:
    assert call("create", url, "--title", title, "--format", "json").json["title"] == title


def test_a_text_that_begins_with_a_dash_stands_after_two(url: str, call: Call) -> None:
    call("create", url, "--title", "t")
    assert call("comment", url, "PROJ-1", "--", "-v and more").code == 0
    assert _comments(url, call) == ["-v and more"]


def test_standard_input_is_taken_to_the_last_byte(url: str, call: Call) -> None:
    call("create", url, "--title", "t", "--description-file", "-", stdin=TEXT.encode())
    call("comment", url, "PROJ-1", "--file", "-", stdin=TEXT.encode())
    shown = call("show", url, "PROJ-1", "--format", "json").json
    assert shown["description"]["source"] == TEXT
    assert shown["comments"][0]["body"]["source"] == TEXT


def test_bytes_that_are_not_utf_8_are_refused_with_their_place(url: str, call: Call) -> None:
    call("create", url, "--title", "t")
    answer = call("comment", url, "PROJ-1", "--file", "-", stdin=b"abc\xff")
    assert (answer.code, answer.out) == (1, "")
    assert "byte 4 is 0xff" in answer.err


@pytest.mark.parametrize("given", [(), ("text", "--file", "-"), ("",)])
def test_comment_wants_exactly_one_text(given: tuple[str, ...], url: str, call: Call) -> None:
    answer = call("comment", url, "PROJ-1", *given, stdin=b"x")
    assert (answer.code, answer.out) == (2, "")


def test_edit_changes_what_is_given_and_leaves_the_rest(url: str, call: Call) -> None:
    call("create", url, "--title", "before", "--description", TEXT, "--due", "2026-01-31")
    changed = call("edit", url, "PROJ-1", "--title", "after", "--status", "Closed", "--format", "json").json
    assert (changed["title"], changed["status"]["name"]) == ("after", "Closed")
    assert (changed["description"]["source"], changed["due_date"]) == (TEXT, "2026-01-31")


def test_an_empty_value_clears(url: str, call: Call) -> None:
    me = call("create", url, "--title", "parent", "--format", "json").json["reporter"]["name"]
    call(
        "create",
        url,
        "--title",
        "t",
        "--due",
        "2026-01-31",
        "--assignee",
        me,
        "--parent",
        "PROJ-1",
        "--description",
        "d",
    )
    cleared = call(
        "edit", url, "PROJ-2", "--due", "", "--assignee", "", "--parent", "", "--description", "", "--format", "json"
    ).json
    assert (cleared["due_date"], cleared["assignees"], cleared["parent"]) == (None, [], None)
    assert not cleared["description"]


def test_nothing_to_change_is_no_error(url: str, call: Call) -> None:
    call("create", url, "--title", "t")
    before = call("show", url, "PROJ-1", "--format", "json").json
    answer = call("edit", url, "PROJ-1")
    assert (answer.code, answer.out) == (0, "PROJ-1\n")
    assert call("show", url, "PROJ-1", "--format", "json").json == before


@pytest.mark.parametrize(
    "options", [("--status", "Nope"), ("--assignee", "nobody"), ("--title", ""), ("--parent", "PROJ-99")]
)
def test_a_word_that_is_not_there_changes_nothing(options: tuple[str, ...], url: str, call: Call) -> None:
    call("create", url, "--title", "t")
    before = call("show", url, "PROJ-1", "--format", "json").json
    answer = call("edit", url, "PROJ-1", *options)
    assert (answer.code, answer.out) == (1, "")
    assert call("show", url, "PROJ-1", "--format", "json").json == before


@pytest.mark.parametrize("day", ["31.1.2026", "2026-02-30", "tomorrow"])
def test_a_day_is_written_one_way(day: str, url: str, call: Call) -> None:
    answer = call("create", url, "--title", "t", "--due", day)
    assert answer.code == 2
    assert "2026-01-31" in answer.err


def test_a_missing_file_stops_create_before_anything_is_written(url: str, tmp_path: Path, call: Call) -> None:
    there = tmp_path / "there.txt"
    there.write_text("x")
    answer = call("create", url, "--title", "t", "--attach", there, "--attach", tmp_path / "not-there.txt")
    assert (answer.code, answer.out) == (2, "")
    assert not (tmp_path / "tickets.db").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("attach", "URL", "PROJ-1", "-", "-"),
        ("create", "URL", "--title", "t", "--description-file", "-", "--attach", "-"),
        ("edit", "URL", "PROJ-1", "--attach", "-", "--attach", "-"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_standard_input_is_read_once(arguments: tuple[str, ...], url: str, call: Call) -> None:
    call("create", url, "--title", "t")
    answer = call(*(url if each == "URL" else each for each in arguments), stdin=b"x")
    assert (answer.code, answer.out) == (2, "")
    assert "can be read only once" in answer.err
    assert len(call("ls", url, "--format", "json").json) == 1


def test_what_is_created_in_memory_is_said_to_be_gone(url: str, call: Call) -> None:
    answer = call("create", "memory://here/PROJ", "--title", "t")
    assert (answer.code, answer.out) == (0, "PROJ-1\n")
    assert "gone when this command ends" in answer.err
    assert call("create", url, "--title", "t").err == ""


def test_attach_prints_each_id_and_name(url: str, tmp_path: Path, call: Call) -> None:
    call("create", url, "--title", "t")
    for name in ("添付.bin", "b.txt"):
        (tmp_path / name).write_bytes(bytes(range(256)))
    answer = call("attach", url, "PROJ-1", tmp_path / "添付.bin", tmp_path / "b.txt")
    assert [line.split("\t")[1] for line in answer.out.splitlines()] == ["添付.bin", "b.txt"]
    shown = call("show", url, "PROJ-1", "--format", "json").json
    assert [each["name"] for each in shown["attachments"]] == ["添付.bin", "b.txt"]


def test_show_is_for_people(url: str, call: Call) -> None:
    call("create", url, "--title", "親の課題")
    call("create", url, "--title", "child", "--parent", "PROJ-1", "--description", "first\r\nsecond")
    call("comment", url, "PROJ-2", "見ました")
    shown = call("show", url, "PROJ-2").out
    for expected in ("PROJ-2  child", "Open (open)", "PROJ-1  親の課題", "  first\n  second", "  見ました"):
        assert expected in shown


def test_a_ticket_that_is_not_there_is_one_sentence(url: str, call: Call) -> None:
    call("create", url, "--title", "t")
    for arguments in (("show", url, "PROJ-9"), ("edit", url, "PROJ-9"), ("rm", url, "PROJ-9", "--yes")):
        answer = call(*arguments)
        assert (answer.code, answer.out) == (1, "")
        assert "PROJ-9" in answer.err


@pytest.fixture
def three(url: str, call: Call) -> str:
    for title, status in (("一", "Open"), ('二, "quoted"\r\nand broken', "Closed"), ("=1+1", "In progress")):
        call("create", url, "--title", title, "--status", status)
    return url


def test_ls_prints_each_form(three: str, call: Call) -> None:
    titles = ["一", '二, "quoted"\r\nand broken', "=1+1"]
    assert [each["title"] for each in call("ls", three, "--format", "json").json] == titles
    lines = call("ls", three, "--format", "jsonl")
    assert len(lines.out.splitlines()) == 3
    rows = list(csv.DictReader(io.StringIO(call("ls", three, "--format", "csv").out, newline="")))
    assert [row["title"] for row in rows] == titles
    assert [row["status"] for row in rows] == ["Open", "Closed", "In progress"]
    assert "PROJ-3  In progress" in call("ls", three).out


@pytest.mark.parametrize(
    ("status", "keys"), [("open", ["PROJ-1"]), ("name:Open", ["PROJ-1"]), ("Closed", ["PROJ-2"]), ("done", ["PROJ-2"])]
)
def test_ls_takes_a_status_or_a_category(status: str, keys: list[str], three: str, call: Call) -> None:
    assert _keys(call("ls", three, "--status", status, "--format", "json")) == keys


def test_ls_takes_a_lower_bound(three: str, call: Call) -> None:
    assert len(_keys(call("ls", three, "--updated-since", "2020-01-01", "--format", "json"))) == 3
    assert _keys(call("ls", three, "--updated-since", "9990-01-01T00:00:00+09:00", "--format", "json")) == []


@pytest.mark.parametrize("bound", ["2026-01-31T09:00:00", "yesterday", "2026-13-01"])
def test_a_bound_without_a_zone_or_sense_is_refused(bound: str, three: str, call: Call) -> None:
    answer = call("ls", three, "--updated-since", bound)
    assert (answer.code, answer.out) == (2, "")


def test_limit_stops_the_listing(three: str, call: Call) -> None:
    assert _keys(call("ls", three, "--limit", "2", "--format", "json")) == ["PROJ-1", "PROJ-2"]
    assert call("ls", three, "--limit", "0", "--format", "json").json == []


def test_raw_is_only_there_when_asked_for(three: str, call: Call) -> None:
    assert "raw" in call("ls", three, "--format", "json", "--raw").json[0]
    assert "raw" in call("show", three, "PROJ-1", "--format", "json", "--raw").json
    assert call("ls", three, "--raw").code == 2
    assert call("show", three, "PROJ-1", "--raw").code == 2


SCANNED = """
from dataclasses import replace

from anybacklog.plugin import BackendSpec, Listing, hookimpl
from anybacklog.store.memory import MemoryBackend


class Scanned(MemoryBackend):
    @property
    def abilities(self):
        listing = Listing(how="scan", complete=False, reason="ids are tried one after the other")
        return replace(super().abilities, listing=listing)


@hookimpl
def anybacklog_backends():
    yield BackendSpec("scanned", lambda connection: Scanned(connection.location.project), local=True)
"""


def test_a_list_that_may_be_incomplete_says_so(call: Call, plugin: Callable[..., Path]) -> None:
    answer = call("ls", "scanned:///P", "--format", "json", "--plugin", plugin(SCANNED, "scanned"))
    assert (answer.code, answer.json) == (0, [])
    assert "ids are tried one after the other" in answer.err


INTERRUPTED = """
from anybacklog.plugin import BackendSpec, ListingProgress, hookimpl
from anybacklog.store.memory import MemoryBackend


class Interrupted(MemoryBackend):
    def tickets(self, query):
        yield self.create_ticket({"title": "the first"})
        self.tell(ListingProgress(tried=4, found=1, skipped=0, at="4", resume="scan_from=2"))
        raise KeyboardInterrupt


def opened(connection):
    backend = Interrupted(connection.location.project)
    backend.tell = connection.on_listing
    return backend


@hookimpl
def anybacklog_backends():
    yield BackendSpec("interrupted", opened, local=True)
"""


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv"])
def test_a_list_that_is_interrupted_prints_what_it_has_and_says_where_to_go_on(
    form: str, call: Call, plugin: Callable[..., Path]
) -> None:
    answer = call("ls", "interrupted:///P", "--format", form, "--plugin", plugin(INTERRUPTED, "interrupted"))
    assert (answer.code, "the first" in answer.out) == (130, True)
    where, *_, last = answer.err.splitlines()
    assert where == "The list stopped at 4; one with scan_from=2 among the options of its URL goes on behind it."
    assert last == "Interrupted."
    if form == "json":
        assert len(answer.json) == 1


def test_rm_asks_first_and_without_a_terminal_wants_yes(three: str, call: Call) -> None:
    refused = call("rm", three, "PROJ-2")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == "Error: rm deletes PROJ-2 for good and there is no terminal to ask on; add --yes\n"
    assert call("rm", three, "PROJ-2", "--yes").code == 0
    assert _keys(call("ls", three, "--format", "json")) == ["PROJ-1", "PROJ-3"]


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal needs POSIX")
@pytest.mark.parametrize(
    ("typed", "code", "left"),
    [(b"n\n", 1, ["PROJ-1", "PROJ-2", "PROJ-3"]), (b"y\n", 0, ["PROJ-1", "PROJ-3"])],
)
def test_on_a_terminal_rm_does_what_the_person_answers(
    typed: bytes, code: int, left: list[str], three: str, call: Call
) -> None:
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "anybacklog", "rm", three, "PROJ-2"], stdin=theirs, stderr=theirs, stdout=subprocess.PIPE
    ) as running:
        os.close(theirs)
        asked = b""
        while b"[y/N]" not in asked:
            assert select.select([ours], [], [], 30)[0], asked
            asked += os.read(ours, 4096)
        os.write(ours, typed)
        assert running.wait(30) == code
    os.close(ours)
    assert _keys(call("ls", three, "--format", "json")) == left


def _keys(answer: Answer) -> list[str]:
    return [each["key"] for each in answer.json]


def _comments(url: str, call: Call) -> list[str]:
    return [each["body"]["source"] for each in call("show", url, "PROJ-1", "--format", "json").json["comments"]]
