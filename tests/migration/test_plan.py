"""plan(): what it says before the first write is what a migration then does."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from tests.migration.spaces import Serve

import anybacklog
from anybacklog import Tracker
from anybacklog.abilities import METADATA_KINDS
from anybacklog.migration import migrate, plan, verify
from anybacklog.migration.plans.findings import findings
from anybacklog.migration.plans.reading import choices_in
from anybacklog.migration.report import Fidelity
from anybacklog.model import CustomField, Named, TicketDraft, TicketType, User
from anybacklog_simulators.nulab import DEMO_KEY, demo_space, empty_space

Make = Callable[[], Tracker]
Fill = Callable[[Tracker], Tracker]
SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "reports" / "plan.json"


def keep(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def summed(rows: Iterable[Fidelity]) -> Counter[tuple[str, str]]:
    """Count by field and level: who has said it is another reason, and no other fate."""
    counted: Counter[tuple[str, str]] = Counter()
    for row in rows:
        counted[row.field, row.level] += row.count
    return counted


def test_its_estimate_of_writes_is_what_a_copy_into_a_space_takes(
    sqlite: Make, filled: Fill, serve: Serve, tmp_path: Path
) -> None:
    source, (target, fake) = filled(sqlite()), serve(empty_space())
    for number in range(10):
        ticket = source.create_ticket(TicketDraft(title=f"more {number}", status="In progress"))
        for text in "abc":
            source.add_comment(ticket, text)
    planned = plan(source, target, ledger=tmp_path / "ledger.db")
    assert [method for method, _, _ in fake.log if method != "GET"] == []
    report = migrate(source, target, ledger=tmp_path / "ledger.db", plan=planned)
    assert report.failures == []
    sent = Counter(report.requests["target"]) - Counter(planned.requests["target"])
    assert sent["update"] == 0
    assert sent["read"] <= len(METADATA_KINDS)  # words are read once more when some were made
    assert summed(report.fidelity) == summed(planned.fidelity)
    assert {kind: counts.planned for kind, counts in report.counts.items()} == planned.counts
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []
    assert "update" not in plan(source, target, ledger=tmp_path / "ledger.db").requests["target"]


def test_between_two_spaces_it_says_every_request_of_a_run_without_trouble(serve: Serve, tmp_path: Path) -> None:
    (source, _), (target, _) = serve(demo_space()), serve(empty_space())
    planned = plan(again(source), again(target), ledger=tmp_path / "ledger.db").requests
    report = migrate(again(source), again(target), ledger=tmp_path / "ledger.db")
    assert report.requests["source"] == planned["source"]
    sent = Counter(report.requests["target"]) - Counter(planned["target"])
    assert (report.failures, sent["update"]) == ([], 0)
    assert sent["read"] <= len(METADATA_KINDS)  # words are read once more when some were made
    assert sent["search"] <= 3  # an empty project is counted more often than one that holds something


def again(tracker: Tracker) -> Tracker:
    """Connect once more, as another process would."""
    return anybacklog.connect(str(tracker.location), api_key=DEMO_KEY)


def test_its_time_is_that_of_the_live_limits(serve: Serve, sqlite: Make, filled: Fill, tmp_path: Path) -> None:
    source, (target, fake) = filled(sqlite()), serve(empty_space())
    fake.rates.lower("update", 4)
    planned = plan(source, target, ledger=tmp_path / "ledger.db")
    evenly = planned.requests["target"]["update"] * 60 // 4
    assert planned.eta_seconds is not None
    assert evenly - 120 <= planned.eta_seconds <= evenly  # what is left of this minute is at hand at once


def test_a_copy_out_of_a_space_counts_the_reading_that_is_still_to_come(
    serve: Serve, sqlite: Make, tmp_path: Path
) -> None:
    (source, _), target = serve(demo_space()), sqlite()
    planned = plan(source, target, ledger=tmp_path / "ledger.db")
    assert (planned.requests["target"], set(planned.requests["source"])) == ({}, {"read", "search"})
    assert any("reads the source once more" in note for note in planned.notes)
    target.create_ticket(TicketDraft(title="now it is there"))
    again = plan(source, target, ledger=tmp_path / "ledger.db")
    assert again.requests["source"] == {"read": again.counts["attachments"] + 1}  # the project itself


def test_whom_the_target_would_tell_is_named_before(sqlite: Make, filled: Fill, serve: Serve, tmp_path: Path) -> None:
    source, (target, _) = filled(sqlite()), serve(empty_space())
    (notice,) = plan(source, target, ledger=tmp_path / "ledger.db").notices
    assert (notice.user.email, notice.field, notice.count) == ("hanako@example.com", "assignees", 1)


def test_it_is_as_published_and_what_it_says_is_followed(
    sqlite: Make, filled: Fill, serve: Serve, tmp_path: Path
) -> None:
    source, (target, _) = filled(sqlite()), serve(empty_space())
    planned = plan(source, target, ledger=tmp_path / "ledger.db")
    Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(planned.to_json())
    file = keep(tmp_path / "plan.toml", planned.to_toml())
    again = plan(source, target, ledger=tmp_path / "ledger.db", edited=file)
    assert (again.chosen().mapping, again.chosen().options) == (planned.chosen().mapping, planned.chosen().options)
    assert (again.mapping, again.options) == (planned.mapping, planned.options)  # nobody has made a guess certain


def test_each_match_says_how_sure_it_is(memory: Make, tmp_path: Path) -> None:
    source, target = memory(), memory()
    source.add_metadata("users", User(id="", name="Mail", email="a@example.com"))
    source.add_metadata("users", User(id="", name="Login", login="same"))
    source.add_metadata("users", User(id="", name="Only name"))
    target.add_metadata("users", User(id="", name="Somebody", email="A@example.com"))
    target.add_metadata("users", User(id="", name="Somebody", login="same"))
    target.add_metadata("users", User(id="", name="Only name"))
    lines = plan(source, target, ledger=tmp_path / "ledger.db").mapping["users"]
    said = {line.name: (line.said, line.confidence, line.reason) for line in lines}
    assert said["Mail"] == ("A@example.com", "certain", "same e-mail address")
    assert said["Login"] == ("same", "likely", "same login")
    assert said["Only name"] == ("Only name", "guess", "same name, and nobody else has it")


def test_somebody_to_be_made_is_not_taken_for_a_namesake_when_the_plan_is_read_again(
    memory: Make, tmp_path: Path
) -> None:
    source, target, ledger = memory(), memory(), tmp_path / "ledger.db"
    stranger = target.add_metadata("users", User(id="", name="佐藤", email="stranger@example.com"))
    target.add_metadata("users", User(id="", name="Kim"))
    for one in (User(id="", name="佐藤", email="sato@example.com"), User(id="", name="Kim"), User(id="", name="Kim")):
        made = source.add_metadata("users", one)
        assert isinstance(made, User)
        source.create_ticket(TicketDraft(title=one.name, assignees=[made]))
    planned = plan(source, target, ledger=ledger)
    file = keep(tmp_path / "plan.toml", planned.to_toml())
    again = plan(source, target, ledger=ledger, edited=file)
    assert (again.mapping, again.to_create) == (planned.mapping, planned.to_create)
    assert migrate(source, target, plan=file, ledger=ledger).clean
    (copy,) = [ticket for ticket in target.tickets() if ticket.title == "佐藤"]
    assert [(person.email, person.id == stranger.id) for person in copy.assignees] == [("sato@example.com", False)]
    assert [person.name for person in target.users()].count("Kim") == 3
    assert migrate(source, target, plan=file, ledger=ledger).clean
    assert [person.name for person in target.users()].count("Kim") == 3


def test_somebody_who_came_to_the_target_later_is_named_where_an_earlier_plan_says_nobody(
    memory: Make, serve: Serve, tmp_path: Path
) -> None:
    source, (target, _) = memory(), serve(empty_space())
    source.add_metadata("users", User(id="", name="Hana", email="Hanako@example.com"))
    source.add_metadata("users", User(id="", name="Kim"))
    file = keep(tmp_path / "p", '[mapping.users]\nHana = ""\nKim = ""\n')
    said = findings(plan(source, target, edited=file, ledger=tmp_path / "l"))
    whom = "Hana (as the plan says, though there is hanako@example.com), Kim"
    assert next(line for line in said if line.startswith("  users:")) == f"  users: root, {whom}"


def test_a_plan_can_create_leave_out_and_translate_options(memory: Make, tmp_path: Path) -> None:
    source, target = memory(), memory()
    options = tuple(Named(id=str(number), name=name) for number, name in enumerate(("高", "低", "無"), 1))
    source.add_metadata("custom_fields", CustomField(id="", name="重要度", type="choices", options=options))
    source.add_metadata("ticket_types", TicketType(id="", name="調査"))
    there = target.add_metadata(
        "custom_fields", CustomField(id="", name="Severity", type="choices", options=(Named(id="9", name="High"),))
    )
    draft = TicketDraft(title="t", type="調査", priority="High", custom_fields={"重要度": ("高", "低", "無")})
    ticket = source.create_ticket(draft)
    file = keep(
        tmp_path / "plan.toml",
        f"""
        [mapping.ticket_types]
        "調査" = {{ create = "Research" }}
        [mapping.priorities]
        High = ""
        [mapping.custom_fields]
        "重要度" = "id:{there.id}"
        [options."重要度"]
        "高" = "High"
        "低" = {{ create = "Low" }}
        "無" = ""
        """,
    )
    migrate(source, target, plan=file, ledger=tmp_path / "ledger.db")
    copy = target.ticket(ticket.key)
    assert copy.type is not None
    assert (copy.type.name, copy.priority) == ("Research", None)
    assert [(value.name, value.value) for value in copy.custom_fields] == [("Severity", ("High", "Low"))]
    assert migrate(source, target, plan=file, ledger=tmp_path / "ledger.db").counts["tickets"].already == 1
    assert [kind.name for kind in target.ticket_types()].count("Research") == 1


def test_a_table_of_options_says_whose_they_are(memory: Make, tmp_path: Path) -> None:
    source = memory()
    field = CustomField(id="", name="環境\n#2", type="choice", options=(Named(id="1", name="Windows"),))
    made = source.add_metadata("custom_fields", field)
    text = plan(source, memory(), ledger=tmp_path / "ledger.db").to_toml()
    assert f'\n[options."id:{made.id}"] # 環境 #2\nWindows = ' in text
    assert choices_in(text, "plan").options == {f"id:{made.id}": {"Windows": {"create": "Windows"}}}


@pytest.mark.parametrize(("history", "entries"), [("native", 4), ("text", 4), ("lost", 3)])
def test_history_is_kept_as_the_plan_says(
    memory: Make, filled: Fill, tmp_path: Path, history: str, entries: int
) -> None:
    source, target = filled(memory()), memory()
    file = keep(tmp_path / "plan.toml", f'history = "{history}"\n')
    report = migrate(source, target, plan=file, ledger=tmp_path / "ledger.db")
    journal = list(target.comments("PROJ-1"))
    assert len(journal) == entries
    assert any(entry.changes for entry in journal) is (history == "native")
    assert any("status: Open → In progress" in entry.body.source for entry in journal) is (history == "text")
    (row,) = [row for row in report.fidelity if row.field == "history"]
    assert row.level == {"native": "native", "text": "emulated", "lost": "lost"}[history]
    assert verify(source, target, ledger=tmp_path / "ledger.db").differences == []


def test_a_plan_without_marks_writes_none_and_states_the_price(memory: Make, filled: Fill, tmp_path: Path) -> None:
    source, target = filled(memory()), memory()
    file = keep(tmp_path / "plan.toml", "marks = false\n")
    planned = anybacklog.plan(source, target, edited=file, ledger=tmp_path / "ledger.db")
    assert "no marks: a lost ledger cannot be rebuilt" in planned.notes[0]
    anybacklog.migrate(source, target, plan=planned, ledger=tmp_path / "ledger.db")
    assert list(target.externals()) == []


def test_a_second_copy_from_another_machine_is_told_before_it_is_refused(
    memory: Make, filled: Fill, tmp_path: Path
) -> None:
    source, target = filled(memory()), memory()
    migrate(source, target, ledger=tmp_path / "theirs.db")
    (note,) = plan(source, target, ledger=tmp_path / "ours.db").notes
    assert "migrate will refuse; use the ledger of that run" in note
    assert plan(source, target, ledger=tmp_path / "theirs.db").notes == ()


def test_the_worst_tickets_come_first(memory: Make, filled: Fill, tmp_path: Path) -> None:
    source, target = filled(memory()), memory()
    planned = plan(source, target, ledger=tmp_path / "ledger.db")
    assert [weight.key for weight in planned.worst] == ["PROJ-1", "PROJ-2", "PROJ-3"]
    assert (planned.worst[0].files, planned.worst[0].entries, planned.worst[0].bytes) == (4, 4, 76806)


def test_a_long_title_is_shown_by_its_beginning(memory: Make, tmp_path: Path) -> None:
    source = memory()
    source.create_ticket(TicketDraft(title="長い" * 200))
    said = "\n".join(findings(plan(source, memory(), ledger=tmp_path / "ledger.db")))
    assert f": {'長い' * 30}…" in said
