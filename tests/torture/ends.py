"""The ends of a migration: each makes a project, can be reached by a URL, and tells what it holds past the adapters.

What a service's fake holds is read from its dump; a file, which is ours, is read through a tracker.
"""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from tests.torture.gate import Gate, Gated
from tests.torture.hourglass import Hourglass
from tests.torture.project import Made, Remark
from tests.torture.told import Told, bare, marked, words
from werkzeug.test import Client
from werkzeug.wrappers import Request

import anybacklog
from anybacklog.model import Change, Ticket, TicketDraft
from anybacklog_simulators import nulab, publicbacklog
from anybacklog_simulators.clock import Clock
from anybacklog_simulators.faults import Faults
from anybacklog_simulators.publicbacklog.things import Comment as Said
from anybacklog_simulators.publicbacklog.things import Ticket as Card
from anybacklog_simulators.rates import Rates

KEY = nulab.DEMO_KEY
ENVIRON = {"ANYBACKLOG_NULAB_API_KEY": KEY, "ANYBACKLOG_PUBLICBACKLOG_API_KEY": publicbacklog.DEMO_KEY}
PLENTY = {"read": 600, "update": 150, "search": 150, "icon": 60}

NULAB_STATES = {1: "open", 2: "in_progress", 3: "done", 4: "done"}
FILE_STATES = {"open": "Open", "in_progress": "In progress", "done": "Resolved"}


class End(Protocol):
    """A source or a target."""

    lost: frozenset[str]
    """Fields of `Told` that it cannot hold as a target."""
    holds: bool
    """Whether as a target it cannot always tell what became of a write, so that things may be held."""

    def url(self, option: str = "") -> str:
        """Give where it is."""

    def fill(self, project: Iterable[Made]) -> None:
        """Put tickets in."""

    def told(self, *, copy: bool) -> list[Told]:
        """Tell what it holds, tickets in their order; of a copy without the entries that copying itself left there."""


