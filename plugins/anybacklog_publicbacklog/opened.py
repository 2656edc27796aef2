"""What every operation on a backlog stands on: the client, the backlog once read, the tickets known to be its own."""

from __future__ import annotations

import re

from anybacklog.plugin import ConfigurationError, Connection, NotFound, Project, Ticket, ValidationError
from anybacklog_publicbacklog import convert
from anybacklog_publicbacklog.answers import Json
from anybacklog_publicbacklog.client import PublicBacklogClient
from anybacklog_publicbacklog.definitions import Definitions
from anybacklog_publicbacklog.options import Options
from anybacklog_publicbacklog.scan import Scan
from anybacklog_publicbacklog.texts import REMEMBERED, Formats

_NUMBER = re.compile(r"[1-9][0-9]{0,17}")


class Unplaced(ConfigurationError):
    """A ticket that is there, and of which no answer says that it is of this backlog: it is not gone."""

    def __init__(self, ref: str, backlog: str) -> None:
        told = f"nothing shows that ticket {ref} is of {backlog!r}, for answers name no backlog; "
        super().__init__(told + "if all of them are, add the option any_backlog=true")


class Opened:
    """One backlog of an organization; stores what it is given, the first operation connects."""

    def __init__(self, client: PublicBacklogClient, connection: Connection, options: Options) -> None:
        self._client = client
        self._location = connection.location
        self._on_listing = connection.on_listing
        self._options = options
        self._definitions = Definitions(options)
        self._formats = Formats()
        self._known: Project | None = None
        self._organization: Json | None = None
        self._created: set[str] = set()
        """Tickets created here whose answers name no backlog: of this one."""
        self._own: dict[str, None] = {}
        """Tickets known to be of this backlog, the last ones."""
        self._shown: frozenset[str] = frozenset()
        """The fields that answers to reads were seen to have; a ticket may lack what it has nothing of."""
        self._listed: Ticket | None = None
        """The ticket that was listed last: its comments are asked for next."""
        self._scan = Scan.beginning(options.scan_from, options.scan_gap)

    def project(self) -> Project:
        """Read the backlog by its name; by its id where no backlog is called so and the name is a number."""
        name = self._location.project
        if name is None:
            raise ConfigurationError("the URL names no backlog; write publicbacklog:///BACKLOG")
        self._known = convert.to_project(self._backlog(name), name)
        return self._known

    def ticket(self, ticket_id: str) -> Ticket:
        """Read one ticket by id: `get-ticket`. NotFound for one of another backlog.

        ConfigurationError where nothing tells of which backlog it is, unless `any_backlog=true`.
        """
        return self._ticket(self._read(ticket_id))

    @property
    def _project(self) -> Project:
        if self._known is None:
            self.project()
        assert self._known is not None
        return self._known

    def _backlog(self, name: str) -> Json:
        try:
            return self._client.backlog(backlogName=name)
        except NotFound:
            if not _NUMBER.fullmatch(name):
                raise
        try:
            return self._client.backlog(backlogId=int(name))
        except (NotFound, ValidationError):  # a service that knows names only refuses the parameter
            raise NotFound("project", name) from None

    def _read(self, ticket_id: str) -> Json:
        """Read a ticket of this backlog, as it is answered."""
        raw = self._asked(number("ticket", ticket_id))
        if not self._is_own(raw):
            elsewhere = self._named(raw) is False
            raise NotFound("ticket", ticket_id) if elsewhere else Unplaced(ticket_id, self._project.name)
        return raw

    def _asked(self, id: int) -> Json:
        """Read a ticket of any backlog, and learn what answers show."""
        raw = self._client.ticket(id)
        self._shown |= raw.keys()
        return raw

    def _named(self, raw: Json) -> bool | None:
        """Tell whether an answer names this backlog, another one, or none."""
        return convert.is_in(raw, self._project)

    def _is_own(self, raw: Json) -> bool:
        """Tell whether a ticket is of this backlog: its answer names it, or names none and it was made here."""
        named = self._named(raw)
        return named if named is not None else self._options.any_backlog or str(raw.get("id")) in self._created

    def _ticket(self, raw: Json) -> Ticket:
        ticket = convert.to_ticket(raw, self._definitions, self._formats)
        self._own.pop(ticket.id, None)
        self._own[ticket.id] = None
        if len(self._own) > REMEMBERED:
            del self._own[next(iter(self._own))]
        return ticket

    def _organization_id(self) -> str:
        """Name the organization: by its id, or its name where there is none."""
        if self._organization is None:
            self._organization = self._client.organization()
        known, name = convert.id_and_name(self._organization, "organization")
        return known or f"name:{name}"


def number(kind: str, id: str) -> int:
    """Let an id pass that the service could have given; no other is asked for."""
    if not _NUMBER.fullmatch(id):
        raise NotFound(kind, id)
    return int(id)
