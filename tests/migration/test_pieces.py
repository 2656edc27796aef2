"""Long texts in pieces: nothing is lost, nothing is too long, and what is one stays one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from anybacklog.migration.pieces import length, split

TEXTS = st.text(alphabet=st.sampled_from("a 𠮷🎉\r\n\u3099か\u200d\ufe0f"), max_size=400)
ROOM = st.integers(min_value=2, max_value=60)


@given(TEXTS, ROOM, ROOM)
def test_pieces_are_the_text_again_and_each_has_room(text: str, first: int, rest: int) -> None:
    pieces = split(text, first, rest)
    assert "".join(pieces) == text
    assert length(pieces[0]) <= first
    assert all(0 < length(piece) <= rest for piece in pieces[1:])


@given(TEXTS)
def test_what_has_room_stays_whole(text: str) -> None:
    assert split(text, length(text), 1) == [text]


def test_a_text_is_cut_behind_a_line_where_there_is_one() -> None:
    assert split("first line\nsecond line", 15, 20) == ["first line\n", "second line"]


def test_what_stands_for_one_character_stays_together() -> None:
    assert split("12345\r\n89", 6, 9) == ["12345", "\r\n89"]
    assert split("12345か\u3099", 6, 9) == ["12345", "か\u3099"]
    assert split("12345🎉", 6, 9) == ["12345", "🎉"]


def test_a_character_beyond_the_first_plane_is_counted_as_two() -> None:
    assert length("𠮷野家 🎉") == 7
