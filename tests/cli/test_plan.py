"""`plan`: both ends are read, nothing is written to them, and the file that comes of it is a person's to edit."""

from __future__ import annotations

import csv
import io
import json
import shlex
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

if TYPE_CHECKING:
    from tests.cli.conftest import Call

SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "reports" / "plan.json"


@pytest.fixture
def source(url: str, call: Call) -> str:
    call("create", url, "--title", "一つ 🎉", "--due", "2026-01-31", "--status", "In progress")
    call("create", url, "--title", "two", "--parent", "PROJ-1")
    call("comment", url, "PROJ-2", "見ました 𠮷")
    return url


@pytest.fixture
def target(tmp_path: Path, call: Call) -> str:
    there = f"sqlite:///{tmp_path}/target.db?project=COPY"
    call("create", there, "--title", "was here before")
    return there


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    return tmp_path / "plan.toml"


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_it_writes_a_plan_and_says_what_to_do_next(source: str, target: str, call: Call, plan: Path) -> None:
    answer = call("plan", source, target, "-o", plan)
    assert (answer.code, answer.out.splitlines()[1].partition(", read")[0]) == (0, "2 tickets, 1 comment")
    assert tomllib.loads(plan.read_text("utf-8"))["mapping"]["statuses"]["In progress"] == "In progress"
    told = next(line for line in answer.out.splitlines() if line.startswith("Next: "))
    program, *arguments = shlex.split(told.partition("then ")[2])
    assert program == "anybacklog"
    assert call(*arguments).code == 0
    assert call("verify", source, target).code == 0
    assert len(call("ls", target, "--format", "json").json) == 3


def test_it_writes_nothing_to_either_end(source: str, target: str, call: Call, plan: Path, tmp_path: Path) -> None:
    before = [(tmp_path / name).read_bytes() for name in ("tickets.db", "target.db")]
    assert call("plan", source, target, "-o", plan).code == 0
    assert [(tmp_path / name).read_bytes() for name in ("tickets.db", "target.db")] == before
    absent = tmp_path / "absent.db"
    assert call("plan", source, f"sqlite:///{absent}?project=NEW", "-o", plan).code == 0
    assert not absent.exists()


def test_it_says_where_the_reading_of_the_source_is_kept(
    source: str, target: str, call: Call, plan: Path, tmp_path: Path
) -> None:
    answer = call("plan", source, target, "-o", plan)
    ledger = Path(next(line for line in answer.out.splitlines() if line.startswith("Ledger: "))[len("Ledger: ") :])
    assert ledger.is_file()
    assert ledger.is_relative_to(tmp_path / "xdg_state_home")
    ours = tmp_path / "ours.db"
    assert f"Ledger: {ours}" in call("plan", source, target, "-o", plan, "--ledger", ours).out
    assert "Ledger: " not in call("plan", source, f"sqlite:///{tmp_path}/absent.db", "-o", plan).out


def test_migrate_goes_on_from_what_plan_has_read(source: str, target: str, call: Call, plan: Path) -> None:
    call("plan", source, target, "-o", plan)
    assert "the source as it was read at" in call("migrate", source, target, "--plan", plan).out


def test_planning_again_adds_what_is_new_and_keeps_every_edit(source: str, target: str, call: Call, plan: Path) -> None:
    call("plan", source, target, "-o", plan)
    change(plan, '"In progress" = "In progress"', "# we have none\n'In progress' = \"Closed\" # said Hanako")
    call("create", source, "--title", "three", "--type", "Bug")
    answer = call("plan", source, target, "-o", plan, "--json")
    text = plan.read_text("utf-8")
    assert "# we have none\n'In progress' = \"Closed\" # said Hanako" in text
    assert "# 3 tickets, 1 comment, read at" in text
    assert next(line for line in answer.json["mapping"]["statuses"] if line["source"] == "In progress") == {
        "id": "2", "source": "In progress", "name": "In progress", "target": "Closed", "create": None,
        "confidence": "certain", "reason": "the plan says 'Closed'",
    }  # fmt: skip
    call("migrate", source, target, "--plan", plan)
    copies = {each["title"]: each["status"]["name"] for each in call("ls", target, "--format", "json").json}
    assert copies["一つ 🎉"] == "Closed"


def test_a_word_that_was_not_there_is_added_and_named(source: str, target: str, call: Call, plan: Path) -> None:
    call("plan", source, target, "-o", plan)
    plan.write_text("# mine\n[mapping.statuses]\nOpen = 'Open'\n", "utf-8")
    answer = call("plan", source, target, "-o", plan)
    assert "# mine\n[mapping.statuses]\nOpen = 'Open'\n" in plan.read_text("utf-8")
    assert f'New in {plan}: mapping.statuses."In progress"' in answer.out
    assert tomllib.loads(plan.read_text("utf-8"))["mapping"]["ticket_types"]["Bug"] == "Bug"


