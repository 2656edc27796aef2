"""Whatever a sealed archive says is read, or refused with the place named; what was read is written the same again."""

from __future__ import annotations

import copy
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.core.archives import archive, attach, contents
from tests.core.test_archive_damage import forge

from anybacklog.backend import CommentDraft
from anybacklog.errors import ConfigurationError
from anybacklog.model import Category, CustomField, Named, Text
from anybacklog.query import TicketQuery
from anybacklog.store.archive.layout import FILES

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
odd = st.sampled_from(
    ["", "0", "1", "2", "01", "-1", "9" * 18, "9" * 19, "2026-02-30", "2026-01-01T00:00:00Z", "0001-01-01T00:00:00Z",
     "9999-12-31T23:59:59.999999Z", "2026-01-01T00:00:00+23:59", 10**400, -1, [], {}, "\ud800", "\0", "a/b", "PROJ-2"]
)  # fmt: skip
values = odd | st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
FULL = ["projects", "users", "statuses", "custom_fields", "tickets", "comments", "attachments", "links"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an archive with something in every file that has keys of its own."""
    path = tmp_path_factory.mktemp("fuzz") / "archive"
    with closing(archive(path, "PROJ")) as backend:
        category = backend.add_metadata(Category(id="", name="UI"))
        field = backend.add_metadata(CustomField(id="", name="Size", type="choice", options=(Named(id="1", name="A"),)))
        first = backend.create_ticket(
            {"title": "𠮷", "categories": [category.id], "custom_fields": {field.id: "A"}, "assignees": ["1"]}
        )
        second = backend.create_ticket({"title": "second", "parent": first.id, "description": Text("か\u3099\r\n")})
        backend.add_comment(first.id, CommentDraft(body=Text("x"), external_id="mark"))
        backend.add_link(first.id, "blocks", second.id)
        attach(backend, first.id, b"content")
    return path


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_any_value_in_any_place_of_a_sealed_archive_is_read_or_refused(whole: Path, data: st.DataObject) -> None:
    name = f"{data.draw(st.sampled_from(FULL))}.jsonl"
    lines = [json.loads(line) for line in (whole / name).read_bytes().splitlines()]
    number = data.draw(st.integers(0, len(lines) - 1))
    place = data.draw(st.sampled_from(list(_places(lines[number]))))
    changed = _with(lines[number], place, data.draw(values))
    lines[number] = changed
    _read_or_refused(whole, name, b"".join(_line(each) for each in lines))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(content=st.binary(max_size=80), name=st.sampled_from([lines.name for lines in FILES]))
def test_any_bytes_for_a_file_of_a_sealed_archive_are_read_or_refused(whole: Path, content: bytes, name: str) -> None:
    _read_or_refused(whole, name, content)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=80) | values.map(lambda value: _line(value)))
def test_any_bytes_for_a_manifest_are_refused(whole: Path, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = shutil.copytree(whole, Path(folder) / "archive")
        (path / "manifest.json").write_bytes(content)
        with closing(archive(path)) as backend, pytest.raises(ConfigurationError, match=r"manifest\.json"):
            backend.count_tickets(TicketQuery())


def _places(held: Any, *path: Any) -> Iterator[tuple[Any, ...]]:
    yield from [path] if path else []
    for key, value in held.items() if isinstance(held, dict) else enumerate(held) if isinstance(held, list) else ():
        yield from _places(value, *path, key)


def _with(held: Any, place: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(held)
    inner = changed
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return changed


def _line(held: Any) -> bytes:
    return json.dumps(held, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass") + b"\n"


def _read_or_refused(whole: Path, name: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = shutil.copytree(whole, Path(folder) / "archive")
        forge(path, name, content)
        before = contents(path)
        try:
            with closing(archive(path)) as backend:
                for ticket in backend.tickets(TicketQuery()):
                    list(backend.comments(ticket.id))
        except ConfigurationError as error:
            assert str(path) in str(error)  # noqa: PT017  # or nothing was raised
            assert contents(path) == before
            return
        with closing(archive(path)) as backend:
            backend.add_metadata(Category(id="", name="written"))
        assert _held(contents(path)) == _held(before)


def _held(files: dict[str, bytes]) -> dict[str, Any]:
    """Give what is told, the category that was added aside: numbers as numbers, whatever their spelling."""
    told = {name: [json.loads(line) for line in files[name].splitlines()] for name in files if name.endswith(".jsonl")}
    told["categories.jsonl"] = [each for each in told["categories.jsonl"] if each["name"] != "written"]
    return told
