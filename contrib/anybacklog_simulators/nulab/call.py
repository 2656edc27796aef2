"""One request on its way to its handler, one row of the route table, and what a handler may answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from re import Pattern
from typing import Any
from urllib.parse import quote

from anybacklog_simulators.nulab.errors import Refused
from anybacklog_simulators.nulab.parameters import Pairs, Parameter
from anybacklog_simulators.nulab.space import Space
from anybacklog_simulators.nulab.things import Comment, Issue, Project, User

READ, UPDATE, SEARCH, ICON = "read", "update", "search", "icon"
ADMINISTRATOR, NORMAL, REPORTER, VIEWER, GUEST_REPORTER, GUEST_VIEWER = range(1, 7)


class Who(IntEnum):
    """Who may call a route, from everybody to space administrators."""

    ANYBODY = 0
    REPORTERS = 1
    NORMAL_USERS = 2
    PROJECT_ADMINISTRATORS = 3
    ADMINISTRATORS = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back; `body` is JSON, `content` are bytes, neither is an empty answer."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    content_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One row of the table: what is asked, which limit it spends, what it takes, who may, and what does it.

    A strict route refuses parameters it does not declare; a lenient one ignores them.
    """

    method: str
    path: str
    do: Callable[[Call], Any]
    parameters: tuple[Parameter, ...] = ()
    bucket: str = ""
    strict: bool = True
    who: Who = Who.ANYBODY
    custom: Pattern[str] | None = None
    multipart: bool = False

    @property
    def limit(self) -> str:
        """The rate bucket: every GET reads, everything else updates, unless the row says otherwise."""
        return self.bucket or (READ if self.method == "GET" else UPDATE)


def route(method: str, path: str, do: Callable[[Call], Any], *parameters: Parameter, bucket: str = "",
          lenient: bool = False, who: Who = Who.ANYBODY, custom: Pattern[str] | None = None,
          multipart: bool = False) -> Route:  # fmt: skip
    """Write a row of the table."""
    return Route(
        method=method,
        path=path,
        do=do,
        parameters=parameters,
        bucket=bucket,
        strict=not lenient,
        who=who,
        custom=custom,
        multipart=multipart,
    )


@dataclass(kw_only=True)
class Call:
    """A request that was let in: by whom, when, with what; `given` are the parameters as read."""

    space: Space
    user: User
    now: datetime
    path: Mapping[str, str]
    given: dict[str, Any]
    sent: Pairs
    host: str
    rates: Mapping[str, Any]
    indexed: Callable[[Issue], Issue | None]
    upload: tuple[str, bytes] | None = None

    def get(self, name: str, otherwise: Any = None) -> Any:
        """Give a parameter, or `otherwise` when it was not sent."""
        return self.given.get(name, otherwise)

    def project(self, ref: str | None = None, *, outsiders: bool = False) -> Project:
        """Give the project a path or reference names; hidden from those who are not of it.

        With `outsiders`, space administrators see it anyway.
        """
        wanted = self.path["project"] if ref is None else ref
        for project in self.space.projects.values():
            if wanted in (project.key, str(project.id)) and self._sees(project, outsiders=outsiders):
                return project
        raise Refused("no_project")

    def sees(self, project_id: int) -> bool:
        """Tell whether the caller is of a project."""
        return self._sees(self.space.projects[project_id], outsiders=False)

    def issue(self, ref: str | None = None) -> Issue:
        """Give the issue a path or reference names, by id or exact key."""
        wanted = self.path["issue"] if ref is None else ref
        found = self.space.issues.get(int(wanted)) if wanted.isdecimal() else self._by_key(wanted)
        if found is None or not self.sees(found.project_id):
            raise Refused("no_issue")
        return found

    def comment(self) -> tuple[Issue, Comment]:
        """Give the issue and comment a path names."""
        issue = self.issue()
        for comment in issue.comments:
            if str(comment.id) == self.path["comment"]:
                return issue, comment
        raise Refused("no_thing", thing="comment")

    def leads(self, project: Project) -> bool:
        """Tell whether the caller administers a project or the space."""
        return self.user.role_type == ADMINISTRATOR or self.user.id in project.administrators

    def own_user(self) -> User:
        """Give the user a path names."""
        wanted = self.path["user"]
        found = self.space.users.get(int(wanted)) if wanted.isdecimal() else None
        if found is None or found.left:
            raise Refused("no_thing", thing="user")
        return found

    def ago(self, seconds: float) -> datetime:
        """Give an instant before now."""
        return self.now - timedelta(seconds=seconds)

    def _sees(self, project: Project, *, outsiders: bool) -> bool:
        insider = self.user.id in self.space.members(project)
        return insider or (outsiders and self.user.role_type == ADMINISTRATOR)

    def _by_key(self, key: str) -> Issue | None:
        project_key, _, number = key.rpartition("-")
        if not number.isdecimal():
            return None
        ids = (project.id for project in self.space.projects.values() if project.key == project_key)
        numbers = (self.space.numbers.get((id, int(number))) for id in ids)
        return next((self.space.issues[id] for id in numbers if id is not None), None)


def page_by_offset(call: Call, rows: list[Any]) -> list[Any]:
    """Cut a page by `offset` and `count`."""
    begin = call.get("offset") or 0
    return rows[begin : begin + (call.get("count") or 20)]


def page_by_id(call: Call, rows: list[Any]) -> list[Any]:
    """Cut a page by `minId` and `maxId`, both exclusive; newest first unless `asc`."""
    low, high = call.get("minId"), call.get("maxId")
    kept = [row for row in rows if (low is None or row.id > low) and (high is None or row.id < high)]
    kept.sort(key=lambda row: row.id, reverse=call.get("order") != "asc")
    return kept[: call.get("count") or 20]


def download(name: str, content: bytes, content_type: str) -> Answer:
    """Answer with a file, its name in the one form the service uses."""
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Answer(content=content, content_type=content_type, headers={"Content-Disposition": disposition})
