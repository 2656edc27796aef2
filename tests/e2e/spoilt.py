"""What a bad end is made of: a key, a host, a database or an archive that is not as it should be."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Event

import pytest
from tests.adapters.nulab.served.conftest import Space, serving
from tests.e2e.certificates import self_signed

import anybacklog


@dataclass
class World:
    """What a row may build on: a folder with a good database, a space, and what ends with the test."""

    folder: Path
    space: Space
    address: str
    monkeypatch: pytest.MonkeyPatch
    stack: ExitStack
    words: dict[str, object] = field(default_factory=dict)

    def write(self, name: str, content: bytes) -> None:
        (self.folder / name).write_bytes(content)

    def query(self, name: str, *statements: str) -> None:
        with sqlite3.connect(self.folder / name) as database:
            for statement in statements:
                database.execute(statement)
        database.close()


Setup = Callable[[World], object]


def stalled(world: World) -> None:
    leave = Event()
    world.stack.callback(leave.set)

    def stall(_: BaseHTTPRequestHandler) -> None:
        leave.wait(30)

    world.space.acts["*"] = stall


def over_tls(world: World) -> None:
    world.words["port"] = world.stack.enter_context(serving(world.space, self_signed()))


def plain_port(world: World) -> None:
    world.words["port"] = world.stack.enter_context(serving(world.space))


def closed_port(world: World) -> None:
    with serving(world.space) as port:
        world.words["port"] = port


def key(value: str | None) -> Setup:
    def set_or_not(world: World) -> None:
        if value is None:
            world.monkeypatch.delenv("MY_KEY")
        else:
            world.monkeypatch.setenv("MY_KEY", value)

    return set_or_not


def file(name: str, content: bytes) -> Setup:
    return lambda world: world.write(name, content)


def cut(name: str, size: int) -> Setup:
    return lambda world: world.write("cut.db", (world.folder / name).read_bytes()[:size])


def foreign(world: World) -> None:
    world.query("foreign.db", "CREATE TABLE ticket (id INTEGER PRIMARY KEY, title TEXT)", "PRAGMA user_version = 1")


def newer(world: World) -> None:
    shutil.copy(world.folder / "good.db", world.folder / "newer.db")
    world.query("newer.db", "PRAGMA user_version = 999")


def flipped(world: World) -> None:
    content = bytearray((world.folder / "good.db").read_bytes())
    content[100:140] = b"\xff" * 40
    world.write("flipped.db", bytes(content))


def stuff(world: World) -> None:
    (world.folder / "stuff").mkdir()
    world.write("stuff/a.txt", b"mine")


def archive(spoil: Callable[[Path], object]) -> Setup:
    """Make an archive of one ticket, then spoil it."""

    def make(world: World) -> None:
        with anybacklog.connect(f"archive:///{world.folder}/arc?project=PROJ") as tracker:
            tracker.create_ticket(anybacklog.TicketDraft(title="kept"))
        spoil(world.folder / "arc")

    return make


def altered(name: str, old: bytes, new: bytes) -> Setup:
    def alter(folder: Path) -> None:
        content = (folder / name).read_bytes()
        assert old in content
        (folder / name).write_bytes(content.replace(old, new))

    return archive(alter)