def test_its_json_is_as_published(source: str, target: str, call: Call, plan: Path) -> None:
    answer = call("plan", source, target, "-o", plan, "--json")
    Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(answer.json)
    assert answer.json["requests"] == {"source": {}, "target": {}}
    assert answer.json["eta_seconds"] == 0


def test_its_page_escapes_what_strangers_wrote(source: str, target: str, call: Call, plan: Path) -> None:
    call("create", source, "--title", "<script>alert(1)</script>")
    page = plan.with_name("plan.html")
    assert call("plan", source, target, "-o", plan, "--html", page).code == 0
    assert "&lt;script&gt;" in page.read_text("utf-8")
    assert "<script" not in page.read_text("utf-8")
    assert "<p>The target has: Task, Bug, Request, Other" in page.read_text("utf-8")


def test_every_problem_of_a_plan_is_named_with_line_and_key_and_the_file_stays(
    source: str, target: str, call: Call, plan: Path
) -> None:
    broken = '[mapping.statuses]\nOpen = "Opne"\nNone = 5\nx = = 1\n\n[mapping.people]\n'
    plan.write_text(broken, "utf-8")
    for command in ("plan", "migrate"):
        option = "-o" if command == "plan" else "--plan"
        answer = call(command, source, target, option, plan)
        assert (answer.code, answer.out) == (2, "")
        for said in ("line 3: mapping.statuses.None: must be", "line 4: not valid TOML", "line 6: mapping.people:"):
            assert said in answer.err
    plan.write_text('[mapping.statuses]\nOpen = "Opne"\nNone = "Open"\n', "utf-8")
    answer = call("plan", source, target, "-o", plan)
    assert answer.code == 2
    assert "line 2: mapping.statuses.Open: the target has no 'Opne'; did you mean 'Open'?" in answer.err
    assert "line 3: mapping.statuses.None: the source has no 'None'; there is Open, " in answer.err
    assert plan.read_text("utf-8") == '[mapping.statuses]\nOpen = "Opne"\nNone = "Open"\n'


def rows_of(path: Path) -> list[dict[str, Any]]:
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def save(path: Path, rows: list[dict[str, Any]], between: str = ",") -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0], delimiter=between)
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_what_is_edited_in_a_spreadsheet_goes_into_the_plan_whatever_it_puts_between_columns(
    source: str, target: str, call: Call, plan: Path, tmp_path: Path, between: str
) -> None:
    folder = tmp_path / "mapping"
    call("plan", source, target, "-o", plan, "--mapping-csv", folder)
    rows = rows_of(folder / "statuses.csv")
    rows[1]["target"] = "Closed"
    assert rows[1]["source"] == "In progress"
    rows[0]["target"], rows[0]["create"] = "", "a, b; c\td"
    save(folder / "statuses.csv", rows, between)
    assert call("plan", source, target, "-o", plan, "--mapping-csv", folder).code == 0
    assert tomllib.loads(plan.read_text("utf-8"))["mapping"]["statuses"]["In progress"] == "Closed"
    assert tomllib.loads(plan.read_text("utf-8"))["mapping"]["statuses"]["Open"] == {"create": "a, b; c\td"}
    assert rows_of(folder / "statuses.csv")[1]["planned"] == '"Closed"'


