"""A service that answers nonsense: one sentence that names the request; what is shown obeys nobody."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e.told import files, one_sentence

from anybacklog_nulab.schemas import AttachmentSchema, CommentSchema, IssueSchema, ProjectSchema, UserSchema

if TYPE_CHECKING:
    from tests.adapters.nulab.served.conftest import Space
    from tests.cli.conftest import Answer, Call

BODIES = {
    "nothing": b"",
    "a page": b"<!DOCTYPE html><title>Sign in</title>",
    "half a text": b'{"id": 5, "na',
    "not UTF-8": b'{"id": 5, "name": "\xff\xfe"}',
    "UTF-16": json.dumps({"id": 5}).encode("utf-16"),
    "nested without end": b"[" * 100_000,
    "nested and closed": b"[" * 100_000 + b"]" * 100_000,
    "objects without end": b'{"a":' * 100_000,
    "an integer of 5000 digits": b'{"id": ' + b"9" * 5000 + b"}",
    "a number beyond all": b'{"id": 5, "projectKey": "A", "name": "a", "estimatedHours": 1e999}',
    "not a number": b'[{"id": NaN}]',
    "infinity": b'{"id": Infinity}',
    "null": b"null",
    "a word": b'"ok"',
    "a number": b"5",
    "an empty object": b"{}",
    "a list of nulls": b"[null, null]",
    "a list of lists": b"[[[]]]",
    "an id that is a text": b'[{"id": "5; DROP TABLE"}]',
    "an id below zero": b'[{"id": -5, "name": "x"}]',
    "a lone surrogate": b'{"id": "\\ud800", "errors": "\\udfff"}',
    "the same name twice": b'{"id": 1, "id": {}, "id": []}',
    "an error that is none": b'{"errors": [5, null, {"message": {"a": []}, "code": [1]}]}',
}
PLACES = ["projects/A", "issues", "issues/count", "issues/A-1", "issues/1001/comments", "users/myself"]


@pytest.fixture(autouse=True)
def _key(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANYBACKLOG_NULAB_API_KEY", space.key)


def _calls(call: Call, url: str, folder: Path) -> Iterator[tuple[str, Answer]]:
    target = f"sqlite:///{folder}/t.db?project=A"
    yield "ls", call("ls", url)
    yield "json", call("ls", url, "--format", "json", "--raw")
    yield "show", call("show", url, "A-1")
    yield "download", call("download", url, "A-1", "-o", folder / "files")
    yield "doctor", call("doctor", url)
    yield "migrate", call("migrate", url, target, "--ledger", folder / "ledger.db", "--yes")


def _told(answer: Answer) -> None:
    """Expect an answer as it should be, or one sentence."""
    assert answer.code in (0, 1, 3, 4), answer.err
    assert "Traceback" not in answer.err
    assert "Unexpected" not in answer.err + answer.out
    if answer.code:
        progress = ("Reading: ", "Writing: ", "The target cannot")
        rest = "\n".join(line for line in answer.err.splitlines() if not line.startswith(progress))
        if not answer.out:
            assert len(one_sentence(rest)) < 1000


@pytest.mark.parametrize(
    ("body", "place"),
    [(body, PLACES[(number + step) % len(PLACES)]) for number, body in enumerate(BODIES) for step in (0, 2)],
)
def test_an_answer_that_is_nonsense_is_told_in_a_sentence(
    body: str, place: str, space: Space, address: str, call: Call, tmp_path: Path
) -> None:
    space.refusals[place] = (200, BODIES[body])
    for _, answer in _calls(call, f"{address}/A", tmp_path):
        _told(answer)
    for status in (400, 404, 500):
        space.refusals[place] = (status, BODIES[body])
        _told(call("ls", f"{address}/A"))


ODD: list[Any] = [
    None, True, 0, -1, 10**30, 1.5, 1e308, "", "x", "\ud800", "\x00", "9" * 400, "2026-02-30", "2026-01-01T00:00:00Z",
    [], [None], [5], ["x"], [[]], [{}], {}, {"id": None}, {"id": "x", "name": 5}, {"id": 1, "name": None}, [{"id": 1}],
    [{"id": 1, "name": "n", "value": {"id": "x"}}],
]  # fmt: skip
SHAPES = {"issues": IssueSchema, "projects/A": ProjectSchema, "issues/1001/comments": CommentSchema}
FIELDS = [
    (place, field.data_key or name)
    for place, schema in SHAPES.items()
    for name, field in schema().fields.items()
] + [("files", field.data_key or name) for name, field in AttachmentSchema().fields.items()] + [
    ("people", field.data_key or name) for name, field in UserSchema().fields.items()
]  # fmt: skip


def _spoil(space: Space, place: str, name: str, value: Any) -> None:
    """Put a value, or `...` for nothing, in the place of one field of what the space answers."""
    issue, comment = dict(space.issues[0]), dict(space.comments[0])
    project = {"id": 5, "projectKey": "A", "name": "a", "textFormattingRule": "markdown"}
    spoilt: dict[str, Any] = {
        "issues/A-1": issue, "issues": issue, "projects/A": project, "issues/1001/comments": comment,
        "files": dict(issue["attachments"][0]), "people": dict(issue["createdUser"]),
    }[place]  # fmt: skip
    spoilt.pop(name, None)
    if value is not ...:
        spoilt[name] = value
    if place in ("files", "people"):
        issue |= {"attachments": [spoilt]} if place == "files" else {"createdUser": spoilt, "assignee": spoilt}
    space.refusals |= {"issues/A-1": (200, issue), "issues/1001": (200, issue), "issues": (200, [issue])}
    space.refusals |= {"projects/A": (200, project), "issues/1001/comments": (200, [comment])}


@pytest.mark.parametrize(("place", "name"), FIELDS)
def test_any_value_in_any_field_is_read_or_refused(
    place: str, name: str, space: Space, address: str, call: Call, tmp_path: Path
) -> None:
    space.refusals["issues/count"] = (200, {"count": 1})
    for value in (..., *ODD):
        _spoil(space, place, name, value)
        _told(call("show", f"{address}/A", "A-1") if place == "issues/1001/comments" else call("ls", f"{address}/A"))


@pytest.mark.parametrize(("place", "name"), FIELDS)
def test_any_value_in_any_field_is_migrated_or_refused(
    place: str, name: str, space: Space, address: str, call: Call, tmp_path: Path
) -> None:
    space.refusals["issues/count"] = (200, {"count": 1})
    for number, value in enumerate((..., *ODD[FIELDS.index((place, name)) % 13 :: 13])):
        _spoil(space, place, name, value)
        target = f"sqlite:///{tmp_path}/{number}.db?project=A"
        _told(call("migrate", f"{address}/A", target, "--ledger", tmp_path / f"{number}.ledger", "--yes"))


TURNING = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
NASTY = "a\x1b[2J\x1b]0;t\x07\x9b31m\x9d\x85\u2028\u2029\r\n\x0b\x0c\x08\x7f\u202e\u2066\u061c\u200e\u200f\ufeff\x00b"


def test_nothing_a_service_says_moves_the_cursor_or_turns_the_text(
    space: Space, address: str, call: Call, tmp_path: Path
) -> None:
    person = {"id": 1, "userId": NASTY, "name": NASTY, "mailAddress": NASTY}
    issue = space.issues[0] | {"summary": NASTY, "description": NASTY, "status": {"id": 1, "name": NASTY}}
    issue |= {"createdUser": person, "assignee": person, "attachments": [{"id": 9, "name": NASTY, "size": 5}]}
    issue |= {"customFields": [{"id": 1, "fieldTypeId": 1, "name": NASTY, "value": NASTY}]}
    change = {"field": NASTY, "newValue": NASTY, "originalValue": NASTY}
    space.comments = [{"id": 70, "content": NASTY, "createdUser": person, "changeLog": [change]}]
    space.issues = [issue]
    space.refusals |= {"issues/A-1": (200, issue), "issues/1001": (200, issue)}
    target = f"sqlite:///{tmp_path}/t.db?project=A"
    answers = [
        call("ls", f"{address}/A"),
        call("show", f"{address}/A", "A-1"),
        call("download", f"{address}/A", "A-1", "-o", tmp_path / "files"),
        call("migrate", f"{address}/A", target, "--ledger", tmp_path / "ledger.db", "--yes"),
        call("verify", f"{address}/A", target, "--ledger", tmp_path / "ledger.db"),
        call("ls", target),
        call("show", target, "A-1"),
    ]
    space.refusals["issues"] = (400, {"errors": [{"message": NASTY, "code": 7}]})
    answers.append(call("ls", f"{address}/A"))
    for answer in answers:
        for shown in answer.out + answer.err:
            assert shown in "\n\t" or unicodedata.category(shown) not in ("Cc", "Zl", "Zp"), (hex(ord(shown)), answer)
            assert unicodedata.bidirectional(shown) not in TURNING
    assert all(unicodedata.category(each) != "Cc" for path in files(tmp_path) for each in path)


def test_json_keeps_what_a_terminal_would_obey_as_escapes(space: Space, address: str, call: Call) -> None:
    space.issues = [space.issues[0] | {"summary": NASTY}]
    answer = call("ls", f"{address}/A", "--format", "json")
    assert answer.json[0]["title"] == NASTY
    assert not [each for each in answer.out if each < " " and each != "\n"]


def test_texts_and_ids_that_are_enormous_are_shown(space: Space, address: str, call: Call) -> None:
    space.issues = [space.issues[0] | {"id": 10**18, "summary": "長" * 300_000, "description": "x\n" * 300_000}]
    answer = call("ls", f"{address}/A", "--format", "jsonl")
    assert answer.code == 0
    assert len(answer.json["title"]) == 300_000
    assert call("ls", f"{address}/A").code == 0
