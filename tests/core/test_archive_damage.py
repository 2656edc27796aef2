"""An archive that was damaged, cut off, forged or written by a newer version is refused, with the place named."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.core.archives import archive, attach, contents

from anybacklog.backend import CommentDraft
from anybacklog.errors import ConfigurationError
from anybacklog.model import Category, CustomField, Named, Text
from anybacklog.query import TicketQuery
from anybacklog.store.archive import ArchiveBackend
from anybacklog.store.archive.layout import FILES
from anybacklog.store.archive.sealed import Sealed, read_manifest, write_manifest

Line = dict[str, Any]
Edit = Callable[[Line], object]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Make an archive with something in every file."""
    path = tmp_path / "archive"
    with closing(archive(path, "PROJ")) as backend:
        category = backend.add_metadata(Category(id="", name="UI"))
        options = (Named(id="1", name="A"),)
        field = backend.add_metadata(CustomField(id="", name="Size", type="choice", options=options))
        first = backend.create_ticket({"title": "first", "categories": [category.id], "custom_fields": {field.id: "A"}})
        second = backend.create_ticket({"title": "second", "parent": first.id, "assignees": ["1"]})
        comment = backend.add_comment(first.id, CommentDraft(body=Text("x")))
        backend.add_comment(second.id, CommentDraft(body=Text("y")))
        backend.add_link(first.id, "blocks", second.id)
        attach(backend, first.id, b"content")
        assert comment.id == "1"
    return path


def read(path: Path) -> list[str]:
    """Read everything there is, the bytes of the files too."""
    with closing(ArchiveBackend(path, "PROJ")) as backend:
        told = [repr(backend.project())]
        for ticket in backend.tickets(TicketQuery()):
            told += [repr(ticket), *map(repr, backend.comments(ticket.id))]
            for file in backend.attachments(ticket.id):
                with backend.open_attachment(ticket.id, file) as stream:
                    told.append(repr(stream.read()))
        return told


def refusal(path: Path) -> str:
    before = contents(path)
    with pytest.raises(ConfigurationError) as caught:
        read(path)
    assert contents(path) == before
    assert str(path) in str(caught.value)
    return str(caught.value)


def names(path: Path) -> list[str]:
    return [name for name, content in contents(path).items() if content]


def test_a_changed_bit_anywhere_is_found_and_its_file_is_named(path: Path) -> None:
    dice = random.Random(20260101)  # a seed, not a secret
    for name in names(path):
        whole = (path / name).read_bytes()
        for place in {0, len(whole) - 1, *(dice.randrange(len(whole)) for _ in range(6))}:
            changed = bytearray(whole)
            changed[place] ^= 1 << dice.randrange(8)
            (path / name).write_bytes(changed)
            assert Path(name).name in refusal(path) or name == "manifest.json"
        (path / name).write_bytes(whole)
    assert len(read(path)) == 6


def test_a_file_that_was_cut_off_is_named(path: Path) -> None:
    dice = random.Random(20260102)  # a seed, not a secret
    for name in names(path):
        whole = (path / name).read_bytes()
        for length in {0, len(whole) - 1, dice.randrange(len(whole))}:
            (path / name).write_bytes(whole[:length])
            assert Path(name).name in refusal(path)
        (path / name).write_bytes(whole)


def test_a_missing_file_is_named(path: Path) -> None:
    for name in [*(lines.name for lines in FILES), *(name for name in names(path) if name.startswith("blobs"))]:
        whole = (path / name).read_bytes()
        (path / name).unlink()
        assert re.search(f"{Path(name).name} is missing", refusal(path))
        (path / name).write_bytes(whole)


def test_a_missing_manifest_makes_it_no_archive(path: Path) -> None:
    (path / "manifest.json").unlink()
    assert "is not an archive" in refusal(path)


def test_a_newer_format_asks_for_an_update(path: Path) -> None:
    told, files = read_manifest(path, "archive", 1)
    told = {name: value for name, value in told.items() if name not in ("anybacklog", "kind")}
    write_manifest(path, "archive", 2, told, files)
    assert "has format 2, from a newer anybacklog; this one knows 1, update it" in refusal(path)


def test_a_snapshot_is_no_archive(path: Path) -> None:
    told, files = read_manifest(path, "archive", 1)
    write_manifest(path, "snapshot", 1, told | {"kind": "snapshot"}, files)
    assert "manifest.json is not the manifest of archive" in refusal(path)


def forge(path: Path, name: str, content: bytes) -> None:
    """Write a file as a stranger would who knows how to seal it."""
    (path / name).write_bytes(content)
    sealed = Sealed(content.count(b"\n"), len(content), hashlib.sha256(content).hexdigest())
    reseal(path, files={name: sealed})


