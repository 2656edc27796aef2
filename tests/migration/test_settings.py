"""What a plan chooses for the copy as a whole: fields left out, texts and titles cut; all that follows goes by it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from tests.migration.spaces import Serve

from anybacklog import ConfigurationError, Tracker
from anybacklog.migration import migrate, plan, rollback, verify
from anybacklog.migration.choices import Choices
from anybacklog.migration.mending import repair
from anybacklog.migration.plans.findings import findings
from anybacklog.migration.plans.merging import merged
from anybacklog.migration.plans.page import render_plan
from anybacklog.migration.plans.reading import choices_in
from anybacklog.migration.report import Report
from anybacklog.migration.settings import LEAVABLE, SETTINGS
from anybacklog.model import Category, CustomField, TicketDraft
from anybacklog_simulators.nulab import empty_space

Make = Callable[[], Tracker]
Fill = Callable[[Tracker], Tracker]
SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "reports" / "plan.json"
LONG = "".join(f"{number}行目 𠮷🎉\r\n" for number in range(12_000))
CUT = '[texts]\ntoo_long = "cut"\ntoo_long_titles = "cut"\n'


def keep(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def reasons(report: Report, name: str) -> set[tuple[str, str]]:
    return {(row.level, row.reason) for row in report.fidelity if row.field.partition(".")[0] == name}


# ---- fields left out


@pytest.mark.parametrize("name", LEAVABLE)
def test_a_field_that_is_left_out_is_counted_lost_and_not_compared(
    memory: Make, sqlite: Make, filled: Fill, tmp_path: Path, name: str
) -> None:
    source, target, ledger = filled(memory()), sqlite(), tmp_path / "ledger.db"
    report = migrate(source, target, ledger=ledger, plan=keep(tmp_path / "p", f'[fields]\nleave_out = ["{name}"]\n'))
    assert reasons(report, name) == {("lost", "left out by the plan")}
    ticket = target.ticket("PROJ-1")
    found = list(target.comments(ticket)) if name == "comments" else getattr(ticket, name)
    assert found in (None, (), [])
    assert verify(source, target, ledger=ledger).differences == []
    assert repair(source, target, ledger=ledger).steps == []
    assert migrate(source, target, ledger=ledger).counts["tickets"].already == 3
    rollback(target, ledger=ledger)
    assert target.count_tickets() == 0


def test_words_of_a_field_that_is_left_out_are_not_made(memory: Make, filled: Fill, tmp_path: Path) -> None:
    source, target, ledger = filled(memory()), memory(), tmp_path / "ledger.db"
    source.add_metadata("categories", Category(id="", name="画面"))
    source.add_metadata("custom_fields", CustomField(id="", name="環境", type="text"))
    before = target.categories(), target.custom_fields(), target.milestones()
    file = keep(tmp_path / "p", '[fields]\nleave_out = ["categories", "custom_fields", "milestones"]\n')
    made = {kind for kind, _ in plan(source, target, edited=file, ledger=ledger).to_create}
    assert made.isdisjoint({"categories", "custom_fields", "milestones"})
    assert migrate(source, target, plan=file, ledger=ledger).clean
    assert (target.categories(), target.custom_fields(), target.milestones()) == before
    migrate(source, target, plan=keep(tmp_path / "p", ""), ledger=ledger)
    assert [each.name for each in target.categories()][-1] == "画面"


def test_nothing_else_goes_with_a_field_that_is_left_out(
    memory: Make, sqlite: Make, filled: Fill, tmp_path: Path
) -> None:
    source, target = filled(memory()), sqlite()
    file = keep(tmp_path / "plan.toml", '[fields]\nleave_out = ["watchers", "comments"]\n')
    report = migrate(source, target, ledger=tmp_path / "ledger.db", plan=file)
    assert {row.field for row in report.fidelity if row.level == "lost"} == {"watchers", "comments", "history"}
    assert len(target.attachments("PROJ-1")) == 4
    assert (report.counts["comments"].planned, report.counts["attachments"].created) == (0, 4)


def test_people_of_a_field_that_is_left_out_stand_in_no_header_line(
    memory: Make, serve: Serve, filled: Fill, tmp_path: Path
) -> None:
    source, (target, _) = filled(memory()), serve(empty_space())
    file = keep(tmp_path / "plan.toml", '[fields]\nleave_out = ["watchers", "assignees"]\n')
    migrate(source, target, ledger=tmp_path / "ledger.db", plan=file)
    first = next(iter(target.tickets()))
    assert first.description is not None
    assert "assignees:" not in first.description.source
    assert "watchers:" not in first.description.source


def test_what_is_not_left_out_any_more_comes_with_the_next_run_and_a_repair(
    memory: Make, sqlite: Make, filled: Fill, tmp_path: Path
) -> None:
    source, target, ledger = filled(memory()), sqlite(), tmp_path / "ledger.db"
    every = ", ".join(f'"{name}"' for name in LEAVABLE)
    migrate(source, target, ledger=ledger, plan=keep(tmp_path / "few.toml", f"[fields]\nleave_out = [{every}]\n"))
    whole = keep(tmp_path / "whole.toml", "[fields]\nleave_out = []\n")
    migrate(source, target, ledger=ledger, plan=whole)
    report = repair(source, target, ledger=ledger)
    assert (report.failures, report.left.differences) == ([], [])
    assert len(list(target.comments("PROJ-1"))) == 4
    assert target.ticket("PROJ-1").watchers != ()


def test_after_a_repair_no_run_names_what_the_plan_has_changed(
    memory: Make, sqlite: Make, filled: Fill, tmp_path: Path
) -> None:
    source, target, ledger = filled(memory()), sqlite(), tmp_path / "ledger.db"
    migrate(source, target, ledger=ledger)
    file = keep(tmp_path / "plan.toml", 'history = "text"\n[fields]\nleave_out = ["watchers", "due_date"]\n')
    before = {item.kind for item in migrate(source, target, ledger=ledger, plan=file).changed.first}
    assert repair(source, target, ledger=ledger, dry_run=True).clean is False
    assert (
        {item.kind for item in migrate(source, target, ledger=ledger).changed.first} == before == {"ticket", "history"}
    )
    left = repair(source, target, ledger=ledger).left.differences
    again = migrate(source, target, ledger=ledger)
    assert {(item.kind, item.id) for item in again.changed.first} == {("history", each.id) for each in left}


# ---- texts and titles that are too long


@pytest.fixture
def long(sqlite: Make) -> Tracker:
    """Give a source whose title, description and comment are all too long for a space."""
    source = sqlite()
    source.add_comment(source.create_ticket(TicketDraft(title="題" * 300, description=LONG)), LONG)
    return source


def test_texts_are_cut_and_titles_shortened_only_when_the_plan_says_so(
    long: Tracker, serve: Serve, tmp_path: Path
) -> None:
    (target, fake), ledger = serve(empty_space()), tmp_path / "ledger.db"
    report = migrate(long, target, ledger=ledger, plan=keep(tmp_path / "plan.toml", CUT))
    assert report.failures == []
    (issue,) = fake.dump()["issues"]
    (comment,) = [entry["content"] for entry in issue["comments"] if entry["content"]]
    head, _, body = issue["description"].partition("\n\n")
    assert (issue["summary"], head.rpartition(" · title: ")[2]) == ("題" * 254 + "…", "題" * 300)
    for text in (body, comment.partition("\n\n")[2]):
        assert text.endswith("\n[…]")
        assert LONG.startswith(text.removesuffix("\n[…]"))
    assert reasons(report, "description") == {("lost", "longer than what is taken there: the plan cuts it")}
    assert {level for level, _ in reasons(report, "title")} == {"emulated"}
    assert verify(long, target, ledger=ledger).differences == []
    assert migrate(long, target, ledger=ledger).counts["tickets"].already == 1


def test_a_title_that_is_refused_names_the_choice_that_shortens_it(long: Tracker, serve: Serve, tmp_path: Path) -> None:
    (target, _), ledger = serve(empty_space()), tmp_path / "ledger.db"
    way_out = 'too_long_titles = "cut" under [texts] in a plan shortens it'
    planned = plan(long, target, ledger=ledger)
    assert f"the item does not arrive, and is named; {way_out}" in "\n".join(findings(planned))
    assert "too_long_titles = " in render_plan(planned)
    said = [each.error for each in migrate(long, target, ledger=ledger).failures if each.kind == "ticket"]
    assert said == [f"title has 300 characters, at most 255 are taken here; shorten it; {way_out}"]


def test_a_plan_names_what_it_cuts_by_ticket(long: Tracker, serve: Serve, tmp_path: Path) -> None:
    target, _ = serve(empty_space())
    planned = plan(long, target, edited=keep(tmp_path / "plan.toml", CUT), ledger=tmp_path / "ledger.db")
    found = {(each.limit, each.outcome, each.size) for each in planned.limits}
    assert {(limit, outcome) for limit, outcome, _ in found} == {
        ("title_length", "shortened"),
        ("description_length", "cut"),
        ("comment_length", "cut"),
    }
    assert all(size >= 300 for _, _, size in found)
    Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(planned.to_json())


# ---- how a plan says it


def test_a_new_plan_says_every_setting_with_a_word_about_it_and_is_read_as_written(
    memory: Make, filled: Fill, tmp_path: Path
) -> None:
    source, target = filled(memory()), memory()
    text = plan(source, target, ledger=tmp_path / "ledger.db").to_toml()
    lines = text.split("\n")
    for setting in SETTINGS:
        (at,) = [number for number, line in enumerate(lines) if line.startswith(f"{setting.name} = ")]
        assert lines[at - 1].startswith("# ")
    assert choices_in(text, "plan.toml").chosen() == Choices().chosen()


CHOSEN = """marks = false
history = "text"
[people]
mentions = "mapped" # ask Kim
[fields]
leave_out = ["watchers", "links"]
[texts]
too_long = "cut"
"""


def test_planning_again_keeps_every_setting_and_shows_it(memory: Make, filled: Fill, tmp_path: Path) -> None:
    source, target = filled(memory()), memory()
    planned = plan(source, target, edited=keep(tmp_path / "plan.toml", CHOSEN), ledger=tmp_path / "ledger.db")
    again = merged(planned, CHOSEN, {}).text
    assert 'mentions = "mapped" # ask Kim\n' in again
    said = Choices().chosen() | {
        "marks": False, "history": "text", "mentions": "mapped", "leave_out": ["watchers", "links"],
        "too_long": "cut", "too_long_titles": "refuse", "moved_from": False, "moved_to": False,
        "fallback_folder": "", "fallback_link": "",
    }  # fmt: skip
    assert choices_in(again, "plan.toml").chosen() == choices_in(planned.to_toml(), "new.toml").chosen() == said
    assert {name: planned.to_json()[name] for name in said} == said
    assert planned.chosen().chosen() == said


def test_a_ledger_remembers_every_setting_but_marks_which_the_first_run_chose() -> None:
    kept = json.loads(json.dumps(choices_in(CHOSEN, "plan.toml").to_remember()))
    again = Choices.remembered(kept | {"marks": False})
    assert again.chosen() == choices_in(CHOSEN, "plan.toml").chosen() | {"marks": True}
    assert Choices.remembered({}).chosen() == Choices().chosen()


def test_all_that_is_wrong_with_the_settings_is_named_at_once_with_line_and_key() -> None:
    text = (
        'marks = 1\npeople = "all"\n[fields]\nleave_out = ["title", "watchers"]\n[texts]\ntoo_long = "drop"\n'
        'long = 5\ntoo_long_titles = ["cut"]\n'
    )
    with pytest.raises(ConfigurationError) as refused:
        choices_in(text, "plan.toml")
    said = str(refused.value)
    for problem in (
        "line 1: marks: must be true or false",
        "line 2: people: must be a table",
        "line 4: fields.leave_out: 'title' cannot be left out; there is priority, ",
        "line 6: texts.too_long: must be continue or cut",
        "line 7: texts.long: unknown key; there is too_long, too_long_titles",
        "line 8: texts.too_long_titles: must be refuse or cut",
    ):
        assert problem in said


@pytest.mark.parametrize("value", ['"watchers"', "5", "{ a = 1 }"])
def test_what_is_left_out_is_a_list(value: str) -> None:
    with pytest.raises(ConfigurationError, match=r"fields\.leave_out: must be a list of priority, "):
        choices_in(f"[fields]\nleave_out = {value}\n", "plan.toml")
