"""Recorded exchanges and the space each was asked of; and somebody who calls a fake in this process."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from vcr.serializers import yamlserializer
from werkzeug.test import Client, TestResponse

from anybacklog_simulators.clock import Clock
from anybacklog_simulators.nulab import DEMO_KEY, Nulab, Simulator, empty_space, simulator
from anybacklog_simulators.nulab.events import Application, Grant, Token, Watching
from anybacklog_simulators.nulab.seeding import seed
from anybacklog_simulators.nulab.space import Space
from anybacklog_simulators.nulab.things import Project

API = "/api/v2"
KEY = "REDACTED_API_KEY"
OWNER, OTHER = 47893, 56534


@dataclass(frozen=True)
class Exchange:
    """One recorded request and its answer."""

    name: str
    at: datetime
    method: str
    url: str
    body: bytes
    content_type: str
    status: int
    headers: dict[str, str]
    answer: Any

    @property
    def path(self) -> str:
        return urlsplit(self.url).path.removeprefix(API)

    @property
    def target(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.path}?{parts.query}"


def read(folder: Path) -> list[Exchange]:
    """Read every exchange of a folder, in the order they happened."""
    found = [_exchange(file, folder) for file in sorted(folder.rglob("*.yaml"))]
    return sorted(found, key=lambda each: each.at)


def _exchange(file: Path, folder: Path) -> Exchange:
    (interaction,) = yamlserializer.deserialize(file.read_text("utf-8"))["interactions"]
    request, response = interaction["request"], interaction["response"]
    body = request["body"] or ""
    headers = {name: values[0] for name, values in response["headers"].items()}
    text = response["body"]["string"]
    is_json = headers.get("Content-Type", "").startswith("application/json")
    return Exchange(
        name=f"{file.parent.relative_to(folder)}/{file.stem}",
        at=datetime.fromisoformat(interaction["recorded_at"]),
        method=request["method"],
        url=request["uri"],
        body=body.encode() if isinstance(body, str) else body,
        content_type=request["headers"].get("Content-Type", [""])[0],
        status=response["status"]["code"],
        headers=headers,
        answer=json.loads(text) if is_json else None,
    )


def space_before(exchange: Exchange, every: Iterable[Exchange]) -> Space:
    """Make the space as it was when an exchange began, of everything recorded before and after."""
    space = Space(lang="ja", owner_id=OWNER)
    space.choices.as_of = exchange.at.date()
    others = [each for each in every if each.name != exchange.name and each.answer is not None and each.status < 300]
    later = [each for each in others if each.at > exchange.at]
    for each in [*later[::-1], *(each for each in others if each.at <= exchange.at)]:
        seed(space, each.path, each.answer)
    _forget_since(space, exchange.at)
    _forget_listed(space, exchange)
    if exchange.answer is not None and exchange.status < 300:
        seed(space, exchange.path, exchange.answer)
        _undo(space, exchange)
    _let_in(space)
    _never_recorded(space, exchange)
    return space


def _forget_since(space: Space, at: datetime) -> None:
    for issue in [each for each in space.issues.values() if each.created > at]:
        space.remove_issue(issue)
    for issue in space.issues.values():
        issue.comments = [each for each in issue.comments if each.created <= at]
    for name in ("wikis", "stars", "watchings", "notifications", "activities", "teams"):
        setattr(space, name, {id: each for id, each in getattr(space, name).items() if each.created <= at})
    space.viewed = [each for each in space.viewed if each.updated <= at]


def _forget_listed(space: Space, exchange: Exchange) -> None:
    """Forget what a recorded answer lists completely: there was no more than it shows."""
    match = re.fullmatch(r"/projects/(\d+)/(issueTypes|versions|categories)", exchange.path)
    if exchange.method == "GET" and match:
        name = {"issueTypes": "issue_types"}.get(match[2], match[2])
        setattr(space.projects[int(match[1])], name, [])
    if exchange.method == "GET" and exchange.path in ("/teams", "/groups"):
        space.teams.clear()


def _undo(space: Space, exchange: Exchange) -> None:
    """Take out what a recorded POST made."""
    if exchange.method != "POST" or not isinstance(exchange.answer, dict) or exchange.path.endswith("/notifications"):
        return
    made = exchange.answer.get("id", 0)
    if exchange.path == "/issues":
        space.remove_issue(space.issues[made])
    for name in ("wikis", "watchings", "teams", "users", "projects"):
        if exchange.path in (f"/{name}", "/groups" if name == "teams" else ""):
            getattr(space, name).pop(made, None)
    for holder, name in _lists(space):
        setattr(holder, name, [each for each in getattr(holder, name) if made not in (each, getattr(each, "id", None))])


def _lists(space: Space) -> Iterator[tuple[object, str]]:
    for project in space.projects.values():
        yield from ((project, name) for name in ("issue_types", "versions", "categories", "webhooks", "teams"))
    yield from ((issue, "comments") for issue in space.issues.values())


def _let_in(space: Space) -> None:
    space.users[OWNER].keys = [KEY]
    for project in space.projects.values():
        project.members = list(dict.fromkeys([OWNER, OTHER, *project.members]))


def _never_recorded(space: Space, exchange: Exchange) -> None:
    """Add what a recorded request takes for granted and no answer shows."""
    client, at = "REDACTED_CLIENT_ID", exchange.at
    space.oauth.applications = [Application(client_id=client, client_secret="REDACTED_CLIENT_SECRET")]
    code = Grant(
        code="REDACTED_CODE",
        client_id=client,
        user_id=OWNER,
        redirect_uri=None,
        expires=datetime.max.replace(tzinfo=at.tzinfo),
    )
    space.oauth.grants = [code]
    if exchange.name.endswith("update_token"):
        refresh = "REDACTED_REFRESH_TOKEN"
        token = Token(access="a", refresh=refresh, client_id=client, user_id=OWNER, expires=code.expires)
        space.oauth.tokens = [token]
    if exchange.path == "/watchings/17177/markAsRead":
        issue = next(iter(space.issues))
        space.watchings[17177] = Watching(id=17177, user_id=OWNER, issue_id=issue, created=at, updated=at)
    for watching in space.watchings.values():
        watching.user_id = OTHER
    if exchange.path == "/projects/31224/administrators" and exchange.method == "DELETE":
        space.projects[31224].administrators = [OTHER]
    if exchange.path == "/projects/31224/users" and exchange.method == "DELETE":
        space.projects[31224].members.append(exchange.answer["id"])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test each exchange there is; without recordings it is one test, which `recordings` skips."""
    if "exchange" in metafunc.fixturenames:
        beside = Path(__file__).resolve().parents[2] / ".." / "shared" / "recordings"
        every = read(Path(os.environ.get("ANYBACKLOG_RECORDINGS", beside)) / "nulab")
        metafunc.parametrize("exchange", every or [None], ids=[each.name for each in every] or ["none"])


