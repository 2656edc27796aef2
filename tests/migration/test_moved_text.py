"""What a source is told: read well, known again, and mentioning nobody."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from anybacklog.migration.ledger.rows import Landed
from anybacklog.migration.moved import item_of, says_moved, tell
from anybacklog.migration.texts import Writing
from anybacklog.model import Ticket, TicketId

TICKET = Ticket(id="5", key="OLD-1", title="old", created_at=datetime(2026, 1, 1, tzinfo=UTC))
PLAIN = Writing(formats={"markdown"}, native_format="markdown")
WORDS = st.text(st.characters(categories=["L", "Nd"], include_characters="-_."), min_size=1)


def text_of(place: str, key: str, id: str, url: str | None, writing: Writing = PLAIN) -> str:
    landed = Landed(item=item_of("5", "OLD-1", id), target_ticket=TicketId(id), target_id=id, target_key=key)
    return tell(TICKET, landed, place, url, writing).body.source


@given(WORDS, WORDS, WORDS, st.sampled_from([None, "https://example.com/view/{key}"]))
def test_what_a_source_is_told_is_known_again_as_long_as_nobody_adds_a_word(
    place: str, key: str, id: str, url: str | None
) -> None:
    text = text_of(place, key, id, url)
    assert says_moved(text)
    assert says_moved(f"<p>{text.replace(chr(10) * 2, '</p><p>')}</p>\r\n")
    assert not says_moved(f"{text}\n\nand I have a question")
    assert not says_moved(f"> {text}")


def test_it_reads_well() -> None:
    text = text_of("nulab:new.backlog.com/7", "NEW-3", "12", "https://new.backlog.com/view/{key}")
    assert text == "⟨anybacklog nulab:new.backlog.com/7 NEW-3 m12⟩\n\nMoved to NEW-3 https://new.backlog.com/view/NEW-3"


def test_it_mentions_nobody() -> None:
    writing = Writing(formats={"markdown"}, native_format="markdown", mentions="@[A-Z]+")
    text = text_of("x", "@ALL-1", "12", None, writing)
    assert "@ALL" not in text
    assert says_moved(text)
