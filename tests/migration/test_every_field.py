"""Whatever is changed, emptied or added of any field, at the source or in the target, is named once and by its field.

And what can be mended is: what cannot, repair names with what to do about it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.migration.changes import CHANGES, ONLY_THERE, changed, named
from tests.migration.conftest import PLAN, fill
from tests.migration.spaces import UNHURRIED

import anybacklog
from anybacklog.abilities import NATIVE_FIELDS
from anybacklog.migration import migrate, repair, verify
from anybacklog.migration.report import Difference
from anybacklog_simulators import nulab, publicbacklog
from anybacklog_simulators.rates import Rates

HOWS = ("changed", "emptied", "added")
TEXT, BODY, NOTHING = (("ticket", "description"),), (("comment", "body"),), ()
IN_HEADERS = {
    **{f"{name} {how}": TEXT for name in ("reporter", "created_at") for how in ("changed", "emptied")},
    **{f"watchers {how}": TEXT for how in ("emptied", "added")},
    **{f"comments.{name} changed": BODY for name in ("author", "created_at")},
    "comments.author emptied": BODY,
    **{f"comments.changes {how}": BODY for how in HOWS},
}
"""What a service has no field for, and a header line or the text below it says."""
NULAB = {
    **IN_HEADERS,
    **{f"{name} emptied": NOTHING for name in ("type", "status", "priority")},  # the service always has one
    **{f"updated_at {how}": NOTHING for how in HOWS},
    **{f"comments.updated_at {how}": NOTHING for how in HOWS},
    **{f"attachments.{name} {how}": NOTHING for name in ("author", "created_at", "content_type") for how in HOWS},
    "assignees emptied": (("ticket", "assignees"), ("ticket", "description")),  # there is room for one of two
    "links changed": NOTHING,  # there is one kind of link
    "comments.private changed": (("comment", "gone"), ("attachment", "gone"), ("attachment", "gone")),
}
PUBLICBACKLOG = {
    **dict.fromkeys(CHANGES, NOTHING),  # but for these
    **IN_HEADERS,
    **{f"assignees {how}": TEXT for how in ("emptied", "added")},
    **{each: CHANGES[each][1] for each in CHANGES if each.partition(" ")[0] in ("title", "description", "comments")},
    "status changed": (("ticket", "status"),),
    **{f"comments.body {how}": BODY for how in ("changed", "emptied")},
    "comments.private changed": (("comment", "gone"),),
}
"""What these say otherwise than a target that holds every field."""


@dataclass(frozen=True)
class Copied:
    """A copy of a project: `source` is a file that nobody has open, `target` a URL."""

    source: Path
    target: str
    ledger: Path

    def named(self, source: Path) -> list[tuple[str, str]]:
        """Verify with a changed source, and give kind and field of each difference."""
        with anybacklog.connect(url(source)) as one, anybacklog.connect(self.target) as other:
            return found(verify(one, other, ledger=self.ledger).differences)


def url(file: Path) -> str:
    return f"sqlite:///{file}?project=PROJ"


def found(differences: list[Difference]) -> list[tuple[str, str]]:
    return sorted((each.kind, each.field) for each in differences)


def copied(target: str, folder: Path) -> Copied:
    """Fill a file, and copy it."""
    copy = Copied(folder / "source.db", target, folder / "ledger.db")
    (folder / "plan.toml").write_text(PLAN if target.startswith("nulab") else "", encoding="utf-8")
    with anybacklog.connect(url(copy.source)) as source, anybacklog.connect(target) as there:
        fill(source).add_attachment("PROJ-1", "typed.txt", io.BytesIO(b"typed"), content_type="text/plain")
        assert migrate(source, there, ledger=copy.ledger, plan=folder / "plan.toml").failures == []
    return copy


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], str]]:
    """Serve a kind of service, and give a URL of it."""
    monkeypatch.setenv("ANYBACKLOG_NULAB_API_KEY", nulab.DEMO_KEY)
    monkeypatch.setenv("ANYBACKLOG_PUBLICBACKLOG_API_KEY", publicbacklog.DEMO_KEY)
    with ExitStack() as stack:

        def serve(kind: str) -> str:
            if kind == "nulab":
                space = nulab.simulator(nulab.empty_space(), rates=Rates(dict(UNHURRIED)))
                return f"nulab+{stack.enter_context(space.served()).url}/DEMO"
            every = publicbacklog.Choices(shown=list(publicbacklog.FIELDS), echoed=list(publicbacklog.FIELDS))
            fake = publicbacklog.simulator(publicbacklog.empty_organization(every))
            return f"publicbacklog+{stack.enter_context(fake.served()).url}/Website?scan_gap=2"

        yield serve


@pytest.mark.parametrize(
    ("kind", "otherwise"),
    [("sqlite", {}), ("nulab", NULAB), ("publicbacklog", PUBLICBACKLOG)],
    ids=["sqlite", "nulab", "publicbacklog"],
)
def test_whatever_becomes_of_the_source_is_named_once(
    served: Callable[[str], str], tmp_path: Path, kind: str, otherwise: dict[str, tuple[tuple[str, str], ...]]
) -> None:
    copy = copied(url(tmp_path / "target.db") if kind == "sqlite" else served(kind), tmp_path)
    assert copy.named(copy.source) == []
    said = {name: copy.named(changed(copy.source, sql, tmp_path / "other.db")) for name, (sql, _) in CHANGES.items()}
    assert said == {name: named(otherwise.get(name, usual), at_source=True) for name, (_, usual) in CHANGES.items()}


@pytest.fixture
def copy(tmp_path: Path) -> Copied:
    return copied(url(tmp_path / "target.db"), tmp_path)


def altered(copy: Copied, sql: str) -> Copied:
    """Give the same with a target that was altered behind our back, and with a ledger of its own."""
    folder = copy.ledger.with_name("altered")
    folder.mkdir(exist_ok=True)
    (folder / "ledger.db").write_bytes(copy.ledger.read_bytes())
    target = changed(copy.ledger.with_name("target.db"), sql, folder / "target.db")
    return Copied(copy.source, url(target), folder / "ledger.db")


def is_mendable(kind: str, field: str) -> bool:
    return kind == "ticket" or field == "missing"


@pytest.mark.parametrize("how", HOWS)
def test_whatever_becomes_of_a_file_is_named_once_and_mended_or_said_to_stay(copy: Copied, how: str) -> None:
    chosen = {name: each for name, each in {**CHANGES, **ONLY_THERE}.items() if name.endswith(how)}
    there = altered(copy, "; ".join(sql for sql, _ in chosen.values()))
    wanted = sorted(each for _, several in chosen.values() for each in named(several, at_source=False))
    with anybacklog.connect(url(copy.source)) as source, anybacklog.connect(there.target) as target:
        assert found(verify(source, target, ledger=there.ledger).differences) == wanted
        report = repair(source, target, ledger=there.ledger)
    assert report.failures == []
    assert found(report.left.differences) == [each for each in wanted if not is_mendable(*each)]
    for each in report.left.differences:
        assert any(f"{each.field} of {each.kind} {each.id} at PROJ-" in note for note in report.notes)


def test_a_file_that_somebody_renamed_is_sent_again_once_it_is_deleted_as_repair_says(copy: Copied) -> None:
    sql, _ = CHANGES["attachments.name changed"]
    there = altered(copy, sql)
    with anybacklog.connect(url(copy.source)) as source, anybacklog.connect(there.target) as target:
        (note,) = repair(source, target, ledger=there.ledger).notes
        assert "('renamed.bin' instead of 'bytes.bin'); delete it in the target, and repair sends it again" in note
        renamed = next(each for each in target.attachments("PROJ-1") if each.name == "renamed.bin")
        target.delete_attachment("PROJ-1", renamed)
        assert repair(source, target, ledger=there.ledger).clean


def test_every_field_that_a_tracker_can_hold_is_changed_or_emptied_at_both_ends() -> None:
    told = {name.partition(" ")[0] for name in (*CHANGES, *ONLY_THERE)}
    assert set(NATIVE_FIELDS) - told == set()
