"""Where a text names tickets and files: found, and written anew, and nothing else changed by a byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anybacklog.abilities import References
from anybacklog.migration.references import Reader, Reference, answered, is_form_of, rewritten, worded
from anybacklog.model import Text

WEB = "https://example.backlog.com"
SPACE = References(
    key=r"[A-Z][A-Z0-9_]*-[1-9][0-9]*",
    url=f"{WEB}/view/{{key}}",
    comment="#comment-{id}",
    files={"attach": "#attach({name}:{id})", "image": f"{WEB}/image?id={{id}}"},
)
READER = Reader(SPACE)


def new_name(reference: Reference) -> str | None:
    """Know every ticket of PROJ, and nothing else."""
    return reference.said.replace("PROJ-", "NEWER-") if reference.id.startswith("PROJ-") else None


def anew(text: str) -> str:
    return rewritten(text, answered(READER.found(text), new_name))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("PROJ-12", "NEWER-12"),
        ("see PROJ-12, PROJ-1.", "see NEWER-12, NEWER-1."),
        ("課題PROJ-12を参照", "課題NEWER-12を参照"),
        ("[[PROJ-12]] (PROJ-1) **PROJ-2** <b>PROJ-3</b>", "[[NEWER-12]] (NEWER-1) **NEWER-2** <b>NEWER-3</b>"),
        (f"{WEB}/view/PROJ-12", f"{WEB}/view/NEWER-12"),
        (f"[x]({WEB}/view/PROJ-1#comment-7)", f"[x]({WEB}/view/NEWER-1#comment-7)"),
        ("HTTP://EXAMPLE.backlog.com/view/PROJ-1", "HTTP://EXAMPLE.backlog.com/view/NEWER-1"),
        ('<a href="https://example.backlog.com/view/PROJ-1">', '<a href="https://example.backlog.com/view/NEWER-1">'),
        ("`PROJ-1` unclosed ` PROJ-2", "`PROJ-1` unclosed ` NEWER-2"),
        ("PROJ-1\n```\nPROJ-2\n```\nPROJ-3", "NEWER-1\n```\nPROJ-2\n```\nNEWER-3"),
        ("{code:java}PROJ-1{/code} PROJ-2", "{code:java}PROJ-1{/code} NEWER-2"),
        ("<pre>PROJ-1</pre> <code>PROJ-2</code> PROJ-3", "<pre>PROJ-1</pre> <code>PROJ-2</code> NEWER-3"),
    ],
)
def test_what_names_a_ticket_is_written_anew(text: str, wanted: str) -> None:
    assert anew(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "MYPROJ-12 MY_PROJ-1 my_PROJ-1 PROJ-12x PROJ-12-x PROJ-012 proj-12 PROJ-",
        "feature/PROJ-12 PROJ-12/notes PROJ-12.png a.PROJ-12 PROJ-12@example.com a=PROJ-12&b",
        "https://other.example.com/view/PROJ-12 https://example.backlog.com.evil.org/view/PROJ-12",
        f"{WEB}/view/PROJ-12/files {WEB}/projects/PROJ-12 {WEB}:8443/view/PROJ-12",
        "UTF-8 OTHER-1",
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert anew(text) == text


@pytest.mark.parametrize("part", ["x", "A", "A-", "`", "#attach(", "{code", "<pre", "https://", "PROJ-", "\n```"])
def test_a_long_text_of_nothing_takes_no_time_that_grows_faster_than_it(part: str) -> None:
    """What looked at the rest of the text from every place of it would be at this for hours."""
    text = part * (1_000_000 // len(part))
    assert anew(text) == text


def test_files_named_by_number_are_found_with_their_names() -> None:
    text = f"#attach(画面 (1).png:12) ![i]({WEB}/image?id=34) ![i][by name.png] #image(by name.png)"
    assert [(each.form, each.id, each.name) for each in READER.found(text)] == [
        ("attach", "12", "画面 (1).png"),
        ("image", "34", ""),
    ]


PARTS = st.lists(
    st.sampled_from(["PROJ-1", "PROJ-12", "OTHER-3", f"{WEB}/view/PROJ-9", "`", "```", "{code}", "\r\n", " ", "/", "-"])
    | st.text(max_size=5),
    max_size=20,
)


@given(parts=PARTS)
def test_nothing_else_changes_by_a_byte(parts: list[str]) -> None:
    text = "".join(parts)
    found = answered(READER.found(text), new_name)
    at = 0
    kept, new = [], []
    for each in found:
        assert at <= each.start < each.end
        assert text[each.start : each.end] == each.said
        kept.append(text[at : each.start])
        new.append(each.new or each.said)
        at = each.end
    between = "".join(before + word for before, word in zip(kept, new, strict=True)) + text[at:]
    assert rewritten(text, found) == between


@given(parts=PARTS, which=st.integers(0))
def test_a_text_partly_written_anew_is_a_form_of_it_and_one_with_another_word_is_not(
    parts: list[str], which: int
) -> None:
    text = "".join(parts)
    found = answered(READER.found(text), new_name)
    some = rewritten(text, [each for place, each in enumerate(found) if which >> place & 1])
    assert is_form_of(some, text, found)
    assert not is_form_of(some + "x", text, found)


@given(parts=PARTS, cut=st.integers(0, 60), room=st.integers(0, 80))
def test_pieces_have_room_and_without_new_names_are_the_text_again(parts: list[str], cut: int, room: int) -> None:
    text = "".join(parts)
    pieces = [Text(text[:cut], "plain"), Text(text[cut:], "plain")]
    found = answered(READER.found(text), new_name)
    written = worded(pieces, found, [room, None])
    assert "".join((each.plain or each.text).source for each in written) == text
    assert all(
        len(each.text.source) <= max(room, len(piece.source)) for each, piece in zip(written[:1], pieces, strict=False)
    )
    assert [each.plain is None for each in written] == [each.plain is None for each in worded(pieces, found, [None, 0])]


def test_a_name_that_is_cut_in_two_stays() -> None:
    text = "a PROJ-12"
    found = answered(READER.found(text), new_name)
    written = worded([Text("a PROJ-1", "plain"), Text("2", "plain")], found, [None, None])
    assert [each.text.source for each in written] == ["a PROJ-1", "2"]
