"""Whatever somebody alters of a copy in a service's own state, verify names the field.

Which things a service holds is read from the records of its fake: one that is added there fails here until somebody has
said how it is altered, or why it is none of a copy's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.migration.conftest import PLAN, fill
from tests.migration.spaces import UNHURRIED

import anybacklog
from anybacklog import Tracker
from anybacklog.migration import migrate, repair, verify
from anybacklog_simulators import nulab, publicbacklog
from anybacklog_simulators.nulab import things as issues
from anybacklog_simulators.publicbacklog import things as cards
from anybacklog_simulators.rates import Rates

Alter = Callable[[Any], Any]
How = tuple[Alter, str, str] | str
"""How a value is altered, and what verify names, kind and field; or why it is none of a copy's."""
LATER = datetime(2030, 1, 1, tzinfo=UTC)
SERVICES_OWN = "the service says it, and no copy can"
ELSEWHERE = "a record of its own, altered for itself"


@dataclass(frozen=True)
class Copied:
    """A source, its copy in a service, and the records of the tickets there."""

    source: Tracker
    target: Tracker
    ledger: Path
    records: list[Any]

    @property
    def record(self) -> Any:
        """Give the first."""
        return self.records[0]


def copied(target_url: str, key: str, records: dict[int, Any], folder: Path, stack: ExitStack) -> Copied:
    source = fill(stack.enter_context(anybacklog.connect(f"sqlite:///{folder}/source.db?project=PROJ")))
    target = stack.enter_context(anybacklog.connect(target_url, api_key=key))
    plan = folder / "plan.toml"
    plan.write_text(PLAN if target_url.startswith("nulab") else "", encoding="utf-8")
    report = migrate(source, target, ledger=folder / "ledger.db", plan=plan)
    assert report.failures == []
    return Copied(source, target, folder / "ledger.db", [records[number] for number in sorted(records)])


@pytest.fixture(scope="module")
def issue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copied]:
    with ExitStack() as stack:
        fake = nulab.simulator(nulab.empty_space(), rates=Rates(dict(UNHURRIED)))
        space = fake.service.space
        url = f"nulab+{stack.enter_context(fake.served()).url}/DEMO"
        folder = tmp_path_factory.mktemp("issue")
        yield copied(url, nulab.DEMO_KEY, space.issues, folder, stack)


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copied]:
    with ExitStack() as stack:
        choices = publicbacklog.Choices(shown=list(publicbacklog.FIELDS), echoed=list(publicbacklog.FIELDS))
        fake = publicbacklog.simulator(publicbacklog.empty_organization(choices))
        url = f"publicbacklog+{stack.enter_context(fake.served()).url}/Website?scan_gap=2"
        folder = tmp_path_factory.mktemp("card")
        tickets = fake.service.organization.tickets
        yield copied(url, publicbacklog.DEMO_KEY, tickets, folder, stack)


def other(value: Any) -> Any:
    return value + "!"