class NulabEnd:
    """A project of a space."""

    lost = frozenset[str]()
    holds = False

    def __init__(self, glass: Hourglass, gate: Gate, stack: ExitStack) -> None:
        self.glass = glass
        self.strangers: set[tuple[str, int]] = set()
        self.fake = Gated(nulab.Nulab(nulab.empty_space(), Rates(dict(PLENTY)), Faults()), Clock(glass.time), gate)
        self._server = stack.enter_context(self.fake.served())

    def url(self, option: str = "") -> str:
        return f"nulab+{self._server.url}/DEMO{option}"

    def fill(self, project: Iterable[Made]) -> None:
        """Make issues through the service's own interface; then let a minute pass, so that no budget is spent."""
        made = list(project)
        ids = []
        for each in made:
            ids.append(self._create(each))
            self.glass.sleep(30)
        for issue, each in zip(ids, made, strict=True):
            if each.parent is not None:
                self._call("PATCH", f"issues/{issue}", parentIssueId=ids[each.parent])
            for other in each.ties:
                self._call("POST", f"issues/{issue}/relatedIssues", targetIssueId=ids[other])
            for remark in each.remarks:
                self._remark(issue, remark)
        self.glass.sleep(60)

    def told(self, *, copy: bool) -> list[Told]:
        there = sorted(self.fake.dump()["issues"], key=lambda issue: int(issue["number"]))
        issues = [issue for issue in there if ("issue", issue["id"]) not in self.strangers]
        places = {issue["id"]: place for place, issue in enumerate(issues)}
        for issue in issues:
            ours = [each for each in issue["comments"] if ("comment", each["id"]) not in self.strangers]
            issue["journal"] = [each for each in ours if each["content"] or not copy]
        return [
            Told(
                key=marked(issue["description"] or "", f"DEMO-{issue['number']}"),
                title=issue["summary"],
                text=bare(issue["description"] or ""),
                state=NULAB_STATES.get(issue["status_id"], "in_progress"),
                parent=places.get(issue["parent_id"]),
                ties=tuple(sorted(places[other] for other in issue["related"])),
                files=tuple(
                    sorted((file["name"], _hash(base64.b64decode(file["content"]))) for file in issue["attachments"])
                ),
                comments=tuple(words(each["content"] or "") for each in issue["journal"]),
                riders=tuple(map(_riders, issue["journal"])),
            )
            for issue in issues
        ]

    def intrude(self, key: str, told: Told) -> None:
        """Let somebody else make an issue of this title and text, and comment on the newest one in equal words."""
        newest = max(self.fake.service.space.issues, default=None)
        if newest is not None:
            for text in told.comments or ("same words",):
                made = self._call("POST", f"issues/{newest}/comments", by=key, content=text)
                self.strangers.add(("comment", made["id"]))
        form = {"summary": told.title, "description": told.text}
        self.strangers.add(("issue", self._new(form, key)["id"]))

    def _create(self, made: Made) -> int:
        uploads = [self._upload(each) for each in made.files]
        issue: int = self._new({"summary": made.title, "description": made.text, "attachmentId[]": uploads})["id"]
        if made.state != "open":
            status = next(number for number, state in NULAB_STATES.items() if state == made.state)
            self._call("PATCH", f"issues/{issue}", statusId=status)
        return issue

    def _remark(self, issue: int, remark: Remark) -> None:
        if remark.text:
            form: dict[str, Any] = {"attachmentId[]": [self._upload(each) for each in remark.files]}
            self._call("POST", f"issues/{issue}/comments", content=remark.text, **form)
        else:
            self._call("PATCH", f"issues/{issue}", actualHours=len(self._call("GET", f"issues/{issue}/comments")) + 1)

    def _upload(self, file: Any) -> int:
        given: int = self._call("POST", "space/attachment", file=(io.BytesIO(file.content), file.name))["id"]
        return given

    def _new(self, form: dict[str, Any], key: str = KEY) -> Any:
        (project,) = self.fake.service.space.projects.values()
        fixed = {"projectId": project.id, "issueTypeId": project.issue_types[0].id, "priorityId": 3}
        return self._call("POST", "issues", by=key, **fixed, **form)

    def _call(self, method: str, path: str, /, *, by: str = KEY, **form: Any) -> Any:
        """Use the service, past everything that is to go wrong."""
        answer = Client(self._answer).open(f"/api/v2/{path}?apiKey={by}", method=method, data=form)
        if answer.status_code >= 300:
            raise AssertionError(f"{method} {path}: {answer.get_data(as_text=True)}")
        return answer.get_json()

    def _answer(self, environ: Any, start_response: Any) -> Any:
        with Request(environ) as request:
            return self.fake.service.answer(request, self.fake.clock.now())(environ, start_response)


class PublicBacklogEnd:
    """A backlog of an organization, as documented but that it shows comments and dates."""

    lost = frozenset({"parent", "ties", "files", "riders"})
    holds = True
    _STATES = ("open", "open", "in_progress", "done", "done")

    def __init__(self, glass: Hourglass, gate: Gate, stack: ExitStack) -> None:
        self.glass = glass
        held = publicbacklog.empty_organization(publicbacklog.Choices())
        service = publicbacklog.PublicBacklog(held, None, Faults())
        self.fake = Gated(service, Clock(glass.time), gate)
        self._server = stack.enter_context(self.fake.served())

    def url(self, option: str = "") -> str:
        return f"publicbacklog+{self._server.url}/Website?scan_gap=10" + option.replace("?", "&")

    def fill(self, project: Iterable[Made]) -> None:
        held = self.fake.service.organization
        held.choices.shown = list(publicbacklog.FIELDS)
        for made in project:
            number, now = held.new_id("ticket"), datetime.fromtimestamp(self.glass.time(), UTC)
            held.tickets[number] = Card(id=number, backlog_id=1, title=made.title, description=made.text, type_id=1,
                                    status_id=self._STATES.index(made.state) + 1, created=now, updated=now)  # fmt: skip
            held.tickets[number].comments = [
                Said(id=held.new_id("comment"), text=remark.text, created=now) for remark in made.remarks if remark.text
            ]
            self.glass.sleep(30)

    def told(self, *, copy: bool) -> list[Told]:
        tickets = sorted(self.fake.dump()["tickets"], key=lambda ticket: int(ticket["id"]))
        return [
            Told(
                key=marked(ticket["description"], str(ticket["id"])),
                title=ticket["title"],
                text=bare(ticket["description"]),
                state=self._STATES[ticket["status_id"] - 1],
                parent=None,
                ties=(),
                files=(),
                comments=tuple(words(each["text"]) for each in ticket["comments"]),
                riders=((),) * len(ticket["comments"]),
            )
            for ticket in tickets
        ]


