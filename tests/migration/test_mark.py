"""The mark survives any text around it, and any name in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from anybacklog.migration.mark import Mark, find_mark

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
MARKS = st.builds(Mark, WORDS, WORDS, st.sampled_from(["ticket", "comment", "attachment", "moved"]), WORDS)
ANYTHING = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="⟨"))


@given(MARKS, ANYTHING)
def test_a_mark_is_found_where_a_text_begins_with_it(mark: Mark, after: str) -> None:
    assert find_mark(f"{mark}{after}") == find_mark(f"<p>{mark}{after}") == mark


@given(MARKS)
def test_a_mark_is_one_line_and_three_words(mark: Mark) -> None:
    assert len(str(mark).split()) == 4
    assert len(str(mark).splitlines()) == 1


@given(ANYTHING)
def test_a_text_without_a_mark_has_none(text: str) -> None:
    assert find_mark(text) is None


def test_a_mark_reads_well() -> None:
    mark = Mark("nulab:example.backlog.com/31224", "PROJ-12", "comment", "5327259")
    assert str(mark) == "⟨anybacklog nulab:example.backlog.com/31224 PROJ-12 c5327259⟩"


@given(MARKS, WORDS)
def test_a_renamed_project_does_not_change_what_a_mark_stands_for(mark: Mark, key: str) -> None:
    renamed = Mark(mark.source, key, mark.kind, mark.id)
    assert find_mark(str(renamed)) == renamed
    assert renamed.item == mark.item


@given(MARKS, WORDS)
def test_a_mark_further_down_is_a_quotation(mark: Mark, before: str) -> None:
    assert find_mark(f"x{before}{mark}") is None
