"""Paths, auth and variants of PublicBacklog's API v1: JSON in, JSON out, no nouns of ours.

The vendor's pages disagree on the path that creates and on the verb that reads. Which one the service speaks is learned
once per connection, from answers that prove that nothing was done: 404 or 405 for the route. A write is never sent a
second time after any other answer. Answers may stand at the top level or under one wrapper key.

The key is shown in the header `apiKey` alone; older pages also had it in the query and the body, where logs keep it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

from anybacklog.plugin import (
    ConfigurationError,
    Connection,
    Credentials,
    HttpSession,
    Location,
    NotFound,
    ProtocolError,
    Rate,
)  # fmt: skip
from anybacklog_publicbacklog.answers import Json, inside, unwrapped
from anybacklog_publicbacklog.options import Options
from anybacklog_publicbacklog.refusals import Unrouted, explain

API = "v1"
POLITE = 300
"""Requests a minute to a service that documents no limit."""
CREATE_PATHS = ("save-ticket", "create-ticket")
READ_VERBS = ("GET", "POST")
TICKET = frozenset({"id", "ticketId", "title", "description", "statusId"})
ID = frozenset({"id", "ticketId"})
BACKLOG = frozenset({"id", "name", "backlogId", "backlogName"})
ORGANIZATION = frozenset({"id", "name", "organizationId", "organizationName"})


def open_client(connection: Connection, options: Options, default_host: str) -> PublicBacklogClient:
    """Make the client of an organization; nothing is sent yet."""
    key = connection.api_key
    if not key:
        raise ConfigurationError("publicbacklog:// needs the organization's API key (Business plan and above)")
    session = HttpSession(
        f"{connection.location.base_url(default_host)}/{API}",
        credentials=(Credentials(headers={"apiKey": key}),),
        explain=explain,
        rates={"requests": Rate(requests_per_minute(connection.location, options))},
        traffic=connection.traffic,
    )
    return PublicBacklogClient(session, key)


def requests_per_minute(location: Location, options: Options) -> int | None:
    """Give the rate that is kept: as told, else a polite one; none on this machine."""
    if options.requests_per_minute is None and _is_this_machine(location.host):
        return None
    return options.requests_per_minute or POLITE


@contextmanager
def _asking_for(kind: str, ref: object) -> Iterator[None]:
    """Say of a 404 which thing is missing, whatever its body says."""
    try:
        yield
    except NotFound:
        raise NotFound(kind, ref) from None
    except Unrouted as error:
        if error.status == 404:
            raise NotFound(kind, ref) from None
        raise


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class PublicBacklogClient:
    """The API as it is. Every method may raise what `explain` gives, TransportError and RateLimited."""

    def __init__(self, session: HttpSession, key: str) -> None:
        self.session = session
        self._key = key
        self.create_path: str | None = None
        """The path that creates, once one has worked."""
        self.read_verb: str | None = None
        """The verb that reads a ticket, once one was understood."""

    def ticket(self, id: int) -> Json:
        """Read a ticket of any backlog: `get-ticket?id=N`, GET or else POST."""
        verbs = READ_VERBS if self.read_verb is None else (self.read_verb,)
        unrouted: dict[str, int] = {}
        for verb in verbs:
            try:
                answer = self.session.request(verb, "tickets/get-ticket", params={"id": id}, only_reads=True)
            except Unrouted as error:
                unrouted[verb] = error.status
                continue
            except NotFound as error:
                if error.kind != "ticket":
                    unrouted[verb] = 404
                    continue
                self.read_verb = verb
                raise NotFound("ticket", id) from None
            self.read_verb = verb
            return _of(id, self._object(answer, "ticket", TICKET, f"{verb} tickets/get-ticket"))
        raise self._unread(id, unrouted)

    def _unread(self, id: int, unrouted: Mapping[str, int]) -> NotFound | ProtocolError:
        """Judge a ticket that no verb gave: a verb that 405 was not said of is the one, and the ticket is missing."""
        missing = [verb for verb, status in unrouted.items() if status == 404]
        if len(missing) == 1 and len(unrouted) > 1:
            self.read_verb = missing[0]
        if missing:
            return NotFound("ticket", id)
        return ProtocolError("tickets/get-ticket is answered 405 whatever the verb; check that the URL is right")

    def create(self, fields: Json) -> Json:
        """Create a ticket: `POST save-ticket`, or `create-ticket` where the service has no route of that name."""
        paths = CREATE_PATHS if self.create_path is None else (self.create_path,)
        for path in paths:
            try:
                answer = self.session.request("POST", f"tickets/{path}", json=fields)
            except Unrouted:
                continue
            self.create_path = path
            made = self._object(answer, "ticket", ID, f"a ticket was perhaps created, but POST tickets/{path}")
            return _with_id(made, made.get("ticketId"))
        raise ConfigurationError(
            f"nothing was created: the service has no route tickets/{' nor tickets/'.join(paths)}; check the URL"
        )

    def update(self, fields: Json) -> Json:
        """Change a ticket: `PATCH update-ticket`. Of the answer only `id` is documented; what else it is, is let go."""
        with _asking_for("ticket", fields["id"]):
            answer = self.session.request("PATCH", "tickets/update-ticket", json=fields)
        found = inside(answer, ID, kind="ticket")
        return {} if found is None else _with_id(found, fields["id"])

    def delete(self, id: int) -> None:
        """Delete a ticket for good: `DELETE delete-ticket?id=N`."""
        with _asking_for("ticket", id):
            self.session.request("DELETE", "tickets/delete-ticket", params={"id": id})

    def organization(self) -> Json:
        """Read the organization that owns the key: `GET get-organization`."""
        return self._object(
            self.session.get("organizations/get-organization"), "organization", ORGANIZATION, "GET get-organization"
        )

    def add_organization_user(self, fields: Json) -> Json:
        """Add a regular user: `POST add-organization-user`."""
        answer = self.session.request("POST", "organizationusers/add-organization-user", json=fields)
        return inside(answer, {"id", "email"}, kind="user") or (answer if isinstance(answer, dict) else {})

    def backlog(self, **by: str | int) -> Json:
        """Read a backlog by `backlogName`, or by `backlogId` as older pages have it: `GET get-backlog`."""
        with _asking_for("project", *by.values()):
            answer = self.session.get("backlogs/get-backlog", by)
        return self._object(answer, "backlog", BACKLOG, "GET get-backlog")

    def _object(self, answer: Any, kind: str, names: Any, where: str) -> Json:
        return unwrapped(answer, names, where, self._key, kind=kind)


def _with_id(raw: Json, id: object) -> Json:
    """Give a ticket under the id it was asked by, where its answer leaves that out."""
    return raw if raw.get("id") is not None else {**raw, "id": id}


def _of(id: int, answer: Json) -> Json:
    """Let the answer to a read pass; ProtocolError for another ticket than was asked for."""
    found = _with_id(answer, id)
    if str(found["id"]).isdecimal() and int(found["id"]) != id:
        raise ProtocolError(f"ticket {id} was asked for, and {found['id']} answered; report it")
    return found
