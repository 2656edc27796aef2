"""Copies to, between and from spaces of Nulab Backlog, which keep neither authors nor marks: header lines name both.

The spaces are strict fakes; what they hold in the end is read from their dumps, past the adapter.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.migration.spaces import UNHURRIED, Serve, held, modern, writes

from anybacklog import Tracker, connect
from anybacklog.migration import migrate, verify
from anybacklog.migration.report import Report
from anybacklog.model import TicketDraft
from anybacklog_simulators.nulab import DEMO_KEY, Clock, Rates, Space, demo_space, empty_space, simulator
from anybacklog_simulators.nulab.things import CustomField, Item

Make = Callable[[], Tracker]
Fill = Callable[[Tracker], Tracker]
LOST_FROM_SQLITE = {
    "attachments.author": 2,
    "attachments.created_at": 2,
    "comments.private": 1,
    "updated_at": 3,
}
LOST_BETWEEN_SPACES = {"attachments.author": 1, "attachments.created_at": 1, "updated_at": 3}


def losses(report: Report) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in report.fidelity:
        if row.level == "lost":
            found[row.field] = found.get(row.field, 0) + row.count
    return found


@pytest.mark.parametrize("era", [lambda space: space, modern], ids=["as recorded", "as documented"])
def test_a_copy_of_everything_is_complete_and_running_again_writes_nothing(
    sqlite: Make, filled: Fill, serve: Serve, plan: Path, tmp_path: Path, era: Callable[[Space], Space]
) -> None:
    source, (target, fake) = filled(sqlite()), serve(era(empty_space()))
    report = migrate(source, target, ledger=tmp_path / "ledger.db", plan=plan)
    assert (report.failures, losses(report)) == ([], LOST_FROM_SQLITE)
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []
    before = writes(fake), held(fake)
    assert migrate(source, target, ledger=tmp_path / "ledger.db").counts["tickets"].already == 3
    assert (writes(fake), held(fake)) == before


@pytest.mark.parametrize("era", [lambda space: space, modern], ids=["as recorded", "as documented"])
def test_a_copy_between_two_spaces_loses_only_what_the_service_cannot_hold(
    serve: Serve, tmp_path: Path, era: Callable[[Space], Space]
) -> None:
    (source, _), (target, fake) = serve(era(demo_space())), serve(era(empty_space()))
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert (report.failures, losses(report)) == ([], LOST_BETWEEN_SPACES)
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []
    before = writes(fake), held(fake)
    assert migrate(source, target, ledger=tmp_path / "ledger.db").counts["tickets"].already == 3
    assert (writes(fake), held(fake)) == before


def test_a_copy_out_of_a_space_loses_nothing(sqlite: Make, serve: Serve, tmp_path: Path) -> None:
    (source, _), target = serve(demo_space()), sqlite()
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert (report.failures, losses(report)) == ([], {})
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


VALUES: dict[str, Any] = {
    "1": "text", "2": "l\nm", "3": 1.5, "4": date(2026, 1, 2), "5": "a", "6": ("a", "b, c"), "7": ("a", "mine"),
    "8": "b, c: more",
}  # fmt: skip


def with_fields(space: Space) -> Space:
    """Give a space's project a field of each of the eight types, named by its number; that of texts is required."""
    (project,) = space.projects.values()
    for type_id in range(1, 9):
        items = [Item(id=1, name="a", display_order=0), Item(id=2, name="b, c", display_order=1)]
        project.custom_fields.append(
            CustomField(
                id=space.new_id("custom field"),
                type_id=type_id,
                name=str(type_id),
                required=type_id == 1,
                items=items if type_id >= 5 else [],
                last_item=2 if type_id >= 5 else 0,
                allow_input=type_id >= 7,
            )
        )
    return space


def test_fields_of_all_eight_types_become_fields_of_the_same_types(serve: Serve, tmp_path: Path) -> None:
    """Older issues have nothing in the required one, so that it is not required there until a person says so."""
    (source, _), (target, fake) = serve(with_fields(demo_space())), serve(empty_space())
    source.create_ticket(TicketDraft(title="all", custom_fields=VALUES))
    report = migrate(source, target, ledger=tmp_path / "ledger.db")
    assert (report.failures, losses(report)) == ([], LOST_BETWEEN_SPACES | {"updated_at": 4})
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []
    made = {field["name"]: field for field in fake.dump()["projects"][0]["custom_fields"]}
    assert {name: made[name]["type_id"] for name in VALUES} == {name: int(name) for name in VALUES}
    assert [name for name in VALUES if made[name]["allow_input"]] == ["7", "8"]
    assert "the custom field '1' is not required in the target; make it so when all is copied" in report.notes


