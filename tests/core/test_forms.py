"""The JSON of the nouns: what goes out comes back, and nothing else is let in."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator, FormatChecker

from anybacklog.errors import ConfigurationError, ValidationError
from anybacklog.forms import FORM_VERSION, Noun, document, dump, from_document, load
from anybacklog.forms.published import published
from anybacklog.forms.schemas import FORMS, form_of, kind_of
from anybacklog.model import (
    Attachment,
    Category,
    Comment,
    CustomFieldValue,
    FieldType,
    Link,
    Milestone,
    Status,
    Text,
    Ticket,
    TicketType,
    User,
)
from anybacklog.testing import strategies as some

SCHEMAS = Path(__file__).parents[2] / "docs" / "schema"
ANN = User(id="1", login="ann", name="Ann 𠮷", email=None)
NINE = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
TICKET = Ticket(
    id="7",
    key="PROJ-7",
    title="Crash on save",
    description=Text("# Steps\r\n", "markdown"),
    type=TicketType(id="2", name="Bug"),
    status=Status(id="1", name="Open", category="open"),
    assignees=(ANN,),
    created_at=NINE,
    updated_at=NINE.replace(microsecond=1),
    due_date=date(2026, 2, 28),
    estimated_hours=1.5,
    categories=(Category(id="4", name="UI"),),
    milestones=(Milestone(id="5", name="v1"),),
    links=(Link(id="9", kind="blocks", target="8"),),
    custom_fields=(CustomFieldValue(id="3", name="Sizes", type="choices", value=("S", "M")),),
    attachments=(Attachment(id="6", name="trace.txt", size=3, author=ANN),),
    raw={"issueKey": "PROJ-7"},
)
UNKNOWN_IN_TICKET: dict[str, Any] = {
    "url": None, "priority": None, "resolution": None, "reporter": None, "start_date": None, "actual_hours": None,
    "parent": None, "affected_versions": [], "watchers": [],
}  # fmt: skip


def through_json(data: dict[str, Any], *, ascii: bool) -> Any:
    return json.loads(json.dumps(data, ensure_ascii=ascii, allow_nan=False).encode())


def test_a_ticket_has_the_json_of_the_contract() -> None:
    ann = {"id": "1", "login": "ann", "name": "Ann 𠮷", "email": None}
    assert dump(TICKET) == UNKNOWN_IN_TICKET | {
        "id": "7",
        "key": "PROJ-7",
        "title": "Crash on save",
        "description": {"source": "# Steps\r\n", "format": "markdown"},
        "type": {"id": "2", "name": "Bug"},
        "status": {"id": "1", "name": "Open", "category": "open"},
        "assignees": [ann],
        "created_at": "2026-01-31T09:30:00Z",
        "updated_at": "2026-01-31T09:30:00.000001Z",
        "due_date": "2026-02-28",
        "estimated_hours": 1.5,
        "categories": [{"id": "4", "name": "UI"}],
        "milestones": [{"id": "5", "name": "v1"}],
        "links": [{"id": "9", "kind": "blocks", "target": "8"}],
        "custom_fields": [{"id": "3", "name": "Sizes", "type": "choices", "value": ["S", "M"]}],
        "attachments": [
            {
                "id": "6",
                "name": "trace.txt",
                "size": 3,
                "content_type": None,
                "sha256": None,
                "author": ann,
                "created_at": None,
            }
        ],
    }


def test_the_vendors_words_come_only_when_asked_for() -> None:
    assert "raw" not in dump(TICKET)
    assert dump(TICKET, raw=True) == dump(TICKET) | {"raw": {"issueKey": "PROJ-7"}}
    assert dump(replace(TICKET, raw=None), raw=True)["raw"] is None
    assert load(Ticket, dump(TICKET, raw=True)).raw == TICKET.raw


def test_a_noun_without_vendors_words_is_the_same_when_asked_for_them() -> None:
    assert dump(ANN, raw=True) == dump(ANN)


@pytest.mark.parametrize("kind", FORMS)
def test_a_form_has_every_field_of_its_noun_in_the_nouns_order(kind: str) -> None:
    noun, _ = FORMS[kind]
    ours = ["ticket"] if noun is Attachment else []  # where the Tracker read it from
    assert [*form_of(noun).shape, *ours] == [field.name for field in fields(noun)]
    assert kind_of(noun) == kind


@pytest.mark.parametrize("ascii", [True, False])
@given(noun=some.NOUNS)
def test_what_is_written_is_read_back(noun: Noun, ascii: bool) -> None:
    assert load(type(noun), dump(noun)) == noun
    assert load(type(noun), through_json(dump(noun), ascii=ascii)) == noun


@given(noun=some.NOUNS)
def test_the_vendors_words_are_read_back(noun: Noun) -> None:
    again = load(type(noun), through_json(dump(noun, raw=True), ascii=False))
    assert getattr(again, "raw", None) == getattr(noun, "raw", None)


@given(noun=some.NOUNS)
def test_the_fast_way_and_marshmallows_own_agree(noun: Noun) -> None:
    form = form_of(type(noun))
    stock = _without_raw(form.dump(noun))
    assert form.write(noun) == stock
    assert form.read(stock) == form.load(stock) == noun


def _without_raw(written: Any) -> Any:
    """Leave out the vendor's words at every depth: they are only written when asked for."""
    if isinstance(written, dict):
        return {name: _without_raw(value) for name, value in written.items() if name != "raw"}
    return [_without_raw(each) for each in written] if isinstance(written, list) else written


