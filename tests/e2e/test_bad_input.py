"""The table of bad input: each ends in the contract's exit code with one sentence, and nothing is created or lost."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.adapters.nulab.served.conftest import Space
from tests.e2e.spoilt import (
    Setup,
    World,
    altered,
    archive,
    closed_port,
    cut,
    file,
    flipped,
    foreign,
    key,
    newer,
    over_tls,
    plain_port,
    stalled,
    stuff,
)
from tests.e2e.told import files, one_sentence

if TYPE_CHECKING:
    from tests.cli.conftest import Call


COMMANDS: dict[str, tuple[str, ...]] = {
    "ls": ("ls", "{bad}"),
    "show": ("show", "{bad}", "A-1"),
    "edit": ("edit", "{bad}", "A-1", "--title", "t"),
    "comment": ("comment", "{bad}", "A-1", "t"),
    "attach": ("attach", "{bad}", "A-1", __file__),
    "download": ("download", "{bad}", "A-1", "-o", "{folder}/files"),
    "rm": ("rm", "{bad}", "A-1", "--yes"),
    "migrate from": ("migrate", "{bad}", "{good}", "--ledger", "{folder}/ledger.db", "--yes"),
    "dry run": ("migrate", "{bad}", "{good}", "--ledger", "{folder}/ledger.db", "--dry-run"),
    "verify from": ("verify", "{bad}", "{good}", "--ledger", "{folder}/ledger.db"),
    "verify to": ("verify", "{good}", "{bad}", "--ledger", "{folder}/ledger.db"),
    "create": ("create", "{bad}", "--title", "t", "--attach", __file__),
    "migrate to": ("migrate", "{good}", "{bad}", "--ledger", "{folder}/ledger.db", "--yes"),
}
ALL = tuple(COMMANDS)
READING = ALL[:-2]
NOT_THERE = tuple(name for name in READING if not name.startswith("verify"))
WITHOUT_A_LOOK = ("ls", "migrate to")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One bad end: how it comes to be, and what is said of it. `resumed`: the code of a migrate that was under way."""

    bad: str
    says: str
    code: int = 2
    resumed: int | None = None
    commands: tuple[str, ...] = WITHOUT_A_LOOK
    setup: Setup = lambda world: None


