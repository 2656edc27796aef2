"""A project's words, made and changed with all that Nulab keeps of them, against the fake space."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from tests.core.conftest import Server

import anybacklog
from anybacklog import TicketDraft
from anybacklog.errors import NotFound, PermissionDenied, ProtocolError, ValidationError
from anybacklog_nulab import Nulab

if TYPE_CHECKING:
    from tests.adapters.nulab.around.conftest import Here


NAME = "𠮷 ﾊﾝｶｸ 🎉"


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


def test_a_type_is_made_changed_and_deleted(here: Here) -> None:
    made = here.nulab.create_issue_type(NAME, color="#990000", template_summary="[急] ", template_description="a\r\nb")
    assert (made.name, made.color, made.template_summary, made.template_description) == (
        NAME, "#990000", "[急] ", "a\r\nb",
    )  # fmt: skip
    changed = here.nulab.update_issue_type(made.id, name="Story", template_summary=None)
    assert (changed.name, changed.color, changed.template_summary) == ("Story", "#990000", "")
    assert changed in here.nulab.issue_types()
    other = here.nulab.issue_types()[0]
    assert here.nulab.delete_issue_type(made.id, substitute=other.id) == changed
    assert changed not in here.nulab.issue_types()


def test_a_status_is_made_put_in_order_changed_and_deleted(here: Here) -> None:
    made = here.nulab.create_status("Review", color="#4caf93")
    assert (made.name, made.color) == ("Review", "#4caf93")
    ordered = here.nulab.order_statuses([1, made.id, 2, 3, 4])
    assert [each.id for each in ordered] == ["1", made.id, "2", "3", "4"]
    assert [each.id for each in here.nulab.statuses()] == ["1", made.id, "2", "3", "4"]
    assert here.nulab.update_status(made.id, name=NAME).name == NAME
    assert here.nulab.delete_status(made.id, substitute=2).name == NAME
    assert [each.id for each in here.nulab.statuses()] == ["1", "2", "3", "4"]


def test_an_order_that_is_not_answered_with_the_statuses_is_told(server: Server) -> None:
    project = b'{"id": 5, "projectKey": "PROJ", "name": "n"}'
    server.script += [server.answer(body=project), server.answer(body=b'{"id": 1}')]
    with (
        anybacklog.connect(f"nulab+http://127.0.0.1:{server.port}/PROJ", api_key="k") as tracker,
        pytest.raises(ProtocolError, match="not answered with the statuses"),
    ):
        tracker.extension(Nulab).order_statuses([1, 2, 3, 4])


def test_eight_statuses_stand_beside_the_four(here: Here) -> None:
    for number in range(8):
        here.nulab.create_status(f"{number}")
    with pytest.raises(ValidationError):
        here.nulab.create_status("one too many")


def test_nulabs_own_statuses_stay_as_they_are(here: Here) -> None:
    before = here.nulab.statuses()
    with pytest.raises(ValidationError):
        here.nulab.update_status(1, name="Fresh")
    assert here.nulab.statuses() == before


def test_a_category_is_made_renamed_and_deleted(here: Here) -> None:
    made = here.nulab.create_category(NAME)
    changed = here.nulab.update_category(made.id, name="印刷")
    assert (changed.id, changed.name) == (made.id, "印刷")
    assert here.nulab.delete_category(made.id) == changed
    assert [each.name for each in here.nulab.categories()] == ["画面"]


def test_a_version_has_days_and_can_be_archived(here: Here) -> None:
    made = here.nulab.create_version("2.0", description="秋", start_date=date(2026, 9, 1))
    assert (made.start_date, made.release_due_date, made.archived) == (date(2026, 9, 1), None, False)
    changed = here.nulab.update_version(made.id, archived=True, start_date=None, release_due_date=date(2026, 12, 31))
    assert (changed.name, changed.archived, changed.start_date, changed.release_due_date, changed.description) == (
        "2.0", True, None, date(2026, 12, 31), "秋",
    )  # fmt: skip
    assert here.nulab.delete_version(made.id) == changed
    assert [each.name for each in here.nulab.versions()] == ["1.0"]


def test_a_version_that_is_not_there_is_not_changed(here: Here) -> None:
    with pytest.raises(NotFound):
        here.nulab.update_version(99, archived=True)
    assert not [line for line in here.asked if line.startswith("PATCH")]


def test_a_field_has_the_parts_of_its_type(here: Here) -> None:
    bug = here.nulab.issue_types()[0].id
    cost = here.nulab.create_custom_field(
        "費用", 3, min=0.0, max=1e6, initial_value=0.5, unit="円", applicable_issue_types=[bug], required=True
    )
    assert (cost.type_id, cost.required, cost.applicable_issue_types) == (3, True, (bug,))
    assert (cost.raw["min"], cost.raw["max"], cost.raw["unit"]) == (0, 1_000_000, "円")
    changed = here.nulab.update_custom_field(cost.id, required=False, applicable_issue_types=[], name=NAME)
    assert (changed.name, changed.required, changed.applicable_issue_types) == (NAME, False, ())
    day = here.nulab.create_custom_field(
        "納期", 4, min=date(2026, 1, 1), initial_value_type=3, initial_date=date(2026, 4, 1)
    )
    assert day.type_id == 4
    assert here.nulab.delete_custom_field(cost.id) == changed
    assert [each.name for each in here.nulab.custom_fields()] == ["環境", "納期"]
    with pytest.raises(ValidationError):
        here.nulab.create_custom_field("wrong", 1, unit="円")


def test_the_choices_of_a_list_are_added_renamed_and_deleted_one_by_one(here: Here) -> None:
    made = here.nulab.create_custom_field("Browser", 8, items=["Firefox", "Safari"], allow_input=True)
    assert [(each.id, each.name) for each in made.items] == [("1", "Firefox"), ("2", "Safari")]
    assert (made.allow_input, made.allow_add_item) == (True, False)
    assert [each.name for each in here.nulab.create_item(made.id, NAME).items] == ["Firefox", "Safari", NAME]
    assert [each.name for each in here.nulab.update_item(made.id, 2, name="Safari 18").items][1] == "Safari 18"
    assert [each.id for each in here.nulab.delete_item(made.id, "1").items] == ["2", "3"]


def test_a_plan_without_fields_has_none(here: Here) -> None:
    here.space.licence.attribute = False
    assert here.nulab.custom_fields() == []


def test_what_is_made_here_is_used_by_the_tracker_at_once(here: Here) -> None:
    field = here.nulab.create_custom_field("Effort", 5, items=["S", "M"])
    here.nulab.create_item(field.id, "L")
    here.nulab.create_category("印刷")
    ticket = here.tracker.create_ticket(TicketDraft(title="t", categories=["印刷"], custom_fields={"Effort": "L"}))
    assert [each.name for each in ticket.categories] == ["印刷"]
    assert [each.value for each in ticket.custom_fields if each.name == "Effort"] == ["L"]


@pytest.mark.parametrize(
    "edit",
    [
        lambda nulab: nulab.create_issue_type("n", colour="red"),
        lambda nulab: nulab.update_issue_type(1),
        lambda nulab: nulab.update_status(5),
        lambda nulab: nulab.create_version("n", archived=True),
        lambda nulab: nulab.update_version(1, released=True),
        lambda nulab: nulab.update_custom_field(1, items=["a"]),
        lambda nulab: nulab.update_custom_field(1, type_id=2),
    ],
)
def test_what_cannot_be_said_is_refused_before_anything_is_sent(edit: Callable[[Nulab], Any], here: Here) -> None:
    with pytest.raises(ValidationError, match=r"has no \w+; it has|nothing to change; a"):
        edit(here.nulab)
    assert here.asked == []


@pytest.mark.parametrize(
    "edit",
    [
        lambda nulab: nulab.update_category("1/../../users", name="n"),
        lambda nulab: nulab.delete_status(5, substitute="x"),
        lambda nulab: nulab.delete_item(1, "１"),
    ],
)
def test_what_is_no_number_leads_nowhere(edit: Callable[[Nulab], Any], here: Here) -> None:
    with pytest.raises(NotFound):
        edit(here.nulab)
    assert [line for line in here.asked if line != "GET projects/DEMO"] == []


def test_words_are_changed_by_the_projects_administrators(here: Here) -> None:
    with here.as_second() as nulab, pytest.raises(PermissionDenied):
        nulab.create_category("n")