def reseal(path: Path, *, files: dict[str, Sealed] | None = None, **told: Any) -> None:
    before, sealed = read_manifest(path, "archive", 1)
    held = {name: value for name, value in before.items() if name not in ("anybacklog", "kind")}
    write_manifest(path, "archive", 1, held | told, sealed | (files or {}))


def set_to(**values: Any) -> Edit:
    return lambda line: line.update(values)


FORGED: dict[str, tuple[str, int, Edit, str]] = {
    "a missing key": ("tickets", 2, lambda line: line.pop("title"), "tickets.jsonl line 2 has not the keys .*: title"),
    "a key too many": ("users", 1, set_to(admin=True), "users.jsonl line 1 has not the keys .*: admin"),
    "an id that is a number": ("tickets", 1, set_to(id=1), "tickets.jsonl line 1: .*id"),
    "an id that is no number": ("tickets", 1, set_to(id="../1"), "tickets.jsonl line 1: '../1' is no id"),
    "an id of 0": ("tickets", 1, set_to(id="0"), "tickets.jsonl line 1: '0' is no id"),
    "a negative id": ("comments", 1, set_to(id="-1"), "comments.jsonl line 1: '-1' is no id"),
    "an id too long": ("comments", 1, set_to(id="9" * 19), "comments.jsonl line 1: '9+' is no id"),
    "an id twice": ("tickets", 2, set_to(id="1"), "tickets.jsonl line 2: the id 1 stands there twice"),
    "an id out of order": ("tickets", 1, set_to(id="9"), "tickets.jsonl line 2: the id 2 .* out of order"),
    "an id above the last": ("tickets", 2, set_to(id="9"), "comments.jsonl line 2: its ticket is not there"),
    "a key twice": ("tickets", 2, set_to(key="PROJ-1"), "tickets.jsonl line 2: the key 'PROJ-1' is another ticket's"),
    "no key": ("tickets", 2, set_to(key=""), "tickets.jsonl line 2: the key '' is empty"),
    "a key beyond": ("tickets", 2, set_to(key="PROJ-99"), "tickets.jsonl line 2: the key 'PROJ-99' is .*beyond"),
    "a status of nowhere": (
        "tickets", 1, lambda line: line["status"].update(id="77"), "line 1: status: nothing has the id '77'",
    ),
    "a status told otherwise": (
        "tickets", 1, lambda line: line["status"].update(name="Shut"), "line 1: status: 'Shut' is not told as",
    ),
    "a status with a word too many": (
        "tickets", 1, lambda line: line["status"].update(colour="red"), "tickets.jsonl line 1: .*status.colour",
    ),
    "a parent of nowhere": ("tickets", 1, set_to(parent="99"), "tickets.jsonl line 1: its parent is no ticket"),
    "a circle of parents": ("tickets", 1, set_to(parent="2"), "tickets.jsonl line 1: it is its own parent"),
    "a parent of itself": ("tickets", 1, set_to(parent="1"), "tickets.jsonl line 1: it is its own parent"),
    "an assignee twice": (
        "tickets", 2, lambda line: line["assignees"].append(line["assignees"][0]), "line 2: assignees names one",
    ),
    "a field of nowhere": (
        "tickets", 1, lambda line: line["custom_fields"][0].update(id="8"), "line 1: custom_fields: there is no",
    ),
    "a field without a value": (
        "tickets", 1, lambda line: line["custom_fields"][0].update(value=""), "custom_fields: 'Size' has no value",
    ),
    "a project of nowhere": ("tickets", 1, set_to(project="5"), "tickets.jsonl line 1: there is no project '5'"),
    "a project that is a list": ("tickets", 1, set_to(project=[]), r"tickets.jsonl line 1: \[\] is no id"),
    "a mark that is a number": ("tickets", 1, set_to(external_id=4), "line 1: external_id must be a text"),
    "hours beyond all floats": ("tickets", 1, set_to(estimated_hours=10**400), "tickets.jsonl line 1"),
    "a day of another form": ("tickets", 1, set_to(due_date="01.02.2026"), "tickets.jsonl line 1: .*due_date"),
    "half a character": ("tickets", 1, set_to(title="\ud83d"), "tickets.jsonl line 1 has a lone surrogate"),
    "a comment of no ticket": ("comments", 2, set_to(ticket="44"), "comments.jsonl line 2: its ticket is not there"),
    "a comment of no time": ("comments", 2, set_to(created_at=None), "comments.jsonl line 2: created_at"),
    "a comment of a stranger": (
        "comments", 1, lambda line: line["author"].update(id="6"), "line 1: author: nothing has the id '6'",
    ),
    "a file of no ticket": ("attachments", 1, set_to(ticket="44"), "attachments.jsonl line 1: its ticket is not there"),
    "a file of another's comment": ("attachments", 1, set_to(comment="2"), "line 1: its comment is none"),
    "a file of no size": ("attachments", 1, set_to(size=None), "line 1: an attachment needs its size"),
    "a file of another size": ("attachments", 1, set_to(size=8), "blobs/.* has 7 bytes and not the 8"),
    "a file that is a path": (
        "attachments", 1, set_to(sha256="../../../etc/passwd"), "attachments.jsonl line 1: .* is no SHA-256",
    ),
    "a file of other bytes": ("attachments", 1, set_to(sha256="0" * 64), "blobs/00/0+ is missing"),
    "a link to nowhere": ("links", 1, set_to(target="8"), "links.jsonl line 1: it does not tie two tickets"),
    "a link to itself": ("links", 1, set_to(target="1"), "links.jsonl line 1: it does not tie two tickets"),
    "a name twice": ("statuses", 2, set_to(name="Open"), "statuses.jsonl line 2: the name 'Open' stands there twice"),
    "a category of no status": ("statuses", 2, set_to(category="x"), "statuses.jsonl line 2: .*category"),
    "an option twice": (
        "custom_fields", 1, lambda line: line["options"].append(line["options"][0]), "line 1: the option '1'",
    ),
    "a last number that is a word": ("projects", 1, set_to(last_number="2"), "line 1: last_number cannot be '2'"),
    "a project of no key": ("projects", 1, set_to(key=""), "projects.jsonl line 1: a project needs a key"),
}  # fmt: skip