ISSUE: dict[str, How] = {
    "id": "by which the ledger knows it",
    "project_id": "by which the ledger knows it",
    "number": (lambda number: number + 90, "ticket", "key"),
    "issue_type_id": (lambda kind: kind + 1, "ticket", "type"),
    "summary": (other, "ticket", "title"),
    "description": (other, "ticket", "description"),
    "resolution_id": (lambda _: None, "ticket", "resolution"),
    "priority_id": (lambda _: 4, "ticket", "priority"),
    "status_id": (lambda _: 4, "ticket", "status"),
    "assignee_id": (lambda _: None, "ticket", "assignees"),
    "category_ids": (lambda _: [], "ticket", "categories"),
    "version_ids": (lambda _: [], "ticket", "affected_versions"),
    "milestone_ids": (lambda _: [], "ticket", "milestones"),
    "start_date": (lambda _: date(2020, 1, 1), "ticket", "start_date"),
    "due_date": (lambda _: None, "ticket", "due_date"),
    "estimated_hours": (lambda _: Decimal(99), "ticket", "estimated_hours"),
    "actual_hours": (lambda _: None, "ticket", "actual_hours"),
    "parent_id": (lambda _: None, "ticket", "parent"),
    "created_user_id": SERVICES_OWN,
    "created": SERVICES_OWN,
    "updated_user_id": SERVICES_OWN,
    "updated": SERVICES_OWN,
    "custom_values": (lambda values: values[1:], "ticket", "custom_fields.重要度"),
    "attachments": (lambda files: files[1:], "attachment", "missing"),
    "shared_files": "no other tracker has any",
    "comments": (lambda entries: [each for each in entries if not each.content], "comment", "missing"),
    "related": SERVICES_OWN,
}
ENTRY: dict[str, How] = {
    "id": (lambda number: number + 900, "comment", "missing"),
    "content": (other, "comment", "body"),
    "changes": SERVICES_OWN,
    "created_user_id": SERVICES_OWN,
    "created": SERVICES_OWN,
    "updated": SERVICES_OWN,
}
FILE: dict[str, How] = {
    "id": (lambda number: number + 900, "attachment", "missing"),
    "name": (other, "attachment", "name"),
    "content": (lambda content: bytes(len(content)), "attachment", "sha256"),
    "size": (lambda size: size + 1, "attachment", "sha256"),
    "created_user_id": SERVICES_OWN,
    "created": SERVICES_OWN,
}
VALUE: dict[str, How] = {
    "field_id": ELSEWHERE,
    "text": (lambda _: "4", "ticket", "custom_fields.Points"),
    "items": ELSEWHERE,
    "other": ELSEWHERE,
}
CARD: dict[str, How] = {
    "id": "by which the ledger knows it",
    "backlog_id": "by which the ledger knows it",
    "title": (other, "ticket", "title"),
    "description": (other, "ticket", "description"),
    "type_id": (lambda _: 2, "ticket", "type"),
    "status_id": (lambda _: 5, "ticket", "status"),
    "comments": (lambda remarks: remarks[1:], "comment", "missing"),
    "created": SERVICES_OWN,
    "updated": SERVICES_OWN,
}
REMARK: dict[str, How] = {
    "id": SERVICES_OWN,
    "text": (other, "comment", "body"),
    "created": SERVICES_OWN,
}
EVERY = {
    issues.Issue: ISSUE, issues.Comment: ENTRY, issues.Attachment: FILE, issues.CustomValue: VALUE, cards.Ticket: CARD,
    cards.Comment: REMARK,
}  # fmt: skip


def test_everything_that_a_record_holds_is_altered_or_none_of_a_copys() -> None:
    for record, how in EVERY.items():
        assert {each.name for each in fields(record)} == how.keys()


@dataclass(frozen=True)
class Altered:
    """What is done to a record, and what verify is to name."""

    name: str
    alter: Alter
    kind: str
    field: str

    def is_named(self, copy: Copied, record: Any) -> bool:
        """Alter the record, verify, and put it back."""
        before = getattr(record, self.name)
        setattr(record, self.name, self.alter(before))
        try:
            found = verify(copy.source, copy.target, ledger=copy.ledger).differences
        finally:
            setattr(record, self.name, before)
        return ("PROJ-1", self.kind, self.field) in [(each.source_key, each.kind, each.field) for each in found]


def every(records: dict[str, How]) -> list[Any]:
    return [pytest.param(Altered(name, *how), id=name) for name, how in records.items() if not isinstance(how, str)]


@pytest.mark.parametrize("altered", every(ISSUE))
def test_an_altered_issue_is_named(issue: Copied, altered: Altered) -> None:
    assert altered.is_named(issue, issue.record)


@pytest.mark.parametrize("altered", every(ENTRY))
def test_an_altered_entry_of_an_issues_history_is_named(issue: Copied, altered: Altered) -> None:
    assert altered.is_named(issue, next(each for each in issue.record.comments if each.content))


@pytest.mark.parametrize("altered", every(FILE))
def test_an_altered_file_of_an_issue_is_named(issue: Copied, altered: Altered) -> None:
    assert altered.is_named(issue, next(each for each in issue.record.attachments if each.size))


