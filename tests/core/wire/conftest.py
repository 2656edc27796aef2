"""What marshmallow alone makes of a document, and values that a service should not send but might."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from ipaddress import IPv4Address
from types import MappingProxyType
from typing import Any

import pytest
from marshmallow import Schema

from anybacklog.wire import UnexpectedJson

AssertSame = Callable[..., None]


class Text(str):
    __slots__ = ()


class Whole(int):
    pass


ODD: list[Any] = [
    None, True, False, 0, 1, -1, 7, 2**70, 10**400, 0.0, -0.0, 1.0, 1.5, 1e308, float("inf"), -float("inf"),
    float("nan"), "", "a", "ab", "RED", "r", "ja", "on", "true", "1", " 12 ", "１２", "1_0", "12.5", "nan", "1e400",
    "9" * 5000, "never", "2026-01-05", "20260105", "2026-W02-1", "2026-02-30", "2026/01/05", "２０２６-01-05",
    "2026-01-05T00:00:00Z", "2026-02-30T00:00:00Z", "２０２６-01-05T00:00:00Z", "2026-1-5T00:00:00Z", "01:02",
    "2026-01-05T01:02:03Z", "2026-01-05T01:02:03", "2026-01-05 01:02:03.5+09:00", "2026-01-05T24:00:00Z",
    "2026-01-05T01:02:03+25:00", "Mon, 05 Jan 2026 01:02:03 +0000", "2026 +0900", "10.0.0.1", "::1/64",
    "https://example.com", "a@example.com", "7d3f4b0e-3b0a-4b6e-8f3e-0d8f5b1c2a3d", "𠮷🎉ｶﾞ\r\n", "\ud800", "\x00",
    [], [1], ["a"], ["a", 1], ["a", None, 1.0, True], [[1], []], [[[1]], None], [[[1, 2], []], [[True]]],
    ["2026-01-05"], {}, {"id": 1}, {"id": "1"}, {"id": True}, {"id": None}, {"id": 1, "nickName": "n", "extra": {}},
    {"id": 1, "nickName": 5}, {"nickName": None}, {"a": 1, "bcd": "2"}, {"below": []},
    {"id": 1, "below": [{"id": 2, "below": [{"id": 3}]}]}, {"id": 1, "below": [{"id": 2, "below": [{"id": "x"}]}]},
    [{"id": 1}, {"id": 2, "more": 0}], [{"id": 1}, {}, None], [{}], Text("a"), Text("2026-01-05"), Whole(1), b"a",
    b"\xff", ("a", 1), {"a"}, MappingProxyType({"id": 1}), date(2026, 1, 5),
    datetime(2026, 1, 5, tzinfo=UTC), datetime.fromisoformat("2026-01-05"), IPv4Address("10.0.0.1"), object,
]  # fmt: skip


@contextmanager
def marshmallow_alone() -> Iterator[None]:
    """Let no schema that is first used in here have a loader."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("anybacklog.wire.schema.generate", lambda schema: None)
        yield


def told(value: Any) -> Any:
    """Spell a value with its types and its order, so that 1, 1.0 and True differ, and NaN is NaN."""
    if isinstance(value, dict):
        return type(value), [(name, told(each)) for name, each in value.items()]
    if isinstance(value, list | tuple):
        return type(value), [told(each) for each in value]
    return type(value), repr(value)


def outcome(schema: Schema, document: Any, **options: Any) -> Any:
    try:
        return told(schema.load(document, **options))
    except UnexpectedJson as error:
        return error.messages, str(error)
    except Exception as error:  # noqa: BLE001  # what marshmallow itself stumbles over
        return type(error), str(error)


def check(make: Callable[[], Schema], documents: Sequence[Any], **options: Any) -> None:
    with marshmallow_alone():
        slow = make()
        expected = [outcome(slow, each, **options) for each in documents]
    quick = make()
    assert [outcome(quick, each, **options) for each in documents] == expected


@pytest.fixture(scope="session")
def assert_same() -> AssertSame:
    """Give `assert_same(make_schema, documents, **options)`: the same values, or the same errors in the same words."""
    return check


@pytest.fixture(scope="session")
def odd_values() -> list[Any]:
    return ODD