@pytest.mark.parametrize("what", FORGED)
def test_what_a_stranger_forged_is_refused_by_file_and_line(path: Path, what: str) -> None:
    table, number, edit, told = FORGED[what]
    name = f"{table}.jsonl"
    lines = [json.loads(line) for line in (path / name).read_bytes().splitlines()]
    edit(lines[number - 1])
    forge(path, name, b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    assert re.search(told, refusal(path))


NOT_LINES: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"tickets!\n", "tickets.jsonl line 1 cannot be read"),
    "a list": (b"[]\n", "tickets.jsonl line 1 has not the keys"),
    "nested too deep": (b"[" * 100_000 + b"\n", "tickets.jsonl line 1 cannot be read"),
    "a number too long": (b'{"id":' + b"9" * 10_000 + b"}\n", "tickets.jsonl line 1 cannot be read"),
    "not a number": (b'{"id":NaN}\n', "tickets.jsonl line 1 cannot be read .NaN"),
    "a key twice": (b'{"id":"1","id":"2"}\n', "tickets.jsonl line 1 cannot be read .a key stands there twice"),
    "not UTF-8": (b'{"id":"\xff"}\n', "tickets.jsonl line 1 cannot be read"),
    "an empty line": (b"\n", "tickets.jsonl line 1 cannot be read"),
}


@pytest.mark.parametrize("what", NOT_LINES)
def test_a_line_that_is_none_is_refused_by_file_and_number(path: Path, what: str) -> None:
    content, told = NOT_LINES[what]
    forge(path, "tickets.jsonl", content)
    assert re.search(told, refusal(path))


def test_half_a_character_that_is_not_escaped_is_refused_too(path: Path) -> None:
    content = (path / "tickets.jsonl").read_bytes()
    forge(path, "tickets.jsonl", content.replace(b"second", b"\xed\xa0\xbd"))
    assert "tickets.jsonl line 2 has a lone surrogate" in refusal(path)


MANIFESTS: dict[str, dict[str, Any]] = {
    "a UUID that is a path": {"uuid": "../../x"},
    "no last ids": {"last_ids": None},
    "a last id too few": {"last_ids": {}},
    "blobs that are not there": {"blobs": {"count": 7, "bytes": 1}},
}


@pytest.mark.parametrize("what", MANIFESTS)
def test_a_forged_manifest_is_refused(path: Path, what: str) -> None:
    reseal(path, **MANIFESTS[what])
    assert "manifest.json" in refusal(path)


@pytest.mark.parametrize("last", [1, -1, True, "2", 10**18])
def test_a_last_id_that_cannot_be_is_refused(path: Path, last: object) -> None:
    told, _ = read_manifest(path, "archive", 1)
    reseal(path, last_ids=told["last_ids"] | {"tickets": last})
    assert re.search(r"manifest\.json: (a|the) last id", refusal(path))


@pytest.mark.parametrize("name", ["../secret.jsonl", "/etc/passwd", "notes.jsonl"])
def test_no_file_is_opened_because_a_manifest_names_it(path: Path, name: str) -> None:
    reseal(path, files={name: Sealed(0, 0, "")})
    assert "manifest.json does not list the files of this format" in refusal(path)


def test_a_damaged_blob_is_told_when_it_is_read_and_mended_by_the_same_content(path: Path) -> None:
    blob = next((path / "blobs").rglob("?" * 64))
    blob.write_bytes(b"CONTENT")
    assert f"{blob} is damaged: its SHA-256 differs; restore it from a copy" in refusal(path)
    with closing(archive(path)) as backend:
        attach(backend, "2", b"content")
    assert len(read(path)) == 7
