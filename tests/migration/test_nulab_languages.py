"""Between spaces of two languages: the words that every space has are the same, whatever they are called there."""

from __future__ import annotations

from pathlib import Path

from tests.migration.spaces import Serve

from anybacklog.migration import migrate, plan, verify
from anybacklog.model import TicketDraft
from anybacklog_simulators.nulab import Space, empty_space
from anybacklog_simulators.nulab.projects import built_in_statuses

STATES = {"未対応": "Open", "処理中": "In Progress", "処理済み": "Resolved", "完了": "Closed"}
PRIORITIES = {"高": "High", "中": "Normal", "低": "Low"}


def english() -> Space:
    space = empty_space()
    space.lang = "en"
    for project in space.projects.values():
        project.statuses = built_in_statuses(space)
    return space


def test_states_priorities_and_resolutions_of_a_japanese_space_arrive_in_an_english_one(
    serve: Serve, tmp_path: Path
) -> None:
    (source, _), (target, _) = serve(empty_space()), serve(english())
    for status in STATES:
        made = source.create_ticket(TicketDraft(title=status, priority="高", status=status))
        if status == "完了":
            source.update_ticket(made, {"resolution": source.resolutions()[0].name, "priority": "低"})
    planned = plan(source, target, ledger=tmp_path / "ledger.db")
    assert all(line.confidence == "certain" for line in planned.mapping["statuses"])
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert report.failures == []
    copies = list(target.tickets())
    assert {each.title: each.status.name for each in copies if each.status} == STATES
    assert [each.priority.name for each in copies if each.priority] == ["High", "High", "High", "Low"]
    assert [each.resolution.id for each in copies if each.resolution] == [source.resolutions()[0].id]
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []
    assert len(target.statuses()) == len(STATES)
    assert [row.field for row in report.fidelity if row.level == "lost" and row.field in ("priority", "status")] == []
