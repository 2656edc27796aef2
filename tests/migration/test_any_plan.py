"""Whatever a plan chooses, and however little the target takes: what arrives is what the plan says, and stays so."""

from __future__ import annotations

import tempfile
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.migration.test_any_project import TICKETS, fill

import anybacklog
from anybacklog import Tracker
from anybacklog.abilities import Abilities, Answer, Limits
from anybacklog.location import parse
from anybacklog.migration import migrate, rollback, verify
from anybacklog.migration.mending import repair
from anybacklog.migration.settings import LEAVABLE, History
from anybacklog.store.memory import MemoryBackend

WITHOUT = ("watchers", "assignees", "reporter", "external_id", "comments.external_id", "comments.author", "comments")
TIGHT = Limits(title_length=12, description_length=40, comment_length=40, assignees_per_ticket=1)


class Small(MemoryBackend):
    """Memory that holds only some fields, and little in each."""

    without: tuple[str, ...] = ()
    room = Limits()

    @property
    def abilities(self) -> Abilities:
        own = super().abilities
        refused = {name: Answer(yes=False, reason=f"no {name} here") for name in self.without}
        return replace(own, native={**own.native, **refused}, limits=self.room)


def small(without: list[str], *, tight: bool) -> Tracker:
    backend = Small()
    backend.without = tuple(without)
    backend.room = replace(TIGHT, reasons=dict.fromkeys(TIGHT.known(), "small")) if tight else Limits()
    return Tracker(backend, parse("memory://small/PROJ"))


def plan_text(leave_out: list[str], nobody: list[str], history: str) -> str:
    people = "".join(f'{login} = ""\n' for login in nobody)
    return (
        f'history = "{history}"\n[fields]\nleave_out = {leave_out}\n'
        f'[texts]\ntoo_long = "cut"\ntoo_long_titles = "cut"\n[mapping.users]\n{people}'
    )


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(
    tickets=st.lists(TICKETS, min_size=1, max_size=3),
    leave_out=st.lists(st.sampled_from(LEAVABLE), unique=True, max_size=4),
    nobody=st.lists(st.sampled_from(["a", "b"]), unique=True),
    history=st.sampled_from(get_args(History)),
    without=st.lists(st.sampled_from(WITHOUT), unique=True, max_size=3),
    tight=st.booleans(),
)
def test_what_a_plan_chooses_arrives_and_stays_and_goes(
    tickets: list[dict[str, Any]],
    leave_out: list[str],
    nobody: list[str],
    history: str,
    without: list[str],
    tight: bool,
) -> None:
    source, target = anybacklog.connect(f"memory://{uuid.uuid4().hex}/PROJ"), small(without, tight=tight)
    fill(source, tickets)
    with tempfile.TemporaryDirectory() as folder:
        ledger, file = Path(folder) / "ledger.db", Path(folder) / "plan.toml"
        file.write_text(plan_text(leave_out, nobody, history), encoding="utf-8")
        report = migrate(source, target, ledger=ledger, plan=file)
        assert report.failures == []
        assert verify(source, target, ledger=ledger).differences == []
        again = migrate(source, target, ledger=ledger)
        assert (sum(counts.created for counts in again.counts.values()), again.changed.count) == (0, 0)
        assert repair(source, target, ledger=ledger).steps == []
        rollback(target, ledger=ledger)
    assert target.count_tickets() == 0
    told = [(row.level, row.count) for row in report.fidelity if row.field == "assignees"]
    assert sum(count for _, count in told) == sum(len(held["assignees"]) for held in tickets)
    assert {level for level, _ in told} <= ({"lost"} if "assignees" in leave_out else {"native", "emulated"})