@pytest.mark.parametrize("altered", every(VALUE))
def test_an_altered_value_of_an_issues_custom_field_is_named(issue: Copied, altered: Altered) -> None:
    assert altered.is_named(issue, next(each for each in issue.record.custom_values if each.text))


@pytest.mark.parametrize("altered", every(CARD))
def test_an_altered_ticket_of_a_backlog_is_named(card: Copied, altered: Altered) -> None:
    assert altered.is_named(card, card.record)


@pytest.mark.parametrize("altered", every(REMARK))
def test_an_altered_comment_of_a_backlog_is_named(card: Copied, altered: Altered) -> None:
    assert altered.is_named(card, card.record.comments[0])


ISSUE_EMPTIED: dict[str, tuple[Any, str]] = {
    "description": ("", "description"),
    "resolution_id": (None, "resolution"),
    "assignee_id": (None, "assignees"),
    "category_ids": ([], "categories"),
    "version_ids": ([], "affected_versions"),
    "milestone_ids": ([], "milestones"),
    "start_date": (None, "start_date"),
    "due_date": (None, "due_date"),
    "estimated_hours": (None, "estimated_hours"),
    "actual_hours": (None, "actual_hours"),
    "parent_id": (None, "parent"),
    "custom_values": ([], "custom_fields.Points"),
}
"""What an issue can be without, how it is without it, and the field that verify names."""


def is_named_and_mended(copy: Copied, record: Any, values: dict[str, Any], key: str, wanted: set[str]) -> bool:
    """Give a record these values, verify, and have repair put all of it right."""
    for name, value in values.items():
        setattr(record, name, value)
    found = verify(copy.source, copy.target, ledger=copy.ledger).differences
    assert sorted(each.field for each in found) == sorted(wanted)
    assert {each.source_key for each in found} == {key}
    return repair(copy.source, copy.target, ledger=copy.ledger).clean


def test_an_issue_that_was_emptied_is_named_field_by_field_and_mended(issue: Copied) -> None:
    wanted = {field for _, field in ISSUE_EMPTIED.values()} | {"custom_fields.重要度"}
    values = {name: value for name, (value, _) in ISSUE_EMPTIED.items()}
    assert is_named_and_mended(issue, issue.record, values, "PROJ-1", wanted)


def test_what_was_added_to_an_issue_is_named_field_by_field_and_taken_off(issue: Copied) -> None:
    values = {name: getattr(issue.record, name) for name in ISSUE_EMPTIED if name not in ("parent_id", "custom_values")}
    values["custom_values"] = [each for each in issue.record.custom_values if each.text]
    wanted = {field for name, (_, field) in ISSUE_EMPTIED.items() if name in values}
    assert is_named_and_mended(issue, issue.records[2], values, "PROJ-3", wanted)


def test_a_relation_that_somebody_took_away_from_an_issue_is_mended(issue: Copied) -> None:
    for record in issue.records:
        record.related = []
    found = verify(issue.source, issue.target, ledger=issue.ledger).differences
    assert [(each.source_key, each.kind, each.field) for each in found] == [("PROJ-1", "link", "missing")]
    assert repair(issue.source, issue.target, ledger=issue.ledger).clean


def test_a_ticket_of_a_backlog_that_was_emptied_is_mended_and_so_is_what_was_added_to_one(card: Copied) -> None:
    assert is_named_and_mended(card, card.record, {"description": "<p></p>"}, "PROJ-1", {"description"})
    more = {"description": card.records[2].description + "<p>added</p>", "title": "added"}
    assert is_named_and_mended(card, card.records[2], more, "PROJ-3", {"description", "title"})


@pytest.mark.parametrize("copy", ["issue", "card"])
def test_untouched_they_have_no_difference(copy: str, request: pytest.FixtureRequest) -> None:
    held: Copied = request.getfixturevalue(copy)
    assert verify(held.source, held.target, ledger=held.ledger).differences == []