class StoreEnd:
    """A file or folder of ours, or the memory of this process."""

    lost = frozenset[str]()
    holds = False

    def __init__(self, url: str) -> None:
        self._url = url

    def url(self, option: str = "") -> str:
        return self._url

    def fill(self, project: Iterable[Made]) -> None:
        made = list(project)
        with anybacklog.connect(self._url) as tracker:
            tickets = [self._create(tracker, number, each) for number, each in enumerate(made)]
            for ticket, each in zip(tickets, made, strict=True):
                if each.parent is not None:
                    tracker.update_ticket(ticket, {"parent": tickets[each.parent]})
                for other in each.ties:
                    tracker.add_link(ticket, "relates", tickets[other])
                for remark in each.remarks:
                    self._remark(tracker, ticket, remark)

    def told(self, *, copy: bool) -> list[Told]:
        with anybacklog.connect(self._url) as tracker:
            tickets = list(tracker.tickets())
            places = {ticket.id: place for place, ticket in enumerate(tickets)}
            return [
                Told(
                    key=ticket.key,
                    title=ticket.title,
                    text=bare(ticket.description.source if ticket.description else ""),
                    state=ticket.status.category if ticket.status else "open",
                    parent=places.get(ticket.parent or ""),
                    ties=tuple(sorted(places[link.target] for link in ticket.links)),
                    files=tuple(sorted((file.name, file.sha256 or "") for file in ticket.attachments)),
                    comments=tuple(words(entry.body.source) for entry in journal),
                    riders=tuple(tuple(sorted(file.name for file in entry.attachments)) for entry in journal),
                )
                for ticket, journal in ((ticket, list(tracker.comments(ticket))) for ticket in tickets)
            ]

    def _create(self, tracker: anybacklog.Tracker, number: int, made: Made) -> Ticket:
        when = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number // 2)  # two at a time: then the key decides
        draft = TicketDraft(title=made.title, description=made.text, status=FILE_STATES[made.state], created_at=when)
        ticket = tracker.create_ticket(draft)
        for file in made.files:
            tracker.add_attachment(ticket, file.name, io.BytesIO(file.content))
        return ticket

    def _remark(self, tracker: anybacklog.Tracker, ticket: Ticket, remark: Remark) -> None:
        files = [(file.name, io.BytesIO(file.content)) for file in remark.files]
        changes = () if remark.text else (Change(field="title", old="a", new="b"),)
        tracker.add_comment(ticket, remark.text, attachments=files, changes=changes)


def make_end(kind: str, folder: Path, name: str, glass: Hourglass, gate: Gate, stack: ExitStack) -> End:
    """Make an end of a kind, with nothing in it."""
    if kind == "nulab":
        return NulabEnd(glass, gate, stack)
    if kind == "publicbacklog":
        return PublicBacklogEnd(glass, gate, stack)
    if kind == "memory":
        return StoreEnd(f"memory://{folder.name}-{name}/PROJ")
    return StoreEnd(f"{kind}:///{folder / (f'{name}.db' if kind == 'sqlite' else name)}?project=PROJ")


def _riders(comment: dict[str, Any]) -> tuple[str, ...]:
    """Name the files that came with an entry of a space's history."""
    return tuple(sorted(each["new"] for each in comment["changes"] if each["field"] == "attachment"))


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
