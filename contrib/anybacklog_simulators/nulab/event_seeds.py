"""From the service's JSON to records: comments, stars, watchings, notices, pages, activities, what was viewed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from anybacklog_simulators.nulab.events import Activity, Notification, Star, Viewed, Watching
from anybacklog_simulators.nulab.seeds import authors, instant, issue, put
from anybacklog_simulators.nulab.shapes import JSON
from anybacklog_simulators.nulab.space import Space
from anybacklog_simulators.nulab.things import ChangeLog, Comment, PageVersion, WikiPage


def space_itself(space: Space, body: JSON) -> None:
    """Read the space's own settings."""
    space.key, space.name, space.owner_id = body["spaceKey"], body["name"], body["ownerId"]
    space.lang, space.timezone = body["lang"], body["timezone"]
    space.text_formatting_rule = body["textFormattingRule"]
    space.created, space.updated = instant(body["created"]), instant(body["updated"])


def comment(space: Space, issue_id: int, body: JSON) -> None:
    """Put a comment, which does not name its issue, and whom it notified."""
    made = Comment(
        id=body["id"],
        content=body["content"] or "",
        changes=list(map(_change, body["changeLog"] or [])),
        created_user_id=body["createdUser"]["id"],
        created=instant(body["created"]),
        updated=instant(body["updated"]),
    )
    _put_comment(space, issue_id, made)
    space.notifications = {id: each for id, each in space.notifications.items() if each.comment_id != made.id}
    for each in body["notifications"]:
        _notice(space, each, space.issues[issue_id].project_id, issue_id, made)


def _change(body: JSON) -> ChangeLog:
    return ChangeLog(
        field=body["field"],
        new=body["newValue"],
        old=body["originalValue"],
        attachment=body["attachmentInfo"],
        attribute=body["attributeInfo"],
        notification=body["notificationInfo"],
    )


def _put_comment(space: Space, issue_id: int, made: Comment) -> None:
    comments = space.issues[issue_id].comments
    put(comments, made)
    comments.sort(key=lambda each: each.id)
    space.used("comment", made.id)


def _notice(space: Space, body: JSON, project_id: int, issue_id: int, about: Comment) -> None:
    space.notifications[body["id"]] = Notification(
        id=body["id"],
        user_id=body["user"]["id"],
        sender_id=about.created_user_id,
        reason=body["reason"],
        already_read=body["alreadyRead"],
        resource_already_read=body["resourceAlreadyRead"],
        project_id=project_id,
        issue_id=issue_id,
        comment_id=about.id,
        created=about.created,
    )
    space.used("notification", body["id"])


def notification(space: Space, body: JSON) -> None:
    """Put the comment somebody was told of, on its issue; it names whom it notified."""
    if body.get("issue") and body.get("comment"):
        issue(space, body["issue"])
        comment(space, body["issue"]["id"], body["comment"])


def star(space: Space, body: JSON) -> None:
    """Put a star on what its address names, if that is known."""
    found = _starred(space, body["url"])
    if found is not None:
        on, target_id, receiver = found
        space.stars[body["id"]] = Star(
            id=body["id"],
            on=on,
            target_id=target_id,
            url=body["url"],
            title=body["title"],
            presenter_id=body["presenter"]["id"],
            receiver_id=receiver,
            created=instant(body["created"]),
        )
        space.used("star", body["id"])


def _starred(space: Space, url: str) -> tuple[str, int, int] | None:
    if match := re.search(r"#comment-(\d+)$", url):
        found = space.comment(int(match[1]))
        return found and ("comment", found[1].id, found[1].created_user_id)
    if match := re.search(r"/alias/wiki/(\d+)$", url):
        page = space.wikis.get(int(match[1]))
        return None if page is None else ("wiki", page.id, page.created_user_id)
    for each in space.issues.values():
        if url.endswith(f"/view/{space.projects[each.project_id].key}-{each.number}"):
            return "issue", each.id, each.created_user_id
    return None


def watching(space: Space, body: JSON) -> None:
    """Put a watching; whose it is stands nowhere, so it is the owner's until a path says otherwise."""
    known = space.watchings.get(body["id"])
    space.watchings[body["id"]] = Watching(
        id=body["id"],
        user_id=known.user_id if known else space.owner_id,
        issue_id=body["issue"]["id"],
        note=body["note"],
        resource_already_read=body["resourceAlreadyRead"],
        created=instant(body["created"]),
        updated=instant(body["updated"]),
    )
    space.used("watching", body["id"])


def wiki(space: Space, body: JSON) -> None:
    """Put a page; what a list leaves out of it stays."""
    known = space.wikis.get(body["id"])
    space.wikis[body["id"]] = WikiPage(
        id=body["id"],
        project_id=body["projectId"],
        name=body["name"],
        tags=[each["name"] for each in body["tags"]],
        content=body.get("content", known.content if known else ""),
        shared_files=[each["id"] for each in body.get("sharedFiles", [])],
        versions=known.versions if known else [],
        **authors(body),
    )
    space.wiki_tags |= {each["name"]: each["id"] for each in body["tags"]}
    space.used("wiki", body["id"])


def wiki_version(space: Space, body: JSON) -> None:
    """Put what a page was, if the page is known."""
    if body["pageId"] in space.wikis:
        versions = space.wikis[body["pageId"]].versions
        versions[:] = [each for each in versions if each.version != body["version"]]
        versions.append(
            PageVersion(
                version=body["version"],
                name=body["name"],
                content=body["content"],
                created_user_id=body["createdUser"]["id"],
                created=instant(body["created"]),
            )
        )
        versions.sort(key=lambda each: each.version)


def activity(space: Space, body: JSON) -> None:
    """Put what happened, whom it notified, and the comment it tells of, if its issue is known and that is not."""
    said = body["content"].get("comment")
    said = said if isinstance(said, dict) else {}
    space.activities[body["id"]] = Activity(
        id=body["id"],
        project_id=body["project"]["id"],
        type=body["type"],
        content=body["content"],
        comment_id=said.get("id"),
        created_user_id=body["createdUser"]["id"],
        created=instant(body["created"]),
    )
    space.used("activity", body["id"])
    if said:
        when, author, issue_id = instant(body["created"]), body["createdUser"]["id"], body["content"]["id"]
        made = Comment(id=said["id"], content=said["content"], created_user_id=author, created=when, updated=when)
        for each in body["notifications"]:
            _notice(space, each, body["project"]["id"], issue_id, made)
        if issue_id in space.issues and space.comment(made.id) is None:
            _put_comment(space, issue_id, made)


def viewed(space: Space, _: re.Match[str], rows: Iterable[JSON]) -> None:
    """Put what the owner looked at."""
    for row in rows:
        for word, kind in (("issue", "issue"), ("project", "project"), ("page", "wiki")):
            if word in row:
                seen = Viewed(
                    user_id=space.owner_id, kind=kind, target_id=row[word]["id"], updated=instant(row["updated"])
                )
                same = [each for each in space.viewed if (each.kind, each.target_id) == (kind, row[word]["id"])]
                space.viewed = [each for each in space.viewed if each not in same] + [seen]
