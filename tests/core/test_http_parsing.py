"""Bytes -> JSON values: exactly those of the standard library, or one sentence that says what is wrong."""

from __future__ import annotations

import json
import struct
import sys
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from anybacklog.http import parsing
from anybacklog.http.parsing import parsed, standard

ATOMS = [
    *'"[]{},:-.eE+019 \t\n\r\x0b\x00\\/abu',
    *(
        "null",
        "true",
        "NaN",
        "Infinity",
        "1e999",
        "5e-324",
        "9" * 25,
        "9" * 5000,
        '"a":',
        "\ufeff",
        "𠮷",
        "ｶﾞ",
        "e\u0301",
    ),
    *("\\u", "\\ud83c", "\\udf89", "\\u0000", "\\n"),
]
TEXTS = st.lists(st.sampled_from(ATOMS), max_size=12).map(lambda atoms: "".join(atoms).encode())
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
BODIES = (
    st.binary()
    | TEXTS
    | TEXTS.map(lambda text: b'"' + text + b'"')
    | TEXTS.map(lambda text: b"[" + text + b"]")
    | VALUES.map(lambda value: json.dumps(value).encode())
    | VALUES.map(lambda value: json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass"))
)


@given(BODIES)
@example(b'{"a": 1, "a": 2}')
@example(b'["\\ud83c", "\\ud83c\\udf89", "\\udf89\\ud83c"]')
@example(b"[-0, -0.0, 0.1, 1e23, 9007199254740993.0, 18446744073709551616, 1.7976931348623157e308]")
def test_what_is_read_is_what_the_standard_library_reads(body: bytes) -> None:
    value, wrong = parsed(body)
    try:
        expected = standard(body)
    except (ValueError, RecursionError):
        assert (value, bool(wrong)) == (None, True)
    else:
        assert (exact(value), wrong) == (exact(expected), "")


@given(VALUES)
def test_every_value_is_read_as_it_was_written(value: Any) -> None:
    assert exact(parsed(json.dumps(value).encode())[0]) == exact(value)


def test_where_there_is_no_quick_reader_the_standard_one_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "msgspec.json", None)
    assert parsing._quick.__wrapped__() is standard


def exact(value: Any) -> Any:
    """Spell a value so that only what is the same in type, order, and the last bit of a number is equal."""
    match value:
        case dict():
            return [(name, exact(each)) for name, each in value.items()]
        case list():
            return [exact(each) for each in value]
        case float():
            return struct.pack("d", value)
        case _:
            return type(value), value
