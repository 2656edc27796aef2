"""A folder of tickets: `acme.json` names the project, `1.json`, `2.json` ... are the tickets. One writer at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from anybacklog.plugin import (
    FILTERS,
    ORDERS,
    Abilities,
    Comment,
    CommentDraft,
    Listing,
    NotFound,
    Project,
    ProtocolError,
    Settle,
    Status,
    Ticket,
    TicketFields,
    TicketQuery,
    matches,
    natively,
    sort_key,
)

from anybacklog_acme.convert import STATUSES, to_comment, to_project, to_ticket

ABILITIES = Abilities(
    text_format="markdown",
    text_formats=frozenset({"markdown"}),
    native=natively(
        yes=dict.fromkeys(("title", "description", "status", "comments"), "a ticket's file has a place for it"),
        no={"created_at": "Acme stamps the time itself", "comments.created_at": "Acme stamps the time itself"},
    ),
    listing=Listing(
        how="all",
        complete=True,
        reason="the folder is the whole list",
        exact_filters=FILTERS,
        orders=ORDERS,
    ),
    settle=Settle(seconds=0, reason="a file is there or it is not"),
)


class AcmeBackend:
    """One folder. That it lists statuses, creates tickets and takes comments is said by the methods being here."""

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)

    @property
    def abilities(self) -> Abilities:
        """Say what a folder holds."""
        return ABILITIES

    def identity(self) -> str:
        """Name the project by the id in `acme.json`, wherever the folder lies."""
        return f"acme:{self.project().id}"

    def project(self) -> Project:
        """Read `acme.json`."""
        return to_project(self._read("project", "acme"))

    def statuses(self) -> Sequence[Status]:
        """List Acme's two states."""
        return STATUSES

    def tickets(self, query: TicketQuery) -> Iterator[Ticket]:
        """Read every file, and let anybacklog's own meaning of filters and orders decide."""
        self.project()  # a folder that is no project is NotFound, not empty
        found = (self.ticket(number) for number in self._numbers())
        wanted = [ticket for ticket in found if matches(query, ticket)]
        yield from sorted(wanted, key=sort_key(query.order), reverse=query.order.startswith("-"))

    def ticket(self, ticket_id: str) -> Ticket:
        """Read `7`."""
        return to_ticket(ticket_id, self._ticket(ticket_id))

    def ticket_by_key(self, key: str) -> Ticket:
        """Read `T-7`."""
        if not key.startswith("T-"):
            raise NotFound("ticket", key)
        return self.ticket(key.removeprefix("T-"))

    def create_ticket(self, fields: TicketFields) -> Ticket:
        """Take the next number; mode "x" never overwrites a ticket that is there."""
        self.project()
        number = str(max(map(int, self._numbers()), default=0) + 1)
        text = fields.get("description")
        record = {
            "title": fields["title"],
            "text": text.source if text else "",
            "state": fields.get("status") or "open",
            "opened": datetime.now(UTC).isoformat(),
            "comments": [],
        }
        with self._path(number).open("x", encoding="utf-8") as file:
            file.write(json.dumps(record, indent=2))
        return self.ticket(number)

    def comments(self, ticket_id: str) -> Iterator[Comment]:
        """Yield the file's comments in the order they were written."""
        for position, record in enumerate(self._ticket(ticket_id)["comments"], start=1):
            yield to_comment(position, record)

    def add_comment(self, ticket_id: str, draft: CommentDraft) -> Comment:
        """Write the file anew beside the old one, then put it in its place."""
        record = self._ticket(ticket_id)
        record["comments"].append({"text": draft.body.source, "at": datetime.now(UTC).isoformat()})
        part = self._path(ticket_id).with_suffix(".part")
        part.write_text(json.dumps(record, indent=2), encoding="utf-8")
        part.replace(self._path(ticket_id))
        return to_comment(len(record["comments"]), record["comments"][-1])

    def close(self) -> None:
        """Do nothing: no file stays open."""

    def _numbers(self) -> list[str]:
        return [path.stem for path in self._folder.glob("*.json") if path.stem.isdecimal()]

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"

    def _ticket(self, number: str) -> dict[str, Any]:
        if not (number.isascii() and number.isdecimal()):
            raise NotFound("ticket", number)
        return self._read("ticket", number)

    def _read(self, kind: str, name: str) -> dict[str, Any]:
        path = self._path(name)
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise NotFound(kind, path if kind == "project" else name) from None
        except ValueError as error:
            raise ProtocolError(f"{path} is not JSON ({error}); mend the file") from error
        return dict(record)