def test_related_issues_go_from_space_to_space_and_into_a_file(serve: Serve, sqlite: Make, tmp_path: Path) -> None:
    (source, _), (target, fake), file = serve(demo_space()), serve(empty_space()), sqlite()
    source.add_link("DEMO-3", "relates", "DEMO-1")
    for each, ledger in ((target, tmp_path / "space.db"), (file, tmp_path / "file.db")):
        report = migrate(source, each, ledger=ledger)
        assert (report.failures, report.counts["links"].created) == ([], 1)
        assert verify(source, each, ledger=ledger).differences == []
    assert [(link.kind, link.target) for link in file.ticket("DEMO-3").links] == [("relates", file.ticket("DEMO-1").id)]
    fake.service.space.issues[int(target.ticket("DEMO-1").id)].related = []
    fake.service.space.issues[int(target.ticket("DEMO-3").id)].related = []
    (gone,) = verify(source, target, ledger=tmp_path / "space.db").differences
    assert (gone.kind, gone.field) == ("link", "missing")


def test_a_kind_of_link_that_a_space_does_not_know_becomes_the_plain_one_and_that_is_said_before(
    sqlite: Make, filled: Fill, serve: Serve, plan: Path, tmp_path: Path
) -> None:
    source, (target, _) = filled(sqlite()), serve(empty_space())
    report = migrate(source, target, ledger=tmp_path / "ledger.db", plan=plan, dry_run=True)
    (row,) = [each for each in report.fidelity if each.field == "links"]
    assert (row.level, row.count) == ("emulated", 1)
    assert "no link there says blocks, and so it becomes relates" in row.reason


def test_links_that_an_older_space_cannot_hold_are_refused_by_name_and_the_rest_arrives(
    sqlite: Make, filled: Fill, serve: Serve, plan: Path, tmp_path: Path
) -> None:
    source, (target, fake) = filled(sqlite()), serve(empty_space())
    fake.service.space.choices.related_issues = False
    report = migrate(source, target, ledger=tmp_path / "ledger.db", plan=plan)
    (failure,) = report.failures
    assert (failure.kind, "July 2026" in failure.error) == ("link", True)
    assert report.counts["tickets"].created == 3


def test_a_migration_knows_what_others_left_of_a_budget_before_its_first_write(sqlite: Make, tmp_path: Path) -> None:
    source = sqlite()
    source.create_ticket(TicketDraft(title="one"))
    fake = simulator(empty_space(), rates=Rates(UNHURRIED | {"update": 5}, length=2), clock=Clock())
    with fake.served() as server, connect(f"nulab+{server.url}/DEMO", api_key=DEMO_KEY) as target:
        fake.rates.rival(1001, "update", 5, fake.clock.seconds())
        migrate(source, target, ledger=tmp_path / "ledger.db")
    sent = [(method, path) for method, path, _ in fake.log]
    assert sent.index(("GET", "/api/v2/rateLimit")) < sent.index(("POST", "/api/v2/issues"))
    assert 429 not in {status for _, _, status in fake.log}


def test_whom_the_space_will_tell_is_said_before_the_first_write_and_once_all_is_there_nobody(
    serve: Serve, tmp_path: Path
) -> None:
    (source, _), (target, fake) = serve(demo_space()), serve(empty_space())
    people = [person for ticket in source.tickets() for person in ticket.assignees]
    said: list[tuple[str, int]] = []

    def migrated() -> Report:
        return migrate(
            source, target, ledger=tmp_path / "ledger.db", say=lambda line: said.append((line, len(writes(fake))))
        )

    report = migrated()
    ((line, written),) = said
    assert (written, line in report.notes) == (0, True)
    assert people
    assert all(f"{person.name} for the assignees of" in line for person in people)
    told = {each["user_id"] for each in fake.dump()["notifications"]}
    assert told <= {int(person.id) for person in target.users() if person.name in line}
    migrated()
    assert len(said) == 1