@given(noun=some.NOUNS)
def test_a_document_says_itself_what_it_is(noun: Noun) -> None:
    written = document(noun)
    assert (written["anybacklog"], FORMS[written["kind"]][0]) == (FORM_VERSION, type(noun))
    assert from_document(through_json(written, ascii=False)) == noun


@given(noun=some.NOUNS)
def test_what_is_written_keeps_to_the_published_schema(noun: Noun) -> None:
    assert list(_validator(kind_of(type(noun))).iter_errors(through_json(dump(noun, raw=True), ascii=False))) == []
    assert list(_validator("document").iter_errors(document(noun))) == []


def test_a_shown_ticket_keeps_to_the_published_schema() -> None:
    shown = dump(TICKET) | {"comments": [dump(Comment(id="1", body=Text("Seen again")))]}
    assert list(_validator("shown_ticket").iter_errors(shown)) == []
    assert list(_validator("ticket").iter_errors(shown)) != []


@pytest.mark.parametrize(
    "spoilt",
    [
        {"title": None},
        {"created_at": "2026-01-31T09:30:00"},
        {"created_at": "2026-01-31T09:30:00+09:00"},
        {"due_date": "31.01.2026"},
        {"estimated_hours": "1.5"},
        {"status": {"id": "1", "name": "Open", "category": "todo"}},
        {"custom_fields": [{"id": "3", "name": "n", "type": "number", "value": "3"}]},
        {"assignees": None},
        {"severity": "high"},
    ],
)
def test_what_cannot_be_read_breaks_the_published_schema_too(spoilt: dict[str, Any]) -> None:
    data = dump(TICKET) | spoilt
    assert list(_validator("ticket").iter_errors(data)) != []
    with pytest.raises(ValidationError, match=next(iter(spoilt))):
        load(Ticket, data)


def test_the_published_schemas_are_those_the_forms_make() -> None:
    on_disk = {path.stem: json.loads(path.read_text("utf-8")) for path in SCHEMAS.glob("*.json")}
    assert on_disk == published(), "run: python -m anybacklog.forms.published docs/schema"


@cache
def _validator(name: str) -> Draft202012Validator:
    schema = published()[name]
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())


def test_every_fault_is_named_with_its_place() -> None:
    data = dump(TICKET) | {"assignees": [dump(ANN), dump(ANN) | {"name": 5}], "due_date": "soon", "severity": 1}
    with pytest.raises(ValidationError) as caught:
        load(Ticket, data)
    told = str(caught.value)
    assert told.startswith("ticket cannot be read from JSON: ")
    assert "assignees.1.name: must be a text, not 5" in told
    assert "due_date: must be a day such as 2026-01-31, not 'soon'" in told
    assert "severity: " in told


