"""Tickets: made, changed, deleted."""

from __future__ import annotations

from typing import Any

from anybacklog.plugin import (
    AnyBacklogError,
    ConfigurationError,
    ProtocolError,
    Ticket,
    TicketFields,
    TransportError,
    ValidationError,
)  # fmt: skip
from anybacklog_publicbacklog import convert
from anybacklog_publicbacklog.answers import Json
from anybacklog_publicbacklog.listing import Listing
from anybacklog_publicbacklog.opened import number
from anybacklog_publicbacklog.texts import EMPTY


class TicketOperations(Listing):
    """What can be done with tickets."""

    _misplaced: str | None = None

    def create_ticket(self, fields: TicketFields) -> Ticket:
        """Make a ticket: `save-ticket` or `create-ticket`; title 3 to 250 characters, description to 3,000,000.

        The type is always sent, Bug where none is given (Request for a status that only requests have), and so is the
        backlog's name. What lands in another backlog is a TransportError that names it, and nothing more is created;
        nor is a second ticket where no answer names a backlog, unless `any_backlog=true`.
        """
        if self._misplaced is not None:
            raise ConfigurationError(self._misplaced)
        type_id, status_id = self._definitions.numbers(fields.get("type"), fields.get("status"))
        plain: Any = {name: value for name, value in fields.items() if name not in ("type", "status")}
        body = {"description": EMPTY, **convert.to_body(plain, self._definitions)}
        body |= {"ticketTypeId": type_id, "backlogName": self._project.name}
        body |= {} if status_id is None else {"statusId": status_id}
        answer = self._client.create(body)
        made = _made(answer)
        self._formats.remember(made, fields.get("description"))
        raw = self._as_held(answer, made)
        self._refuse_elsewhere(answer if self._named(answer) is False else raw, made)
        if self._named(raw) is None and not self._options.any_backlog:
            self._created.add(made)  # the only one: no second is made then
        return self._ticket(raw)

    def update_ticket(self, ticket_id: str, fields: TicketFields) -> Ticket:
        """Change a ticket: `PATCH update-ticket`. A change to the same value is no error."""
        return self._ticket(self._write(ticket_id, fields, {}))

    def delete_ticket(self, ticket_id: str) -> None:
        """Delete a ticket for good: `DELETE delete-ticket`. Its id is never used again."""
        self._refuse_stranger(ticket_id)
        self._client.delete(number("ticket", ticket_id))
        self._own.pop(ticket_id, None)

    def _write(self, ticket_id: str, fields: TicketFields, more: Json) -> Json:
        """Change fields and send more with them, in one call; give the ticket as it is then."""
        self._refuse_stranger(ticket_id)
        body = convert.to_body(fields, self._definitions) | more
        if "statusId" in body and "ticketTypeId" not in body:  # a status means something with a type only
            body["ticketTypeId"], body["statusId"] = self._with_its_type(ticket_id, fields.get("status"))
        if not body:
            return self._read(ticket_id)
        self._listed = None
        answer = self._client.update({"id": number("ticket", ticket_id), **body})
        if "description" in fields:
            self._formats.remember(ticket_id, fields.get("description"))
        return self._as_held(answer, ticket_id)

    def _with_its_type(self, ticket_id: str, status_id: str | None) -> tuple[int, int | None]:
        """Give the numbers of the type a ticket has and of the status it gets; a type nobody shows is not made up."""
        held = self.ticket(ticket_id).type
        if held is None and status_id not in self._definitions.status_types():
            raise ValidationError(
                f"the service's answers do not show the type of ticket {ticket_id}, and a status means something with "
                "a type only; give the type, too",
                field="type",
            )
        return self._definitions.numbers(held.id if held is not None else None, status_id)

    def _refuse_stranger(self, ticket_id: str) -> None:
        """Let a ticket be written to that is of this backlog; one that is not known is read first."""
        if ticket_id not in self._own:
            self.ticket(ticket_id)

    def _as_held(self, answer: Json, id: str) -> Json:
        """Give the ticket as a read would: the answer to the write, if it shows as much, else read it.

        Whatever goes wrong with that read, the write was made: TransportError says so.
        """
        if self._shown and self._shown <= answer.keys():
            return answer
        try:
            return self._asked(int(id))
        except AnyBacklogError as error:
            raise TransportError(
                f"ticket {id} was written, but could not be read again: {error}", maybe_applied=True
            ) from error

    def _refuse_elsewhere(self, raw: Json, id: str) -> None:
        wanted = self._project.name
        here = self._named(raw)
        if here is None and not self._options.any_backlog:
            self._misplaced = (
                f"no answer names a backlog, so nothing proves that ticket {id} was made in {wanted!r}; look there, "
                "and if it is, add the option any_backlog=true"
            )
        if here is False:
            there = " ".join(filter(None, reversed(convert.backlog_of(raw))))
            self._misplaced = f"ticket {id} was made in the backlog {there} instead of {wanted!r}; delete it there"
            raise TransportError(self._misplaced, maybe_applied=True)


def _made(answer: Json) -> str:
    made = str(answer.get("id"))
    if not made.isdecimal():
        raise ProtocolError("a ticket was created, but the answer does not say which; look there, and report it")
    return made
