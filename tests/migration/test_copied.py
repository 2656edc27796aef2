"""The count of copied comments stands behind the mark, and nothing else of the text changes for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anybacklog.migration.copied import copied, counted, uncounted
from anybacklog.migration.mark import Mark
from anybacklog.migration.texts import Heading, headed
from anybacklog.model import Text, User

words = st.text(min_size=1, max_size=20)
marks = st.builds(Mark, words, words, st.just("ticket"), words)
formats = st.sampled_from(["plain", "html", "markdown"])


def described(mark: Mark, name: str, body: str, text_format: str) -> Text:
    line = Heading(marked=True, attributed=True).line(mark, User(id="1", name=name), None)
    return headed(Text(body, text_format), line)  # type: ignore[arg-type]  # one of the formats


@given(marks, words, st.text(), formats, st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_count_is_read_back_counted_on_and_taken_out_again(
    mark: Mark, name: str, body: str, text_format: str, count: int, of: int
) -> None:
    text = described(mark, name, body, text_format)
    assert copied(text) == 0
    once = counted(text, count, of)
    assert (copied(once), once.format) == (count, text.format)
    assert copied(counted(once, count + 1, of)) == count + 1
    assert uncounted(once.source) == text.source


@given(st.text())
def test_a_text_without_a_mark_counts_nothing_and_stays(body: str) -> None:
    assert (copied(Text(body)), uncounted(body)) == (None, body)
    assert copied(None) is None


@pytest.mark.parametrize("quoted", [" · comments copied: 9/9", "⟨anybacklog a b t1⟩ · comments copied: 9/9"])
def test_a_count_further_down_is_a_quotation(quoted: str) -> None:
    text = described(Mark("nulab:x/1", "P-1", "ticket", "1"), quoted, quoted, "plain")
    assert copied(text) == 0
    assert counted(text, 1, 2).source.count("copied: 9/9") == text.source.count("copied: 9/9")
