"""Every endpoint that model or extension asks and that was recorded, replayed through the adapter.

What is read is compared with the recorded JSON field by field; what is written is told as it was told then.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import fields
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from tests.adapters.nulab.conftest import Space

import anybacklog
from anybacklog import Attachment, Ticket, TicketDraft, TicketType, Tracker, User
from anybacklog.errors import ProtocolError
from anybacklog_nulab import EventType, Nulab
from anybacklog_nulab.backend import NulabBackend
from anybacklog_nulab.endpoints import asked_at, endpoint, said_by
from anybacklog_nulab.webhook import parse

URL = "nulab://example.backlog.jp/31224"
LIST = Path(__file__).parents[3] / "docs" / "nulab-endpoints.txt"
LINES = [line.removeprefix("- ") for line in LIST.read_text(encoding="utf-8").splitlines()]
KNOWN = [endpoint(line) for line in LINES if line and not line.startswith("#")]
COVERED = {each for kind in (NulabBackend, Nulab) for said in said_by(kind).values() for each in said}
INSTEAD = {
    "&archived=false": "", "/issues/1267081/": "/issues/1189073/", "projects/31581/teams": "projects/31224/teams",
}  # fmt: skip
Json: TypeAlias = dict[str, Any]
RecordedJson: TypeAlias = Callable[[str], Any]


@pytest.fixture
def space(recorded_exchanges: list[Any], space: Space) -> Space:
    """Give what was recorded, two things adapted to what can be asked.

    Projects were asked for without the archived ones, which the adapter lists too. A comment was deleted at an issue
    that was not recorded itself, and teams were listed of a project that was not; others stand in for them.
    """
    recorded = [(copy(request), response) for request, response in recorded_exchanges]
    for request, _ in recorded:
        for said, instead in INSTEAD.items():
            request.uri = request.uri.replace(said, instead)
    return Space(recorded, space.synthetic)


@pytest.fixture
def tracker(space: Space) -> Iterator[Tracker]:
    with space.replayed(), anybacklog.connect(URL, api_key="a-key-nobody-has") as tracker:
        yield tracker


LISTS: Mapping[str, Callable[[Nulab], Sequence[Any] | Iterator[Any]]] = {
    "space/activities": lambda nulab: nulab.activities(everywhere=True),
    "projects/31224/activities": Nulab.activities,
    "users/56534/activities": lambda nulab: nulab.activities(user_id=56534),
    "projects/31581/teams": Nulab.project_teams,
    "teams": Nulab.teams,
    "projects/31224/users": Nulab.project_users,
    "notifications": Nulab.notifications,
    "users/56534/watchings": lambda nulab: nulab.watchings(56534),
    "wikis": Nulab.wikis,
    "wikis/80179/history": lambda nulab: nulab.wiki_history(80179),
    "projects/31224/issueTypes": Nulab.issue_types,
    "projects/31224/categories": Nulab.categories,
    "projects/31224/versions": Nulab.versions,
}
SINGLE: Mapping[str, Callable[[Nulab], Any]] = {
    "space": Nulab.space,
    "users/myself": Nulab.myself,
    "wikis/80179": lambda nulab: nulab.wiki(80179),
}
MODEL: Mapping[str, Callable[[Tracker], Sequence[Any]]] = {
    "projects": Tracker.projects,
    "projects/31224": lambda tracker: [tracker.project()],
    "statuses": Tracker.statuses,
    "priorities": Tracker.priorities,
    "resolutions": Tracker.resolutions,
    "issues": lambda tracker: list(tracker.tickets()),
    "issues/1189073/comments": lambda tracker: list(tracker.comments(ticket(tracker, 1189073))),
}


def ticket(tracker: Tracker, id: int) -> Ticket:
    return next(each for each in tracker.tickets() if each.id == str(id))


# ---- what is written, and files, as stories


def an_issue_is_made_changed_and_deleted(tracker: Tracker) -> None:
    """It was made with a type of another project, got one of its own instead, and that is not taken as done."""
    make_issue(tracker)
    changed = tracker.update_ticket(1190003, {"title": "テスト課題1"})
    assert (changed.key, changed.type and changed.type.id) == ("TEST_PROJECT_1-3", "136774")
    tracker.delete_ticket(1190003)


def make_issue(tracker: Tracker) -> None:
    foreign = TicketType(id="1", name="of another project")
    with pytest.raises(ProtocolError, match=r"issue TEST_PROJECT_1-3 was written.* something else .* type"):
        tracker.create_ticket(TicketDraft(title="テスト課題1", type=foreign, priority="高"))


def an_upload_is_linked(tracker: Tracker) -> None:
    """The issue it is linked to was recorded without files, and that is not taken as done."""
    make_issue(tracker)
    with pytest.raises(ProtocolError, match=r"given the file 'space_spec.rb', but does not show it"):
        tracker.add_attachment(1190003, "space_spec.rb", BytesIO(b"x" * 4759))


def a_comment_is_written_and_changed(tracker: Tracker) -> None:
    first = ticket(tracker, 1188856)
    made = tracker.add_comment(first, "テストコメント1")
    assert (made.id, made.body.source, made.author and made.author.login) == ("5328861", "テストコメント1", "emsk")
    changed = tracker.update_comment(first, made, "テストコメント4")
    assert (changed.id, changed.body.source) == ("5328861", "テストコメント4")


def people_are_notified_of_a_comment(tracker: Tracker) -> None:
    tracker.extension(Nulab).notify(1188856, 5328861, [56534])


def a_comment_is_deleted(tracker: Tracker) -> None:
    tracker.delete_comment(ticket(tracker, 1189073), "60926684")


def a_type_is_made_and_renamed(tracker: Tracker) -> None:
    nulab = tracker.extension(Nulab)
    made = nulab.create_issue_type("テスト種別1", color="#e30000")
    assert (made.id, made.color, made.display_order) == ("138339", "#e30000", -1)
    assert nulab.update_issue_type(made.id, name="テスト種別2").name == "テスト種別2"


def versions_are_made(tracker: Tracker) -> None:
    nulab = tracker.extension(Nulab)
    plain = nulab.create_version("テストバージョン1")
    planned = nulab.create_version(
        "テストバージョン2",
        description="テストバージョン2の詳細です。",
        start_date=date(2015, 5, 1),
        release_due_date=date(2015, 5, 31),
    )
    assert (plain.description, plain.start_date, plain.release_due_date) == (None, None, None)
    assert (planned.start_date, planned.release_due_date) == (date(2015, 5, 1), date(2015, 5, 31))


def a_webhook_is_changed_and_deleted(tracker: Tracker) -> None:
    nulab = tracker.extension(Nulab)
    changed = nulab.update_webhook(106, name="テストウェブフック1")
    assert (changed.name, changed.activity_type_ids) == ("テストウェブフック1", (1, 2))
    assert nulab.delete_webhook(106).name == "テストウェブフック2"


def things_are_counted(tracker: Tracker) -> None:
    assert tracker.count_tickets() == 2
    assert tracker.extension(Nulab).count_watchings(56534, already_read=True) == 2


def events_of_two_kinds_are_read(tracker: Tracker) -> None:
    kinds = [EventType.ISSUE_CREATED, EventType.ISSUE_UPDATED]
    assert {each.type for each in tracker.extension(Nulab).activities(kinds, everywhere=True)} <= set(kinds)


def files_are_streamed(tracker: Tracker) -> None:
    first = ticket(tracker, 1188856)
    with tracker.open_attachment(first.attachments[0]) as stream:
        assert len(stream.read()) == first.attachments[0].size
    pictures = {"space/image": b"\xff\xd8", "users/47893/icon": b"\x89PNG", "teams/3089/icon": b"\x89PNG"}
    for path, begins in pictures.items():
        with tracker.extension(Nulab).open(path) as stream:
            assert stream.read().startswith(begins)


STORIES = (
    an_issue_is_made_changed_and_deleted, an_upload_is_linked, a_comment_is_written_and_changed, a_comment_is_deleted,
    people_are_notified_of_a_comment,
    a_type_is_made_and_renamed, versions_are_made, a_webhook_is_changed_and_deleted, things_are_counted,
    events_of_two_kinds_are_read, files_are_streamed,
)  # fmt: skip


# ---- what a value must say of the JSON that was received


def assert_holds(value: Any, row: Json) -> None:
    assert value.raw == row
    for each in fields(value):
        if each.name != "raw":
            assert_same(getattr(value, each.name), row.get(camel(each.name)))


def camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def assert_same(held: Any, told: Any) -> None:
    if isinstance(held, tuple):
        for one, other in zip(held, told or (), strict=True):
            assert_same(one, other)
    elif isinstance(held, User):
        assert (held.id, held.login) == (str(told["id"]), told["userId"])
        assert (held.name, held.email) == (told["name"], told["mailAddress"])
    elif isinstance(held, Attachment):
        assert (held.id, held.name, held.size) == (str(told["id"]), told["name"], told["size"])
    else:
        assert as_told(held, told) == told


def as_told(held: Any, told: Any) -> Any:
    match held, told:
        case datetime(), str():
            return held.strftime("%Y-%m-%dT%H:%M:%SZ")
        case date(), str():
            return f"{held.isoformat()}T00:00:00Z"
        case str(), int():
            return int(held)
        case str(), dict():
            return told | {"name": held}
    return held


# ---- the tests


@pytest.mark.parametrize("path", LISTS)
def test_a_recorded_list_is_read_field_by_field(path: str, tracker: Tracker, recorded_json: RecordedJson) -> None:
    values, rows = list(LISTS[path](tracker.extension(Nulab))), recorded_json(path)
    assert len(values) == len(rows) > 0
    for row in rows:
        assert_holds(next(value for value in values if value.raw == row), row)


@pytest.mark.parametrize("path", SINGLE)
def test_a_recorded_thing_is_read_field_by_field(path: str, tracker: Tracker, recorded_json: RecordedJson) -> None:
    assert_holds(SINGLE[path](tracker.extension(Nulab)), recorded_json(path))


@pytest.mark.parametrize("path", MODEL)
def test_what_was_recorded_is_read_by_the_model(path: str, tracker: Tracker, recorded_json: RecordedJson) -> None:
    rows = recorded_json(path)
    assert {each.id for each in MODEL[path](tracker)} == {
        str(row["id"]) for row in (rows if isinstance(rows, list) else [rows])
    }


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__.replace("_", " "))
def test_a_recorded_story(story: Callable[[Tracker], None], tracker: Tracker) -> None:
    story(tracker)


def test_a_recorded_event_is_the_same_when_a_webhook_delivers_it(tracker: Tracker) -> None:
    nulab = tracker.extension(Nulab)
    events = [*nulab.activities(), *nulab.activities(everywhere=True)]
    assert [parse(json.dumps(event.raw)) for event in events] == events
    assert len({event.type for event in events}) > 5


def test_every_endpoint_that_the_adapter_asks_and_that_was_recorded_is_replayed(tracker: Tracker, space: Space) -> None:
    for ask in (*LISTS.values(), *SINGLE.values()):
        list(found) if isinstance(found := ask(tracker.extension(Nulab)), Iterator) else found
    for call in (*MODEL.values(), *STORIES):
        call(tracker)
    replayed = {endpoint_of(*told.split(" ")) for told, source in space.told if source == "recorded"}
    good = [request for request, response in space.recorded if response["status"]["code"] < 300]
    recorded = {endpoint_of(request.method, request.path) for request in good}
    assert recorded & COVERED == replayed


def endpoint_of(method: str, target: str) -> str | None:
    return asked_at(f"{method} {target.partition('?')[0].removeprefix('/api/v2')}", KNOWN)
