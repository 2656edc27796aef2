"""The demo shows the main job whole, and can be run again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import anybacklog
from anybacklog.cli.demo_project import fill, load_project
from anybacklog.model import FIELD_TYPES

if TYPE_CHECKING:
    from tests.cli.conftest import Answer, Call


def _urls(answer: Answer) -> list[str]:
    return re.findall(r"^  (?:source|target)  (\S+)$", answer.out, re.MULTILINE)


def test_demo_migrates_verifies_and_leaves_what_it_says(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "デモ"
    answer = call("demo", folder)
    assert answer.code == 0
    assert {path.name for path in folder.iterdir()} >= {"source.db", "target.db", "ledger.db", "report.html"}
    assert "no differences" in answer.out
    source, target = (call("ls", url, "--format", "json").json for url in _urls(answer))
    assert len(source) == len(target) == len(load_project()["tickets"])
    assert [each["title"] for each in source] == [each["title"] for each in target]
    assert [each["updated_at"] for each in source] == [each["updated_at"] for each in target]


def test_demo_again_does_nothing_twice_and_says_so(call: Call, tmp_path: Path) -> None:
    first = call("demo", tmp_path / "d")
    again = call("demo", tmp_path / "d")
    assert again.code == 0
    assert "nothing was done twice" in again.out
    target = _urls(first)[1]
    assert len(call("ls", target, "--format", "json").json) == len(load_project()["tickets"])


def test_demo_goes_on_after_it_was_cut_off_while_writing_the_source(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    (folder / "source.db.part").write_bytes(b"half a file")
    assert call("demo", folder).code == 0


def test_demo_leaves_a_file_of_somebody_elses_alone(url: str, call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    call("create", f"sqlite:///{folder}/source.db?project=MINE", "--title", "mine")
    answer = call("demo", folder)
    assert (answer.code, answer.out) == (2, "")
    assert "another folder" in answer.err
    assert [path.name for path in folder.iterdir() if path.suffix == ".db"] == ["source.db"]


def test_without_a_folder_it_makes_one_here(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("demo").code == 0
    assert (tmp_path / "anybacklog-demo" / "report.html").is_file()


@pytest.fixture(scope="module")
def project() -> anybacklog.Tracker:
    tracker = anybacklog.connect("memory://demo-project/KOMO")
    fill(tracker, load_project())
    return tracker


def test_the_project_has_one_of_everything(project: anybacklog.Tracker) -> None:
    tickets = list(project.tickets())
    comments = [comment for ticket in tickets for comment in project.comments(ticket)]
    assert {field.type for ticket in tickets for field in ticket.custom_fields} == set(FIELD_TYPES)
    assert any(comment.changes and not comment.body.source for comment in comments)
    assert any(comment.attachments for comment in comments)
    assert any("\r\n" in ticket.description.source for ticket in tickets if ticket.description)
    parents = {ticket.id: ticket.parent for ticket in tickets}
    assert any(parent and parents[parent] for parent in parents.values())
    names = [[file.name for file in project.attachments(ticket)] for ticket in tickets]
    assert any(len(each) > len(set(each)) for each in names)
    for word in ("🎉", "𠮷"):
        assert any(word in ticket.title + comment.body.source for ticket in tickets for comment in comments)


def test_its_dates_are_fixed(project: anybacklog.Tracker) -> None:
    written = {f"KOMO-{number}": each for number, each in enumerate(load_project()["tickets"], 1)}
    for ticket in project.tickets():
        assert ticket.created_at == written[ticket.key]["created_at"]
        assert ticket.updated_at == written[ticket.key]["updated_at"]
