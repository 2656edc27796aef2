"""Texts: kept as they were sent, plain or HTML; and read as they are where the service makes one of the other."""

from __future__ import annotations

import pytest
from tests.cassettes.drafts import HARD_LINE, HARD_TEXT, make
from tests.cassettes.live import PREFIX
from tests.cassettes.publicbacklog.preparing import ALL, chosen

from anybacklog import Text, TicketDraft, Tracker

RICH = '<p>As <b>everywhere</b>:</p><ul><li><a href="https://example.com/?a=1&amp;b=2">𠮷🎉</a></li></ul>'


def test_texts_are_kept_to_the_last_code_point(tracker: Tracker) -> None:
    made = tracker.create_ticket(TicketDraft(title=PREFIX + HARD_LINE, description=HARD_TEXT))
    found = tracker.ticket(made.key)
    assert (found.title, found.description) == (PREFIX + HARD_LINE, Text(HARD_TEXT, "plain"))


def test_html_is_kept_and_told_by_its_tags(tracker: Tracker) -> None:
    made = make(tracker, "rich", description=Text(RICH, "html"))
    assert tracker.ticket(made.key).description == Text(RICH, "html")


def test_a_plain_text_that_looks_like_html_is_known_by_who_wrote_it(tracker: Tracker) -> None:
    shell = Text("cat <in> out", "plain")
    made = make(tracker, "in plain words", description=shell)
    assert tracker.ticket(made.key).description == shell


@chosen(texts="html")
def test_where_plain_text_is_made_html_that_is_what_is_read(tracker: Tracker) -> None:
    made = make(tracker, "plain", description="1 < 2\n& so on")
    assert tracker.ticket(made.key).description == Text("<p>1 &lt; 2</p><p>&amp; so on</p>", "html")


@chosen(texts="plain", shown=ALL)
def test_where_html_is_made_plain_that_is_what_is_read(tracker: Tracker) -> None:
    made = make(tracker, "rich", description=Text("<p>1 &lt; 2</p>", "html"))
    tracker.add_comment(made, Text("<p>1 &lt; <b>2</b></p>", "html"))
    assert tracker.ticket(made.key).description == Text("1 < 2", "plain")
    assert [each.body for each in tracker.comments(made)] == [Text("1 < 2", "plain")]


@pytest.mark.parametrize("title", ["abc", PREFIX + "𠮷" * (250 - len(PREFIX))], ids=["least", "greatest"])
def test_a_title_is_kept_of_a_length_that_is_the(tracker: Tracker, title: str) -> None:
    made = tracker.create_ticket(TicketDraft(title=title, description="xyz"))
    assert tracker.ticket(made.key).title == title
