"""The table of endpoints in the documentation is true: what a docstring says is asked is asked, and nothing else is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import anybacklog
from anybacklog import (
    Attachment,
    Category,
    Comment,
    CustomField,
    Milestone,
    Status,
    Ticket,
    TicketDraft,
    TicketType,
    Tracker,
    Version,
)  # fmt: skip
from anybacklog.errors import NotFound
from anybacklog.model import Named
from anybacklog_nulab import Nulab
from anybacklog_nulab.backend import NulabBackend
from anybacklog_nulab.client import bucket
from anybacklog_nulab.endpoints import asked_at, endpoint, said_by
from anybacklog_simulators.nulab import Fault, Harm
from anybacklog_simulators.nulab.routes import TABLE

if TYPE_CHECKING:
    from tests.adapters.nulab.around.conftest import Here

LIST = Path(__file__).parents[4] / "docs" / "nulab-endpoints.txt"
LINES = [line.removeprefix("- ") for line in LIST.read_text(encoding="utf-8").splitlines()]
KNOWN = [endpoint(line) for line in LINES if line and not line.startswith("#")]
PAGE = re.compile(r"\((get|add|update|delete|count|post|link)-[a-z-]+|Page: (get|update|add|delete)-[a-z-]+")
FILES = ("/image", "/icon", "files/{id}", "attachments/{id}")
NOT_FAKED = ("/documents", "/git/", "/projects/{}/git/", "/import")
SAYING: Mapping[str, type] = {"model": NulabBackend, "extension": Nulab}
SAID = {(kind, name): each for kind, where in SAYING.items() for name, each in said_by(where).items()}
NOT_OF_TRACKER = ("ticket_by_key", "limits")
UNSAID = {"abilities", "close", "extension", "identity", "raw", "requests"}


def ticket(tracker: Tracker) -> Ticket:
    return next(iter(tracker.tickets()))


def comment(tracker: Tracker) -> Comment:
    return tracker.add_comment(ticket(tracker), "mine")


def attachment(tracker: Tracker) -> Attachment:
    return tracker.attachments(ticket(tracker))[0]


def statuses(here: Here) -> None:
    here.tracker.statuses()
    here.fake.faults.add(Fault(harm=Harm.ERROR_BEFORE, path=r"/projects/\d+/statuses$", status=404, times=1))
    with anybacklog.connect(here.url, api_key=here.key) as another:
        assert another.statuses()


def add_metadata(here: Here) -> None:
    add = here.tracker.add_metadata
    add("ticket_types", TicketType(id="", name="new"))
    add("statuses", Status(id="", name="new", category="in_progress"))
    add("categories", Category(id="", name="new"))
    add("milestones", Milestone(id="", name="new"))
    add("versions", Version(id="", name="newer"))
    made = add("custom_fields", CustomField(id="", name="new", type="choice", options=(Named(id="", name="a"),)))
    assert isinstance(made, CustomField)
    more = CustomField(id=made.id, name="new", type="choice", options=(*made.options, Named(id="", name="b")))
    add("custom_fields", more)


def download(here: Here) -> None:
    with here.tracker.open_attachment(attachment(here.tracker)) as stream:
        stream.read()


def every_file(here: Here) -> None:
    for line in LINES:
        path = line.removeprefix("GET /")
        if path != line and path.endswith(FILES) and not path.startswith("issues"):
            asked = path.replace("{p}", "DEMO").replace("{id}", "1").replace("{r}", "1").replace("{n}", "1")
            with suppress(NotFound), here.nulab.open(asked):
                pass


MODEL: Mapping[str, Callable[[Here], Any]] = {
    "project": lambda here: here.tracker.project(),
    "projects": lambda here: here.tracker.projects(),
    "myself": lambda here: here.tracker.myself(),
    "users": lambda here: here.tracker.users(),
    "ticket_types": lambda here: here.tracker.ticket_types(),
    "statuses": statuses,
    "priorities": lambda here: here.tracker.priorities(),
    "resolutions": lambda here: here.tracker.resolutions(),
    "categories": lambda here: here.tracker.categories(),
    "milestones": lambda here: here.tracker.milestones(),
    "versions": lambda here: here.tracker.versions(),
    "custom_fields": lambda here: here.tracker.custom_fields(),
    "add_metadata": add_metadata,
    "tickets": lambda here: list(here.tracker.tickets()),
    "count_tickets": lambda here: here.tracker.count_tickets(),
    "ticket": lambda here: here.tracker.ticket(int(ticket(here.tracker).id)),
    "ticket_by_key": lambda here: here.tracker.ticket("DEMO-1"),
    "create_ticket": lambda here: here.tracker.create_ticket(TicketDraft(title="new", status="処理中")),
    "update_ticket": lambda here: here.tracker.update_ticket("DEMO-1", {"title": "newer"}),
    "delete_ticket": lambda here: here.tracker.delete_ticket("DEMO-2"),
    "comments": lambda here: list(here.tracker.comments("DEMO-1")),
    "add_comment": lambda here: here.tracker.add_comment("DEMO-1", "new", attachments=[("a.txt", BytesIO(b"a"))]),
    "update_comment": lambda here: here.tracker.update_comment("DEMO-1", comment(here.tracker), "newer"),
    "delete_comment": lambda here: here.tracker.delete_comment("DEMO-1", comment(here.tracker)),
    "attachments": lambda here: here.tracker.attachments("DEMO-1"),
    "open_attachment": download,
    "add_attachment": lambda here: here.tracker.add_attachment("DEMO-1", "a.txt", BytesIO(b"a")),
    "delete_attachment": lambda here: here.tracker.delete_attachment("DEMO-1", attachment(here.tracker)),
    "links": lambda here: here.tracker.links("DEMO-1"),
    "add_link": lambda here: here.tracker.add_link("DEMO-1", "relates", "DEMO-2"),
    "activities": lambda here: list(here.tracker.activities()),
    "limits": lambda here: here.tracker.capabilities.limits,
    "traffic": lambda here: here.tracker.traffic(),
    "permissions": lambda here: here.tracker.permissions(),
}
EXTENSION: Mapping[str, Callable[[Nulab], Any]] = {
    "space": Nulab.space,
    "licence": Nulab.licence,
    "rate_limit": Nulab.rate_limit,
    "teams": lambda nulab: list(nulab.teams()),
    "project_teams": Nulab.project_teams,
    "myself": Nulab.myself,
    "users": Nulab.users,
    "project_users": Nulab.project_users,
    "activities": lambda nulab: [
        list(nulab.activities()),
        list(nulab.activities(everywhere=True)),
        list(nulab.activities(user_id=nulab.myself().id)),
    ],
    "activity": lambda nulab: suppressed(nulab.activity, 1),
    "notifications": lambda nulab: list(nulab.notifications()),
    "watchings": lambda nulab: list(nulab.watchings()),
    "count_watchings": Nulab.count_watchings,
    "wikis": Nulab.wikis,
    "wiki": lambda nulab: nulab.wiki(nulab.wikis()[0].id),
    "wiki_history": lambda nulab: list(nulab.wiki_history(nulab.wikis()[0].id)),
    "issue_types": Nulab.issue_types,
    "create_issue_type": lambda nulab: nulab.create_issue_type("new"),
    "update_issue_type": lambda nulab: nulab.update_issue_type(nulab.issue_types()[0].id, name="new"),
    "delete_issue_type": lambda nulab: nulab.delete_issue_type(
        nulab.issue_types()[0].id, substitute=nulab.issue_types()[1].id
    ),
    "statuses": Nulab.statuses,
    "create_status": lambda nulab: nulab.create_status("new"),
    "update_status": lambda nulab: nulab.update_status(nulab.create_status("new").id, name="newer"),
    "delete_status": lambda nulab: nulab.delete_status(nulab.create_status("new").id, substitute=1),
    "order_statuses": lambda nulab: nulab.order_statuses([1, 2, 3, 4]),
    "categories": Nulab.categories,
    "create_category": lambda nulab: nulab.create_category("new"),
    "update_category": lambda nulab: nulab.update_category(nulab.categories()[0].id, name="new"),
    "delete_category": lambda nulab: nulab.delete_category(nulab.categories()[0].id),
    "versions": Nulab.versions,
    "create_version": lambda nulab: nulab.create_version("new"),
    "update_version": lambda nulab: nulab.update_version(nulab.versions()[0].id, archived=True),
    "delete_version": lambda nulab: nulab.delete_version(nulab.versions()[0].id),
    "custom_fields": Nulab.custom_fields,
    "create_custom_field": lambda nulab: nulab.create_custom_field("new", 1),
    "update_custom_field": lambda nulab: nulab.update_custom_field(nulab.custom_fields()[0].id, name="new"),
    "delete_custom_field": lambda nulab: nulab.delete_custom_field(nulab.custom_fields()[0].id),
    "create_item": lambda nulab: nulab.create_item(nulab.custom_fields()[0].id, "new"),
    "update_item": lambda nulab: nulab.update_item(nulab.custom_fields()[0].id, 1, name="new"),
    "delete_item": lambda nulab: nulab.delete_item(nulab.custom_fields()[0].id, 1),
    "alongside": lambda nulab: nulab.alongside(files=[("a.txt", BytesIO(b"a"))]).__enter__(),
    "notified": lambda nulab: nulab.notified(1001, 1001),
    "notify": lambda nulab: nulab.notify(1001, 1002, [1002]),
    "webhooks": Nulab.webhooks,
    "webhook": lambda nulab: nulab.webhook(hook(nulab)),
    "create_webhook": lambda nulab: hook(nulab),
    "update_webhook": lambda nulab: nulab.update_webhook(hook(nulab), name="new"),
    "delete_webhook": lambda nulab: nulab.delete_webhook(hook(nulab)),
}


def hook(nulab: Nulab) -> str:
    return nulab.create_webhook("new", "https://example.com/hooks/word").id


def suppressed(ask: Callable[[int], Any], id: int) -> None:
    with suppress(NotFound):
        ask(id)


def extended(call: Callable[[Nulab], Any]) -> Callable[[Here], Any]:
    return lambda here: call(here.nulab)


CALLS: dict[tuple[str, str], Callable[[Here], Any]] = {
    **{("model", name): call for name, call in MODEL.items()},
    **{("extension", name): extended(call) for name, call in EXTENSION.items()},
    ("extension", "open"): every_file,
}


def asked(here: Here) -> Iterator[str | None]:
    return (asked_at(line.replace(" ", " /", 1), KNOWN) for line in here.asked)


@pytest.mark.parametrize("which", CALLS, ids=" ".join)
def test_a_method_asks_what_its_docstring_says_and_nothing_that_none_says(which: tuple[str, str], here: Here) -> None:
    CALLS[which](here)
    sent = set(asked(here))
    assert set(SAID[which]) <= sent
    assert sent <= {each for said in SAID.values() for each in said}


def test_every_method_of_the_extension_and_every_endpoint_is_tried() -> None:
    proven = {each for which in CALLS for each in SAID[which]}
    assert {which for which, said in SAID.items() if which not in CALLS and not set(said) <= proven} == set()
    assert {name for kind, name in SAID if kind == "extension"} == {name for kind, name in CALLS if kind == "extension"}
    public = {(kind, name) for kind, where in SAYING.items() for name in dir(where) if not name.startswith("_")}
    assert {name for _, name in public - set(SAID)} == UNSAID
    assert all(hasattr(Tracker, name) for name in MODEL if name not in NOT_OF_TRACKER)


@pytest.mark.parametrize("which", SAID, ids=" ".join)
def test_a_docstring_names_page_and_budget_of_what_is_asked(which: tuple[str, str]) -> None:
    kind, name = which
    text = getattr(SAYING[kind], name).__doc__
    budgets = {bucket(*each.split(" /")) for each in SAID[which]}
    assert [each for each in budgets if each not in text.lower()] == []
    assert PAGE.search(text)


def test_the_list_holds_every_endpoint_once_and_all_that_the_fake_has() -> None:
    faked = {endpoint(f"{route.method} {route.path}") for route in TABLE}
    assert len(KNOWN) == len(set(KNOWN))
    assert faked <= set(KNOWN)
    assert [each for each in KNOWN if each not in faked and not any(part in each for part in NOT_FAKED)] == []
    assert {each for said in SAID.values() for each in said} <= set(KNOWN)
