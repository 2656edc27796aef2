"""Vendors' JSON: what is read, what passes by, and how a surprise is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import fields

from anybacklog.errors import ProtocolError
from anybacklog.wire import WireSchema, camel_case


class PersonSchema(WireSchema):
    id = fields.Integer(required=True)
    mail_address = fields.String(load_default=None, allow_none=True)


class IssueSchema(WireSchema):
    issue_key = fields.String(required=True)
    created = fields.AwareDateTime(load_default=None, allow_none=True)
    created_user = fields.Nested(PersonSchema, load_default=None, allow_none=True)
    watchers = fields.List(fields.Nested(PersonSchema), load_default=list)
    versions = fields.List(fields.String(), data_key="affects", load_default=list)


ISSUE = IssueSchema()


def test_camel_case_keys_become_our_names_and_unknown_keys_pass_by() -> None:
    loaded = ISSUE.load(
        {
            "issueKey": "A-1",
            "createdUser": {"id": 1, "mailAddress": "a@example.com", "x": 1},
            "affects": ["1"],
            "new": {},
        }
    )
    assert loaded == {
        "issue_key": "A-1",
        "created": None,
        "created_user": {"id": 1, "mail_address": "a@example.com"},
        "watchers": [],
        "versions": ["1"],
    }


def test_a_list_is_loaded_with_many() -> None:
    assert [each["issue_key"] for each in ISSUE.load([{"issueKey": "A-1"}, {"issueKey": "A-2"}], many=True)] == [
        "A-1",
        "A-2",
    ]


SURPRISES = {
    "issueKey: Missing data for required field (got nothing)": {},
    "issueKey: Not a valid string (got int)": {"issueKey": 5},
    "issueKey: Field may not be null (got null)": {"issueKey": None},
    "createdUser.id: Not a valid integer (got str)": {"issueKey": "A-1", "createdUser": {"id": "private text"}},
    "watchers.1.id: Not a valid integer (got list)": {"issueKey": "A-1", "watchers": [{"id": 1}, {"id": []}]},
    "created: Not a valid aware datetime (got str)": {"issueKey": "A-1", "created": "2015-05-09T15:42:55"},
    "the whole: Invalid input type (got list)": [],
}


@pytest.mark.parametrize("told", SURPRISES)
def test_a_surprise_names_the_field_and_the_kind_of_value_but_never_the_value(told: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        ISSUE.load(SURPRISES[told])
    assert told in str(caught.value)
    assert str(caught.value).startswith("the service's JSON is not the Issue expected here: ")
    assert "private text" not in str(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_many_surprises_are_counted() -> None:
    with pytest.raises(ProtocolError, match="and 2 more"):
        ISSUE.load([{}] * 5, many=True)


@given(st.lists(st.text(st.sampled_from("abc"), min_size=1), min_size=1))
def test_camel_case_joins_the_words_and_loses_none(words: list[str]) -> None:
    assert camel_case("_".join(words)).lower() == "".join(words)