def test_a_table_speaks_of_things_by_the_words_of_the_file(
    source: str, target: str, call: Call, plan: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "mapping"
    plan.write_text('[mapping.statuses]\n"id:2" = "Open" # mine\n', "utf-8")
    assert call("plan", source, target, "-o", plan, "--mapping-csv", folder).code == 0
    rows = rows_of(folder / "statuses.csv")
    (row,) = [row for row in rows if row["source"] == "id:2"]
    assert (row["target"], row["name"]) == ("Open", "In progress")
    row["target"] = "Closed"
    save(folder / "statuses.csv", rows)
    assert call("plan", source, target, "-o", plan, "--mapping-csv", folder).code == 0
    assert '\n"id:2" = "Closed" # mine\n' in plan.read_text("utf-8")


def test_a_word_edited_in_both_is_refused(source: str, target: str, call: Call, plan: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mapping"
    call("plan", source, target, "-o", plan, "--mapping-csv", folder)
    rows = rows_of(folder / "statuses.csv")
    rows[1]["target"] = "Closed"
    save(folder / "statuses.csv", rows)
    change(plan, '"In progress" = "In progress"', '"In progress" = "Open"')
    answer = call("plan", source, target, "-o", plan, "--mapping-csv", folder)
    assert answer.code == 2
    assert "the file says 'Open', the CSV 'Closed'; make them one" in answer.err


def test_a_word_of_the_csv_that_the_target_lacks_is_not_blamed_on_a_line_of_the_file(
    source: str, target: str, call: Call, plan: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "mapping"
    call("plan", source, target, "-o", plan, "--mapping-csv", folder)
    rows = rows_of(folder / "statuses.csv")
    rows[0]["target"] = "Opne"
    save(folder / "statuses.csv", rows)
    answer = call("plan", source, target, "-o", plan, "--mapping-csv", folder)
    assert answer.code == 2
    assert "cannot be followed: mapping.statuses.Open: the target has no 'Opne'" in answer.err


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"source,target\nOpen,Closed\n", "lacks the columns create, name"),
        ("source,対象\n".encode("cp932"), "is not UTF-8; save it as 'CSV UTF-8'"),
        (
            b'source,target,create,name,confidence,reason,table,planned\nOpen,Closed,X,,,,statuses,"""Open"""\n',
            "row 2: target and create are both given",
        ),
        (
            b"source,target,create,name,confidence,reason,table,planned\nOpen,Closed,,,,,statuses,Open\n",
            "row 2: the column 'planned' was changed",
        ),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_understood_is_named(
    content: bytes, says: str, source: str, target: str, call: Call, plan: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "mapping"
    folder.mkdir()
    (folder / "statuses.csv").write_bytes(content)
    answer = call("plan", source, target, "-o", plan, "--mapping-csv", folder)
    assert answer.code == 2
    assert says in answer.err
    assert not plan.exists()


def test_several_problems_of_a_plan_stand_below_the_sentence_each_on_a_line_of_its_own(
    source: str, target: str, call: Call, plan: Path
) -> None:
    plan.write_text('[mapping.users]\n"a\\nError: b" = 5\n[mapping.colours]\nx = "y"\n', "utf-8")
    answer = call("migrate", source, target, "--plan", plan, "--yes")
    assert answer.code == 2
    said, *problems = answer.err.splitlines()
    assert said == f"Error: the plan {plan} cannot be followed, 2 things are wrong with it:"
    assert [problem[:8] for problem in problems] == ["  line 2", "  line 3"]
    assert "a␊Error: b" in problems[0]


def test_the_plan_goes_to_stdout_where_asked(source: str, target: str, call: Call) -> None:
    assert "mapping" in tomllib.loads(call("plan", source, target, "-o", "-").out)
    assert call("plan", source, target, "-o", "-", "--json").code == 2


@pytest.mark.parametrize(
    "text", ["", "[files]\n# ours\nfallback_folder = 'old' # said Hanako\n", "files = { fallback_link = 'x' }\n"]
)
def test_a_fallback_folder_given_to_it_goes_into_its_file_and_migrate_follows_that(
    source: str, target: str, call: Call, plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    if text:
        plan.write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    answer = call("plan", source, target, "-o", plan, "--fallback-folder", "kept", "--json")
    assert (answer.code, answer.json["fallback_folder"]) == (0, str(tmp_path / "kept"))
    assert tomllib.loads(plan.read_text("utf-8"))["files"]["fallback_folder"] == str(tmp_path / "kept")
    assert "# ours" in plan.read_text("utf-8") or "# ours" not in text
    again = call("plan", source, target, "-o", plan, "--json")
    assert again.json["fallback_folder"] == str(tmp_path / "kept")
    assert call("migrate", source, target, "--plan", plan, "--yes").code == 0


def test_one_project_cannot_be_planned_into_itself(source: str, call: Call, plan: Path) -> None:
    answer = call("plan", source, source, "-o", plan)
    assert (answer.code, plan.exists()) == (2, False)


@pytest.mark.parametrize("scheme", ["sqlite", "archive"])
def test_a_target_that_could_not_be_made_is_refused_as_migrate_refuses_it(
    scheme: str, source: str, call: Call, plan: Path, tmp_path: Path
) -> None:
    target = f"{scheme}:///{tmp_path}/nowhere/target"
    refused = call("migrate", source, target)
    assert (refused.code, f"there is no folder {tmp_path}/nowhere for target; make it" in refused.err) == (2, True)
    for also in (("plan", source, target, "-o", plan), ("migrate", source, target, "--dry-run")):
        assert (call(*also).code, call(*also).err) == (2, refused.err)
    assert not plan.exists()


def test_a_source_that_is_nowhere_is_not_found(source: str, call: Call, plan: Path, tmp_path: Path) -> None:
    refused = call("plan", f"sqlite:///{tmp_path}/nowhere/source.db", source, "-o", plan)
    assert (refused.code, "source.db does not exist" in refused.err) == (1, True)
