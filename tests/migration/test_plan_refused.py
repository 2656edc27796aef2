"""What a plan rules out, or the target has no room for: named before the first write, with the way out."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from tests.migration.spaces import Serve
from tests.migration.test_plan import keep

from anybacklog import ConfigurationError, MigrationError, Tracker, connect
from anybacklog.migration import migrate, plan, verify
from anybacklog.migration.plans.findings import findings
from anybacklog.model import CustomField, Named, Status, TicketDraft, User
from anybacklog_simulators.nulab import empty_space

Make = Callable[[], Tracker]


def test_every_limit_that_the_data_breaks_is_named_by_ticket(memory: Make, serve: Serve, tmp_path: Path) -> None:
    source, (target, _) = memory(), serve(empty_space())
    for number in range(10):
        source.add_metadata("statuses", Status(id="", name=f"status {number}", category="in_progress"))
    long = source.create_ticket(TicketDraft(title="x" * 256, description="y" * 100_001))
    source.add_comment(long, "z" * 50_001)
    planned = plan(source, target, ledger=tmp_path / "ledger.db")
    broken = {(each.limit, each.item.ticket_key if each.item else None, each.outcome) for each in planned.limits}
    assert broken == {
        ("title_length", long.key, "refused"),
        ("description_length", long.key, "continued"),
        ("comment_length", long.key, "continued"),
        ("statuses_per_project", None, "refused"),
    }
    assert f"title length 255: {long.key} (256); the target refuses it" in "\n".join(findings(planned))
    sizes = {each.limit: each.size for each in planned.limits if each.outcome == "continued"}
    assert 100_001 < sizes["description_length"] < 100_500  # with a header line above each of its two pieces
    assert 50_001 < sizes["comment_length"] < 50_500


def test_files_for_which_a_ticket_has_no_room_are_counted_as_lost(memory: Make, serve: Serve, tmp_path: Path) -> None:
    source, (target, _) = memory(), serve(empty_space())
    full = source.create_ticket(TicketDraft(title="full"))
    for number in range(52):
        source.add_attachment(full, f"{number}.txt", BytesIO(b"x"))
    planned = plan(source, target, ledger=tmp_path / "ledger.db")
    rows = {(row.level, row.reason): row.count for row in planned.fidelity if row.field == "attachments"}
    ((_, refused),) = [key for key in rows if key[0] == "lost"]
    assert refused.startswith("a ticket there has at most 50; others are refused and named")
    assert refused.endswith("; --fallback-folder would keep it")
    assert rows.pop(("lost", refused)) == 2
    assert list(rows.values()) == [50]
    assert any(
        f"attachments per ticket 50: {full.key} (52); the target refuses those" in line for line in findings(planned)
    )
    failed = migrate(source, target, ledger=tmp_path / "ledger.db").failures
    assert [each.kind for each in failed] == ["attachment"] * 2


def test_statuses_for_which_there_is_no_room_are_refused_before_the_first_word_is_made(
    memory: Make, serve: Serve, tmp_path: Path
) -> None:
    source, (target, _) = memory(), serve(empty_space())
    for number in range(10):
        source.add_metadata("statuses", Status(id="", name=f"status {number}", category="in_progress"))
    before = target.ticket_types(), target.statuses()
    assert any("under [mapping.statuses]" in line for line in findings(plan(source, target, ledger=tmp_path / "l")))
    with pytest.raises(MigrationError, match=r"at most 12 statuses, .* there would be 15; have some stand for others"):
        migrate(source, target, ledger=tmp_path / "l")
    assert (target.ticket_types(), target.statuses()) == before
    fewer = "\n".join(f'"status {number}" = "処理中"' for number in range(3))
    assert migrate(
        source, target, plan=keep(tmp_path / "p", f"[mapping.statuses]\n{fewer}"), ledger=tmp_path / "l"
    ).clean


def test_words_that_several_have_are_named_by_id(memory: Make, tmp_path: Path) -> None:
    source, target = memory(), memory()
    twins = [source.add_metadata("users", User(id="", name="花子")) for _ in range(2)]
    planned = plan(source, target, ledger=tmp_path / "ledger.db")
    assert {line.word for line in planned.mapping["users"]} >= {f"id:{twin.id}" for twin in twins}
    file = keep(tmp_path / "plan.toml", '[mapping.users]\n"花子" = ""\n')
    with pytest.raises(ConfigurationError, match=f"line 2: .*several '花子'; name one of id:{twins[0].id}, id:"):
        plan(source, target, edited=file, ledger=tmp_path / "ledger.db")


def test_an_option_that_the_source_does_not_have_is_named(memory: Make, tmp_path: Path) -> None:
    source = memory()
    source.add_metadata(
        "custom_fields", CustomField(id="", name="OS", type="choice", options=(Named(id="1", name="Windows"),))
    )
    file = keep(tmp_path / "p", '[options.OS]\nWindws = "Linux"\nWindows = ""\n')
    notes = plan(source, memory(), edited=file, ledger=tmp_path / "l").notes
    assert notes[0].startswith("options.OS: 'OS' has no option 'Windws' at the source; did you mean 'Windows'?")
    assert len(notes) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[mapping.custom_fields]\n"重要度" = "Size"', "'Size' is a number field there, not choice"),
        ('[options."重要度"]\n"高" = "Hihg"', "there is no option 'Hihg' there; did you mean 'High'?"),
        (
            '[options."重要度"]\n"高" = "High"\n[options."id:OF FIRST"]\n"高" = ""',
            'options."id:.*": said before, by another word',
        ),
        ('[options."Size"]\n"高" = "High"', "options.Size: the source has no 'Size'"),
        ('[mapping.users]\nroot = { create = "X" }\n"id:1" = "root"', "said before, by another word"),
        (
            '[mapping.custom_fields]\n"重要度" = { create = "Size" }',
            "'Size' is a number field there, not choice; give it",
        ),
        ('[mapping.custom_fields]\nNote = { create = "N" }\nMemo = { create = "N" }', "'N' there is taken by 'Note'"),
        ('[mapping.custom_fields]\nNote = "Text"\nMemo = { create = "Text" }', "'Text' there is taken by 'Note'"),
        ('[mapping.custom_fields]\nMemo = { create = "Note" }', "line 2: .*'Note' there is taken by 'Note'"),
    ],
)
def test_what_both_ends_rule_out_is_refused(memory: Make, tmp_path: Path, text: str, says: str) -> None:
    source, target = memory(), memory()
    for tracker, name in ((source, "高"), (target, "High")):
        field = CustomField(id="", name="重要度", type="choice", options=(Named(id="1", name=name),))
        tracker.add_metadata("custom_fields", field)
    for tracker, name in ((source, "Note"), (source, "Memo"), (target, "Text")):
        tracker.add_metadata("custom_fields", CustomField(id="", name=name, type="text"))
    target.add_metadata("custom_fields", CustomField(id="", name="Size", type="number"))
    text = text.replace("OF FIRST", source.custom_fields()[0].id)
    with pytest.raises(ConfigurationError) as refused:
        plan(source, target, edited=keep(tmp_path / "plan.toml", text), ledger=tmp_path / "ledger.db")
    assert re.search(says, str(refused.value))


def test_a_word_that_the_target_cannot_make_is_refused(memory: Make, serve: Serve, tmp_path: Path) -> None:
    source, (target, _) = memory(), serve(empty_space())
    text = '[mapping.statuses]\nOpen = { create = "Open" }\n[mapping.priorities]\nHigh = { create = "High" }\n'
    with pytest.raises(ConfigurationError) as refused:
        plan(source, target, edited=keep(tmp_path / "plan.toml", text), ledger=tmp_path / "ledger.db")
    assert "line 2: mapping.statuses.Open: the target cannot create statuses that are open" in str(refused.value)
    assert "line 4: mapping.priorities.High: the target cannot create priorities" in str(refused.value)


def test_what_the_target_has_is_listed_where_somebody_has_to_choose(memory: Make, serve: Serve, tmp_path: Path) -> None:
    source, (target, _) = memory(), serve(empty_space())
    source.create_ticket(TicketDraft(title="urgent", priority="High"))
    planned = plan(source, target, ledger=tmp_path / "ledger.db")
    listed = "\n".join(findings(planned)).partition("What the target has, to choose from:\n")[2].partition("\n\n")[0]
    assert "  priorities: 高, 中, 低" in listed.splitlines()
    assert "ticket types" not in listed  # all of them will be created as they are
    assert [each["word"] for each in planned.to_json()["words"]["priorities"]] == ["高", "中", "低"]


def test_a_word_that_resembles_none_is_refused_with_those_there_are(memory: Make, serve: Serve, tmp_path: Path) -> None:
    source, (target, _) = memory(), serve(empty_space())
    edited = keep(tmp_path / "p", '[mapping.priorities]\nHigh = "Hoch"')
    with pytest.raises(ConfigurationError, match=r"the target has no 'Hoch'; there is 高, 中, 低$"):
        migrate(source, target, plan=edited, ledger=tmp_path / "l")


def test_custom_fields_that_a_plan_of_the_service_has_not_are_lost_before_the_first_write(
    memory: Make, serve: Serve, tmp_path: Path
) -> None:
    source, space = memory(), empty_space()
    space.licence.attribute = False
    source.add_metadata("custom_fields", CustomField(id="", name="Size", type="text"))
    source.create_ticket(TicketDraft(title="sized", custom_fields={"Size": "XL"}))
    target, _ = serve(space)
    planned, ledger = plan(source, target, ledger=tmp_path / "ledger.db"), tmp_path / "ledger.db"
    row = next(row for row in planned.fidelity if row.field == "custom_fields.Size")
    assert (row.level, row.reason.partition(":")[0]) == ("lost", "the space's plan has none")
    assert "custom_fields" not in {kind for kind, _ in planned.to_create}
    assert migrate(source, target, ledger=ledger).clean
    assert verify(source, target, ledger=ledger).differences == []


# ---- all that is wrong, at once

WRONG = """marcs = true
history = "none"
[mapping.statuses]
Open = "Opne"
Opened = "Open"
"""
KEYS = ["line 1: marcs: unknown key", "line 2: history: must be"]
WORDS = ["line 4: mapping.statuses.", "line 5: mapping.statuses.Opened: "]


def told(do: Callable[[], object]) -> list[str]:
    with pytest.raises(ConfigurationError, match="cannot be followed") as refused:
        do()
    return list(refused.value.problems)


def is_told(problems: list[str], begins: list[str]) -> bool:
    return [each[: len(wanted)] for each, wanted in zip(problems, begins, strict=True)] == begins


@pytest.mark.parametrize("do", [plan, migrate], ids=["plan", "migrate"])
def test_keys_values_and_words_that_are_wrong_are_named_in_one_go(
    memory: Make, tmp_path: Path, do: Callable[..., object]
) -> None:
    source, target, file = memory(), memory(), keep(tmp_path / "plan.toml", WRONG)
    source.create_ticket(TicketDraft(title="one"))
    given = {"plan" if do is migrate else "edited": file}
    assert is_told(told(lambda: do(source, target, ledger=tmp_path / "ledger.db", **given)), KEYS + WORDS)
    assert target.count_tickets() == 0


def test_a_plan_with_a_wrong_key_makes_neither_target_nor_ledger(memory: Make, tmp_path: Path) -> None:
    source, file = memory(), keep(tmp_path / "plan.toml", WRONG)
    source.create_ticket(TicketDraft(title="one"))
    with connect(f"sqlite:///{tmp_path}/new.db?project=NEW") as target:
        assert is_told(told(lambda: migrate(source, target, plan=file, ledger=tmp_path / "ledger.db")), KEYS + WORDS)
    assert {each.name for each in tmp_path.iterdir()} == {"plan.toml"}


@pytest.mark.parametrize("do", [plan, migrate], ids=["plan", "migrate"])
def test_of_a_service_the_words_are_known_once_it_was_read_and_the_keys_before(
    memory: Make, serve: Serve, tmp_path: Path, do: Callable[..., object]
) -> None:
    (source, fake), target = serve(empty_space()), memory()
    file = keep(tmp_path / "plan.toml", WRONG.replace("Open =", '"未対応" ='))
    source.create_ticket(TicketDraft(title="one"))
    given = {"plan" if do is migrate else "edited": file}
    fake.log.clear()
    assert is_told(told(lambda: do(source, target, ledger=tmp_path / "ledger.db", **given)), KEYS)
    assert not any(path.endswith("/comments") for _, path, _ in fake.log)
    plan(source, target, ledger=tmp_path / "ledger.db")
    fake.log.clear()
    assert is_told(told(lambda: do(source, target, ledger=tmp_path / "ledger.db", **given)), KEYS + WORDS)
    assert not any(path.endswith("/comments") for _, path, _ in fake.log)


def test_a_refused_plan_leaves_what_was_read_of_the_source_as_it_was(memory: Make, tmp_path: Path) -> None:
    source, target, ledger = memory(), memory(), tmp_path / "ledger.db"
    ticket = source.create_ticket(TicketDraft(title="one"))
    migrate(source, target, ledger=ledger)
    source.update_ticket(ticket, {"title": "two"})
    told(lambda: migrate(source, target, ledger=ledger, plan=keep(tmp_path / "plan.toml", WRONG)))
    assert verify(source, target, ledger=ledger, offline=True).differences == []
