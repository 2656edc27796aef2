"""Stars: given, counted, taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from anybacklog_simulators.nulab import shapes
from anybacklog_simulators.nulab.call import Answer, Call, page_by_id, route
from anybacklog_simulators.nulab.errors import Refused
from anybacklog_simulators.nulab.events import Star
from anybacklog_simulators.nulab.parameters import IDS, a
from anybacklog_simulators.nulab.things import Issue


def given(call: Call) -> Answer:
    """Give a star to exactly one thing; the answer is empty."""
    if len(call.given) != 1:
        raise Refused("choice", name="issueId")
    ((name, id),) = call.given.items()
    star = {"issueId": _on_issue, "commentId": _on_comment, "wikiId": _on_wiki}.get(name, _on_nothing)(call, id)
    call.space.stars[star.id] = star
    return Answer(204)


def taken(call: Call) -> Answer:
    """Take one's own star back."""
    star = call.space.stars.get(int(call.path["star"]))
    if star is None or star.presenter_id != call.user.id:
        raise Refused("no_thing", thing="star")
    del call.space.stars[star.id]
    return Answer(204)


def received(call: Call) -> Any:
    """List the stars somebody received."""
    user = call.own_user()
    rows = [each for each in call.space.stars.values() if each.receiver_id == user.id]
    return [shapes.star(call.space, each) for each in page_by_id(call, rows)]


def counted(call: Call) -> Any:
    """Count the stars somebody received, in a span of days."""
    user, since, until = call.own_user(), call.get("since"), call.get("until")
    shift = timedelta(hours=call.space.choices.filter_hours)
    days = [(each.created + shift).date() for each in call.space.stars.values() if each.receiver_id == user.id]
    return {"count": sum((since is None or day >= since) and (until is None or day <= until) for day in days)}


def _on_issue(call: Call, id: int) -> Star:
    issue = call.issue(str(id))
    url, title = _named(call, issue)
    return _star(call, "issue", id, url, title, issue.created_user_id)


def _on_comment(call: Call, id: int) -> Star:
    found = call.space.comment(id)
    if found is None or not call.sees(found[0].project_id):
        raise Refused("no_thing", thing="comment")
    issue, comment = found
    url, title = _named(call, issue)
    return _star(call, "comment", id, f"{url}#comment-{id}", title, comment.created_user_id)


def _on_wiki(call: Call, id: int) -> Star:
    page = call.space.wikis.get(id)
    if page is None or not call.sees(page.project_id):
        raise Refused("no_thing", thing="wiki")
    project = call.space.projects[page.project_id]
    title = f"Backlog | Wiki - {project.name}({project.key}) : {page.name}"
    return _star(call, "wiki", id, f"{call.host}/alias/wiki/{id}", title, page.created_user_id)


def _on_nothing(_: Call, __: int) -> Star:
    raise Refused("no_thing", thing="pullRequest")


def _named(call: Call, issue: Issue) -> tuple[str, str]:
    key = f"{call.space.projects[issue.project_id].key}-{issue.number}"
    return f"{call.host}/view/{key}", f"[{key}] {issue.summary} | 課題の表示 - Backlog"


def _star(call: Call, on: str, id: int, url: str, title: str, receiver: int) -> Star:
    return Star(
        id=call.space.new_id("star"),
        on=on,
        target_id=id,
        url=url,
        title=title,
        presenter_id=call.user.id,
        receiver_id=receiver,
        created=call.now,
    )


ROUTES = (
    route(
        "POST", "/stars", given, *a("int", "issueId", "commentId", "wikiId", "pullRequestId", "pullRequestCommentId")
    ),
    route("DELETE", "/stars/<int:star>", taken),
    route("GET", "/users/<user>/stars", received, *IDS, lenient=True),
    route("GET", "/users/<user>/stars/count", counted, *a("date", "since", "until")),
)
