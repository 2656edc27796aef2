"""Files a person writes or passes on: a broken configuration, plan, ledger or report path is named, and left alone."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock
from tests.e2e.told import files, one_sentence

if TYPE_CHECKING:
    from tests.cli.conftest import Call

CONFIGS = {
    "no TOML": (b"[connections.work", "is not TOML"),
    "nested too deep": (b"a = " + b"[" * 100_000, "nested too deep"),
    "not UTF-8": (b"[connections.work]\nurl = '\xff'", "is not UTF-8"),
    "over its limit": (b"#" * 2_000_000, "name the right file"),
    "an unknown table": (b"[colours]\nred = 1", "colours is not known"),
    "a name that is a scheme": (b"[connections.nulab]\nurl = 'nulab://h/P'", "belongs to the scheme nulab://"),
    "a name with a space": (b"[connections.'a b']\nurl = 'nulab://h/P'", "not only letters"),
    "no table": (b"connections = 5", "must hold tables"),
    "no URL": (b"[connections.work]\nshare = 5", "connections.work.url is missing"),
    "a URL of the wrong type": (b"[connections.work]\nurl = 5", "connections.work.url must be a text"),
    "a broken URL": (b"[connections.work]\nurl = 'x'", "connections.work.url cannot be used"),
    "a password in the URL": (b"[connections.work]\nurl = 'nulab://a:hunter22@h/P'", "must not hold a user name"),
    "the key itself": (b"[connections.work]\nurl = 'nulab://h/P'\napi_key = 'hunter22'", "is the key itself"),
    "no place for the key": (b"[connections.work]\nurl = 'nulab://h/P'\napi_key = {nope = 'a'}", "name its place"),
    "an option of the wrong type": (b"[connections.work]\nurl = 'nulab://h/P'\nshare = [5]", "work.share must be"),
}  # fmt: skip


@pytest.mark.parametrize("name", CONFIGS)
def test_a_broken_configuration_file_is_told_with_its_place(
    name: str, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, says = CONFIGS[name]
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    monkeypatch.setenv("ANYBACKLOG_CONFIG", str(path))
    answer = call("ls", "work")
    assert (answer.code, answer.out) == (2, "")
    assert says in one_sentence(answer.err)
    assert str(path) in answer.err
    assert "hunter22" not in answer.err


@pytest.mark.parametrize("there", ["a folder", "nothing"])
def test_a_configuration_file_that_cannot_be_read_stops_the_command(
    there: str, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.toml"
    if there == "a folder":
        path.mkdir()
    monkeypatch.setenv("ANYBACKLOG_CONFIG", str(path))
    answer = call("ls", "work")
    assert (answer.code, answer.out) == (2, "")
    assert str(path) in one_sentence(answer.err)


PLANS = {
    "no TOML": (b'[mapping.users]\n"hanako" = = "a"', "line 2: not valid TOML: Invalid value"),
    "nested too deep": (b"a = " + b"[" * 100_000, "nested too deep"),
    "not UTF-8": (b'[mapping.users]\n"\xff" = "a"', "not valid TOML"),
    "an unknown table": (b"[colours]\nred = 1", "line 1: colours: unknown key; there is format"),
    "an unknown mapping": (b"[mapping.colours]\nred = 'blue'", "line 1: mapping.colours: unknown key; there is users"),
    "no table": (b"mapping = 5", "line 1: mapping: must be a table"),
    "a mapping that is none": (b"[mapping]\nusers = 'x'", "line 2: mapping.users: must be a table"),
    "a number for a word": (b"[mapping.users]\na = 5", "line 2: mapping.users.a: must be a word"),
    "several at once": (b"[mapping]\nusers = 5\ncolours = 5\n[x]", "of words\n  line 3: mapping.colours: unknown key"),
}


@pytest.fixture
def folder(tmp_path: Path, call: Call) -> Path:
    """Give a folder with a database of three tickets."""
    folder = tmp_path / "here"
    folder.mkdir()
    for title in ("one", "two", "three"):
        call("create", f"sqlite:///{folder}/source.db?project=PROJ", "--title", title, "--attach", __file__)
    return folder


def _migrate(call: Call, folder: Path, *options: object, target: str = "target.db") -> tuple[int, str, str]:
    ends = (f"sqlite:///{folder}/source.db", f"sqlite:///{folder}/{target}?project=PROJ")
    answer = call("migrate", *ends, "--ledger", folder / "ledger.db", "--yes", *options)
    return answer.code, answer.out, answer.err


@pytest.mark.parametrize("name", PLANS)
def test_an_invalid_plan_is_told_with_its_key_before_anything_is_written(name: str, folder: Path, call: Call) -> None:
    content, says = PLANS[name]
    (folder / "plan.toml").write_bytes(content)
    before = files(folder)
    code, out, err = _migrate(call, folder, "--plan", folder / "plan.toml")
    assert (code, out) == (2, "")
    assert says in _refusal(err)
    assert files(folder) == before


def test_a_plan_with_words_that_nobody_knows_is_refused_before_a_ticket_is_written(folder: Path, call: Call) -> None:
    (folder / "plan.toml").write_bytes(b"[mapping.users]\nnobody = 'noone'")
    code, out, err = _migrate(call, folder, "--plan", folder / "plan.toml")
    assert (code, out) == (2, "")
    assert "line 2: mapping.users.nobody: the target has no 'noone'" in _refusal(err)
    assert call("ls", f"sqlite:///{folder}/target.db?project=PROJ", "--format", "json").out in ("[]\n", "")


def _refusal(err: str) -> str:
    """Give the refusal behind what was reported of the progress."""
    return one_sentence("\n".join(line for line in err.splitlines() if not line.startswith("Reading: ")))


@pytest.mark.parametrize("option", ["--plan", "--report", "--json-report", "--ledger"])
@pytest.mark.parametrize("there", ["a folder", "below a file", "below nothing"])
def test_a_file_that_cannot_be_is_named(option: str, there: str, folder: Path, call: Call) -> None:
    path = {"a folder": folder, "below a file": folder / "source.db" / "x", "below nothing": folder / "no" / "x"}[there]
    before = files(folder)
    code, out, err = _migrate(call, folder, option, path)
    if option == "--ledger" and there == "below nothing":
        assert code == 0  # the ledger's folder is made
        return
    assert (code, out) in {(2, ""), (1, ""), (4, "")}
    assert str(path.parent) in _refusal(err)
    assert files(folder) == before


def _foreign(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE step (id INTEGER)")
    database.close()


LEDGERS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a text": (lambda path: path.write_bytes(b"dear diary\n" * 50), "is not a ledger"),
    "another program's database": (_foreign, "is not a ledger"),
    "a tracker": (lambda path: shutil.copy(path.parent / "source.db", path), "is not a ledger"),
}


@pytest.mark.parametrize("command", ["migrate", "verify"])
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to(os.devnull)])
def test_a_ledger_that_is_no_file_is_refused_and_nobody_waits_for_it(
    make: Callable[[Path], object], command: str, folder: Path, call: Call
) -> None:
    make(folder / "ledger.db")
    ends = (f"sqlite:///{folder}/source.db", f"archive:///{folder}/target?project=PROJ")
    shutil.copy(folder / "source.db", folder / "other.db")
    ends = (ends[0], f"sqlite:///{folder}/other.db") if command == "verify" else ends
    answer = call(command, *ends, "--ledger", folder / "ledger.db")
    assert (answer.code, answer.out) == (2, "")
    assert "is not a ledger" in one_sentence(answer.err)
    assert not (folder / "target").exists()


@pytest.mark.parametrize("command", ["migrate", "verify"])
@pytest.mark.parametrize("name", LEDGERS)
def test_a_foreign_ledger_is_refused_and_left_alone(name: str, command: str, folder: Path, call: Call) -> None:
    make, says = LEDGERS[name]
    make(folder / "ledger.db")
    kept = (folder / "ledger.db").read_bytes()
    target = "target" if command == "migrate" else "source"
    ends = (f"sqlite:///{folder}/source.db", f"sqlite:///{folder}/{target}.db?project=PROJ")
    answer = call(command, *ends, "--ledger", folder / "ledger.db")
    assert (answer.code, answer.out) == (2, "")
    assert says in one_sentence(answer.err)
    assert (folder / "ledger.db").read_bytes() == kept
    assert not (folder / "target.db").exists()


def test_the_ledger_of_another_pair_does_not_make_a_second_copy(folder: Path, call: Call) -> None:
    assert _migrate(call, folder)[0] == 0
    shutil.move(folder / "ledger.db", folder / "elsewhere.db")
    assert _migrate(call, folder, target="other.db")[0] == 0
    before = files(folder)
    code, out, err = _migrate(call, folder)
    assert (code, out) == (2, "")
    assert "--rebuild-ledger" in one_sentence(err)
    assert files(folder) == before


@pytest.mark.parametrize("command", ["verify", "repair"])
def test_a_ledger_that_has_only_planned_a_pair_neither_compares_nor_doubles_what_another_has_copied(
    command: str, folder: Path, call: Call
) -> None:
    ends, planned = (
        [f"sqlite:///{folder}/source.db", f"sqlite:///{folder}/t.db?project=T"],
        ("--ledger", folder / "planned.db"),
    )
    assert call("migrate", *ends, "--ledger", folder / "l.db", "--yes").code == 0
    assert call("plan", *ends, "-o", folder / "p.toml", *planned).code == 0
    answer = call(command, *ends, *planned, *(["--yes"] if command == "repair" else []))
    assert (answer.code, answer.out) == (2, "")
    assert "has planned this migration and not begun it; run migrate first" in answer.err
    assert call("migrate", *ends, *planned, "--yes").code == 2
    assert call("verify", *ends, "--ledger", folder / "l.db").code == 0


def test_a_newer_ledger_is_refused(folder: Path, call: Call) -> None:
    assert _migrate(call, folder)[0] == 0
    with sqlite3.connect(folder / "ledger.db") as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    code, _, err = _migrate(call, folder)
    assert code == 2
    assert "written by a newer anybacklog" in one_sentence(err)


def test_a_ledger_in_use_is_waited_for_by_running_again(folder: Path, call: Call) -> None:
    with FileLock(f"{folder}/ledger.db.lock"):
        code, out, err = _migrate(call, folder)
    assert (code, out) == (4, "")
    assert "in use by another process" in one_sentence(err)
    assert _migrate(call, folder)[0] == 0


@pytest.mark.parametrize("seed", range(16))
def test_a_bit_flipped_ledger_is_refused_or_harmless_and_doubles_nothing(seed: int, folder: Path, call: Call) -> None:
    assert _migrate(call, folder, "--limit", "2")[0] == 0
    path, dice = folder / "ledger.db", random.Random(seed)
    content = bytearray(path.read_bytes())
    used = [at for at, byte in enumerate(content) if byte]
    for _ in range(dice.choice([1, 1, 4, 64])):
        content[dice.choice(used if seed % 2 else range(len(content)))] ^= 1 << dice.randrange(8)
    path.write_bytes(content)
    _unharmed(folder, call)


@pytest.mark.parametrize("part", [0.0, 0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_ledger_is_refused_or_harmless_and_doubles_nothing(part: float, folder: Path, call: Call) -> None:
    assert _migrate(call, folder, "--limit", "2")[0] == 0
    path = folder / "ledger.db"
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * part)])
    _unharmed(folder, call)


def _unharmed(folder: Path, call: Call) -> None:
    """Go on with a damaged ledger, look at it by verify, then by the way out it was told: every title once at most."""
    for options in ((), ("--rebuild-ledger",)):
        code, _, err = _migrate(call, folder, *options)
        assert code in (0, 1, 2, 4), err
        assert "Traceback" not in err
        assert "Unexpected" not in err
        assert err.count("Error: ") <= 1
    target = f"sqlite:///{folder}/target.db?project=PROJ"
    verified = call("verify", f"sqlite:///{folder}/source.db", target, "--ledger", folder / "ledger.db")
    assert verified.code in (0, 1, 2)
    assert "Unexpected" not in verified.err
    titles = [ticket["title"] for ticket in call("ls", target, "--format", "json").json]
    assert len(titles) == len(set(titles))


def test_verify_names_every_file_of_an_archive_that_is_damaged(folder: Path, call: Call) -> None:
    (folder / "a.txt").write_text("a file of its own")
    call("attach", f"sqlite:///{folder}/source.db", "PROJ-2", folder / "a.txt")
    ends = (f"sqlite:///{folder}/source.db", f"archive:///{folder}/copy?project=PROJ")
    assert call("migrate", *ends, "--ledger", folder / "ledger.db", "--yes").code == 0
    blobs = [path for path in (folder / "copy" / "blobs").rglob("*") if path.is_file()]
    for blob in blobs:
        blob.write_bytes(blob.read_bytes()[::-1])
    answer = call("verify", *ends, "--ledger", folder / "ledger.db", "--json-report", "-")
    differences = answer.json["differences"]
    assert answer.code == 1
    assert [each["source_key"] for each in differences] == ["PROJ-1", "PROJ-2", "PROJ-2", "PROJ-3"]
    assert {each["field"] for each in differences} == {"sha256"}
    assert all(any(blob.name in each["target"] for blob in blobs) for each in differences)
