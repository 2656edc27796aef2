"""A space from recorded answers: every object in them is recognised by its keys, and put where it belongs.

    for path, answer in recorded:       # "/issues/1189073/comments", and the JSON that came back
        seed(space, path, answer)

What does not say where it belongs (a comment its issue, a category its project) is put by the path it was asked by.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from anybacklog_simulators.nulab import event_seeds as events
from anybacklog_simulators.nulab import seeds
from anybacklog_simulators.nulab.shapes import JSON
from anybacklog_simulators.nulab.space import Space

KINDS: tuple[tuple[set[str], Callable[[Space, JSON], None]], ...] = (
    ({"userId", "roleType", "mailAddress"}, seeds.user),
    ({"projectKey", "textFormattingRule"}, seeds.project),
    ({"issueKey", "keyId"}, seeds.issue),
    ({"projectId", "color", "displayOrder"}, seeds.issue_type),
    ({"projectId", "releaseDueDate"}, seeds.version),
    ({"dir", "type", "name", "createdUser"}, seeds.shared_file),
    ({"members", "displayOrder"}, seeds.team),
    ({"spaceKey", "timezone"}, events.space_itself),
    ({"presenter", "url"}, events.star),
    ({"sender", "reason"}, events.notification),
    ({"note", "issue"}, events.watching),
    ({"projectId", "tags", "name"}, events.wiki),
    ({"pageId", "version"}, events.wiki_version),
    ({"type", "content", "createdUser"}, events.activity),
)


def seed(space: Space, path: str, answer: Any) -> None:
    """Put everything an answer shows into a space; what is known already is replaced."""
    rows = answer if isinstance(answer, list) else [answer]
    for pattern, put in PLACES:
        match = re.fullmatch(pattern, path)
        if match:
            put(space, match, [row for row in rows if isinstance(row, dict)])
    _recognise(space, answer)


def _recognise(space: Space, answer: Any) -> None:
    if isinstance(answer, list):
        for each in answer:
            _recognise(space, each)
    elif isinstance(answer, dict):
        for keys, put in KINDS:
            if keys <= answer.keys():
                put(space, answer)
                break
        for each in answer.values():
            _recognise(space, each)


def _members(space: Space, path: re.Match[str], rows: Iterable[JSON]) -> None:
    seeds.project_of(space, int(path[1])).members = [row["id"] for row in rows]


def _teams(space: Space, path: re.Match[str], rows: Iterable[JSON]) -> None:
    seeds.project_of(space, int(path[1])).teams = [row["id"] for row in rows]


def _categories(space: Space, path: re.Match[str], rows: Iterable[JSON]) -> None:
    for row in rows:
        seeds.category(space, int(path[1]), row)


def _webhooks(space: Space, path: re.Match[str], rows: Iterable[JSON]) -> None:
    for row in rows:
        seeds.webhook(space, int(path[1]), row)


def _comments(space: Space, path: re.Match[str], rows: Iterable[JSON]) -> None:
    for row in rows:
        if int(path[1]) in space.issues:
            events.comment(space, int(path[1]), row)


def _linked(space: Space, path: re.Match[str], rows: Iterable[JSON]) -> None:
    holder = space.issues.get(int(path[2])) if path[1] == "issues" else space.wikis.get(int(path[2]))
    if holder is not None:
        holder.shared_files = list(dict.fromkeys([*holder.shared_files, *(row["id"] for row in rows)]))


def _owner(space: Space, _: re.Match[str], rows: Iterable[JSON]) -> None:
    space.owner_id = next(iter(rows))["id"]


def _notice(space: Space, _: re.Match[str], rows: Iterable[JSON]) -> None:
    row = next(iter(rows))
    space.notice, space.notice_updated = row["content"], seeds.instant(row["updated"])


Place = Callable[[Space, "re.Match[str]", Iterable[JSON]], None]
PLACES: tuple[tuple[str, Place], ...] = (
    (r"/projects/(\d+)/users", _members),
    (r"/projects/(\d+)/teams", _teams),
    (r"/projects/(\d+)/categories(?:/\d+)?", _categories),
    (r"/projects/(\d+)/webhooks(?:/\d+)?", _webhooks),
    (r"/issues/(\d+)/comments(?:/\d+(?:/notifications)?)?", _comments),
    (r"/(issues|wikis)/(\d+)/sharedFiles", _linked),
    (r"/users/myself", _owner),
    (r"/space/notification", _notice),
    (r"/users/(myself)/recentlyViewed\w+", events.viewed),
)