@pytest.fixture(scope="session")
def recorded(recordings: Path) -> list[Exchange]:
    return read(recordings / "nulab")


@pytest.fixture
def space_of(recorded: list[Exchange]) -> Callable[[Exchange], Space]:
    """Make the space as it was when an exchange began."""
    return lambda exchange: space_before(exchange, recorded)


@dataclass
class Api:
    """Somebody who calls a fake in this process, with a key."""

    fake: Simulator[Nulab]
    key: str = DEMO_KEY

    def __call__(
        self, method: str, path: str, *form: tuple[str, object], key: str | None = None, **more: Any
    ) -> TestResponse:
        """Send parameters in the query of a GET or DELETE, else as a form."""
        pairs = [(name, str(value)) for name, value in form]
        place = "query_string" if method in ("GET", "DELETE") else "data"
        given: dict[str, Any] = {place: urlencode(pairs)} if pairs else {}
        if place == "data" and pairs:
            given["content_type"] = "application/x-www-form-urlencoded"
        headers = {"Backlog-API-Key": self.key if key is None else key}
        return Client(self.fake).open(f"{API}{path}", method=method, headers=headers, **{**given, **more})

    def json(self, method: str, path: str, *form: tuple[str, object], **more: Any) -> Any:
        """Send the same, and give the JSON of an answer that must be a good one."""
        answer = self(method, path, *form, **more)
        assert answer.status_code < 300, answer.get_data(as_text=True)
        return answer.get_json()

    def refused(self, method: str, path: str, *form: tuple[str, object], **more: Any) -> tuple[int, int, str]:
        """Send the same; give status, code and message of the refusal."""
        answer = self(method, path, *form, **more)
        (error,) = answer.get_json()["errors"]
        return answer.status_code, error["code"], error["message"]

    def issue(self, summary: str = "Crash", *form: tuple[str, object]) -> Any:
        """Create an issue in the first project."""
        (project, *_) = self.fake.service.space.projects.values()
        needed = [("projectId", project.id), ("issueTypeId", project.issue_types[0].id), ("priorityId", 3)]
        return self.json("POST", "/issues", ("summary", summary), *needed, *form)

    def upload(self, name: str = "a.txt", content: bytes = b"bytes") -> int:
        """Upload a file, and give its number."""
        uploaded = self.json("POST", "/space/attachment", data={"file": (io.BytesIO(content), name)})
        return int(uploaded["id"])


@pytest.fixture
def started() -> Iterator[Callable[..., tuple[subprocess.Popen[str], dict[str, str]]]]:
    """Start `anybacklog simulate`; give the process, and what it printed up to the key: the first URL, the key."""
    with ExitStack() as stack:

        def run(service: str, *options: str) -> tuple[subprocess.Popen[str], dict[str, str]]:
            command = [sys.executable, "-m", "anybacklog", "simulate", service, *options]
            process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
            stack.callback(process.kill)
            assert process.stdout is not None
            lines: dict[str, str] = {}
            while "key" not in lines:
                word, value = process.stdout.readline().split()
                lines.setdefault(word, value)
            return process, lines

        yield run


@pytest.fixture
def clock() -> Clock:
    return Clock.standing(datetime(2026, 3, 1, 12, 0, 10, tzinfo=UTC))


@pytest.fixture
def fake(clock: Clock) -> Simulator[Nulab]:
    """A fake with an empty project, whose clock stands."""
    return simulator(empty_space(), clock=clock)


@pytest.fixture
def api(fake: Simulator[Nulab]) -> Api:
    return Api(fake)


@pytest.fixture
def project(fake: Simulator[Nulab]) -> Project:
    (found,) = fake.service.space.projects.values()
    return found