ROWS = {
    "a scheme without a host": Row(bad="nulab://", says="names no host"),
    "one slash": Row(bad="nulab:/x", says="neither a URL nor a connection"),
    "no scheme": Row(bad="://", says="not a tracker's URL"),
    "a digit for a scheme": Row(bad="1nulab://x/A", says="not a tracker's URL"),
    "a scheme nobody knows": Row(bad="no-such://x/A", says="no backend for no-such://"),
    "a misspelt scheme": Row(bad="nulib://x.backlog.com/A", says="did you mean nulab://"),
    "a web address": Row(bad="https://x.backlog.com/view/A-1", says="meant as nulab://x.backlog.com"),
    "a space in the host": Row(bad="nulab://x y/A", says="host has a character"),
    "a broken address": Row(bad="nulab://[::1/A", says="the host is malformed"),
    "a port that is none": Row(bad="nulab://x.backlog.com:http/A", says="port is not a number"),
    "a port too high": Row(bad="nulab://x.backlog.com:65536/A", says="port is not a number"),
    "an escape that is none": Row(bad="nulab://x.backlog.com/100%", says="write % itself as %25"),
    "an escape that is none, in an option": Row(
        bad="sqlite:///{folder}/good.db?project=%zz", says="write % itself as %25"
    ),
    "an escape that is not UTF-8": Row(bad="nulab://x.backlog.com/%ff", says="not UTF-8"),
    "a control character": Row(bad="nulab://x.backlog.com/A\n", says="no control characters"),
    "a fragment": Row(bad="nulab://x.backlog.com/A#B", says="write %23"),
    "a password": Row(bad="nulab://me:hunter22@x.backlog.com/A", says="must not hold a user name or a password"),
    "a user name": Row(bad="nulab://me@x.backlog.com/A", says="must not hold a user name or a password"),
    "a key as an option": Row(bad="nulab://x.backlog.com/A?api_key=hunter22", says="has no option"),
    "an unknown option": Row(bad="sqlite:///{folder}/good.db?colour=red", says="has no option 'colour'"),
    "an option twice": Row(bad="sqlite:///{folder}/good.db?project=A&project=B", says="'project' twice"),
    "an option without a value": Row(bad="sqlite:///{folder}/good.db?project", says="options cannot be read"),
    "a timeout that is none": Row(bad="{address}/A?read_timeout=soon", says="read_timeout is a number of seconds"),
    "a share above all": Row(bad="{address}/A?share=101", says="share is a percentage"),
    "plain http elsewhere": Row(bad="nulab+http://x.backlog.com/A", says="unencrypted"),
    "plain http to a file": Row(bad="sqlite+http:///{folder}/good.db", says="does not use the network"),
    "a connection nobody knows": Row(bad="work", says="neither a URL nor a connection"),
    "nothing": Row(bad="", says="neither a URL nor a connection"),
    "no project": Row(bad="{address}", says="names no project", commands=READING),
    "no key": Row(bad="{address}/A", says="MY_KEY is not set", setup=key(None)),
    "an empty key": Row(bad="{address}/A", says="MY_KEY is not set", setup=key("")),
    "a key with a line break": Row(bad="{address}/A", says="line break", setup=key("a\nb")),
    "a key beyond ASCII": Row(bad="{address}/A", says="beyond ASCII", setup=key("鍵鍵鍵鍵")),
    "a wrong key": Row(
        bad="{address}/A", code=3, says="did not accept the key", setup=key("another-key"), commands=READING
    ),
    "a missing project": Row(bad="{address}/NONE", code=1, says="does not exist", commands=READING),
    "a closed port": Row(
        bad="nulab+http://127.0.0.1:{port}/A",
        code=1,
        resumed=4,
        says="no connection",
        setup=closed_port,
        commands=READING,
    ),
    "a name nobody has": Row(
        bad="nulab://nowhere.invalid/A", code=1, resumed=4, says="no connection", commands=READING
    ),
    "a host that stalls": Row(
        bad="{address}/A?read_timeout=0.05",
        code=1,
        resumed=4,
        says="no answer in time",
        setup=stalled,
        commands=READING,
    ),
    "a certificate nobody trusts": Row(
        bad="nulab://127.0.0.1:{port}/A", code=1, resumed=4, says="TLS certificate", setup=over_tls, commands=READING
    ),
    "no TLS there": Row(
        bad="nulab://127.0.0.1:{port}/A", code=1, resumed=4, says="no TLS in common", setup=plain_port, commands=READING
    ),
    "a database that is missing": Row(
        bad="sqlite:///{folder}/none.db", code=1, says="none.db does not exist", commands=READING
    ),
    "a folder that is missing": Row(
        bad="sqlite:///{folder}/no/such/t.db", code=1, says="does not exist", commands=("ls",)
    ),
    "a directory": Row(bad="sqlite:///{folder}", says="is not a file but a folder", commands=ALL),
    "a pipe": Row(
        bad="sqlite:///{folder}/pipe",
        says="is not a file but a folder or a device",
        setup=lambda world: os.mkfifo(world.folder / "pipe"),
        commands=ALL,
    ),
    "a text": Row(
        bad="sqlite:///{folder}/a.txt", says="a.txt", setup=file("a.txt", b"no database at all\n" * 99), commands=ALL
    ),
    "a foreign database": Row(bad="sqlite:///{folder}/foreign.db", says="foreign.db", setup=foreign, commands=ALL),
    "a database of a newer schema": Row(bad="sqlite:///{folder}/newer.db", says="newer", setup=newer, commands=ALL),
    "a database cut off in its head": Row(
        bad="sqlite:///{folder}/cut.db", says="cut.db", setup=cut("good.db", 50), commands=ALL
    ),
    "a database cut off": Row(bad="sqlite:///{folder}/cut.db", says="cut.db", setup=cut("good.db", 9000), commands=ALL),
    "a damaged database": Row(bad="sqlite:///{folder}/flipped.db", says="flipped.db", setup=flipped, commands=ALL),
    "a project the file lacks": Row(
        bad="sqlite:///{folder}/good.db?project=NONE", code=1, says="NONE", commands=NOT_THERE
    ),
    "a source that is not there yet": Row(bad="memory://nobody", says="names no project", commands=("ls",)),
    "an archive that is missing": Row(bad="archive:///{folder}/none", code=1, says="does not exist", commands=READING),
    "a file for an archive": Row(bad="archive:///{folder}/good.db", says="good.db", commands=ALL),
    "an archive that was altered": Row(
        bad="archive:///{folder}/arc",
        says="tickets.jsonl",
        setup=altered("tickets.jsonl", b"kept", b"lost"),
        commands=ALL,
    ),
    "an archive of a newer kind": Row(
        bad="archive:///{folder}/arc", says="newer", setup=altered("manifest.json", b": 1,", b": 99,"), commands=ALL
    ),
    "an archive with a broken manifest": Row(
        bad="archive:///{folder}/arc", says="manifest", setup=altered("manifest.json", b"{", b"[["), commands=ALL
    ),
    "an archive without a manifest": Row(
        bad="archive:///{folder}/arc",
        says="arc",
        setup=archive(lambda folder: (folder / "manifest.json").unlink()),
        commands=ALL,
    ),
    "an archive with a file cut off": Row(
        bad="archive:///{folder}/arc",
        says="tickets.jsonl",
        setup=archive(lambda folder: os.truncate(folder / "tickets.jsonl", 9)),
        commands=ALL,
    ),
    "an archive whose working folder is empty": Row(
        bad="archive:///{folder}/arc",
        says="working has no database",
        setup=archive(lambda folder: (folder / "working").mkdir()),
        commands=ALL,
    ),
    "a folder that is no archive": Row(
        bad="archive:///{folder}/stuff",
        says="stuff",
        setup=stuff,
        commands=ALL,
    ),
}


