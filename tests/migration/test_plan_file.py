"""plan.toml: whatever a person writes into it stays, and whatever is wrong with it is named with its line."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from anybacklog import ConfigurationError
from anybacklog.abilities import METADATA_KINDS, MetadataKind
from anybacklog.migration.choices import Choices, Edit, Said, shown_key
from anybacklog.migration.plans.document import BEGIN, END, written
from anybacklog.migration.plans.mapping_lines import Line
from anybacklog.migration.plans.merging import merged
from anybacklog.migration.plans.plan import Plan
from anybacklog.migration.plans.positions import parse, positions
from anybacklog.migration.plans.reading import choices_in
from anybacklog.model import Named

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAMES = WORDS.filter(bool)
SAID = WORDS | st.fixed_dictionaries({"create": NAMES})
MAPPINGS = st.dictionaries(
    st.sampled_from(METADATA_KINDS), st.dictionaries(NAMES, SAID, min_size=1, max_size=4), max_size=4
)
NOTES = st.lists(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(lambda said: f"# {said}") | st.just(""),
    max_size=3,
)


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def value(said: Said) -> str:
    return quoted(said) if isinstance(said, str) else f"{{ create = {quoted(said['create'])} }}"


def as_tables(mapping: dict[str, dict[str, Said]], notes: list[str]) -> list[str]:
    lines = list(notes)
    for kind, words in mapping.items():
        lines += [f"[mapping.{kind}] # {kind}"]
        for word, said in words.items():
            lines += [*notes, f"{quoted(word)}   = {value(said)} # because"]
    return lines


def as_dotted(mapping: dict[str, dict[str, Said]], notes: list[str]) -> list[str]:
    lines = [
        f"mapping.{kind}.{quoted(word)} = {value(said)}"
        for kind, words in mapping.items()
        for word, said in words.items()
    ]
    return [*notes, *lines, *notes]


def as_one_line(mapping: dict[str, dict[str, Said]], notes: list[str]) -> list[str]:
    kinds = (
        f"{kind} = {{ {', '.join(f'{quoted(word)} = {value(said)}' for word, said in words.items())} }}"
        for kind, words in mapping.items()
    )
    return [*notes, f"mapping = {{ {', '.join(kinds)} }}"]


def a_plan(mapping: dict[MetadataKind, dict[str, Said]]) -> Plan:
    """Make a plan that says this; each word is the name of a thing of the source."""
    lines = {
        kind: tuple(
            Line(id=f"\0{number}", word=word, name=word, said=said, confidence="certain", reason="same\nname")
            for number, (word, said) in enumerate(words.items())
        )
        for kind, words in mapping.items()
    }
    return Plan(
        source="memory://a/A", target="memory://b/B", read_at=datetime(2026, 1, 1, tzinfo=UTC), choices=Choices(),
        ledger=None,
        nouns={kind: [Named(id=line.id, name=line.word) for line in found] for kind, found in lines.items()},
        mapping=lines, options={}, words={}, to_create=(), counts={"tickets": 0}, limits=(), limit_reasons={},
        fidelity=(), notices=(), requests={"source": {}, "target": {}}, eta_seconds=0, worst=(),
    )  # fmt: skip


@settings(phases=[Phase.explicit, Phase.generate], max_examples=60, report_multiple_bugs=False)
@given(MAPPINGS, MAPPINGS, NOTES, st.sampled_from([as_tables, as_dotted, as_one_line]), st.sampled_from(["\n", "\r\n"]))
@example({"users": {"a": "b"}}, {"users": {"c": "d"}}, ["# mine", ""], as_tables, "\n")
def test_planning_again_drops_no_edit_and_no_comment_of_a_person(
    held: dict[str, Any], found: dict[MetadataKind, Any], notes: list[str], style: Any, end: str
) -> None:
    lines = style(held, notes)
    text = end.join(lines) + end
    before = tomllib.loads(text)
    try:
        again = merged(a_plan(found), text, {})
    except ConfigurationError:  # nothing is written then: dotted keys have no room for another kind
        assert style is as_dotted and not found.keys() <= held.keys()  # noqa: PT018  # both in one place
        return
    after = tomllib.loads(again.text)
    for kind, words in before.get("mapping", {}).items():
        assert {word: after["mapping"][kind][word] for word in words} == words
    for kind, words in found.items():
        mine = before.get("mapping", {}).get(kind, {})
        assert {word: after["mapping"][kind][word] for word in words} == words | {
            word: said for word, said in mine.items() if word in words
        }
    if style is not as_one_line:
        rest = iter(again.text.split("\n"))
        assert all(line in rest for line in text.split("\n") if line.strip()), again.text
    assert merged(a_plan(found), again.text, {}) == type(again)(again.text, ())


@given(MAPPINGS)
def test_a_plan_says_what_its_file_says(mapping: dict[MetadataKind, Any]) -> None:
    said = choices_in(written(a_plan(mapping)).text, "plan.toml")
    assert (said.mapping, said.marks, said.history) == (mapping, True, "native")


@given(MAPPINGS, NOTES)
def test_every_key_is_found_in_its_line(mapping: dict[str, Any], notes: list[str]) -> None:
    lines = as_tables(mapping, notes)
    found = positions("\n".join(lines))
    for kind, words in mapping.items():
        for word in words:
            line = lines[found["mapping", kind, word] - 1]
            assert line.startswith(f"{quoted(word)} ")


def test_a_value_of_several_lines_moves_those_that_follow() -> None:
    text = '[mapping.users]\na = """\nx = 1\n[mapping.y]\n"""\nb = "c"\n'
    assert positions(text)["mapping", "users", "b"] == 6
    assert ("mapping", "y") not in positions(text)


def test_what_was_found_is_told_anew_and_notes_above_and_below_stay() -> None:
    text = written(a_plan({"users": {"a": "b"}})).text
    edited = f"# mine, above\n{text}# mine, below\n"
    again = merged(a_plan({}), edited, {}).text
    assert (again.count(BEGIN), again.count(END)) == (1, 1)
    assert "# mine, above\n" in again
    assert again.endswith("# mine, below\n")


def test_the_lines_of_what_was_found_are_left_alone_where_they_are_a_text() -> None:
    text = f'[mapping.users]\na = """\n{BEGIN}\n{END}\n"""\n'
    assert tomllib.loads(merged(a_plan({}), text, {}).text) == tomllib.loads(text)


def test_an_edit_from_elsewhere_keeps_the_comment_of_its_line() -> None:
    text = '[mapping.users]\n"a" = "b" # Hanako knows\n'
    again = merged(a_plan({}), text, {("mapping", "users", "a"): Edit({"create": "c"}, "b")}).text
    assert '"a" = {create = "c"} # Hanako knows\n' in again


def test_an_edit_from_elsewhere_has_the_comment_of_a_plan_say_why_it_is_so_now() -> None:
    text = '[mapping.users]\n"a" = "b" # none: nobody\nother = "" # none: nobody\n'
    plan = a_plan({"users": {"a": "c", "other": ""}})
    again = merged(plan, text, {("mapping", "users", "a"): Edit("c", "b", "none: nobody")}).text
    assert '"a" = "c" # certain: same name\nother = "" # none: nobody\n' in again


def test_tables_that_are_torn_apart_are_added_to_all_the_same() -> None:
    text = '[mapping.users]\na = "b"\n[mapping.statuses]\nc = "d"\n[mapping.users.e]\ncreate = "f"\n'
    after = tomllib.loads(merged(a_plan({"users": {"n": "m"}}), text, {}).text)
    assert after["mapping"] == {"users": {"a": "b", "e": {"create": "f"}, "n": "m"}, "statuses": {"c": "d"}}


def test_a_file_with_no_room_for_more_is_refused_rather_than_harmed() -> None:
    with pytest.raises(ConfigurationError, match="cannot be added to as it is written; give each kind one table"):
        merged(a_plan({"statuses": {"n": "m"}}), 'mapping.users.a = "b"\nmapping.versions.c = "d"\n', {})


def test_errors_of_syntax_and_of_meaning_are_told_together() -> None:
    text = 'a b\n[mapping.users]\nx = "y\nz = 5\n[options]\nq = 1\n'
    with pytest.raises(ConfigurationError) as refused:
        choices_in(text, "plan.toml")
    first, *problems = str(refused.value).split("\n")
    assert first == "the plan plan.toml cannot be followed, 4 things are wrong with it:"
    assert problems == list(refused.value.problems)
    assert [problem[: problem.index(":", 8)] for problem in problems] == [
        "line 1: not valid TOML", "line 3: not valid TOML", "line 4: mapping.users.z", "line 6: options.q",
    ]  # fmt: skip


def test_lines_below_a_broken_head_are_not_blamed_for_it() -> None:
    with pytest.raises(ConfigurationError) as refused:
        choices_in('format = 1\n[mapping.users\nKim = "Lee"\n', "plan.toml")
    assert "line 2: not valid TOML: " in str(refused.value)
    assert "Kim" not in str(refused.value)


def test_a_text_that_never_ends_is_told_once() -> None:
    assert [(each.line, each.said) for each in parse('marks = true\nx = """\ny\n\n')[2]] == [
        (3, "not valid TOML: Unterminated string")
    ]


def test_an_error_in_the_last_line_is_told_by_its_number() -> None:
    with pytest.raises(ConfigurationError) as refused:
        choices_in("marcs = true\nhistory =\n", "plan.toml")
    assert [problem.rpartition(":")[0] for problem in refused.value.problems] == [
        "line 1: marcs", "line 2: not valid TOML",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("format = 2", "line 1: format: this anybacklog knows format 1 alone"),
        ("marks = 'no'", "line 1: marks: must be true or false"),
        ("\nhistory = 'none'", "line 2: history: must be one of native, text, attachment, lost"),
        ("[mapping.users]\na = { create = '' }", 'line 2: mapping.users.a: must be a word of the target, ""'),
        ("[mapping.users]\na = { make = 'x' }", "line 2: mapping.users.a: must be a word"),
    ],
)
def test_what_no_plan_can_say_is_named(text: str, says: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        choices_in(text, "plan.toml")
    assert says in str(refused.value)


def test_a_key_is_shown_as_it_would_be_written() -> None:
    assert shown_key(("mapping", "ticket_types", "調査")) == 'mapping.ticket_types."調査"'
