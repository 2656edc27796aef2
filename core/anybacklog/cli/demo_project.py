"""The bundled project of `anybacklog demo`: read from TOML, written through the public Tracker like anybody's."""

from __future__ import annotations

import struct
import tomllib
import zlib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from io import BytesIO
from typing import Any, BinaryIO

from anybacklog.model import (
    Category,
    Change,
    CustomField,
    FieldType,
    Milestone,
    Named,
    Priority,
    Resolution,
    Status,
    TicketDraft,
    TicketType,
    User,
    Version,
)  # fmt: skip
from anybacklog.tracker import Tracker

_WORDS: Mapping[str, type[Named]] = {
    "ticket_types": TicketType, "priorities": Priority, "resolutions": Resolution, "categories": Category,
    "versions": Version, "milestones": Milestone,
}  # fmt: skip
_APART = ("comments", "files", "links")
PICTURE = 48
"""Width and height of a picture, in pixels."""


def load_project() -> dict[str, Any]:
    """Read the bundled project."""
    return tomllib.loads(files("anybacklog.cli").joinpath("demo_project.toml").read_text("utf-8"))


def fill(tracker: Tracker, project: Mapping[str, Any]) -> None:
    """Write the whole project into an empty tracker that holds everything as given."""
    for kind, noun in _metadata(project):
        if noun.name not in {known.name for known in getattr(tracker, kind)()}:
            tracker.add_metadata(kind, noun)
    keys = [f"{project['key']}-{number}" for number in range(1, len(project["tickets"]) + 1)]
    for key, ticket in zip(keys, project["tickets"], strict=True):
        _write_ticket(tracker, key, ticket)
    for key, ticket in zip(keys, project["tickets"], strict=True):
        for link in ticket.get("links", ()):
            tracker.add_link(key, link["kind"], link["to"])


def _metadata(project: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for user in project["users"]:
        yield "users", User(id="", **user)
    for status in project["statuses"]:
        yield "statuses", Status(id="", **status)
    for kind, noun in _WORDS.items():
        for name in project[kind]:
            yield kind, noun(id="", name=name)
    for field in project["custom_fields"]:
        yield "custom_fields", _field(field["name"], field["type"], field.get("options", ()))


def _field(name: str, kind: FieldType, options: tuple[str, ...]) -> CustomField:
    return CustomField(id="", name=name, type=kind, options=tuple(Named(id="", name=each) for each in options))


def _write_ticket(tracker: Tracker, key: str, ticket: Mapping[str, Any]) -> None:
    given = {name: value for name, value in ticket.items() if name not in _APART}
    made = tracker.create_ticket(TicketDraft(key=key, **given))
    for file in ticket.get("files", ()):
        name, stream = _file(file)
        tracker.add_attachment(made, name, stream, author=file["by"], created_at=file["at"])
    for entry in ticket.get("comments", ()):
        tracker.add_comment(
            made,
            entry.get("body", ""),
            author=entry["author"],
            created_at=entry["at"],
            changes=tuple(Change(**change) for change in entry.get("changes", ())),
            private=entry.get("private", False),
            attachments=[_file(file) for file in entry.get("files", ())],
        )


def _file(file: Mapping[str, Any]) -> tuple[str, BinaryIO]:
    held = file["text"].encode() if "text" in file else _picture(file["png"])
    return file["name"], BytesIO(held)


def _picture(colour: str) -> bytes:
    """Make a PNG: the colour, fading to black from left to right."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    fades = [1 - column / PICTURE for column in range(PICTURE)]
    line = b"".join(bytes(int(part * fade) for part in (red, green, blue)) for fade in fades)
    header = struct.pack(">IIBBBBB", PICTURE, PICTURE, 8, 2, 0, 0, 0)  # 8 bits a channel, RGB
    pixels = zlib.compress((b"\0" + line) * PICTURE)
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, held) for name, held in chunks)


def _chunk(name: bytes, held: bytes) -> bytes:
    return struct.pack(">I", len(held)) + name + held + struct.pack(">I", zlib.crc32(name + held))