def test_a_missing_key_is_named() -> None:
    data = dump(TICKET)
    del data["title"]
    with pytest.raises(ValidationError, match="title") as caught:
        load(Ticket, data)
    assert caught.value.field == "title"


def test_a_key_the_model_has_a_default_for_may_be_absent() -> None:
    assert load(Ticket, {"id": "1", "key": "P-1", "title": "T"}) == Ticket(id="1", key="P-1", title="T")


@pytest.mark.parametrize("data", [None, [], "ticket", 5])
def test_what_is_no_object_is_refused(data: object) -> None:
    with pytest.raises(ValidationError, match="ticket cannot be read from JSON"):
        load(Ticket, data)


def test_an_instant_is_moved_to_utc() -> None:
    tokyo = datetime(2026, 1, 31, 9, 30, tzinfo=timezone(timedelta(hours=9)))
    assert dump(replace(TICKET, created_at=tokyo))["created_at"] == "2026-01-31T00:30:00Z"


EDGES: list[tuple[Callable[[], Ticket], str]] = [
    (lambda: replace(TICKET, created_at=datetime(2026, 1, 31)), "created_at"),  # noqa: DTZ001
    (lambda: replace(TICKET, created_at=datetime.min.replace(tzinfo=timezone(timedelta(hours=9)))), "created_at"),
    (lambda: replace(TICKET, due_date=NINE), "due_date"),
    (lambda: replace(TICKET, estimated_hours=float("nan")), "estimated_hours"),
    (lambda: replace(TICKET, estimated_hours=float("inf")), "estimated_hours"),
    (lambda: replace(TICKET, actual_hours=True), "actual_hours"),
    (lambda: replace(TICKET, assignees=(replace(ANN, id=5),)), "assignees.0.id"),  # type: ignore[arg-type]
    (lambda: replace(TICKET, description="plain"), "description"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("make", "field"), EDGES)
def test_a_value_json_cannot_hold_is_refused_by_its_name(make: Callable[[], Ticket], field: str) -> None:
    with pytest.raises(ValidationError, match="ticket cannot be written as JSON") as caught:
        dump(make())
    assert caught.value.field == field


@pytest.mark.parametrize(
    "text", ["2026-02-30T00:00:00Z", "2026-02-28", "２026-01-01T00:00:00Z", "2026-W01-1T00:00:00Z"]
)
def test_an_instant_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="created_at: must be an instant such as"):
        load(Ticket, dump(TICKET) | {"created_at": text})


@pytest.mark.parametrize(
    ("type", "value"),
    [("text", 5), ("number", "5"), ("number", True), ("date", NINE), ("choice", ("a",)), ("choices", "abc")],
)
def test_a_custom_fields_value_must_be_of_its_type(type: FieldType, value: Any) -> None:
    with pytest.raises(ValidationError, match="value: must be"):
        dump(CustomFieldValue(id="1", name="n", type=type, value=value))


def test_a_custom_field_of_an_unknown_type_is_refused() -> None:
    with pytest.raises(ValidationError, match="type: must be one of"):
        load(CustomFieldValue, {"id": "1", "name": "n", "type": "colour", "value": "red"})


def test_infinity_in_json_is_refused() -> None:
    with pytest.raises(ValidationError, match="estimated_hours: must be a finite number"):
        load(Ticket, dump(TICKET) | {"estimated_hours": json.loads("Infinity")})


def test_a_document_of_a_newer_form_is_refused_with_the_way_out() -> None:
    with pytest.raises(ConfigurationError, match=r"form 2, .* up to form 1; update anybacklog"):
        from_document(document(ANN) | {"anybacklog": 2, "kind": "something new"})


@pytest.mark.parametrize("data", [None, {}, dump(ANN), {"anybacklog": "1"}, {"anybacklog": True}, {"anybacklog": 0}])
def test_what_is_no_document_is_refused(data: object) -> None:
    with pytest.raises(ValidationError, match="not a document of anybacklog"):
        from_document(data)


def test_a_document_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValidationError, match="kind must be one of"):
        from_document({"anybacklog": 1, "kind": "wiki", "noun": {}})