@pytest.fixture
def world(tmp_path: Path, space: Space, address: str, call: Call, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("MY_KEY", space.key)
    folder = tmp_path / "here"
    folder.mkdir()
    call("create", f"sqlite:///{folder}/good.db?project=PROJ", "--title", "kept", "--attach", __file__)
    with ExitStack() as stack:
        world = World(folder, space, address, monkeypatch, stack)
        world.words |= {"folder": folder, "address": address, "good": f"sqlite:///{folder}/good.db"}
        yield world


@pytest.mark.parametrize(
    ("name", "command"), [(name, command) for name, row in ROWS.items() for command in row.commands]
)
def test_a_bad_end_is_refused_in_a_sentence(name: str, command: str, world: World, call: Call) -> None:
    row = ROWS[name]
    row.setup(world)
    world.words["bad"] = row.bad.format(**world.words)
    before = files(world.folder)
    answer = call(*(word.format(**world.words) for word in COMMANDS[command]), "--key-env", "MY_KEY")
    resumed = row.code if row.resumed is None else row.resumed
    assert answer.code == (resumed if command.startswith("migrate") else row.code), answer.err
    assert answer.out == ""
    assert "hunter22" not in answer.err
    assert row.says in one_sentence(answer.err)
    assert files(world.folder) == before


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.commands == ALL])
def test_doctor_tells_what_is_damaged_once_and_leaves_it_alone(name: str, world: World, call: Call) -> None:
    row = ROWS[name]
    row.setup(world)
    before = files(world.folder)
    answer = call("doctor", row.bad.format(**world.words), "--format", "json")
    [problem] = [check for check in answer.json["checks"] if check["state"] == "problem"]
    assert (answer.code, answer.err) == (row.code, "")
    assert row.says in f"{problem['told']}; {problem['way_out']}"
    assert files(world.folder) == before
