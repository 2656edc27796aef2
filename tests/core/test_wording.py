"""A rewritten text is known again by what it says; any other change is one."""

from __future__ import annotations

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anybacklog.markup.wording import shown_as, wording
from anybacklog.model import Text, TextFormat

BOTH: tuple[TextFormat, ...] = ("html", "plain")
lines = st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])), min_size=1, max_size=4)


def paragraphs(source: str) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in source.split("\n"))


@given(lines)
def test_plain_text_made_html_says_the_same(written: list[str]) -> None:
    source = "\n".join(["one", *written])
    assert shown_as(Text(source, "plain"), paragraphs(source), BOTH) == "html"


@given(lines)
def test_html_made_plain_says_the_same(written: list[str]) -> None:
    source = "\n".join(["one", *written])
    assert shown_as(Text(paragraphs(source), "html"), source, BOTH) == "plain"


@given(st.text())
def test_a_text_that_stayed_has_its_own_format_whatever_is_expected(source: str) -> None:
    assert shown_as(Text(source, "plain"), source, ()) == shown_as(Text(source, "plain"), source, BOTH) == "plain"


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("one two", "<p>one three</p>"),  # other words
        ("one two", "<p>one two</p> and a person's"),  # more of them
        ("one\ntwo", "one\n<b>two</b>"),  # the first line stayed: a person made the second one bold
        ("one\r\ntwo", "one\ntwo"),  # no rewriting that was declared
    ],
)
def test_what_was_altered_is_neither(written: str, found: str) -> None:
    assert shown_as(Text(written, "plain"), found, BOTH) is None


def test_nothing_is_taken_for_rewritten_where_nothing_is_declared() -> None:
    assert shown_as(Text("one", "plain"), "<p>one</p>", ()) is None


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("<p>a <b>b</b></p><!-- c --><br/>d", "abd"),
        ("&lt;x&gt; &amp;amp; &nbsp;y", "<x>&amp;y"),
        ("a < b > c", "a<b>c"),
    ],
)
def test_html_is_read_as_a_person_sees_it(source: str, says: str) -> None:
    assert wording(Text(source, "html")) == says
    assert wording(Text(source, "plain")) == "".join(source.split())
