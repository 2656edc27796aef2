"""What is printed is whole, in UTF-8, and does nothing to a terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from anybacklog.cli import console

if TYPE_CHECKING:
    from tests.cli.conftest import Call

TITLE = "逃げ出す \x1b[2J\x1b]0;pwned\x07 \x9b31m \u202eabc 🎉"


@given(st.text())
def test_no_control_character_of_a_strangers_reaches_the_terminal(text: str) -> None:
    shown = console.harmless(text)
    assert not [each for each in shown if unicodedata.category(each) == "Cc" and each not in "\n\t"]
    assert not {"\u202e", "\u2028", "\u2029"} & set(shown)


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"])))
def test_everything_else_is_shown_as_it_is(text: str) -> None:
    assert console.harmless(text) == text


def test_tables_and_texts_show_escape_sequences_instead_of_obeying_them(url: str, call: Call) -> None:
    call("create", url, "--title", TITLE, "--description", TITLE)
    for shown in (call("ls", url).out, call("show", url, "PROJ-1").out):
        assert "\x1b" not in shown
        assert "␛[2J" in shown
        assert "🎉" in shown


def test_json_holds_the_very_title(url: str, call: Call) -> None:
    call("create", url, "--title", TITLE)
    assert call("ls", url, "--format", "json").json[0]["title"] == TITLE
    assert call("show", url, "PROJ-1", "--format", "json").json["title"] == TITLE


def test_a_table_lines_up_however_wide_its_characters_are(capsys: pytest.CaptureFixture[str]) -> None:
    console.table(["NAME", "TITLE"], [["髙橋さん", "a"], ["𠮷", "b"], ["Zoë", "c"]])
    lines = capsys.readouterr().out.splitlines()
    assert {cell_len(line[:-1]) for line in lines[1:]} == {10}


def test_a_table_that_is_not_on_a_terminal_is_never_cut(capsys: pytest.CaptureFixture[str]) -> None:
    title = "長い" * 500
    console.table(["KEY", "TITLE"], [["P-1", title]], wrap=False)
    assert title in capsys.readouterr().out


@pytest.mark.parametrize("columns", [50, 60, 80, 120])
def test_on_a_narrow_terminal_every_column_keeps_some_room(columns: int, url: str, call: Call) -> None:
    call("create", url, "--title", "とても長い題名のチケット" * 5, "--status", "In progress")
    updated = call("show", url, "PROJ-1", "--format", "json").json["updated_at"][:10]
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "anybacklog", "ls", url]
    environment = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm"}
    subprocess.run(command, stdout=theirs, env=environment, check=True, timeout=60)
    os.close(theirs)
    shown = os.read(ours, 65536).decode("utf-8").splitlines()
    os.close(ours)
    assert all(cell_len(line) <= columns for line in shown)
    assert len(shown) == 2
    assert "とても" in shown[1]
    assert "PROJ-1" in shown[1]
    assert updated in shown[1]


@pytest.mark.parametrize("columns", [50, 60])
def test_a_narrow_report_wraps_no_number_and_no_word(
    columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", str(columns))
    headers = ["", "PLANNED", "CREATED", "ALREADY", "FAILED", "HELD"]
    console.table(headers, [["tickets", "2", "2", "0", "0", "0"], ["attachments", "12345", "12345", "0", "0", "0"]])
    shown = capsys.readouterr().out.splitlines()
    assert [line.split() for line in shown] == [
        headers[1:], ["tickets", "2", "2", "0", "0", "0"], ["attachments", "12345", "12345", "0", "0", "0"],
    ]  # fmt: skip
    assert all(cell_len(line) <= columns for line in shown)


def test_a_long_table_keeps_its_columns_and_one_heading(capsys: pytest.CaptureFixture[str]) -> None:
    console.table(["KEY", "TITLE"], ([f"P-{number}", "x"] for number in range(250)))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 251
    assert sum(line.startswith("KEY") for line in lines) == 1


def test_a_json_array_is_printed_as_its_elements_come(capsys: pytest.CaptureFixture[str]) -> None:
    def numbers() -> object:
        for number in range(2):
            yield {"n": number}
            assert f'"n": {number}' in capsys.readouterr().out

    console.write_json_array(numbers())  # type: ignore[arg-type]
    assert capsys.readouterr().out == "\n]\n"


@pytest.mark.parametrize("values", [[], [1], ["𠮷", None]])
def test_a_json_array_reads_back(values: list[object], capsys: pytest.CaptureFixture[str]) -> None:
    console.write_json_array(values)
    assert json.loads(capsys.readouterr().out) == values


def test_output_is_utf_8_whatever_the_environment_prefers(url: str, call: Call, process: Call) -> None:
    call("create", url, "--title", "保存できない 𠮷")
    assert "保存できない 𠮷" in process("ls", url, PYTHONIOENCODING="ascii").out


def test_half_a_surrogate_pair_is_written_as_its_json_escape(process: Call) -> None:
    # A service may send a lone "\\ud83d"; it must neither stop the listing nor be lost.
    program = "from anybacklog.cli import console; console.prepare(); console.write_json({'title': '\\ud83d'})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, timeout=60)
    assert json.loads(done.stdout)["title"] == "\ud83d"
