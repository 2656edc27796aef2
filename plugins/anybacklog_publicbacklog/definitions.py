"""The service's types and statuses; pure data and look-ups.

Types by the vendor's definitions: Bug 1, Request 2 (the endpoint reference calls 1 "Request", so the ids are options of
the connection). Statuses: 1 New, 2 Approved, 3 Fixing for a bug and Development for a request, 4 Done, 5 Rejected. A
status id means something only together with a type; of five, the third alone differs. So it is two statuses here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from anybacklog.plugin import ProtocolError, Status, StatusCategory, TicketType, ValidationError
from anybacklog_publicbacklog.options import Options

BUG, REQUEST = "Bug", "Request"
IN_PROGRESS = 3
SHARED: Mapping[int, tuple[str, StatusCategory]] = {
    1: ("New", "open"), 2: ("Approved", "open"), 4: ("Done", "done"), 5: ("Rejected", "done"),
}  # fmt: skip
OF_ONE_TYPE: Mapping[str, str] = {BUG: "Fixing", REQUEST: "Development"}
"""Status 3 by the name of the type; both count as in progress."""


@dataclass(frozen=True, slots=True)
class Definitions:
    """The types and statuses of one connection."""

    options: Options

    def types(self) -> tuple[TicketType, ...]:
        """List Bug and Request under the service's ids."""
        return self._type(BUG), self._type(REQUEST)

    def statuses(self) -> tuple[Status, ...]:
        """List both tables in workflow order; `3-bug` and `3-request` are status 3."""
        new, approved, done, rejected = (_shared(number) for number in SHARED)
        return new, approved, _in_progress(BUG), _in_progress(REQUEST), done, rejected

    def status_types(self) -> Mapping[str, str]:
        """Say which statuses only tickets of one type can have: status id -> type id."""
        return {_in_progress(name).id: self._type(name).id for name in OF_ONE_TYPE}

    def type(self, number: int | None, name: str | None = None) -> TicketType | None:
        """Read a ticket's type; ProtocolError where the service's own name says that the ids are others."""
        if number is None:
            return next((each for each in self.types() if name and each.name.casefold() == name.casefold()), None)
        known = next((each for each in self.types() if each.id == str(number)), None)
        if known is None:
            return TicketType(id=str(number), name=name or str(number))
        if (
            name
            and name.casefold() in (BUG.casefold(), REQUEST.casefold())
            and name.casefold() != known.name.casefold()
        ):
            raise ProtocolError(
                f"the service calls type {number} {name}, and this connection {known.name}; "
                f"swap the options bug_type_id and request_type_id"
            )
        return known

    def status(self, number: int | None, name: str | None, type: TicketType | None) -> Status | None:
        """Read a ticket's status by id and type; the name alone will do where no id is shown."""
        if number is None:
            return next((each for each in self.statuses() if name and each.name.casefold() == name.casefold()), None)
        if number in SHARED:
            return _shared(number)
        if number == IN_PROGRESS and type is not None and type.name in OF_ONE_TYPE:
            return _in_progress(type.name)
        category: StatusCategory = "in_progress" if number == IN_PROGRESS else "open"
        return Status(id=str(number), name=name or ("In progress" if number == IN_PROGRESS else str(number)),
                      category=category)  # fmt: skip

    def numbers(self, type_id: str | None, status_id: str | None) -> tuple[int, int | None]:
        """Give `ticketTypeId` and `statusId`; without a type it is the one that the status is of, or else Bug."""
        wanted = self.status_types().get(status_id or "")
        type_number = self.type_number(type_id or wanted or self._type(BUG).id)
        if status_id is None:
            return type_number, None
        if wanted is not None and str(type_number) != wanted:
            names = {each.id: each.name for each in self.types()}
            of, held = names[wanted], names[str(type_number)]
            raise ValidationError(
                f"{OF_ONE_TYPE[of]} is a status of a {of}, and the ticket is a {held}; give {OF_ONE_TYPE[held]}",
                field="status",
                limit=of,
                value=status_id,
            )
        return type_number, IN_PROGRESS if wanted is not None else self._status_number(status_id)

    def type_number(self, type_id: str) -> int:
        """Give the service's number of a type; ValidationError for one it does not have."""
        if type_id not in (each.id for each in self.types()):
            raise ValidationError(
                f"there is no type {type_id!r}; there is Bug and Request", field="type", value=type_id
            )
        return int(type_id)

    def _status_number(self, status_id: str) -> int:
        number = next((number for number in SHARED if str(number) == status_id), None)
        if number is None:
            names = ", ".join(each.id for each in self.statuses())
            raise ValidationError(
                f"there is no status {status_id!r}; there is {names}", field="status", value=status_id
            )
        return number

    def _type(self, name: str) -> TicketType:
        number = self.options.bug_type_id if name == BUG else self.options.request_type_id
        return TicketType(id=str(number), name=name)


def _shared(number: int) -> Status:
    name, category = SHARED[number]
    return Status(id=str(number), name=name, category=category)


def _in_progress(type_name: str) -> Status:
    return Status(id=f"{IN_PROGRESS}-{type_name.lower()}", name=OF_ONE_TYPE[type_name], category="in_progress")
