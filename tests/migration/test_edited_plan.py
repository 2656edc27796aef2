"""A plan edited after a run, at a service whose tickets get their state by a write of its own, and in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.migration.spaces import Serve, by_its_clock
from tests.migration.unreliable import Time, Unreliable, abilities, tracker

from anybacklog import ConfigurationError, Tracker
from anybacklog.migration import migrate, repair, verify
from anybacklog.migration.report import NAMED, Changed
from anybacklog.model import TicketDraft
from anybacklog.steps import Item
from anybacklog_simulators.nulab import demo_space

Make = Callable[[], Tracker]


def edit(plan: Path, *lines: str) -> Path:
    plan.write_text("\n".join(lines), encoding="utf-8")
    return plan


@pytest.mark.parametrize("later", [frozenset(), frozenset({"status", "resolution"})], ids=["at once", "set after"])
def test_in_memory_a_repair_writes_what_the_plan_says_now_and_then_all_is_quiet(
    memory: Make, filled: Callable[[Tracker], Tracker], tmp_path: Path, later: frozenset[str]
) -> None:
    source, target = filled(memory()), tracker(Unreliable(Time(), "none", abilities(after_creation=later)))
    ledger, plan = tmp_path / "ledger.db", edit(tmp_path / "plan.toml")
    migrate(source, target, plan=plan, ledger=ledger)
    edit(plan, "[mapping.statuses]", '"In progress" = "Closed"', "[mapping.resolutions]", '"Fixed" = "Invalid"')
    changed = migrate(source, target, plan=plan, ledger=ledger).changed
    assert [(item.ticket_key, item.kind) for item in changed.first] == [("PROJ-1", "state" if later else "ticket")]
    assert repair(source, target, plan=plan, ledger=ledger).clean
    ticket = target.ticket("PROJ-1")
    assert (ticket.status and ticket.status.name, ticket.resolution and ticket.resolution.name) == ("Closed", "Invalid")
    assert migrate(source, target, plan=plan, ledger=ledger).changed.count == 0
    assert verify(source, target, ledger=ledger).differences == []


def test_at_a_nulab_space_too(serve: Serve, memory: Make, tmp_path: Path) -> None:
    (target, fake), source = serve(demo_space()), memory()
    for number in range(3):
        source.create_ticket(TicketDraft(title=f"ticket {number}", status="In progress"))
        source.add_comment(f"PROJ-{number + 1}", f"about {number}")
    there = [status.name for status in target.statuses()]
    ledger = tmp_path / "ledger.db"
    plan = edit(tmp_path / "plan.toml", "[mapping.statuses]", f'"In progress" = "{there[1]}"')
    clock = by_its_clock(fake)
    assert migrate(source, target, plan=plan, ledger=ledger, clock=clock).clean
    edit(plan, "[mapping.statuses]", f'"In progress" = "{there[-1]}"')
    assert migrate(source, target, plan=plan, ledger=ledger, clock=clock).changed.count == 3
    assert repair(source, target, plan=plan, ledger=ledger, clock=clock).clean
    copies = [ticket for ticket in target.tickets() if ticket.title.startswith("ticket ")]
    assert {ticket.status and ticket.status.name for ticket in copies} == {there[-1]}
    assert migrate(source, target, plan=plan, ledger=ledger, clock=clock).changed.count == 0
    assert verify(source, target, ledger=ledger).differences == []


@pytest.mark.parametrize("word", ['"Closed"', '{ create = "Elsewhere" }'], ids=["there", "to be made"])
def test_a_dry_repair_says_what_an_edited_plan_would_write_and_remembers_and_writes_nothing(
    memory: Make, filled: Callable[[Tracker], Tracker], tmp_path: Path, word: str
) -> None:
    source, target, ledger = filled(memory()), memory(), tmp_path / "ledger.db"
    assert migrate(source, target, ledger=ledger).clean
    before = list(target.tickets()), target.statuses()
    edited = edit(tmp_path / "plan.toml", "[mapping.statuses]", f'"In progress" = {word}')
    dry = repair(source, target, plan=edited, ledger=ledger, dry_run=True)
    steps = ["create 'Elsewhere' among the statuses"] * ("create" in word) + ["set status, updated_at of PROJ-1"]
    assert (dry.status, dry.steps) == ("dry-run", steps)
    assert ["may be more" in note for note in dry.notes] == [True] * ("create" in word)
    assert (list(target.tickets()), target.statuses()) == before
    assert verify(source, target, ledger=ledger).differences == []
    assert repair(source, target, plan=edited, ledger=ledger).steps == steps


def test_a_dry_repair_settles_nothing(memory: Make, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="leave out --settle"):
        repair(memory(), memory(), ledger=tmp_path / "ledger.db", settle={"comment:5": "absent"}, dry_run=True)


def test_a_text_that_the_source_changed_waits_for_repair_whether_it_names_a_ticket_or_not(
    memory: Make, tmp_path: Path
) -> None:
    source, target, ledger = memory(), memory(), tmp_path / "ledger.db"
    target.create_ticket(TicketDraft(title="stranger"))
    for text in ("see PROJ-2", "no name"):
        source.create_ticket(TicketDraft(title=text, description=text))
    migrate(source, target, ledger=ledger)
    before = [ticket.description for ticket in target.tickets()]
    source.update_ticket("PROJ-1", {"description": "rather see PROJ-1"})
    source.update_ticket("PROJ-2", {"description": "still no name"})
    again = migrate(source, target, ledger=ledger)
    assert (again.changed.count, [ticket.description for ticket in target.tickets()]) == (2, before)
    assert repair(source, target, ledger=ledger).clean
    texts = [ticket.description.source for ticket in target.tickets() if ticket.description]
    assert texts == ["rather see PROJ-2", "still no name"]
    assert migrate(source, target, ledger=ledger).changed.count == 0


def test_what_is_named_does_not_grow_with_what_there_is() -> None:
    changed, item = Changed(), Item(kind="comment", id="7", ticket_id="1", ticket_key="PROJ-1")
    for _ in range(5000):
        changed.add(item)
    assert (changed.count, len(changed.first)) == (5000, NAMED)
    assert str(changed).endswith(f"PROJ-1 (comment 7) and {5000 - NAMED} more")
    changed = Changed()
    changed.add(replace(item, kind="ticket"))
    assert str(changed) == "PROJ-1 (ticket)"
