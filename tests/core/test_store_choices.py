"""Own fields through a Tracker: a choice is a name or `id:123`, other words are free text; a type is kept to."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

import anybacklog
from anybacklog import Tracker
from anybacklog.errors import ValidationError
from anybacklog.model import CustomField, FieldType, FieldValue, Named, TicketDraft

NAMES = ("A", "2", "id:7")


@pytest.fixture(params=["memory", "sqlite"])
def tracker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tracker]:
    urls = {"memory": f"memory://{uuid4().hex}/PROJ", "sqlite": f"sqlite:///{tmp_path}/tickets.db?project=PROJ"}
    with ExitStack() as stack:
        yield stack.enter_context(anybacklog.connect(urls[request.param]))


@pytest.fixture
def kept(tracker: Tracker) -> Callable[[FieldValue], FieldValue]:
    """Write a choice and read it back."""
    for name, type_ in (("One", "choice"), ("Several", "choices")):
        options = tuple(Named(id="", name=each) for each in NAMES)
        tracker.add_metadata("custom_fields", CustomField(id="", name=name, type=type_, options=options))  # type: ignore[arg-type]

    def write(value: FieldValue) -> FieldValue:
        field = "Several" if isinstance(value, tuple) else "One"
        made = tracker.create_ticket(TicketDraft(title="Chosen", custom_fields={field: value}))
        (found,) = tracker.ticket(made).custom_fields
        return found.value

    return write


@pytest.mark.parametrize("value", ["A", "2", "id:7", "Lynx", "id:", "id:999999", ("2", "A", "Lynx", "2")])
def test_a_name_and_free_text_are_read_as_they_were_written(
    kept: Callable[[FieldValue], FieldValue], value: FieldValue
) -> None:
    assert kept(value) == value


def ids(tracker: Tracker, field: str) -> list[str]:
    return [option.id for each in tracker.custom_fields() if each.name == field for option in each.options]


def test_an_id_is_written_with_its_prefix(tracker: Tracker, kept: Callable[[FieldValue], FieldValue]) -> None:
    assert kept(f"id:{ids(tracker, 'One')[0]}") == "A"
    assert kept(("Lynx", f"id:{ids(tracker, 'Several')[1]}")) == ("Lynx", "2")


def test_free_text_is_never_taken_for_the_option_of_that_id(
    tracker: Tracker, kept: Callable[[FieldValue], FieldValue]
) -> None:
    number = ids(tracker, "One")[0]
    with pytest.raises(ValidationError, match=f"One has no choice '{number}', .* write id:{number}") as caught:
        kept(number)
    assert (caught.value.field, caught.value.value) == ("custom_fields.One", number)


WRONG: list[tuple[FieldType, object]] = [
    ("date", "2026-01-02"),
    ("date", datetime(2026, 1, 2, tzinfo=UTC)),
    ("number", "1.5"),
    ("number", True),
    ("number", math.nan),
    ("text", 5),
]


@pytest.mark.parametrize(("type_", "value"), WRONG, ids=str)
def test_a_value_that_its_field_does_not_hold_is_refused_before_anything_is_written(
    tracker: Tracker, type_: FieldType, value: object
) -> None:
    tracker.add_metadata("custom_fields", CustomField(id="", name="Own", type=type_))
    with pytest.raises(ValidationError, match=r"custom_fields\.Own must be ") as caught:
        tracker.create_ticket(TicketDraft(title="Wrong", custom_fields={"Own": value}))  # type: ignore[dict-item]  # a user's mistake
    assert caught.value.field == "custom_fields.Own"
    assert tracker.count_tickets() == 0
