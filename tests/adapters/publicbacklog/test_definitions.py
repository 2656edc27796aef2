"""Types and statuses: both tables, and that a status is one of a type's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from anybacklog.errors import ConfigurationError, ProtocolError, ValidationError
from anybacklog.model import TicketDraft, TicketType
from anybacklog_publicbacklog.definitions import Definitions
from anybacklog_publicbacklog.options import Options, options_of
from anybacklog_simulators.publicbacklog import FIELDS, Choices, empty_organization

if TYPE_CHECKING:
    from tests.adapters.publicbacklog.conftest import Serve

DEFINITIONS = Definitions(Options())
BUG, REQUEST = DEFINITIONS.types()
TABLES = {
    BUG: {1: ("New", "open"), 2: ("Approved", "open"), 3: ("Fixing", "in_progress"), 4: ("Done", "done"),
          5: ("Rejected", "done")},
    REQUEST: {1: ("New", "open"), 2: ("Approved", "open"), 3: ("Development", "in_progress"), 4: ("Done", "done"),
              5: ("Rejected", "done")},
}  # fmt: skip


@pytest.mark.parametrize("kind", TABLES)
def test_both_tables_read_and_write(kind: TicketType) -> None:
    for number, (name, category) in TABLES[kind].items():
        status = DEFINITIONS.status(number, None, kind)
        assert status is not None
        assert (status.name, status.category) == (name, category)
        assert DEFINITIONS.numbers(kind.id, status.id) == (int(kind.id), number)


@pytest.mark.parametrize(("kind", "status"), [(BUG, "3-request"), (REQUEST, "3-bug")])
def test_a_status_of_the_other_type_is_refused(kind: TicketType, status: str) -> None:
    with pytest.raises(ValidationError, match="is a status of a") as raised:
        DEFINITIONS.numbers(kind.id, status)
    assert raised.value.field == "status"


def test_without_a_type_it_is_the_one_that_the_status_is_of_or_else_a_bug() -> None:
    assert DEFINITIONS.numbers(None, "3-request") == (2, 3)
    assert DEFINITIONS.numbers(None, "3-bug") == (1, 3)
    assert DEFINITIONS.numbers(None, None) == (1, None)


def test_what_nobody_documented_is_shown_as_it_is() -> None:
    assert DEFINITIONS.type(7) == TicketType(id="7", name="7")
    status = DEFINITIONS.status(9, "Parked", None)
    assert status is not None
    assert (status.id, status.name, status.category) == ("9", "Parked", "open")
    unknown = DEFINITIONS.status(3, None, None)
    assert unknown is not None
    assert unknown.category == "in_progress"


def test_the_ids_of_types_are_options(serve: Serve) -> None:
    choices = Choices(type_ids="reference", shown=list(FIELDS))
    tracker, fake = serve(empty_organization(choices), bug_type_id=2, request_type_id=1)
    tracker.create_ticket(TicketDraft(title="A wish", description="Dark mode", type="Request", status="Development"))
    assert fake.service.organization.tickets[1].type_id == 1
    ticket = tracker.ticket(1)
    assert ticket.type == TicketType(id="1", name="Request")
    assert ticket.status is not None
    assert ticket.status.name == "Development"


def test_a_service_that_calls_the_types_otherwise_is_not_misread(serve: Serve) -> None:
    tracker, _ = serve(empty_organization(Choices(type_ids="reference", shown=list(FIELDS))))
    with pytest.raises(ProtocolError, match="swap the options bug_type_id and request_type_id"):
        tracker.create_ticket(TicketDraft(title="A crash", description="It falls over", type="Bug"))


@pytest.mark.parametrize("bare", ["taken", "refused"])
def test_a_status_is_changed_together_with_its_type(serve: Serve, bare: str) -> None:
    tracker, fake = serve(empty_organization(Choices(bare_status=bare)))
    ticket = tracker.create_ticket(TicketDraft(title="A wish", description="Dark mode", type="Request"))
    changed = tracker.update_ticket(ticket, {"status": "Development"})
    assert changed.status is not None
    assert (changed.status.name, fake.service.organization.tickets[1].status_id) == ("Development", 3)
    with pytest.raises(ValidationError, match="Fixing is a status of a Bug"):
        tracker.update_ticket(ticket, {"status": "Fixing"})


def test_a_type_that_nobody_shows_is_not_changed_by_a_status(serve: Serve) -> None:
    shown = ["id", "title", "statusId", "backlogName"]
    tracker, fake = serve(empty_organization(Choices(shown=shown, echoed=shown)))
    ticket = tracker.create_ticket(TicketDraft(title="A wish", description="Dark mode", type="Request"))
    with pytest.raises(ValidationError, match="give the type, too"):
        tracker.update_ticket(ticket, {"status": "Approved"})
    tracker.update_ticket(ticket, {"status": "Approved", "type": "Request"})
    held = fake.service.organization.tickets[1]
    assert (held.type_id, held.status_id) == (2, 2)


@pytest.mark.parametrize(
    "given",
    [{"scan_gap": "0"}, {"scan_from": "x"}, {"bug_type_id": "2"}, {"any_backlog": "yes"}, {"requests_per_minute": ""}],
)
def test_an_option_that_cannot_be_used_is_named(given: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(given))):
        options_of(given)
