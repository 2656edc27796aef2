"""What Nulab has around tickets, read and written through the extension, against the fake space."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from anybacklog.errors import NotFound, PermissionDenied, ProtocolError, ValidationError
from anybacklog_nulab import EventType, Reason
from anybacklog_nulab.extra_schemas import read
from anybacklog_nulab.extras import Event, Webhook, Wiki
from anybacklog_simulators.nulab import Space
from anybacklog_simulators.nulab.events import Activity, Notification, Watching
from anybacklog_simulators.nulab.things import Team

if TYPE_CHECKING:
    from tests.adapters.nulab.around.conftest import Here

START = datetime(2024, 4, 1, tzinfo=UTC)


def happened(space: Space, count: int, type: int = 3) -> None:
    [project] = space.projects
    for number in range(1, count + 1):
        space.activities[number] = Activity(
            id=number, project_id=project, type=type, content={"id": 7, "key_id": 1, "comment": {"id": number}},
            created_user_id=space.owner_id, created=START + timedelta(seconds=number),
        )  # fmt: skip


def test_the_space_says_its_zone_and_its_plan(here: Here) -> None:
    space, licence = here.nulab.space(), here.nulab.licence()
    assert (space.space_key, space.timezone) == (here.space.key, here.space.timezone)
    assert licence.attachment_limit_per_file == here.space.licence.attachment_limit_per_file
    assert licence.active is True
    assert licence.started_on is not None
    assert licence.raw["licenceTypeId"] == licence.licence_type_id


def test_rate_limits_are_read_bucket_by_bucket(here: Here) -> None:
    assert {rate.bucket: rate.limit for rate in here.nulab.rate_limit()} == {
        "read": 600, "update": 150, "search": 150, "icon": 60,
    }  # fmt: skip


def test_members_come_with_their_roles(here: Here) -> None:
    assert [(each.name, each.role_type) for each in here.nulab.project_users()] == [("山田 花子", 1), ("Taro", 2)]
    assert here.nulab.myself().user_id == "hanako"
    assert here.nulab.project_users(with_teams=False)
    assert [each.user_id for each in here.nulab.users()] == ["hanako", "taro"]


def test_the_list_of_everybody_is_for_administrators(here: Here) -> None:
    with here.as_second() as nulab, pytest.raises(PermissionDenied):
        nulab.users()


def test_a_file_of_any_kind_is_streamed(here: Here) -> None:
    with here.nulab.open("space/image") as stream:
        assert stream.read(8) == b"\x89PNG\r\n\x1a\n"
    with pytest.raises(ValidationError, match="no path below"), here.nulab.open("../../secret"):
        pass


def test_teams_beyond_a_page_are_all_listed_once(here: Here) -> None:
    for number in range(1, 206):
        here.space.teams[number] = Team(
            id=number, name=f"班{number}", members=[here.space.owner_id], created_user_id=here.space.owner_id,
            created=START, updated_user_id=here.space.owner_id, updated=START,
        )  # fmt: skip
    teams = list(here.nulab.teams())
    assert len({team.id for team in teams}) == len(teams) == 205
    assert [person.name for person in teams[0].members] == ["山田 花子"]
    here.space.projects[next(iter(here.space.projects))].teams.append(7)
    assert [team.name for team in here.nulab.project_teams()] == ["班7"]


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
def test_events_are_paged_newest_first_each_once(count: int, here: Here) -> None:
    happened(here.space, count)
    assert [event.id for event in here.nulab.activities()] == [str(number) for number in range(count, 0, -1)]


def test_events_are_asked_for_as_they_are_wanted(here: Here) -> None:
    happened(here.space, 250)
    events = here.nulab.activities()
    assert not [line for line in here.asked if "activities" in line]
    assert next(events).id == "250"
    assert len([line for line in here.asked if "activities" in line]) == 1


def test_an_event_tells_what_to_read_again(here: Here) -> None:
    happened(here.space, 1)
    event = next(here.nulab.activities())
    assert (event.type, event.issue_id, event.issue_key, event.comment_id) == (
        EventType.ISSUE_COMMENTED, "7", "DEMO-1", "1",
    )  # fmt: skip
    assert here.nulab.activity(event.id) == event


def test_a_type_nobody_documented_is_an_event_all_the_same(here: Here) -> None:
    happened(here.space, 1, type=77)
    event = next(here.nulab.activities([77]))
    assert (event.type, event.type.name, event.type.is_known) == (77, "NUMBER_77", False)
    assert (event.issue_id, event.issue_key) == (None, None)
    assert event.content["key_id"] == 1
    assert [each.kind for each in here.tracker.activities()] == ["77"]


def test_the_feed_of_any_tracker_has_the_same_events(here: Here) -> None:
    made = here.tracker.raw(
        "POST", "wikis", data={"projectId": next(iter(here.space.projects)), "name": "n", "content": "内"}
    )
    assert made["name"] == "n"
    [activity] = here.tracker.activities()
    assert (activity.kind, activity.ticket) == ("wiki_created", None)
    assert activity.raw is not None


def test_only_events_after_the_last_one_seen_are_listed(here: Here) -> None:
    happened(here.space, 250)
    assert [event.id for event in here.nulab.activities(since="120")] == [str(n) for n in range(250, 120, -1)]
    assert list(here.nulab.activities([EventType.ISSUE_DELETED])) == []
    assert len(list(here.nulab.activities(everywhere=True))) == 250
    owner, other = here.space.users
    assert [len(list(here.nulab.activities(user_id=each))) for each in (owner, other)] == [250, 0]


def test_notifications_say_why(here: Here) -> None:
    owner, other = here.space.owner_id, list(here.space.users)[1]
    [project] = here.space.projects
    for number in range(1, 131):
        here.space.notifications[number] = Notification(
            id=number, user_id=owner, sender_id=other, reason=2 if number < 130 else 99, project_id=project,
            created=START,
        )  # fmt: skip
    found = list(here.nulab.notifications())
    assert len(found) == 130
    assert (found[0].reason, found[0].reason.name, found[1].reason) == (99, "NUMBER_99", Reason.COMMENTED)
    assert found[1].sender is not None
    assert found[1].sender.name == "Taro"
    assert list(here.nulab.notifications(sender_id=owner)) == []


def test_watchings_beyond_a_page_are_all_listed_once(here: Here) -> None:
    issue = next(iter(here.space.issues))
    for number in range(1, 131):
        at = START + timedelta(seconds=number)
        here.space.watchings[number] = Watching(
            id=number, user_id=here.space.owner_id, issue_id=issue, note="目 👀", created=at, updated=at
        )
    found = list(here.nulab.watchings())
    assert [each.id for each in found] == [str(number) for number in range(1, 131)]
    assert found[0].note == "目 👀"
    assert found[0].issue is not None
    assert found[0].issue["issueKey"] == "DEMO-1"
    assert here.nulab.count_watchings() == 130
    assert here.nulab.count_watchings(list(here.space.users)[1]) == 0


def test_a_page_comes_with_content_and_history_byte_for_byte(here: Here) -> None:
    text = "一行\r\n𠮷 🎉 ﾊﾝｶｸ が\n"
    project = next(iter(here.space.projects))
    made = here.tracker.raw("POST", "wikis", data={"projectId": project, "name": "[案] 手順", "content": "first"})
    for number in range(104):
        here.tracker.raw("PATCH", f"wikis/{made['id']}", data={"content": f"{text}{number}"})
    here.tracker.raw("PATCH", f"wikis/{made['id']}", data={"content": text})
    listed = next(page for page in here.nulab.wikis() if page.id == str(made["id"]))
    assert (listed.content, listed.tags) == (None, ("案",))
    assert here.nulab.wiki(listed.id).content == text
    versions = [each.version for each in here.nulab.wiki_history(listed.id)]
    assert versions == list(range(106, 0, -1))
    assert [page.id for page in here.nulab.wikis("手順")] == [listed.id]


@pytest.mark.parametrize("ref", ["../users", "1/2", "", "１", "-1", "1?x=1"])
def test_what_is_no_number_is_not_asked_for(ref: str, here: Here) -> None:
    for read_one in (here.nulab.wiki, here.nulab.activity, here.nulab.delete_webhook):
        before = len(here.fake.log)
        with pytest.raises(NotFound):
            read_one(ref)
        assert [line for line in here.asked[before:] if "projects/DEMO" not in line] == []


def test_what_a_service_leaves_out_is_none_or_empty() -> None:
    assert read(Wiki, {"id": 1, "name": "Home"}).attachments == ()
    assert read(Event, {"id": 1, "type": 4, "content": None}).content == {}
    assert read(Webhook, {"id": 1, "name": "n", "hookUrl": "u"}).activity_type_ids == ()


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (Event, {"id": "1", "type": 4}),
        (Event, {"id": 1, "type": None}),
        (Event, {"id": 1, "type": True}),
        (Event, {"id": 1, "type": 2, "notifications": {}}),
        (Event, {"id": 1, "type": 2, "createdUser": {"name": "n"}}),
        (Wiki, {"id": 1, "name": "n", "tags": [1]}),
        (Wiki, None),
        (Webhook, []),
    ],
)
def test_what_is_not_as_documented_is_named(kind: type[Any], raw: Any) -> None:
    with pytest.raises(ProtocolError, match=rf"is not the {kind.__name__} expected here|is not the User"):
        read(kind, raw)


def test_what_is_not_there_is_told_by_its_own_word(here: Here) -> None:
    with pytest.raises(NotFound, match=r"^wiki 999999 does not exist"):
        here.nulab.wiki("999999")
    with pytest.raises(NotFound, match=r"^activity 999999 does not exist"):
        here.nulab.activity("999999")


@pytest.mark.parametrize(("method", "path"), [("GET", "nope"), ("GET", "issues/1/nope"), ("PUT", "issues/1")])
def test_a_route_that_the_space_has_not_is_called_that(method: str, path: str, here: Here) -> None:
    with pytest.raises(NotFound, match=f"^the space has no such route as {method} {path}: Undefined resource"):
        here.tracker.raw(method, path)
